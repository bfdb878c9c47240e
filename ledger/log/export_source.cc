#include "ledger/log/export_source.h"

#include "ledger/log/export_format.h"
#include "ledger/log/ustar.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
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

// Up to `size` bytes from there; fewer only at the file's end.
Result<std::string> read_at(int file, std::uint64_t offset, std::size_t size, const std::string& path) {
  std::string out(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(file, out.data() + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read", path);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  out.resize(done);
  return out;
}

// A part of an archive.
class Member final : public ExportInput {
 public:
  Member(std::shared_ptr<const Descriptor> file, std::uint64_t offset, std::uint64_t size, std::string path)
      : file_(std::move(file)), offset_(offset), size_(size), path_(std::move(path)) {}

  Result<std::string> read(std::size_t size) override {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - taken_));
    QUOTARY_TRY(part, read_at(file_->number(), offset_ + taken_, wanted, path_));
    taken_ += part.size();
    return part;
  }
  std::uint64_t size() const override { return size_; }

 private:
  const std::shared_ptr<const Descriptor> file_;
  const std::uint64_t offset_, size_;
  const std::string path_;
  std::uint64_t taken_ = 0;
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

class Archive final : public ExportSource {
 public:
  Archive(Descriptor descriptor, std::string path)
      : file_(std::make_shared<const Descriptor>(std::move(descriptor))), path_(std::move(path)) {}

  // Reads every header.
  Result<void> index(std::uint64_t size) {
    std::uint64_t at = 0;
    std::optional<std::uint64_t> seconds;
    const auto bad = [&](const std::string& why) {
      return fail(Errc::corrupt, "bad_archive",
                  path_ + " is no archive of an export: at byte " + std::to_string(at) + ": " + why);
    };
    for (;;) {
      QUOTARY_TRY(block, read_at(file_->number(), at, ustar_block_bytes, path_));
      if (block.find_first_not_of('\0') == block.npos) break;
      auto member = read_ustar_header(block);
      if (!member || (seconds && *seconds != member->seconds)) return bad("a header that is not written so");
      seconds = member->seconds;
      const std::uint64_t behind = at + ustar_block_bytes + member->size + ustar_padding(member->size);
      if (behind > size) return bad(printable(member->name) + " is cut short");
      if (members_.size() == export_archive_files_max) return bad("too many files");
      const bool added = members_.emplace(member->name, Place{at + ustar_block_bytes, member->size}).second;
      if (!added) return bad(printable(member->name) + " is there twice");
      at = behind;
    }
    if (size != at + ustar_end_bytes) return bad("its end is missing, or something stands behind it");
    QUOTARY_TRY(end, read_at(file_->number(), at, ustar_end_bytes, path_));
    if (end != std::string(ustar_end_bytes, '\0')) return bad("its end is not zeros");
    return {};
  }

  Result<std::unique_ptr<ExportInput>> open(const std::string& path) const override {
    const auto found = members_.find(path);
    if (found == members_.end()) return fail(Errc::not_found, "file_missing", path_ + " holds no " + path);
    return std::unique_ptr<ExportInput>(new Member(file_, found->second.offset, found->second.size, path_));
  }
  Result<void> visit(const Visit& visit) const override {
    for (const auto& [name, place] : members_) {
      if (!visit(name)) break;
    }
    return {};
  }

 private:
  struct Place {
    std::uint64_t offset = 0, size = 0;
  };
  const std::shared_ptr<const Descriptor> file_;
  const std::string path_;
  std::map<std::string, Place, std::less<>> members_;
};

// Anything else is no export at all.
Error no_export(Error error) {
  if (error.kind != Errc::forbidden) error = fail(Errc::not_found, "no_export", error.detail);
  return error;
}

}  // namespace

Result<std::unique_ptr<ExportSource>> open_export_archive(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (file.number() < 0) return no_export(system_error("open", path));
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) return system_error("stat", path);
  if (!S_ISREG(status.st_mode)) return fail(Errc::not_found, "no_export", path + " is neither a folder nor a file");
  auto archive = std::make_unique<Archive>(std::move(file), path);
  QUOTARY_TRY_VOID(archive->index(static_cast<std::uint64_t>(status.st_size)));
  return std::unique_ptr<ExportSource>(std::move(archive));
}

Result<std::unique_ptr<ExportSource>> open_export(const std::string& path) {
  struct stat status {};
  const bool folder = ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  return folder ? open_export_folder(path) : open_export_archive(path);
}

Result<std::unique_ptr<ExportSource>> open_export_folder(const std::string& folder) {
  Descriptor top(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (top.number() < 0) return no_export(system_error("open", folder));
  return std::unique_ptr<ExportSource>(new Folder(std::move(top), folder));
}

}  // namespace quotary
