#include "ledger/log/rocks_files.h"

#include <rocksdb/file_system.h>

#include <utility>

namespace quotary {

namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// As the engine makes its files; the data folder around them is 0700.
constexpr unsigned file_permissions = 0644, folder_permissions = 0755;

// A full disk is not told apart: the engine would write on as soon as there is space, and a failed write ends all
// writing.
IOStatus status_of(const Error& error) {
  if (error.kind == Errc::not_found) return IOStatus::PathNotFound(error.detail);
  return IOStatus::IOError(error.detail);
}
IOStatus status_of(const Result<void>& outcome) {
  if (!outcome) return status_of(outcome.error());
  return IOStatus::OK();
}

IOStatus unused(const char* call) {
  return IOStatus::NotSupported(std::string(call) + " is not made by the ledger's store");
}

class Writable final : public rocksdb::FSWritableFile {
 public:
  Writable(std::unique_ptr<File> file, std::uint64_t size, std::string log_path, std::shared_ptr<LogTail> tail,
           const FileOptions& options)
      : FSWritableFile(options),
        file_(std::move(file)),
        size_(size),
        log_path_(std::move(log_path)),
        tail_(std::move(tail)) {}

  using FSWritableFile::Append;
  IOStatus Append(const rocksdb::Slice& data, const IOOptions&, IODebugContext*) override {
    const auto written = file_->write_at(size_, {data.data(), data.size()});
    if (!written) return status_of(written);
    const std::uint64_t begin = std::exchange(size_, size_ + data.size());
    if (!log_path_.empty()) {
      // A sync follows soon: the batch is on its way to the disk while the engine and the ledger work on.
      file_->start_writing(begin, data.size());
      tail_->tell(log_path_, size_);
    }
    return IOStatus::OK();
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions&, IODebugContext*) override {
    const auto cut = file_->truncate(size);
    if (cut) size_ = size;
    return status_of(cut);
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return status_of(file_->sync()); }
  bool IsSyncThreadSafe() const override { return true; }  // writing appends and syncing shares no state
  IOStatus RangeSync(std::uint64_t offset, std::uint64_t size, const IOOptions&, IODebugContext*) override {
    file_->start_writing(offset, size);
    return IOStatus::OK();
  }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return size_; }
  IOStatus Close(const IOOptions&, IODebugContext*) override {
    file_.reset();
    return IOStatus::OK();
  }

 private:
  std::unique_ptr<File> file_;
  std::uint64_t size_;
  const std::string log_path_;  // empty: no log
  const std::shared_ptr<LogTail> tail_;
};

class Directory final : public rocksdb::FSDirectory {
 public:
  Directory(std::shared_ptr<quotary::FileSystem> files, std::string path)
      : files_(std::move(files)), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return status_of(files_->sync_directory(path_)); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  const std::shared_ptr<quotary::FileSystem> files_;
  const std::string path_;
};

class Files final : public rocksdb::FileSystemWrapper {
 public:
  Files(std::shared_ptr<quotary::FileSystem> files, std::shared_ptr<LogTail> tail)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), files_(std::move(files)), tail_(std::move(tail)) {}
  const char* Name() const override { return "quotary"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* made, IODebugContext*) override {
    return writable(path, options, false, made);
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* made, IODebugContext*) override {
    return writable(path, options, true, made);
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options, std::unique_ptr<rocksdb::FSDirectory>* made,
                        IODebugContext* debug) override {
    IOStatus there = target()->FileExists(path, options, debug);
    if (there.ok()) made->reset(new Directory(files_, path));
    return there;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    return status_of(files_->remove(path));
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return status_of(files_->remove(path));
  }
  IOStatus CreateDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    if (files_->exists(path)) return IOStatus::IOError(path + " is there already");
    return status_of(files_->make_directory(path, folder_permissions));
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions&, IODebugContext*) override {
    return status_of(files_->make_directory(path, folder_permissions));
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&, IODebugContext*) override {
    return status_of(files_->rename(from, to));
  }
  IOStatus Truncate(const std::string& path, std::size_t size, const IOOptions&, IODebugContext*) override {
    auto file = files_->open(path, OpenMode::read_write);
    if (!file) return status_of(file.error());
    return status_of((*file)->truncate(size));
  }

  // Of options that are not set here; refused, so that nothing goes past `files`.
  IOStatus ReuseWritableFile(const std::string&, const std::string&, const FileOptions&,
                             std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return unused("reuse of a file");
  }
  IOStatus NewRandomRWFile(const std::string&, const FileOptions&, std::unique_ptr<rocksdb::FSRandomRWFile>*,
                           IODebugContext*) override {
    return unused("a write at random");
  }
  IOStatus NewMemoryMappedFileBuffer(const std::string&, std::unique_ptr<rocksdb::MemoryMappedFileBuffer>*) override {
    return unused("a mapped write");
  }
  IOStatus LinkFile(const std::string&, const std::string&, const IOOptions&, IODebugContext*) override {
    return unused("a hard link");
  }

 private:
  IOStatus writable(const std::string& path, const FileOptions& options, bool keep,
                    std::unique_ptr<rocksdb::FSWritableFile>* made) {
    auto file = files_->open(path, OpenMode::create_or_open, file_permissions);
    if (!file) return status_of(file.error());
    const auto size = (*file)->size();
    if (!size) return status_of(size.error());
    if (!keep && *size > 0) {
      if (const auto cut = (*file)->truncate(0); !cut) return status_of(cut.error());
    }
    made->reset(new Writable(std::move(*file), keep ? *size : 0, path.ends_with(".log") ? path : std::string(), tail_,
                             options));
    return IOStatus::OK();
  }

  const std::shared_ptr<quotary::FileSystem> files_;
  const std::shared_ptr<LogTail> tail_;
};

}  // namespace

std::unique_ptr<rocksdb::Env> rocks_environment(std::shared_ptr<FileSystem> files, std::shared_ptr<LogTail> tail) {
  return rocksdb::NewCompositeEnv(std::make_shared<Files>(std::move(files), std::move(tail)));
}

}  // namespace quotary
