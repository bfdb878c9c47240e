// The files of an export as they are written: hashed, synced, and listed in SHA256SUMS. Inside ledger/log.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/hash.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace quotary {

// One thread. After an error of any call no other is made.
class ExportFiles {
 public:
  // Makes the folder, which must not be there. After an error it is not the caller's.
  [[nodiscard]] static Result<std::unique_ptr<ExportFiles>> create(FileSystem& files, std::string folder);

  // A file in parts, one file at a time.
  [[nodiscard]] Result<void> begin(const std::string& path);
  [[nodiscard]] Result<void> add(std::string_view bytes);
  [[nodiscard]] Result<void> end();
  // A file at once.
  [[nodiscard]] Result<void> put(const std::string& path, std::string_view bytes);

  // Ends SHA256SUMS; then everything is on the disk, under the folder's name.
  [[nodiscard]] Result<void> finish();

 private:
  // A file under way. Small additions are gathered.
  struct Output {
    std::unique_ptr<File> file;
    std::string path, gathered;
    std::uint64_t written = 0;
    Sha256 hash;
  };

  ExportFiles(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}
  [[nodiscard]] Result<void> open(Output& output, const std::string& path);
  [[nodiscard]] Result<void> add_to(Output& output, std::string_view bytes);
  [[nodiscard]] Result<void> flush(Output& output);
  [[nodiscard]] Result<void> close(Output& output);
  [[nodiscard]] Result<void> enter_folder_of(const std::string& path);

  FileSystem& files_;
  const std::string folder_;
  Output current_, sums_;
  // The folder that files of a kind go to now, by the kind's first two parts. Numbers only grow, so one that was left
  // gets no more files and is synced then.
  std::map<std::string, std::string> folders_;
};

}  // namespace quotary
