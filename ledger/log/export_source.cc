#include "ledger/log/export_source.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace quotary {

namespace {

constexpr int folders_deep_max = 12;

Error system_error(const char* action, const std::string& path) {
  const int number = errno;
  const std::string detail = std::string("cannot ") + action + " " + path + ": " + std::strerror(number);
  switch (number) {
    case ENOENT: return fail(Errc::not_found, "file_missing", detail);
    case EACCES:
    case EPERM: return fail(Errc::forbidden, "file_forbidden", detail);
    // A link where a file or folder must be, a file where a folder must be.
    case ELOOP:
    case ENOTDIR: return fail(Errc::corrupt, "not_a_file", detail);
    default: return fail(Errc::storage, "file_error", detail);
  }
}

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

class Input final : public ExportInput {
 public:
  Input(Descriptor descriptor, std::uint64_t size, std::string path)
      : descriptor_(std::move(descriptor)), size_(size), path_(std::move(path)) {}

  Result<std::string> read(std::size_t size) override {
    std::string out(size, '\0');
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got = ::read(descriptor_.number(), out.data() + done, size - done);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error("read", path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    out.resize(done);
    return out;
  }
  std::uint64_t size() const override { return size_; }

 private:
  Descriptor descriptor_;
  const std::uint64_t size_;
  const std::string path_;
};

using Visit = std::function<bool(const std::string& path)>;

class Folder final : public ExportSource {
 public:
  Folder(Descriptor descriptor, std::string path) : top_(std::move(descriptor)), path_(std::move(path)) {}

  Result<std::unique_ptr<ExportInput>> open(const std::string& path) const override {
    // Folder by folder, since a link in the middle would be followed otherwise.
    Descriptor at(::openat(top_.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::size_t begin = 0;
    for (std::size_t slash = path.find('/'); slash != path.npos; begin = slash + 1, slash = path.find('/', begin)) {
      QUOTARY_CHECK(path.substr(begin, slash - begin) != "..");
      at = Descriptor(::openat(at.number(), path.substr(begin, slash - begin).c_str(),
                               O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (at.number() < 0) return system_error("open", path_ + "/" + path);
    }
    // Not blocking: opening a pipe would wait for its other end.
    Descriptor file(::openat(at.number(), path.substr(begin).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file.number() < 0) return system_error("open", path_ + "/" + path);
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) return system_error("stat", path_ + "/" + path);
    if (!S_ISREG(status.st_mode)) return fail(Errc::corrupt, "not_a_file", path_ + "/" + path + " is no regular file");
    return std::unique_ptr<ExportInput>(
        new Input(std::move(file), static_cast<std::uint64_t>(status.st_size), path_ + "/" + path));
  }

  Result<void> visit(const Visit& visit) const override {
    bool going = true;
    Descriptor at(::openat(top_.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return visit_below(std::move(at), "", folders_deep_max, visit, going);
  }

 private:
  Result<void> visit_below(Descriptor at, const std::string& prefix, int deep, const Visit& visit, bool& going) const {
    if (at.number() < 0) return system_error("list", path_ + "/" + prefix);
    const int number = at.number();
    DIR* const opened = ::fdopendir(number);
    if (opened == nullptr) return system_error("list", path_ + "/" + prefix);
    (void)at.release();
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(opened, ::closedir);
    while (const dirent* item = going ? ::readdir(listing.get()) : nullptr) {
      const std::string name = item->d_name;
      if (name == "." || name == "..") continue;
      struct stat status {};
      const bool known = ::fstatat(number, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
      if (!known || !S_ISDIR(status.st_mode) || deep == 0) {
        going = visit(prefix + name);
        continue;
      }
      Descriptor below(::openat(number, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      QUOTARY_TRY_VOID(visit_below(std::move(below), prefix + name + "/", deep - 1, visit, going));
    }
    return {};
  }

  Descriptor top_;
  const std::string path_;
};

}  // namespace

Result<std::unique_ptr<ExportSource>> open_export_folder(const std::string& folder) {
  Descriptor top(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (top.number() < 0) {
    Error error = system_error("open", folder);
    if (error.kind != Errc::forbidden) error = fail(Errc::not_found, "no_export", error.detail);
    return error;
  }
  return std::unique_ptr<ExportSource>(new Folder(std::move(top), folder));
}

}  // namespace quotary
