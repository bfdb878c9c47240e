// The RFC 6962 section 2.1 Merkle tree: hashes, proofs and their checks. Pure; safe from any thread.
#pragma once

#include "ledger/base/hash.h"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace quotary {

// SHA-256(0x00 || entry) and SHA-256(0x01 || left || right).
[[nodiscard]] Hash leaf_hash(std::string_view entry);
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);

// Answers the hash of the complete subtree of 2^level leaves with that number (level 0: a leaf hash).
using NodeReader = std::function<Result<Hash>(unsigned level, std::uint64_t number)>;

// The roots of the complete subtrees that make up a tree of `size` leaves, largest first.
struct CompactRange {
  std::uint64_t size = 0;
  std::vector<Hash> peaks;

  // Adds a leaf and calls `made(level, number, hash)` for it and each complete subtree that it finishes.
  template <class Made>
  void append(const Hash& leaf, const Made& made);
  [[nodiscard]] Hash root() const;
};
// Reads the peaks of a tree of `size` leaves.
[[nodiscard]] Result<CompactRange> read_compact_range(std::uint64_t size, const NodeReader& read);

// Root of the first `size` leaves.
[[nodiscard]] Result<Hash> read_root(std::uint64_t size, const NodeReader& read);
// Makes inclusion proofs (RFC 6962 section 2.1.1) in one tree; what they share, the hashes of the unfinished right
// edge, is made once. One thread.
class InclusionProver {
 public:
  InclusionProver(std::uint64_t size, NodeReader read) : size_(size), read_(std::move(read)) {}
  // From leaf to root. index < size.
  [[nodiscard]] Result<std::vector<Hash>> prove(std::uint64_t index);

 private:
  [[nodiscard]] Result<Hash> subtree(std::uint64_t begin, std::uint64_t size);

  const std::uint64_t size_;
  const NodeReader read_;
  std::vector<std::pair<std::uint64_t, Hash>> edge_;  // by where the unfinished subtree begins
};
// One inclusion proof of leaf `index` in the first `size` leaves. index < size.
[[nodiscard]] Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                                        const NodeReader& read);
// Consistency proof from `old_size` to `size` (section 2.1.2), empty when they are equal. 0 < old_size <= size.
[[nodiscard]] Result<std::vector<Hash>> consistency_proof(std::uint64_t old_size, std::uint64_t size,
                                                          const NodeReader& read);

// Errc::corrupt `inclusion` or `consistency` when the proof does not hold; old size 0 is an error (RFC 9162
// section 2.1.4.2).
[[nodiscard]] Result<void> check_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                           const std::vector<Hash>& proof, const Hash& root);
[[nodiscard]] Result<void> check_consistency(std::uint64_t old_size, std::uint64_t size, const Hash& old_root,
                                             const Hash& root, const std::vector<Hash>& proof);

template <class Made>
void CompactRange::append(const Hash& leaf, const Made& made) {
  Hash hash = leaf;
  unsigned level = 0;
  made(level, size, hash);
  for (std::uint64_t rest = size; (rest & 1) != 0; rest >>= 1) {
    hash = node_hash(peaks.back(), hash);
    peaks.pop_back();
    ++level;
    made(level, rest >> 1, hash);
  }
  peaks.push_back(hash);
  ++size;
}

}  // namespace quotary
