#include "ledger/log/scratch.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <algorithm>

namespace quotary {

namespace {

constexpr std::size_t block_cache_bytes = 40u << 20;  // with the tables' indexes and filters
constexpr int block_cache_shard_bits = 1;             // a piece has to fit into a shard many times
constexpr std::size_t write_buffer_bytes = 16u << 20;
constexpr int write_buffers = 2, filter_bits_a_key = 10, open_files_max = 64;

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

Result<void> outcome(const rocksdb::Status& status) {
  if (status.ok()) return {};
  return fail(Errc::unavailable, "scratch_failed", "what a check keeps on the disk: " + status.ToString());
}

class RocksCursor final : public Cursor {
 public:
  explicit RocksCursor(std::unique_ptr<rocksdb::Iterator> at) : at_(std::move(at)) {}
  void seek(std::string_view key) override { at_->Seek(slice(key)); }
  void next() override { at_->Next(); }
  bool valid() const override { return at_->Valid(); }
  std::string_view key() const override { return view(at_->key()); }
  std::string_view value() const override { return view(at_->value()); }
  Result<void> status() const override { return outcome(at_->status()); }

 private:
  std::unique_ptr<rocksdb::Iterator> at_;
};

class RocksScratch final : public ScratchStore {
 public:
  explicit RocksScratch(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) { write_.disableWAL = true; }
  ~RocksScratch() override { (void)db_->Close(); }

  Result<std::optional<std::string>> get(std::string_view key) const override {
    std::string value;
    const auto status = db_->Get({}, slice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    QUOTARY_TRY_VOID(outcome(status));
    return std::optional<std::string>(std::move(value));
  }
  Result<void> put(std::string_view key, std::string_view value) override {
    return outcome(db_->Put(write_, slice(key), slice(value)));
  }
  Result<void> erase(std::string_view key) override { return outcome(db_->Delete(write_, slice(key))); }

  Result<void> scan(std::string_view prefix, std::string_view from, bool reverse, const Visit& visit) const override {
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    if (!reverse) {
      at->Seek(slice(std::max(prefix, from)));
    } else if (!from.empty()) {
      at->SeekForPrev(slice(from));
    } else {
      seek_to_last(*at, prefix);
    }
    while (at->Valid() && view(at->key()).starts_with(prefix) && visit(view(at->key()), view(at->value())))
      reverse ? at->Prev() : at->Next();
    return outcome(at->status());
  }

  std::unique_ptr<Cursor> cursor() const override {
    rocksdb::ReadOptions options;
    options.readahead_size = 1u << 20;
    options.fill_cache = false;
    return std::make_unique<RocksCursor>(std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options)));
  }

 private:
  // The last key with the prefix stands before the first that is greater than all with it.
  static void seek_to_last(rocksdb::Iterator& at, std::string_view prefix) {
    std::string behind(prefix);
    while (!behind.empty() && behind.back() == '\xff') behind.pop_back();
    if (behind.empty()) return at.SeekToLast();
    ++behind.back();
    at.SeekForPrev(behind);
    if (at.Valid() && view(at.key()) == behind) at.Prev();
  }

  const std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteOptions write_;
};

}  // namespace

Result<std::unique_ptr<ScratchStore>> open_scratch_store(const std::string& directory) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(block_cache_bytes, block_cache_shard_bits);
  // In small pieces: those of a large map together would leave no room in the cache, and be read anew for each key.
  table.cache_index_and_filter_blocks = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(filter_bits_a_key));
  table.whole_key_filtering = true;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.error_if_exists = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = write_buffer_bytes;
  options.max_write_buffer_number = write_buffers;
  options.max_open_files = open_files_max;
  options.max_background_jobs = 2;
  options.compression = rocksdb::kLZ4Compression;
  options.info_log_level = rocksdb::InfoLogLevel::FATAL_LEVEL;
  rocksdb::DB* db = nullptr;
  QUOTARY_TRY_VOID(outcome(rocksdb::DB::Open(options, directory, &db)));
  return std::unique_ptr<ScratchStore>(new RocksScratch(std::unique_ptr<rocksdb::DB>(db)));
}

}  // namespace quotary
