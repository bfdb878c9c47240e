// The tree's hashes as they are stored: one record a batch, with every hash that its leaves completed. FORMAT.md has
// its bytes.
#pragma once

#include "ledger/log/merkle.h"
#include "ledger/log/store.h"

namespace quotary {

// How many hashes the first `leaves` leaves complete, each leaf's own first and then those of the subtrees it ends.
[[nodiscard]] std::uint64_t hashes_of(std::uint64_t leaves);

// A batch's record: leaves [first, end) and their hashes in the order of append.
struct BatchView {
  std::uint64_t first = 0, end = 0;
  std::string_view hashes;

  [[nodiscard]] bool has(std::uint64_t leaf) const { return leaf >= first && leaf < end; }
  // The hash of the subtree of that level that this leaf completes. has(leaf), level <= its trailing ones.
  [[nodiscard]] Hash at(std::uint64_t leaf, unsigned level) const;
};

// The record's key is its `end` as eight bytes.
[[nodiscard]] std::string batch_value(std::uint64_t first, std::string_view hashes);
// Errc::corrupt `batch_damaged` when sizes do not fit. The view lives as long as key and value.
[[nodiscard]] Result<BatchView> view_batch(std::string_view key, std::string_view value);

// Reads nodes from a view, which must outlive the reader. Not for sharing between threads; cheap for neighbours.
[[nodiscard]] NodeReader nodes_of(const StoreView& view);

// Leaves of the last batch, 0 for none: the size of the stored tree.
[[nodiscard]] Result<std::uint64_t> stored_size(const StoreView& view);

}  // namespace quotary
