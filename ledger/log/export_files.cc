#include "ledger/log/export_files.h"

#include "ledger/log/export_format.h"
#include "ledger/log/ustar.h"

#include <algorithm>
#include <map>
#include <utility>

namespace quotary {

namespace {

constexpr std::size_t gathered_bytes_max = 1u << 18;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

// "tile/0/x001/067" is of the kind "tile/0".
std::string kind_of(const std::string& folder) {
  const std::size_t slash = folder.find('/');
  return folder.substr(0, slash == std::string::npos ? slash : folder.find('/', slash + 1));
}

class FolderFiles final : public ExportFiles {
 public:
  FolderFiles(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  // It can be made once: two that take the same folder cannot both go on.
  Result<void> start() {
    QUOTARY_TRY(volume, files_.open_volume(folder_));
    volume_ = std::move(volume);
    QUOTARY_TRY_VOID(sums_.open(files_, folder_ + "/" + std::string(export_sums_name)));
    return behind_.drain();
  }

  Result<void> begin(const std::string& path) override {
    QUOTARY_CHECK(!current_.is_open());
    QUOTARY_TRY_VOID(enter_folder_of(path));
    path_ = path;
    return current_.open(files_, folder_ + "/" + path);
  }
  Result<void> add(std::string_view bytes) override {
    hash_.update(bytes);
    return current_.add(bytes);
  }
  Result<void> end() override {
    QUOTARY_TRY_VOID(current_.close_unsynced());
    return sums_.add(sums_line(hash_.finish(), path_));
  }
  Result<void> finish() override {
    QUOTARY_TRY_VOID(sums_.close_unsynced());
    QUOTARY_TRY_VOID(behind_.drain());
    // Once for all: a sync of each of thousands of small files is what an export would mostly wait for.
    return volume_->sync();
  }

 private:
  Result<void> enter_folder_of(const std::string& path) {
    const std::string below = folder_of(path);
    if (below.empty()) return {};
    std::string& now = folders_[kind_of(below)];
    if (now == below) return {};
    now = below;
    return behind_.post([&files = files_, path = folder_ + "/" + below] { return files.make_directory(path); });
  }

  FileSystem& files_;
  const std::string folder_;
  WriteBehind behind_;
  ExportOutput current_{behind_}, sums_{behind_};
  std::string path_;
  Sha256 hash_;
  std::unique_ptr<Volume> volume_;
  // The folder that files of a kind go to now, by the kind's first two parts: numbers only grow.
  std::map<std::string, std::string> folders_;
};

class ArchiveFiles final : public ExportFiles {
 public:
  ArchiveFiles(FileSystem& files, std::string path, std::uint64_t seconds)
      : files_(files), path_(std::move(path)), seconds_(seconds) {}

  Result<void> start() {
    // The list grows with the export, and stands behind what it is about.
    QUOTARY_TRY_VOID(sums_.open(files_, export_archive_sums(path_)));
    QUOTARY_TRY_VOID(behind_.drain());
    QUOTARY_TRY_VOID(archive_.open(files_, path_));
    auto opened = behind_.drain();
    if (!opened) (void)files_.remove(export_archive_sums(path_));
    return opened;
  }

  Result<void> begin(const std::string& path) override {
    member_ = {path, 0, seconds_};
    header_at_ = archive_.size();
    return archive_.add(std::string(ustar_block_bytes, '\0'));
  }
  Result<void> add(std::string_view bytes) override {
    hash_.update(bytes);
    member_.size += bytes.size();
    return archive_.add(bytes);
  }
  Result<void> end() override {
    QUOTARY_TRY_VOID(end_member());
    return sums_.add(sums_line(hash_.finish(), member_.name));
  }
  Result<void> finish() override {
    QUOTARY_TRY_VOID(sums_.flush());
    QUOTARY_TRY_VOID(begin(std::string(export_sums_name)));
    for (std::uint64_t at = 0; at < sums_.size(); at += gathered_bytes_max) {
      QUOTARY_TRY(part, sums_.read_at(at, gathered_bytes_max));
      QUOTARY_TRY_VOID(add(part));
    }
    if (member_.size != sums_.size())
      return fail(Errc::storage, "file_error", export_archive_sums(path_) + " was changed meanwhile");
    QUOTARY_TRY_VOID(end_member());
    QUOTARY_TRY_VOID(archive_.add(std::string(ustar_end_bytes, '\0')));
    QUOTARY_TRY_VOID(archive_.close());
    QUOTARY_TRY_VOID(behind_.drain());
    return files_.remove(export_archive_sums(path_));
  }

 private:
  // The size stands before the bytes, and is known behind them.
  Result<void> end_member() {
    if (member_.size > ustar_number_max)
      return fail(Errc::too_large, "member_too_large", member_.name + " is over 8 GiB: export into a folder");
    QUOTARY_TRY_VOID(archive_.add(std::string(ustar_padding(member_.size), '\0')));
    return archive_.write_over(header_at_, ustar_header(member_));
  }

  FileSystem& files_;
  const std::string path_;
  const std::uint64_t seconds_;
  WriteBehind behind_;
  ExportOutput archive_{behind_}, sums_{behind_};
  UstarMember member_;
  std::uint64_t header_at_ = 0;
  Sha256 hash_;
};

}  // namespace

std::string export_archive_sums(const std::string& path) { return path + ".sums"; }

Result<std::unique_ptr<ExportFiles>> ExportFiles::create_folder(FileSystem& files, const std::string& folder) {
  QUOTARY_TRY_VOID(files.make_directory(folder));
  auto made = std::make_unique<FolderFiles>(files, folder);
  if (auto started = made->start(); !started) {
    (void)files.remove(folder);  // only if it is empty
    return std::move(started).error();
  }
  return std::unique_ptr<ExportFiles>(std::move(made));
}

Result<std::unique_ptr<ExportFiles>> ExportFiles::create_archive(FileSystem& files, std::string path, Timestamp now) {
  const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(now.unix_ms / 1000, 0));
  auto made = std::make_unique<ArchiveFiles>(files, std::move(path), std::min(seconds, ustar_number_max));
  QUOTARY_TRY_VOID(made->start());
  return std::unique_ptr<ExportFiles>(std::move(made));
}

Result<void> ExportFiles::put(const std::string& path, std::string_view bytes) {
  QUOTARY_TRY_VOID(begin(path));
  QUOTARY_TRY_VOID(add(bytes));
  return end();
}

Result<void> ExportOutput::open(FileSystem& files, const std::string& path) {
  file_ = std::make_shared<std::unique_ptr<File>>();
  written_ = 0;
  return behind_.post([&files, path, opened = file_]() -> Result<void> {
    QUOTARY_TRY(file, files.open(path, OpenMode::create_new));
    *opened = std::move(file);
    return {};
  });
}

Result<void> ExportOutput::add(std::string_view bytes) {
  QUOTARY_CHECK(file_ != nullptr);
  if (gathered_.empty()) gathered_.reserve(std::max(bytes.size(), gathered_bytes_max + gathered_bytes_max / 4));
  gathered_ += bytes;
  return gathered_.size() < gathered_bytes_max ? Result<void>() : flush();
}

Result<void> ExportOutput::flush() {
  const std::uint64_t offset = written_;
  const std::size_t size = gathered_.size();
  written_ += size;
  // Behind a pointer, since a task can be copied.
  auto bytes = std::make_shared<const std::string>(std::exchange(gathered_, {}));
  return behind_.post(
      [file = file_, offset, bytes]() -> Result<void> {
        QUOTARY_TRY_VOID((*file)->write_at(offset, *bytes));
        (*file)->start_writing(offset, bytes->size());
        return {};
      },
      size);
}

Result<void> ExportOutput::write_over(std::uint64_t offset, std::string_view bytes) {
  if (offset < written_) {
    return behind_.post([file = file_, offset, over = std::string(bytes)] { return (*file)->write_at(offset, over); },
                        bytes.size());
  }
  gathered_.replace(static_cast<std::size_t>(offset - written_), bytes.size(), bytes);
  return {};
}

Result<std::string> ExportOutput::read_at(std::uint64_t offset, std::size_t size) const {
  QUOTARY_TRY_VOID(behind_.drain());
  return (*file_)->read_at(offset, size);
}

Result<void> ExportOutput::close() {
  QUOTARY_TRY_VOID(flush());
  return behind_.post([file = std::move(file_)]() -> Result<void> {
    QUOTARY_TRY_VOID((*file)->sync());
    file->reset();
    return {};
  });
}

Result<void> ExportOutput::close_unsynced() {
  QUOTARY_TRY_VOID(flush());
  return behind_.post([file = std::move(file_)]() -> Result<void> {
    file->reset();
    return {};
  });
}

}  // namespace quotary
