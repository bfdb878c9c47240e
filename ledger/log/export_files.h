// The files of an export as they are written: hashed, synced, and listed in SHA256SUMS. Inside ledger/log.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/hash.h"
#include "ledger/base/time.h"
#include "ledger/log/write_behind.h"

#include <memory>
#include <string>
#include <string_view>

namespace quotary {

// One thread, beside one of its own that writes: an error may be that of an earlier call. After an error of any call no
// other is made.
class ExportFiles {
 public:
  // A folder, which must not be there. After an error it is not the caller's.
  [[nodiscard]] static Result<std::unique_ptr<ExportFiles>> create_folder(FileSystem& files, const std::string& folder);
  // The same files in one ustar archive, in the order of SHA256SUMS, which is the last; each has the time `now`. Beside
  // it, under export_archive_sums(path), stands what becomes SHA256SUMS, until finish(). Neither must be there.
  [[nodiscard]] static Result<std::unique_ptr<ExportFiles>> create_archive(FileSystem& files, std::string path,
                                                                           Timestamp now);
  virtual ~ExportFiles() = default;

  // A file in parts, one file at a time.
  [[nodiscard]] virtual Result<void> begin(const std::string& path) = 0;
  [[nodiscard]] virtual Result<void> add(std::string_view bytes) = 0;
  [[nodiscard]] virtual Result<void> end() = 0;
  // A file at once.
  [[nodiscard]] Result<void> put(const std::string& path, std::string_view bytes);

  // Ends SHA256SUMS; then everything is on the disk, under the name that it was made with.
  [[nodiscard]] virtual Result<void> finish() = 0;
};

[[nodiscard]] std::string export_archive_sums(const std::string& path);

// A file that is written from its beginning on. Small additions are gathered, and written by `behind`: an error is that
// of a later call there. Borrows `behind`. One thread.
class ExportOutput {
 public:
  explicit ExportOutput(WriteBehind& behind) : behind_(behind) {}

  // A new file.
  [[nodiscard]] Result<void> open(FileSystem& files, const std::string& path);
  [[nodiscard]] Result<void> add(std::string_view bytes);
  [[nodiscard]] Result<void> flush();
  // Over one piece of what was added before.
  [[nodiscard]] Result<void> write_over(std::uint64_t offset, std::string_view bytes);
  // Waits for what was written before.
  [[nodiscard]] Result<std::string> read_at(std::uint64_t offset, std::size_t size) const;
  // Flushes and syncs.
  [[nodiscard]] Result<void> close();
  // Flushes alone: whoever opened it syncs its volume in the end.
  [[nodiscard]] Result<void> close_unsynced();
  [[nodiscard]] bool is_open() const { return file_ != nullptr; }
  [[nodiscard]] std::uint64_t size() const { return written_ + gathered_.size(); }

 private:
  // Opened, used and closed by `behind` alone, but for read_at().
  using Opened = std::shared_ptr<std::unique_ptr<File>>;

  WriteBehind& behind_;
  Opened file_;
  std::string gathered_;
  std::uint64_t written_ = 0;
};

}  // namespace quotary
