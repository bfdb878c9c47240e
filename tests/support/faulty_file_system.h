// A file system that fails on demand and forgets what was not synced, over a real one. For small files: it keeps whole
// images in memory.
#pragma once

#include "ledger/base/file_system.h"

#include <map>
#include <mutex>

namespace quotary::testing {

// Safe from any thread, like what it wraps.
class FaultyFileSystem final : public FileSystem {
 public:
  explicit FaultyFileSystem(std::shared_ptr<FileSystem> below) : plan_(std::make_shared<Plan>(std::move(below))) {}

  // The n-th call from now on (1: the next) that writes, truncates, renames or syncs fails, and every one after it.
  void fail_from(std::uint64_t nth);
  void heal();
  // Such calls since the start.
  [[nodiscard]] std::uint64_t calls() const;
  // Syncs of files alone.
  [[nodiscard]] std::uint64_t syncs() const;
  // What a power cut leaves: each file written through this object goes back to its last synced content. Close all first.
  [[nodiscard]] Result<void> lose_unsynced();

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, unsigned permissions) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  bool exists(const std::string& path) override;
  Result<void> make_directory(const std::string& path, unsigned permissions) override;
  Result<void> remove(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;
  Result<std::shared_ptr<void>> lock(const std::string& path) override;

 private:
  friend class FaultyFile;
  // Shared with open files, which may outlive the file system.
  struct Plan {
    explicit Plan(std::shared_ptr<FileSystem> wrapped) : below(std::move(wrapped)) {}
    [[nodiscard]] Result<void> step(const std::string& what);

    const std::shared_ptr<FileSystem> below;
    std::mutex mutex;
    std::uint64_t calls = 0, syncs = 0, fail_at = 0;  // 0: never
    std::map<std::string, std::string> synced;        // content at the last sync, for files with later writes too
  };
  std::shared_ptr<Plan> plan_;
};

}  // namespace quotary::testing
