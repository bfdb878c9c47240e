// Notes, roots and proofs of trees of 1 to SIZES leaves, as lines for another implementation to judge; leaf i is the
// text "leaf i". Of each size: the signed checkpoint, inclusion proofs of the first and the last leaf and of some
// between, consistency proofs from 1, from the size before and from some between; all of them up to all_max.
//
//   vkey KEY | note BASE64 | inclusion SIZE INDEX HASH… | consistency SIZE FROM HASH…
#include "ledger/base/bytes.h"
#include "ledger/log/checkpoint.h"
#include "signing/keys.h"
#include "tests/support/golden_seed.h"
#include "tests/support/memory_tree.h"

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

namespace quotary {
namespace {

constexpr std::uint64_t all_max = 70;  // sizes up to this one: every proof there is
constexpr std::uint64_t between = 3;

void print(const char* what, std::uint64_t size, std::uint64_t other, const std::vector<Hash>& hashes) {
  std::string line = std::string(what) + " " + std::to_string(size) + " " + std::to_string(other);
  for (const Hash& hash : hashes) line += " " + to_base64(hash.view());
  std::puts(line.c_str());
}

// Of 0 to size - 1: both ends and some between, spread over it; all of a small size.
std::set<std::uint64_t> chosen(std::uint64_t size) {
  std::set<std::uint64_t> out{0, size - 1};
  for (std::uint64_t i = 0; i < (size <= all_max ? size : between); ++i)
    out.insert(size <= all_max ? i : (7919 + i * 104'729) % size);
  return out;
}

void print_sizes(std::uint64_t sizes) {
  const auto signer = signing::signer_from_seed("ledger.example.com/quotes", testing::golden_seed(0));
  std::printf("vkey %s\n", signer->vkey().c_str());
  testing::MemoryTree tree;
  for (std::uint64_t size = 1; size <= sizes; ++size) {
    tree.append("leaf " + std::to_string(size - 1));
    std::printf("note %s\n", to_base64(sign_checkpoint(*signer, size, tree.range.root()).value()).c_str());
    for (const std::uint64_t index : chosen(size))
      print("inclusion", size, index, inclusion_proof(index, size, tree.reader()).value());
    for (const std::uint64_t before : chosen(size))
      print("consistency", size, before + 1, consistency_proof(before + 1, size, tree.reader()).value());
  }
}

}  // namespace
}  // namespace quotary

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: tree_vectors SIZES\n", stderr), 2;
  quotary::print_sizes(std::strtoull(argv[1], nullptr, 10));
}
