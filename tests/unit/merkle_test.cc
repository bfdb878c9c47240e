#include "ledger/log/merkle.h"

#include "tests/support/memory_tree.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

// The definition of RFC 6962 section 2.1, word by word.
Hash root_of(const std::vector<Hash>& leaves, std::size_t begin, std::size_t end) {
  if (begin == end) return sha256("");
  if (end - begin == 1) return leaves[begin];
  std::size_t split = 1;
  while (split * 2 < end - begin) split *= 2;
  return node_hash(root_of(leaves, begin, begin + split), root_of(leaves, begin + split, end));
}

TEST(Merkle, RootOfTheEightKnownLeaves) {
  testing::MemoryTree tree;
  EXPECT_EQ(tree.range.root().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (const char* hex :
       {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}) {
    tree.append(*from_hex(hex));
  }
  EXPECT_EQ(tree.range.root().hex(), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(Merkle, EveryProofOfEverySmallTreeHoldsAndNoOther) {
  testing::MemoryTree tree;
  std::vector<Hash> leaves;
  std::vector<Hash> roots{sha256("")};
  for (std::uint64_t size = 1; size <= 70; ++size) {
    tree.append("entry " + std::to_string(size));
    leaves.push_back(leaf_hash("entry " + std::to_string(size)));
    const Hash root = root_of(leaves, 0, leaves.size());
    ASSERT_EQ(tree.range.root(), root);
    ASSERT_EQ(*read_root(size, tree.reader()), root);
    ASSERT_EQ(read_compact_range(size, tree.reader())->peaks, tree.range.peaks);
    roots.push_back(root);
    for (std::uint64_t index = 0; index < size; ++index) {
      auto proof = *inclusion_proof(index, size, tree.reader());
      ASSERT_TRUE(check_inclusion(leaves[index], index, size, proof, root));
      ASSERT_FALSE(check_inclusion(leaf_hash("other"), index, size, proof, root));
      ASSERT_FALSE(check_inclusion(leaves[index], size, size, proof, root));
      if (size > 1) {
        ASSERT_FALSE(check_inclusion(leaves[index], (index + 1) % size, size, proof, root));
      }
      proof.push_back(root);
      ASSERT_FALSE(check_inclusion(leaves[index], index, size, proof, root));
    }
    for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
      auto proof = *consistency_proof(old_size, size, tree.reader());
      ASSERT_TRUE(check_consistency(old_size, size, roots[old_size], root, proof));
      ASSERT_FALSE(check_consistency(0, size, roots[0], root, proof));
      ASSERT_FALSE(check_consistency(old_size, size, leaf_hash("other"), root, proof));
      ASSERT_FALSE(check_consistency(old_size, size, roots[old_size], leaf_hash("other"), proof));
      proof.push_back(root);
      ASSERT_FALSE(check_consistency(old_size, size, roots[old_size], root, proof));
    }
  }
}

}  // namespace
}  // namespace quotary
