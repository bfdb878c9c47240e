#include "ledger/log/stored_tree.h"

#include <bit>
#include <cstring>

namespace quotary {

namespace {

constexpr std::size_t hash_bytes = 32;

Error damaged(const std::string& what) {
  return fail(Errc::corrupt, "batch_damaged", "the record of the batch " + what);
}

}  // namespace

std::uint64_t hashes_of(std::uint64_t leaves) { return 2 * leaves - static_cast<std::uint64_t>(std::popcount(leaves)); }

Hash BatchView::at(std::uint64_t leaf, unsigned level) const {
  Hash hash;
  std::memcpy(hash.bytes.data(), hashes.data() + (hashes_of(leaf) - hashes_of(first) + level) * hash_bytes, hash_bytes);
  return hash;
}

std::string batch_value(std::uint64_t first, std::string_view hashes) {
  std::string value;
  value.reserve(8 + hashes.size());
  put_u64(value, first);
  value += hashes;
  return value;
}

Result<BatchView> view_batch(std::string_view key, std::string_view value) {
  if (key.size() != 8) return damaged("has a key of " + std::to_string(key.size()) + " bytes");
  BatchView batch;
  batch.end = get_u64(key);
  const std::string name = "that ends at size " + std::to_string(batch.end);
  if (value.size() < 8) return damaged(name + " is cut short");
  batch.first = get_u64(value);
  batch.hashes = value.substr(8);
  if (batch.first >= batch.end || batch.end > std::uint64_t{1} << 53)
    return damaged(name + " says it begins at " + std::to_string(batch.first));
  if (batch.hashes.size() != (hashes_of(batch.end) - hashes_of(batch.first)) * hash_bytes)
    return damaged(name + " has another count of hashes than its leaves complete");
  return batch;
}

NodeReader nodes_of(const StoreView& view) {
  struct Place {
    std::unique_ptr<Cursor> cursor;
    BatchView batch;
  };
  return [&view, place = std::make_shared<Place>()](unsigned level, std::uint64_t number) -> Result<Hash> {
    const auto missing = [&](const std::string& why) {
      return fail(
          Errc::corrupt, "node_missing",
          "tree node " + std::to_string(level) + "/" + std::to_string(number) + " is missing or damaged: " + why);
    };
    if (level > 52 || number >= std::uint64_t{1} << (53 - level)) return missing("no tree is as large");
    // The node is stored with the leaf that completed it.
    const std::uint64_t leaf = ((number + 1) << level) - 1;
    if (!place->cursor) place->cursor = view.cursor(Family::batches, Access::point);
    if (!place->batch.has(leaf)) {
      std::string key;
      put_u64(key, leaf + 1);
      place->batch = {};
      place->cursor->seek(key);
      QUOTARY_TRY_VOID(place->cursor->status());
      if (!place->cursor->valid()) return missing("the tree ends before it");
      auto batch = view_batch(place->cursor->key(), place->cursor->value());
      if (!batch) return missing(batch.error().detail);
      if (!batch->has(leaf)) return missing("no batch holds leaf " + std::to_string(leaf));
      place->batch = *batch;
    }
    return place->batch.at(leaf, level);
  };
}

Result<std::uint64_t> stored_size(const StoreView& view) {
  std::uint64_t size = 0;
  QUOTARY_TRY_VOID(view.scan(Family::batches, "", "", true, [&](std::string_view key, std::string_view) {
    size = key.size() == 8 ? get_u64(key) : 0;
    return false;
  }));
  return size;
}

}  // namespace quotary
