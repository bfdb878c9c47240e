#include "tests/bench/rocks_alone.h"

#include "ledger/base/bytes.h"
#include "ledger/base/result.h"

#include <rocksdb/db.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

namespace quotary::testing {

struct RocksAlone::State {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  std::uint64_t next = 0;
};

RocksAlone::RocksAlone(const std::string& directory) : state_(std::make_unique<State>()) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.bytes_per_sync = 1 << 20;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 32 * 1024;
  table.checksum = rocksdb::kXXH3;
  rocksdb::ColumnFamilyOptions family;
  family.compression = rocksdb::kLZ4Compression;
  family.write_buffer_size = 32u << 20;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::ColumnFamilyOptions payloads = family;
  payloads.compression = rocksdb::kNoCompression;
  rocksdb::DB* db = nullptr;
  QUOTARY_CHECK(rocksdb::DB::Open(options, directory,
                                  {{rocksdb::kDefaultColumnFamilyName, family}, {"payloads", payloads}},
                                  &state_->families, &db)
                    .ok());
  state_->db.reset(db);
}

RocksAlone::~RocksAlone() {
  for (auto* family : state_->families) state_->db->DestroyColumnFamilyHandle(family);
}

void RocksAlone::write(std::size_t width, std::string_view value) {
  rocksdb::WriteBatch batch;
  for (std::size_t i = 0; i < width; ++i) {
    std::string key;
    put_u64(key, state_->next++);
    batch.Put(key, rocksdb::Slice(value.data(), value.size()));
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  QUOTARY_CHECK(state_->db->Write(options, &batch).ok());
}

void RocksAlone::add(std::string_view value, std::string_view payload) {
  std::string key;
  put_u64(key, state_->next++);
  rocksdb::WriteBatch batch;
  batch.Put(key, rocksdb::Slice(value.data(), value.size()));
  batch.Put(state_->families[1], key, rocksdb::Slice(payload.data(), payload.size()));
  QUOTARY_CHECK(state_->db->Write({}, &batch).ok());
}

void RocksAlone::flush() { QUOTARY_CHECK(state_->db->Flush({}, state_->families).ok()); }

void RocksAlone::scan(const std::function<void(std::string_view)>& visit) {
  rocksdb::ReadOptions options;
  options.readahead_size = 1 << 20;
  options.fill_cache = false;
  for (auto* family : state_->families) {
    const std::unique_ptr<rocksdb::Iterator> iterator(state_->db->NewIterator(options, family));
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next())
      visit({iterator->value().data(), iterator->value().size()});
    QUOTARY_CHECK(iterator->status().ok());
  }
}

}  // namespace quotary::testing
