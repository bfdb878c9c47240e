// The file system as an interface: it lies under RocksDB, slots and keys, so that tests can drop what was not synced
// and make any call fail.
#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

// An open file with explicit positions. One thread at a time, unless only read_at is called. Closes when destroyed.
class File {
 public:
  virtual ~File() = default;
  // Up to `size` bytes from `offset`; fewer only at the file's end.
  [[nodiscard]] virtual Result<std::string> read_at(std::uint64_t offset, std::size_t size) const = 0;
  // Writes all bytes or fails with Errc::storage.
  [[nodiscard]] virtual Result<void> write_at(std::uint64_t offset, std::string_view bytes) = 0;
  // fdatasync. After a failure nothing about the file's unsynced content may be trusted: the caller must latch.
  [[nodiscard]] virtual Result<void> sync() = 0;
  [[nodiscard]] virtual Result<void> truncate(std::uint64_t size) = 0;
  [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;
  // A hint that these bytes' way to the disk may begin; promises nothing.
  virtual void start_writing(std::uint64_t offset, std::uint64_t size) { (void)offset, (void)size; }
  // A hint that what the machine keeps of the file in its memory should go, so that the next read is of the disk.
  virtual void forget_cached() {}
};

// All files and names of the volume that a folder lies on: one wait for many files.
class Volume {
 public:
  virtual ~Volume() = default;
  // What anybody wrote there is on the disk, contents and names. Fails also when any of it, since this was opened,
  // could not be written meanwhile.
  [[nodiscard]] virtual Result<void> sync() = 0;
};

enum class OpenMode { read_only, read_write, create_new, create_or_open };

// Safe to call from any thread. Errors are Errc::storage (or not_found, forbidden) and name the path.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // New files get `mode` permission bits (default 0600).
  [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode,
                                                           unsigned permissions = 0600) = 0;
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  [[nodiscard]] virtual bool exists(const std::string& path) = 0;
  // Creates the directory (and parents), each synced with the folder it stands in; no error when it is there.
  [[nodiscard]] virtual Result<void> make_directory(const std::string& path, unsigned permissions = 0700) = 0;
  [[nodiscard]] virtual Result<void> remove(const std::string& path) = 0;
  [[nodiscard]] virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  [[nodiscard]] virtual Result<void> sync_directory(const std::string& path) = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<Volume>> open_volume(const std::string& directory) = 0;
  // Free bytes for an unprivileged writer on the path's file system.
  [[nodiscard]] virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
  // An exclusive advisory lock held until the returned object dies; Errc::conflict `locked` when another process has
  // it.
  [[nodiscard]] virtual Result<std::shared_ptr<void>> lock(const std::string& path) = 0;
};

// The machine's own file system.
[[nodiscard]] std::shared_ptr<FileSystem> posix_file_system();

// The whole content of a file of at most `size_max` bytes; Errc::too_large beyond.
[[nodiscard]] Result<std::string> read_file(FileSystem& files, const std::string& path,
                                            std::size_t size_max = 64u << 20);
// Temporary file, sync, rename, sync of the directory: after success the file holds exactly `bytes`, whatever happens
// next.
[[nodiscard]] Result<void> write_file_durably(FileSystem& files, const std::string& path, std::string_view bytes,
                                              unsigned permissions = 0600);

}  // namespace quotary
