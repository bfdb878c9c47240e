// A file system that fails on demand and forgets what was not synced, over the machine's own.
#pragma once

#include "ledger/base/file_system.h"
#include "tests/support/temporary_folder.h"

#include <functional>
#include <map>
#include <mutex>
#include <optional>

namespace quotary::testing {

// Safe from any thread, like what it wraps. Names count as synced when their folder was, contents when their file was.
class FaultyFileSystem final : public FileSystem {
 public:
  explicit FaultyFileSystem(std::shared_ptr<FileSystem> below) : plan_(std::make_shared<Plan>(std::move(below))) {}

  // The n-th call from now on (1: the next) that writes, truncates, creates, renames, removes or syncs fails, and every
  // one after it. A write that fails first has written its first half. What a failed sync of a file was to bring to the
  // disk never gets there, whatever is synced later, as with a kernel that takes such pages for clean.
  void fail_from(std::uint64_t nth);
  // The same from the first call on whose description, as failed() gives it, holds `what`.
  void fail_from(std::string_view what);
  // That call alone.
  void fail_once(std::uint64_t nth);
  void heal();
  // What free_bytes() answers from now on.
  void say_free(std::uint64_t bytes);
  // Such calls since the start.
  [[nodiscard]] std::uint64_t calls() const;
  // Whether a call was made to fail since the last fail_from or fail_once, and which.
  [[nodiscard]] std::string failed() const;
  // Syncs of files alone.
  [[nodiscard]] std::uint64_t syncs() const;
  // What a power cut leaves. Without a seed all that was not synced is gone; with one, a part that the seed chooses has
  // reached the disk: a first part of the changed names, of each file's new end, and any of the overwritten sectors.
  // Close all files first; what is left counts as synced.
  [[nodiscard]] Result<void> lose_unsynced(std::uint64_t seed = 0);

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, unsigned permissions) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  bool exists(const std::string& path) override;
  Result<void> make_directory(const std::string& path, unsigned permissions) override;
  Result<void> remove(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::unique_ptr<Volume>> open_volume(const std::string& directory) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;
  Result<std::shared_ptr<void>> lock(const std::string& path) override;

 private:
  friend class FaultyFile;
  friend class FaultyVolume;
  // What of a file is synced: all but its bytes from `size` on, and what stood in sectors that were overwritten since.
  struct Content {
    std::uint64_t size = 0;
    std::map<std::uint64_t, std::string> overwritten;  // by offset
    std::map<std::uint64_t, std::string> stuck;        // what the disk holds for sectors whose sync failed
    bool cut = false;                                  // was truncated below `size`

    void is_synced(std::uint64_t whole_size);
    // `now` is the file, of `whole_size` bytes.
    [[nodiscard]] Result<void> sync_failed(const File& now, std::uint64_t whole_size);
  };
  // A name that was changed and whose folder was not synced since.
  struct Change {
    enum { create, remove, rename } kind;
    std::string from, to;
    std::string kept;  // where the file lies that lost its name, or empty
  };
  // Shared with open files, which may outlive the file system.
  struct Plan {
    explicit Plan(std::shared_ptr<FileSystem> wrapped) : below(std::move(wrapped)) {}
    // With the mutex held.
    [[nodiscard]] Result<void> step(const std::string& what, bool* first = nullptr);
    [[nodiscard]] std::string next_kept() { return graveyard.file(std::to_string(++buried)); }
    void move(const std::string& from, const std::string& to);
    [[nodiscard]] Result<void> undo(const Change& change);
    // Changes of names that `in` holds for are on the disk.
    void names_are_synced(const std::function<bool(const Change&)>& in);

    const std::shared_ptr<FileSystem> below;
    const TemporaryFolder graveyard;
    mutable std::mutex mutex;
    std::uint64_t calls = 0, syncs = 0, buried = 0;
    std::uint64_t fail_at = 0, fail_to = 0;  // 0: never
    std::string fail_at_what;                // gives fail_at when it comes; empty: nothing does
    std::string failed;
    std::optional<std::uint64_t> free_bytes;  // absent: what there really is
    std::map<std::string, std::shared_ptr<Content>> contents;
    std::vector<Change> changes;
  };
  std::shared_ptr<Plan> plan_;
};

}  // namespace quotary::testing
