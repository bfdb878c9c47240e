#include "ledger/log/rocks_files.h"

#include <rocksdb/file_system.h>

#include <algorithm>
#include <atomic>
#include <utility>

namespace quotary {

namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

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

class Writable : public rocksdb::FSWritableFile {
 public:
  Writable(std::unique_ptr<File> file, std::uint64_t size, const FileOptions& options)
      : FSWritableFile(options), file_(std::move(file)), size_(size) {}

  using FSWritableFile::Append;
  IOStatus Append(const rocksdb::Slice& data, const IOOptions&, IODebugContext*) override {
    const auto written = file_->write_at(size_, {data.data(), data.size()});
    if (!written) return status_of(written);
    size_ += data.size();
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

 protected:
  std::shared_ptr<File> file_;
  std::uint64_t size_;  // of what was written
};

// A log, which may have zeros ahead of its end.
class Log final : public Writable {
 public:
  Log(std::unique_ptr<File> file, std::uint64_t size, std::string path, bool zeros, bool first,
      std::shared_ptr<LogTail> tail, std::shared_ptr<SpareLog> spare, const FileOptions& options)
      : Writable(std::move(file), size, options),
        path_(std::move(path)),
        zeros_(zeros),
        first_(first),
        tail_(std::move(tail)),
        spare_(std::move(spare)) {}

  using Writable::Append;
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const std::uint64_t begin = size_;
    IOStatus written = Writable::Append(data, options, debug);
    if (!written.ok()) return written;
    // A sync follows soon: the batch is on its way to the disk while the engine and the ledger work on.
    file_->start_writing(begin, data.size());
    tail_->tell(path_, size_, file_);
    // Ready before the next log needs it, and not made for a ledger that hardly grows.
    if (const std::uint64_t part = spare_->bytes() / 4; size_ >= part || !first_) spare_->make_soon();
    return written;
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    if (zeros_ && file_) (void)file_->truncate(size_);  // zeros that stay do no harm
    return Writable::Close(options, debug);
  }

 private:
  const std::string path_;
  const bool zeros_;
  const bool first_;  // since the store was opened
  const std::shared_ptr<LogTail> tail_;
  const std::shared_ptr<SpareLog> spare_;
};

// The first bytes of a file, as if it ended there.
class Beginning final : public rocksdb::FSSequentialFile {
 public:
  Beginning(std::unique_ptr<rocksdb::FSSequentialFile> file, std::uint64_t size)
      : file_(std::move(file)), left_(size) {}

  IOStatus Read(std::size_t size, const IOOptions& options, rocksdb::Slice* bytes, char* scratch,
                IODebugContext* debug) override {
    IOStatus outcome = file_->Read(std::min<std::uint64_t>(size, left_), options, bytes, scratch, debug);
    left_ -= bytes->size();
    return outcome;
  }
  IOStatus Skip(std::uint64_t size) override {
    const std::uint64_t skipped = std::min(size, left_);
    left_ -= skipped;
    return file_->Skip(skipped);
  }

 private:
  const std::unique_ptr<rocksdb::FSSequentialFile> file_;
  std::uint64_t left_;
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
  Files(std::shared_ptr<quotary::FileSystem> files, std::shared_ptr<LogTail> tail, std::shared_ptr<SpareLog> spare,
        bool standing)
      : FileSystemWrapper(rocksdb::FileSystem::Default()),
        files_(std::move(files)),
        tail_(std::move(tail)),
        spare_(std::move(spare)),
        standing_(standing) {}
  const char* Name() const override { return "quotary"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions& options,
                             std::unique_ptr<rocksdb::FSSequentialFile>* opened, IODebugContext* debug) override {
    IOStatus outcome = target()->NewSequentialFile(path, options, opened, debug);
    const bool framed = is_log(path) || (standing_ && path.find("/MANIFEST-") != path.npos);
    if (!outcome.ok() || !framed || !(standing_ || is_last_written(path))) return outcome;
    const auto file = files_->open(path, OpenMode::read_only);
    if (!file) return status_of(file.error());
    const auto end = find_log_end(**file);
    if (!end) return status_of(end.error());
    // The engine would refuse it too, without the file's name.
    if (!*end) return IOStatus::Corruption(path + ": a record in it does not hold, and others stand behind it");
    opened->reset(new Beginning(std::move(*opened), **end));
    return outcome;
  }

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
    return status_of(files_->make_directory(path, engine_folder_permissions));
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions&, IODebugContext*) override {
    return status_of(files_->make_directory(path, engine_folder_permissions));
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
  // Whether no later log in its folder holds a record. There may be one: a start names its own log before it has said
  // that what this one holds is in tables, and may be cut off there.
  bool is_last_written(const std::string& path) const {
    const std::size_t slash = path.rfind('/');
    const std::string_view name = std::string_view(path).substr(slash + 1);
    const auto names = files_->list(path.substr(0, slash));
    return names && std::none_of(names->begin(), names->end(), [&](const std::string& other) {
             return is_log(other) && earlier_log(name, other) && !is_blank(path.substr(0, slash + 1) + other);
           });
  }

  bool is_blank(const std::string& path) const {
    const auto file = files_->open(path, OpenMode::read_only);
    if (!file) return false;
    const auto end = log_end(**file);
    return end && *end == 0;
  }

  IOStatus writable(const std::string& path, const FileOptions& options, bool keep,
                    std::unique_ptr<rocksdb::FSWritableFile>* made) {
    const bool log = is_log(path);
    const bool zeros = log && !keep && spare_->take(path);
    auto file = files_->open(path, OpenMode::create_or_open, engine_file_permissions);
    if (!file) return status_of(file.error());
    std::uint64_t size = 0;
    if (!zeros) {
      const auto found = (*file)->size();
      if (!found) return status_of(found.error());
      if (keep) {
        size = *found;
      } else if (*found > 0) {
        if (const auto cut = (*file)->truncate(0); !cut) return status_of(cut.error());
      }
    }
    if (log) {
      // A start opens the log that it has read once more, to cut it, and writes nothing to it.
      const bool first = !keep && !begun_.exchange(true);
      made->reset(new Log(std::move(*file), size, path, zeros, first, tail_, spare_, options));
    } else {
      made->reset(new Writable(std::move(*file), size, options));
    }
    return IOStatus::OK();
  }

  const std::shared_ptr<quotary::FileSystem> files_;
  const std::shared_ptr<LogTail> tail_;
  const std::shared_ptr<SpareLog> spare_;
  const bool standing_;
  std::atomic<bool> begun_ = false;  // a log, since the store was opened
};

}  // namespace

std::unique_ptr<rocksdb::Env> rocks_environment(std::shared_ptr<FileSystem> files, std::shared_ptr<LogTail> tail,
                                                std::shared_ptr<SpareLog> spare, bool standing) {
  return rocksdb::NewCompositeEnv(
      std::make_shared<Files>(std::move(files), std::move(tail), std::move(spare), standing));
}

}  // namespace quotary
