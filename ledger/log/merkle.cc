#include "ledger/log/merkle.h"

#include <algorithm>
#include <bit>

namespace quotary {

namespace {

// A thread's own context: leaves and nodes are hashed millions of times.
Sha256& hasher() {
  thread_local Sha256 state;
  return state;
}

// Root of leaves [begin, begin + size): complete aligned subtrees are read, the rest is combined.
Result<Hash> subtree_root(std::uint64_t begin, std::uint64_t size, const NodeReader& read) {
  if (size == 0) return sha256("");
  if (std::has_single_bit(size) && begin % size == 0) {
    return read(static_cast<unsigned>(std::countr_zero(size)), begin / size);
  }
  const std::uint64_t split = std::bit_floor(size - 1);
  QUOTARY_TRY(left, subtree_root(begin, split, read));
  QUOTARY_TRY(right, subtree_root(begin + split, size - split, read));
  return node_hash(left, right);
}

Error does_not_hold(const char* code) {
  return fail(Errc::corrupt, code, std::string("the ") + code + " proof does not lead to the root");
}

}  // namespace

Hash leaf_hash(std::string_view entry) {
  static constexpr std::string_view prefix("\x00", 1);
  hasher().update(prefix);
  hasher().update(entry);
  return hasher().finish();
}

Hash node_hash(const Hash& left, const Hash& right) {
  char bytes[65];
  bytes[0] = 1;
  left.view().copy(bytes + 1, 32);
  right.view().copy(bytes + 33, 32);
  hasher().update(std::string_view(bytes, sizeof bytes));
  return hasher().finish();
}

Hash CompactRange::root() const {
  if (peaks.empty()) return sha256("");
  Hash hash = peaks.back();
  for (std::size_t i = peaks.size() - 1; i-- > 0;) hash = node_hash(peaks[i], hash);
  return hash;
}

Result<CompactRange> read_compact_range(std::uint64_t size, const NodeReader& read) {
  CompactRange range;
  range.size = size;
  std::uint64_t begin = 0;
  for (int level = 63; level >= 0; --level) {
    const std::uint64_t width = std::uint64_t{1} << level;
    if ((size & width) == 0) continue;
    QUOTARY_TRY(peak, read(static_cast<unsigned>(level), begin / width));
    range.peaks.push_back(peak);
    begin += width;
  }
  return range;
}

Result<Hash> read_root(std::uint64_t size, const NodeReader& read) { return subtree_root(0, size, read); }

Result<Hash> InclusionProver::subtree(std::uint64_t begin, std::uint64_t size) {
  if (std::has_single_bit(size) && begin % size == 0)
    return read_(static_cast<unsigned>(std::countr_zero(size)), begin / size);
  for (const auto& [at, hash] : edge_) {
    if (at == begin) return hash;
  }
  const std::uint64_t split = std::bit_floor(size - 1);
  QUOTARY_TRY(left, subtree(begin, split));
  QUOTARY_TRY(right, subtree(begin + split, size - split));
  edge_.emplace_back(begin, node_hash(left, right));
  return edge_.back().second;
}

Result<std::vector<Hash>> InclusionProver::prove(std::uint64_t index) {
  QUOTARY_CHECK(index < size_);
  std::vector<Hash> proof;
  proof.reserve(static_cast<std::size_t>(std::bit_width(size_)));
  std::uint64_t begin = 0;
  for (std::uint64_t size = size_; size > 1;) {
    const std::uint64_t split = std::bit_floor(size - 1);
    const bool left = index - begin < split;
    QUOTARY_TRY(sibling, left ? subtree(begin + split, size - split) : subtree(begin, split));
    proof.push_back(sibling);
    if (!left) begin += split;
    size = left ? split : size - split;
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeReader& read) {
  return InclusionProver(size, read).prove(index);
}

Result<std::vector<Hash>> consistency_proof(std::uint64_t old_size, std::uint64_t size, const NodeReader& read) {
  QUOTARY_CHECK(old_size > 0 && old_size <= size);
  std::vector<Hash> proof;
  std::uint64_t begin = 0;
  bool whole = true;  // the old tree is still a complete prefix: its root is known to the verifier
  while (old_size != size) {
    const std::uint64_t split = std::bit_floor(size - 1);
    const bool left = old_size <= split;
    QUOTARY_TRY(sibling, left ? subtree_root(begin + split, size - split, read) : subtree_root(begin, split, read));
    proof.insert(proof.begin(), sibling);
    if (left) {
      size = split;
    } else {
      begin += split;
      old_size -= split;
      size -= split;
      whole = false;
    }
  }
  if (!whole) {
    QUOTARY_TRY(last, subtree_root(begin, size, read));
    proof.insert(proof.begin(), last);
  }
  return proof;
}

Result<void> check_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, const std::vector<Hash>& proof,
                             const Hash& root) {
  if (index >= size) return does_not_hold("inclusion");
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (sn == 0) return does_not_hold("inclusion");
    if ((fn & 1) != 0 || fn == sn) {
      hash = node_hash(sibling, hash);
      while (fn != 0 && (fn & 1) == 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0 || hash != root) return does_not_hold("inclusion");
  return {};
}

Result<void> check_consistency(std::uint64_t old_size, std::uint64_t size, const Hash& old_root, const Hash& root,
                               const std::vector<Hash>& proof) {
  if (old_size == 0 || old_size > size) return does_not_hold("consistency");
  if (old_size == size) {
    if (!proof.empty() || old_root != root) return does_not_hold("consistency");
    return {};
  }
  std::size_t next = 0;
  std::uint64_t fn = old_size - 1;
  std::uint64_t sn = size - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  Hash old_hash = old_root;
  if (!std::has_single_bit(old_size)) {
    if (proof.empty()) return does_not_hold("consistency");
    old_hash = proof[next++];
  }
  Hash hash = old_hash;
  for (; next < proof.size(); ++next) {
    if (sn == 0) return does_not_hold("consistency");
    if ((fn & 1) != 0 || fn == sn) {
      old_hash = node_hash(proof[next], old_hash);
      hash = node_hash(proof[next], hash);
      while (fn != 0 && (fn & 1) == 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      hash = node_hash(hash, proof[next]);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0 || old_hash != old_root || hash != root) return does_not_hold("consistency");
  return {};
}

}  // namespace quotary
