#include "ledger/base/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace quotary {

namespace {

Error system_error(const char* action, const std::string& path) {
  const int number = errno;
  const Errc kind = number == ENOENT                        ? Errc::not_found
                    : (number == EACCES || number == EPERM) ? Errc::forbidden
                                                            : Errc::storage;
  const char* code = kind == Errc::not_found   ? "file_missing"
                     : kind == Errc::forbidden ? "file_forbidden"
                                               : "file_error";
  return fail(kind, code, std::string("cannot ") + action + " " + path + ": " + std::strerror(number));
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override { ::close(descriptor_); }

  Result<std::string> read_at(std::uint64_t offset, std::size_t size) const override {
    std::string out(size, '\0');
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got = ::pread(descriptor_, out.data() + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error("read", path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    out.resize(done);
    return out;
  }

  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return system_error("write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(put));
      offset += static_cast<std::uint64_t>(put);
    }
    return {};
  }

  Result<void> sync() override {
    if (::fdatasync(descriptor_) != 0) return system_error("sync", path_);
    return {};
  }

  void forget_cached() override { (void)::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED); }

  Result<void> truncate(std::uint64_t size) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return system_error("truncate", path_);
    return {};
  }

  Result<std::uint64_t> size() const override {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) return system_error("stat", path_);
    return static_cast<std::uint64_t>(status.st_size);
  }

  void start_writing(std::uint64_t offset, std::uint64_t size) override {
    (void)::sync_file_range(descriptor_, static_cast<off64_t>(offset), static_cast<off64_t>(size),
                            SYNC_FILE_RANGE_WRITE);
  }

 private:
  int descriptor_;
  std::string path_;
};

class PosixVolume final : public Volume {
 public:
  PosixVolume(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixVolume() override { ::close(descriptor_); }

  // Linux since 5.8 tells by the descriptor what failed to be written since it was opened.
  Result<void> sync() override {
    if (::syncfs(descriptor_) != 0) return system_error("sync the volume of", path_);
    return {};
  }

 private:
  int descriptor_;
  std::string path_;
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, unsigned permissions) override {
    int flags = O_CLOEXEC;
    switch (mode) {
      case OpenMode::read_only: flags |= O_RDONLY; break;
      case OpenMode::read_write: flags |= O_RDWR; break;
      case OpenMode::create_new: flags |= O_RDWR | O_CREAT | O_EXCL; break;
      case OpenMode::create_or_open: flags |= O_RDWR | O_CREAT; break;
    }
    const int descriptor = ::open(path.c_str(), flags, static_cast<mode_t>(permissions));
    if (descriptor < 0) return system_error("open", path);
    return std::unique_ptr<File>(new PosixFile(descriptor, path));
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    DIR* const handle = ::opendir(directory.c_str());
    if (handle == nullptr) return system_error("list", directory);
    std::vector<std::string> names;
    while (const dirent* item = ::readdir(handle)) {
      const std::string_view name = item->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    ::closedir(handle);
    std::sort(names.begin(), names.end());
    return names;
  }

  bool exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  Result<void> make_directory(const std::string& path, unsigned permissions) override {
    for (std::size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
      const std::string part = path.substr(0, at);
      const bool last = at == std::string::npos;
      if (::mkdir(part.c_str(), static_cast<mode_t>(last ? permissions : 0755)) == 0) {
        QUOTARY_TRY_VOID(sync_directory(parent_of(part)));
      } else if (errno != EEXIST) {
        return system_error("create folder", part);
      }
      if (last) return {};
    }
  }

  Result<void> remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0) return system_error("remove", path);
    return {};
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error("rename", from);
    return {};
  }

  Result<void> sync_directory(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return system_error("open folder", path);
    const bool synced = ::fsync(descriptor) == 0;
    Error error = synced ? Error{} : system_error("sync folder", path);
    ::close(descriptor);
    if (!synced) return error;
    return {};
  }

  Result<std::unique_ptr<Volume>> open_volume(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return system_error("open folder", path);
    return std::unique_ptr<Volume>(std::make_unique<PosixVolume>(descriptor, path));
  }

  Result<std::uint64_t> free_bytes(const std::string& path) override {
    struct statvfs status {};
    if (::statvfs(path.c_str(), &status) != 0) return system_error("stat", path);
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  }

  Result<std::shared_ptr<void>> lock(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return system_error("open", path);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      ::close(descriptor);
      return fail(Errc::conflict, "locked", path + " is held by another process: is a server running on this folder?");
    }
    return std::shared_ptr<void>(new int(descriptor), [](void* held) {
      ::close(*static_cast<int*>(held));
      delete static_cast<int*>(held);
    });
  }
};

constexpr std::size_t read_step_bytes = 1u << 12;

}  // namespace

std::shared_ptr<FileSystem> posix_file_system() { return std::make_shared<PosixFileSystem>(); }

Result<std::string> read_file(FileSystem& files, const std::string& path, std::size_t size_max) {
  QUOTARY_TRY(file, files.open(path, OpenMode::read_only));
  const auto too_large = [&] {
    return fail(Errc::too_large, "file_too_large", path + " has over " + std::to_string(size_max) + " bytes");
  };
  QUOTARY_TRY(size, file->size());
  if (size > size_max) return too_large();
  QUOTARY_TRY(bytes, file->read_at(0, static_cast<std::size_t>(size)));
  // What came since the size was asked for, or a file that has none to tell, as under /proc.
  while (bytes.size() <= size_max) {
    QUOTARY_TRY(more, file->read_at(bytes.size(), std::min(read_step_bytes, size_max - bytes.size() + 1)));
    if (more.empty()) return bytes;
    bytes += more;
  }
  return too_large();
}

Result<void> write_file_durably(FileSystem& files, const std::string& path, std::string_view bytes,
                                unsigned permissions) {
  const std::string temporary = path + ".new";
  if (files.exists(temporary)) QUOTARY_TRY_VOID(files.remove(temporary));
  QUOTARY_TRY(file, files.open(temporary, OpenMode::create_new, permissions));
  QUOTARY_TRY_VOID(file->write_at(0, bytes));
  QUOTARY_TRY_VOID(file->sync());
  file.reset();
  QUOTARY_TRY_VOID(files.rename(temporary, path));
  return files.sync_directory(parent_of(path));
}

}  // namespace quotary
