// A Merkle tree that is kept in a map, and its reader.
#pragma once

#include "ledger/log/merkle.h"

#include <map>
#include <string_view>
#include <utility>

namespace quotary::testing {

struct MemoryTree {
  std::map<std::pair<unsigned, std::uint64_t>, Hash> nodes;
  CompactRange range;

  void append(const Hash& leaf) {
    range.append(leaf, [this](unsigned level, std::uint64_t number, const Hash& hash) {
      nodes[{level, number}] = hash;
    });
  }
  void append(std::string_view entry) { append(leaf_hash(entry)); }
  // For as long as the tree lives.
  [[nodiscard]] NodeReader reader() const {
    return [this](unsigned level, std::uint64_t number) -> Result<Hash> {
      const auto found = nodes.find({level, number});
      if (found == nodes.end()) return fail(Errc::corrupt, "node_missing", "");
      return found->second;
    };
  }
};

}  // namespace quotary::testing
