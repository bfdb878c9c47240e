// The store on RocksDB, which only this file and the one for its files touch.
#include "ledger/log/rocks_files.h"
#include "ledger/log/store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <utility>

namespace quotary {

namespace {

constexpr std::array<const char*, family_count> family_names = {"entries", "objects", "state", "batches"};

constexpr std::size_t read_ahead_bytes = 1u << 20;
constexpr int standing_attempts_max = 20;
constexpr std::size_t block_cache_bytes = 64u << 20;  // one for all families
constexpr std::size_t write_buffer_bytes = 32u << 20;
// A log that is full sends all families into tables, and so is done with. Less than what fills a family's memory: else
// a full family begins a new log by itself, the others keep the old one, and logs are cut short in turns. A start reads
// as much again, or twice that while tables are written.
constexpr std::uint64_t log_bytes_max = 30u << 20;

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

Error store_error(const char* action, const rocksdb::Status& status) {
  const bool damaged = status.IsCorruption();
  return fail(damaged ? Errc::corrupt : Errc::storage, damaged ? "store_damaged" : "store_error",
              std::string("the store cannot ") + action + ": " + status.ToString());
}

// Keeps the first background error; the ledger latches on it.
class ErrorListener final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    const std::lock_guard lock(mutex_);
    if (text_.empty()) text_ = status->ToString();
  }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

rocksdb::Options database_options(const std::shared_ptr<ErrorListener>& listener) {
  rocksdb::Options options;
  // Stops at a torn tail only; any damage before it is an error, not silently fewer entries.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.paranoid_checks = true;
  options.max_bgerror_resume_count = 0;
  options.bytes_per_sync = 1 << 20;
  options.wal_bytes_per_sync = 0;
  // Blocks set aside ahead make each sync dearer, not cheaper: every write into them changes the file's extents.
  options.allow_fallocate = false;
  options.max_open_files = -1;
  options.max_total_wal_size = log_bytes_max;
  options.keep_log_file_num = 2;
  options.max_background_jobs = 2;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.listeners.push_back(listener);
  return options;
}

rocksdb::ColumnFamilyOptions family_options(Family family, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 32u << 10;
  table.checksum = rocksdb::kXXH3;
  table.block_cache = cache;
  // Ciphertext and hashes do not compress.
  const bool dense = family == Family::objects || family == Family::batches;
  options.compression = dense ? rocksdb::kNoCompression : rocksdb::kLZ4Compression;
  options.memtable_protection_bytes_per_key = 8;
  options.write_buffer_size = write_buffer_bytes;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  if (family == Family::objects) {
    // No blob files: a secondary instance of RocksDB 7.8 keeps a dangling reference where it reads them, so that
    // `verify` on another's folder would crash once a restart has flushed a payload into one.
    options.enable_blob_files = false;
  }
  return options;
}

struct Database {
  std::shared_ptr<FileSystem> files;  // of a database that is written to
  std::string directory;              // of the same
  std::shared_ptr<LogTail> tail = std::make_shared<LogTail>();
  std::shared_ptr<SpareLog> spare;
  std::unique_ptr<rocksdb::Env> environment;  // outlives the database
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  std::shared_ptr<ErrorListener> listener = std::make_shared<ErrorListener>();
  std::string temporary;  // a folder of its own, for read_only and salvage
  bool standing = false;  // a read-only instance stands still by itself and knows no snapshots

  ~Database() {
    for (auto* handle : handles) {
      if (handle != nullptr) db->DestroyColumnFamilyHandle(handle);
    }
    if (db) db->Close();
    db.reset();
    std::error_code ignored;
    if (!temporary.empty()) std::filesystem::remove_all(temporary, ignored);
  }
  // Handle 0 is RocksDB's default family, which stays empty.
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return handles[static_cast<unsigned>(family) + 1];
  }
};

// Hands a batch's operations on in their order.
class Reading final : public rocksdb::WriteBatch::Handler {
 public:
  Reading(const Database& base, const ReadBack& visit) : visit_(visit) {
    for (unsigned i = 0; i < family_count; ++i) numbers_[i] = base.handle(static_cast<Family>(i))->GetID();
  }
  rocksdb::Status PutCF(std::uint32_t number, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    return take(number, view(key), view(value));
  }
  rocksdb::Status DeleteCF(std::uint32_t number, const rocksdb::Slice& key) override {
    return take(number, view(key), std::nullopt);
  }
  bool Continue() override { return go_on_; }

 private:
  // The engine's number of a family says nothing by itself: one that was made anew has another than before.
  rocksdb::Status take(std::uint32_t number, std::string_view key, std::optional<std::string_view> value) {
    const auto found = std::find(numbers_.begin(), numbers_.end(), number);
    if (found == numbers_.end()) return rocksdb::Status::Corruption("a family that is not the ledger's");
    go_on_ = visit_(static_cast<Family>(found - numbers_.begin()), key, value);
    return rocksdb::Status::OK();
  }

  const ReadBack& visit_;
  std::array<std::uint32_t, family_count> numbers_{};
  bool go_on_ = true;
};

Result<std::optional<std::string>> get_from(const Database& base, const rocksdb::Snapshot* snapshot, Family family,
                                            std::string_view key) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::string value;
  const rocksdb::Status status = base.db->Get(options, base.handle(family), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return store_error("read", status);
  return std::optional<std::string>(std::move(value));
}

Result<void> scan_from(const Database& base, const rocksdb::Snapshot* snapshot, Family family, std::string_view prefix,
                       std::string_view from, bool reverse, const Visit& visit) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.readahead_size = reverse ? 0 : read_ahead_bytes;
  options.fill_cache = false;
  options.verify_checksums = true;
  options.total_order_seek = true;
  const std::unique_ptr<rocksdb::Iterator> iterator(base.db->NewIterator(options, base.handle(family)));
  if (!reverse) {
    iterator->Seek(slice(from.empty() ? prefix : from));
  } else if (!from.empty()) {
    iterator->SeekForPrev(slice(from));
  } else {
    std::string end(prefix);  // the first key after every key with the prefix
    while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
    if (end.empty()) {
      iterator->SeekToLast();
    } else {
      end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
      iterator->SeekForPrev(slice(end));
      if (iterator->Valid() && view(iterator->key()) == end) iterator->Prev();
    }
  }
  while (iterator->Valid() && view(iterator->key()).starts_with(prefix)) {
    if (!visit(view(iterator->key()), view(iterator->value()))) return {};
    reverse ? iterator->Prev() : iterator->Next();
  }
  if (!iterator->status().ok()) return store_error("scan", iterator->status());
  return {};
}

// By their numbers.
std::vector<std::string> logs_in(FileSystem& files, const std::string& directory) {
  auto names = files.list(directory);
  if (!names) return {};
  std::erase_if(*names, [](const std::string& name) { return !is_log(name); });
  std::sort(names->begin(), names->end(), earlier_log);
  return std::move(*names);
}

class RocksCursor final : public Cursor {
 public:
  RocksCursor(std::shared_ptr<Database> base, const rocksdb::Snapshot* snapshot, Family family, Access access)
      : base_(std::move(base)) {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot;
    options.verify_checksums = true;
    options.total_order_seek = true;
    if (access == Access::sequential) {
      options.readahead_size = read_ahead_bytes;
      options.fill_cache = false;
    }
    iterator_.reset(base_->db->NewIterator(options, base_->handle(family)));
  }
  void seek(std::string_view key) override { iterator_->Seek(slice(key)); }
  void next() override { iterator_->Next(); }
  bool valid() const override { return iterator_->Valid(); }
  std::string_view key() const override { return view(iterator_->key()); }
  std::string_view value() const override { return view(iterator_->value()); }
  Result<void> status() const override {
    if (iterator_->status().ok()) return {};
    return store_error("scan", iterator_->status());
  }

 private:
  std::shared_ptr<Database> base_;  // outlives the iterator
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

class RocksSnapshot final : public StoreView {
 public:
  explicit RocksSnapshot(std::shared_ptr<Database> base)
      : base_(std::move(base)), snapshot_(base_->standing ? nullptr : base_->db->GetSnapshot()) {}
  ~RocksSnapshot() override {
    if (snapshot_ != nullptr) base_->db->ReleaseSnapshot(snapshot_);
  }
  Result<std::optional<std::string>> get(Family family, std::string_view key) const override {
    return get_from(*base_, snapshot_, family, key);
  }
  Result<void> scan(Family family, std::string_view prefix, std::string_view from, bool reverse,
                    const Visit& visit) const override {
    return scan_from(*base_, snapshot_, family, prefix, from, reverse, visit);
  }
  std::unique_ptr<Cursor> cursor(Family family, Access access) const override {
    return std::make_unique<RocksCursor>(base_, snapshot_, family, access);
  }

 private:
  std::shared_ptr<Database> base_;
  const rocksdb::Snapshot* snapshot_;
};

// The engine's own means (its Checkpoint and BackupEngine) take a log as far as its file reaches: with the zeros ahead
// of its end, and with what is written while they copy. So only what these rest on is used, that the engine removes no
// file meanwhile and says which files count, and the logs' ends are our own.
class RocksPin final : public StorePin {
 public:
  static Result<std::unique_ptr<StorePin>> make(std::shared_ptr<Database> base) {
    std::unique_ptr<RocksPin> pin(new RocksPin(std::move(base)));
    const rocksdb::Status held = pin->base_->db->DisableFileDeletions();
    if (!held.ok()) return store_error("keep its files", held);
    pin->held_ = true;
    QUOTARY_TRY_VOID(pin->add_tables());
    QUOTARY_TRY_VOID(pin->add_logs());
    return std::unique_ptr<StorePin>(std::move(pin));
  }
  ~RocksPin() override {
    if (held_) (void)base_->db->EnableFileDeletions(false);
  }
  const std::string& directory() const override { return base_->directory; }
  const std::vector<PinnedFile>& files() const override { return files_; }

 private:
  explicit RocksPin(std::shared_ptr<Database> base) : base_(std::move(base)) {}

  // Tables, and the table of tables up to where it names these alone.
  Result<void> add_tables() {
    std::vector<std::string> names;
    std::uint64_t manifest_size = 0;
    const rocksdb::Status listed = base_->db->GetLiveFiles(names, &manifest_size, false);
    if (!listed.ok()) return store_error("name its files", listed);
    for (std::string& name : names) {
      name.erase(0, name.find_first_not_of('/'));
      PinnedFile file{std::move(name), 0, false, {}};
      if (file.name == "CURRENT") continue;
      if (file.name.starts_with("MANIFEST-")) {
        file.size = manifest_size;
        const std::string current = file.name + "\n";
        files_.push_back({"CURRENT", current.size(), false, current});
      } else {
        QUOTARY_TRY(opened, base_->files->open(base_->directory + "/" + file.name, OpenMode::read_only));
        QUOTARY_TRY(size, opened->size());
        file.size = size;
        file.lasting = file.name.ends_with(".sst");
      }
      files_.push_back(std::move(file));
    }
    return {};
  }

  // After the tables, so that what was in a log then is there or in a table.
  Result<void> add_logs() {
    const LogTail::Place newest = base_->tail->place();
    for (std::string& name : logs_in(*base_->files, base_->directory)) {
      const std::string path = base_->directory + "/" + name;
      std::uint64_t size = newest.size;
      if (path != newest.path) {
        auto log = base_->files->open(path, OpenMode::read_only);
        if (!log && log.error().kind == Errc::not_found) continue;  // done with before, and removed just now
        if (!log) return std::move(log).error();
        QUOTARY_TRY(end, log_end(**log));
        size = end;
      }
      files_.push_back({std::move(name), size, false, {}});
    }
    return {};
  }

  const std::shared_ptr<Database> base_;
  bool held_ = false;
  std::vector<PinnedFile> files_;
};

class RocksStore final : public Store {
 public:
  explicit RocksStore(std::shared_ptr<Database> base) : base_(std::move(base)) {}

  Result<std::optional<std::string>> get(Family family, std::string_view key) const override {
    return get_from(*base_, nullptr, family, key);
  }
  Result<void> scan(Family family, std::string_view prefix, std::string_view from, bool reverse,
                    const Visit& visit) const override {
    return scan_from(*base_, nullptr, family, prefix, from, reverse, visit);
  }
  std::unique_ptr<Cursor> cursor(Family family, Access access) const override {
    return std::make_unique<RocksCursor>(base_, nullptr, family, access);
  }
  std::unique_ptr<StoreView> snapshot() const override { return std::make_unique<RocksSnapshot>(base_); }
  std::string background_error() const override { return base_->listener->text(); }

  Result<std::unique_ptr<StorePin>> pin() override { return RocksPin::make(base_); }

  void forget_cached() const override {
    const auto names = base_->files->list(base_->directory);
    if (!names) return;
    for (const std::string& name : *names) {
      if (!name.ends_with(".sst")) continue;
      // A table that a compaction has removed meanwhile needs no reading.
      if (auto table = base_->files->open(base_->directory + "/" + name, OpenMode::read_only))
        (*table)->forget_cached();
    }
  }

  Result<void> recreate(Family family) override {
    rocksdb::ColumnFamilyHandle*& handle = base_->handles[static_cast<unsigned>(family) + 1];
    rocksdb::ColumnFamilyDescriptor descriptor;
    rocksdb::Status status = handle->GetDescriptor(&descriptor);
    if (status.ok()) status = base_->db->DropColumnFamily(handle);
    if (!status.ok()) return store_error("drop a family", status);
    base_->db->DestroyColumnFamilyHandle(handle);
    handle = nullptr;
    status = base_->db->CreateColumnFamily(descriptor.options, descriptor.name, &handle);
    if (!status.ok()) return store_error("make a family anew", status);
    return {};
  }

  Result<void> write(const WriteSet& operations) override {
    return unless_failed([&] { return write_batch(operations); });
  }
  Result<void> sync() override {
    return unless_failed([&] { return sync_logs(); });
  }

  Result<void> read_back(const ReadBack& visit) override {
    const LogTail::Place end = base_->tail->place();
    if (end.path.empty()) return fail(Errc::storage, "read_back", "the store has no log to read the batch from");
    if (!log_ || log_path_ != end.path) {
      QUOTARY_TRY(opened, base_->files->open(end.path, OpenMode::read_only));
      log_ = std::move(opened);
      log_path_ = end.path;
    }
    // A full buffer makes the engine begin a new file just before it writes.
    const std::uint64_t begin = before_.path == end.path ? before_.size : 0;
    QUOTARY_TRY(bytes, log_->read_at(begin, end.size - begin));
    QUOTARY_TRY(record, log_record(bytes, begin));
    const rocksdb::WriteBatch batch(std::move(record));
    Reading reading(*base_, visit);
    const rocksdb::Status status = batch.Iterate(&reading);
    if (!status.ok()) return store_error("read its log back", status);
    return {};
  }

 private:
  // What a failed call was to bring to the disk may never get there, and the next sync could not tell.
  template <typename Action>
  Result<void> unless_failed(const Action& action) {
    if (failed_) return *failed_;
    Result<void> outcome = action();
    if (!outcome) failed_ = outcome.error();
    return outcome;
  }

  Result<void> write_batch(const WriteSet& operations) {
    QUOTARY_TRY_VOID(cut_torn_logs());
    std::size_t bytes = 0;
    for (const WriteOperation& operation : operations)
      bytes += operation.key.size() + (operation.value ? operation.value->size() : 0) + 16;
    rocksdb::WriteBatch batch(bytes);
    for (const WriteOperation& operation : operations) {
      const rocksdb::Status added =
          operation.value ? batch.Put(base_->handle(operation.family), slice(operation.key), slice(*operation.value))
                          : batch.Delete(base_->handle(operation.family), slice(operation.key));
      if (!added.ok()) return store_error("collect a batch", added);
    }
    before_ = base_->tail->place();
    rocksdb::WriteOptions options;
    options.memtable_insert_hint_per_batch = true;
    const rocksdb::Status status = base_->db->Write(options, &batch);
    if (!status.ok()) return store_error("write", status);
    return {};
  }

  // Not by the engine, which ends the process (an assertion) where its own sync of a log has failed just before.
  Result<void> sync_logs() {
    for (const std::shared_ptr<File>& log : base_->tail->take_unsynced()) QUOTARY_TRY_VOID(log->sync());
    const std::string path = base_->tail->place().path;
    if (named_ == path) return {};
    QUOTARY_TRY_VOID(base_->files->sync_directory(path.substr(0, path.rfind('/'))));
    named_ = path;
    return {};
  }

  // Only a log with no record behind it may end in what a crash left: before there is one, that goes, also from logs
  // that the engine is done with and has not removed. Not earlier: until the ledger has found all that was published it
  // might be needed.
  Result<void> cut_torn_logs() {
    if (std::exchange(cut_, true)) return {};
    std::vector<std::string> names = logs_in(*base_->files, base_->directory);
    if (!names.empty()) names.pop_back();  // the one that is written to
    for (const std::string& name : names) {
      auto log = base_->files->open(base_->directory + "/" + name, OpenMode::read_write);
      if (!log && log.error().kind == Errc::not_found) continue;  // removed meanwhile
      if (!log) return std::move(log).error();
      QUOTARY_TRY(size, (*log)->size());
      QUOTARY_TRY(end, log_end(**log));
      if (end == size) continue;
      QUOTARY_TRY_VOID((*log)->truncate(end));
      QUOTARY_TRY_VOID((*log)->sync());
    }
    return {};
  }

  std::shared_ptr<Database> base_;
  std::optional<Error> failed_;  // the first failure of a write or sync
  LogTail::Place before_;        // where the log ended before the last write
  std::unique_ptr<File> log_;
  std::string log_path_;
  bool cut_ = false;
  std::string named_;  // the log whose name is on the disk
};

}  // namespace

namespace {

constexpr std::string_view salvage_suffix = ".salvage-";

std::vector<rocksdb::ColumnFamilyDescriptor> all_families() {
  const auto cache = rocksdb::NewLRUCache(block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions()}};
  for (unsigned i = 0; i < family_count; ++i)
    families.emplace_back(family_names[i], family_options(static_cast<Family>(i), cache));
  return families;
}

Result<std::string> temporary_folder(const std::string& prefix) {
  std::string pattern = prefix + "XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr)
    return fail(Errc::storage, "store_error", "cannot make a folder " + pattern + ": " + std::strerror(errno));
  return pattern;
}

// Table files never change, so a link to them is a copy; all others are small, or bounded like the log.
Result<std::string> linked_copy(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::path from(directory);
  const std::string name = from.filename().string() + std::string(salvage_suffix);
  for (const auto& beside : fs::directory_iterator(from.parent_path(), failed)) {  // what a killed process left
    if (beside.path().filename().string().starts_with(name)) fs::remove_all(beside.path(), failed);
  }
  QUOTARY_TRY(copy, temporary_folder(directory + std::string(salvage_suffix)));
  for (const auto& item : fs::directory_iterator(from, failed)) {
    if (!item.is_regular_file(failed)) continue;
    const fs::path to = fs::path(copy) / item.path().filename();
    if (item.path().extension() == ".sst") {
      fs::create_hard_link(item.path(), to, failed);
    } else if (item.path().filename() != "LOCK" && item.path().filename() != spare_log_name) {
      fs::copy_file(item.path(), to, failed);
    }
    if (failed) break;
  }
  if (!failed) return copy;
  const std::string why = failed.message();
  fs::remove_all(copy, failed);
  return fail(Errc::storage, "store_error", "cannot copy " + directory + ": " + why);
}

// Everything that can still be read, from the log too.
rocksdb::Status open_salvaged(rocksdb::Options options, Database& base, rocksdb::DB** db) {
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  options.track_and_verify_wals_in_manifest = false;
  options.paranoid_checks = false;
  options.avoid_flush_during_recovery = true;
  options.disable_auto_compactions = true;
  options.create_missing_column_families = true;
  auto families = all_families();
  for (auto& family : families) family.options.disable_auto_compactions = true;
  rocksdb::Status status = rocksdb::DB::Open(options, base.temporary, families, &base.handles, db);
  if (status.ok()) return status;
  base.handles.clear();
  // Without a table of files the engine makes one from the files themselves.
  status = rocksdb::RepairDB(base.temporary, options, families);
  if (!status.ok()) return status;
  return rocksdb::DB::Open(options, base.temporary, families, &base.handles, db);
}

// What an opening may rest on: the logs and tables that are there, and how far the table of them (MANIFEST) goes.
std::vector<std::string> files_in(FileSystem& files, const std::string& directory) {
  auto names = files.list(directory);
  if (!names) return {};
  std::erase_if(*names, [](const std::string& name) {
    return !is_log(name) && !name.ends_with(".sst") && !name.starts_with("MANIFEST-");
  });
  std::sort(names->begin(), names->end());
  for (std::string& name : *names) {
    if (!name.starts_with("MANIFEST-")) continue;
    const auto file = files.open(directory + "/" + name, OpenMode::read_only);
    const auto size = file ? (*file)->size() : Result<std::uint64_t>(file.error());
    if (size) name += " " + std::to_string(*size);
  }
  return std::move(*names);
}

// A folder that is written to may move what a log or a table holds into another after MANIFEST was read, and remove it
// before it is opened: what was in it would be missing. Then the files have changed meanwhile, and it is opened again.
rocksdb::Status open_standing(const rocksdb::Options& options, const std::string& directory, FileSystem& files,
                              Database& base, rocksdb::DB** db) {
  for (int attempt = 0; attempt < standing_attempts_max; ++attempt) {
    const auto before = files_in(files, directory);
    rocksdb::Status status =
        rocksdb::DB::OpenAsSecondary(options, directory, base.temporary, all_families(), &base.handles, db);
    if (files_in(files, directory) == before) return status;
    if (status.ok()) {
      for (auto* handle : base.handles) (*db)->DestroyColumnFamilyHandle(handle);
      delete std::exchange(*db, nullptr);
    }
    base.handles.clear();
  }
  return rocksdb::Status::TryAgain("it was written to too fast to be read; try again later");
}

Result<std::unique_ptr<Store>> store_on(std::shared_ptr<Database> base, rocksdb::DB* db, const rocksdb::Status& status,
                                        const std::string& directory) {
  if (!status.ok()) {
    base->handles.clear();
    return store_error(("open " + directory).c_str(), status);
  }
  base->db.reset(db);
  return std::unique_ptr<Store>(new RocksStore(std::move(base)));
}

}  // namespace

Result<std::unique_ptr<Store>> open_rocks_store(const std::string& directory, StoreMode mode,
                                                std::shared_ptr<FileSystem> files, std::uint64_t log_ahead_bytes) {
  auto base = std::make_shared<Database>();
  rocksdb::Options options = database_options(base->listener);
  options.create_if_missing = mode == StoreMode::create;
  options.create_missing_column_families = mode == StoreMode::create;

  rocksdb::DB* db = nullptr;
  rocksdb::Status status;
  if (mode == StoreMode::read_only) {
    auto own = temporary_folder((std::filesystem::temp_directory_path() / "quotary-read-").string());
    if (!own) return fail(Errc::unavailable, "no_scratch", own.error().detail);
    base->temporary = std::move(*own);
    base->standing = true;
    base->environment =
        rocks_environment(files, base->tail, std::make_shared<SpareLog>(files, base->temporary, 0), true);
    options.env = base->environment.get();
    status = open_standing(options, directory, *files, *base, &db);
  } else {
    base->files = std::move(files);
    base->directory = directory;
    if (mode == StoreMode::create) QUOTARY_TRY_VOID(base->files->make_directory(directory, engine_folder_permissions));
    base->spare = std::make_shared<SpareLog>(base->files, directory, log_ahead_bytes);
    base->spare->make();
    base->environment = rocks_environment(base->files, base->tail, base->spare);
    options.env = base->environment.get();
    status = rocksdb::DB::Open(options, directory, all_families(), &base->handles, &db);
  }
  return store_on(std::move(base), db, status, directory);
}

Result<std::unique_ptr<Store>> salvage_rocks_store(const std::string& directory) {
  auto base = std::make_shared<Database>();
  QUOTARY_TRY(copy, linked_copy(directory));
  base->temporary = std::move(copy);
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = open_salvaged(database_options(base->listener), *base, &db);
  return store_on(std::move(base), db, status, directory);
}

}  // namespace quotary
