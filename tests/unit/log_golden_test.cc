// The log's standard surface against vectors that other implementations made.
#include "ledger/base/file_system.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/entry.h"
#include "ledger/log/merkle.h"
#include "ledger/log/proof.h"
#include "ledger/log/tiles.h"
#include "signing/keys.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

std::string golden(const std::string& name) {
  auto bytes = read_file(*posix_file_system(), QUOTARY_SOURCE_DIR "/tests/golden/log/" + name);
  EXPECT_TRUE(bytes) << name;
  return bytes ? *bytes : std::string();
}

// The bundle's entries are the eight leaves of RFC 6962's own tests.
std::vector<std::string> eight_leaves() {
  const std::string hex = golden("entries-000.p-8.hex");
  const std::string bundle = *from_hex(hex.substr(0, hex.size() - 1));
  std::vector<std::string> leaves;
  for (std::string_view rest = bundle; !rest.empty();) {
    const std::size_t size = get_u16(rest);
    leaves.emplace_back(rest.substr(2, size));
    rest.remove_prefix(2 + size);
  }
  return leaves;
}

std::string seed(char first) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes.push_back(static_cast<char>(first + i));
  return bytes;
}

// A tree in memory.
struct Tree {
  explicit Tree(const std::vector<std::string>& leaves) {
    for (const auto& leaf : leaves) {
      range.append(leaf_hash(leaf), [&](unsigned level, std::uint64_t number, const Hash& hash) { made[{level, number}] = hash; });
    }
  }
  NodeReader reader() const {
    return [this](unsigned level, std::uint64_t number) -> Result<Hash> {
      const auto found = made.find({level, number});
      if (found == made.end()) return fail(Errc::corrupt, "node_missing", "");
      return found->second;
    };
  }
  CompactRange range;
  std::map<std::pair<unsigned, std::uint64_t>, Hash> made;
};

TEST(LogGolden, TheSignerWritesTheVectorsCheckpoint) {
  const auto signer = signing::signer_from_seed("ledger.example.com/quotes", seed(0));
  EXPECT_EQ(signer->vkey() + "\n", golden("eight.vkey"));
  const Tree tree(eight_leaves());
  const std::string note = *sign_checkpoint(*signer, 8, tree.range.root());
  const std::string proof = golden("eight.tlog-proof");
  EXPECT_NE(proof.find("\n\n" + note), proof.npos) << note;
  // The witness's line after it is of a key that is not known here, and is passed over.
  const auto key = *signing::open_vkey(signer->vkey());
  const auto opened = open_checkpoint(proof.substr(proof.find("\n\n") + 2), *key);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->size, 8u);
  EXPECT_EQ(opened->root, tree.range.root());
}

TEST(LogGolden, TheTreeGivesTheVectorsProofAndTile) {
  const Tree tree(eight_leaves());
  const auto path = inclusion_proof(5, 8, tree.reader());
  ASSERT_TRUE(path);
  std::string lines;
  for (const Hash& hash : *path) lines += to_base64(hash.view()) + "\n";
  EXPECT_NE(golden("eight.tlog-proof").find("index 5\n" + lines + "\n"), std::string::npos);
  const auto tile = tile_bytes(*parse_tile_path("0/000.p/8"), 8, tree.reader());
  ASSERT_TRUE(tile);
  EXPECT_EQ(sha256(*tile).hex(), "aea2f1bbb5140fd5f8eacb503fdf54c00c3d860c72588e40233addd416bc8f10");
  const auto leaves = eight_leaves();
  const auto bundle = bundle_bytes(*parse_tile_path("entries/000.p/8"), 8, [&](std::uint64_t index) -> Result<std::string> { return leaves[index]; });
  EXPECT_EQ(to_hex(*bundle) + "\n", golden("entries-000.p-8.hex"));
}

TEST(LogGolden, AProofWithoutExtraIsNotOneOfOurs) {
  const auto key = *signing::open_vkey("ledger.example.com/quotes+95d4a173+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
  EXPECT_EQ(check_proof(golden("eight.tlog-proof"), *key).error().code, "bad_proof");
}

TEST(LogGolden, TheWorkedExampleOfTheFormatHolds) {
  const std::string format = *read_file(*posix_file_system(), QUOTARY_SOURCE_DIR "/ledger/FORMAT.md");
  Entry entry;
  entry.time = *parse_rfc3339("2026-11-24T02:03:04.567Z");
  entry.type = "organisation.created";
  entry.actor_id = "setup";
  entry.actor_role = "admin";
  entry.subject = "organisation";
  entry.body["origin"] = "ledger.example.com/quotes";
  entry.objects.push_back({"facts", "application/json", "", sha256("{}"), 2, 1});
  ASSERT_TRUE(encode_entry(entry, seed(0).substr(0, 16)));
  EXPECT_NE(format.find("\n" + entry.canonical + "\n"), format.npos);
  EXPECT_NE(format.find("`" + entry.leaf.hex() + "`"), format.npos);
  const auto signer = signing::signer_from_seed("ledger.example.com/quotes", seed(0));
  EXPECT_NE(format.find("\n" + *sign_checkpoint(*signer, 1, entry.leaf)), format.npos);
  EXPECT_TRUE(parse_entry(entry.canonical));
}

TEST(Tiles, PathsHaveOneSpelling) {
  EXPECT_EQ(tile_path({false, 1, 1234067, 256}), "1/x001/x234/067");
  for (const char* path : {"0/000", "0/000.p/8", "1/x001/x234/067", "63/999.p/255", "entries/x001/000.p/1"}) {
    const auto tile = parse_tile_path(path);
    ASSERT_TRUE(tile) << path;
    EXPECT_EQ(tile_path(*tile), path);
  }
  for (const char* path : {"", "0", "0/", "0/0", "0/0000", "00/000", "64/000", "0/x000/001", "0/001/002", "0/x001", "0/000.p/0", "0/000.p/256",
                           "0/000.p/01", "0/000/", "/0/000", "entries/-01", "0/000.p/", "0/x999/x999/x999/x999/x999/x999/999"}) {
    EXPECT_FALSE(parse_tile_path(path)) << path;
  }
}

TEST(Tiles, OnlyWhatTheTreeHasIsServed) {
  const Tree tree(std::vector<std::string>(300, "leaf"));
  EXPECT_EQ(tile_bytes(*parse_tile_path("0/000"), 300, tree.reader())->size(), 8192u);
  EXPECT_EQ(tile_bytes(*parse_tile_path("0/001.p/44"), 300, tree.reader())->size(), 44u * 32);
  EXPECT_EQ(*tile_bytes(*parse_tile_path("1/000.p/1"), 300, tree.reader()), std::string(tree.made.at({8, 0}).view()));
  for (const char* path : {"0/001.p/45", "0/001", "1/000.p/2", "1/001.p/1", "2/000.p/1", "9/000.p/1", "entries/000"}) {
    EXPECT_EQ(tile_bytes(*parse_tile_path(path), 300, tree.reader()).error().code, "no_such_tile") << path;
  }
}

TEST(Checkpoint, OnlyTheCanonicalTextIsRead) {
  const std::string root = to_base64(sha256("").view());
  EXPECT_TRUE(parse_checkpoint_text("o.example/x\n0\n" + root + "\n"));
  for (const std::string& text : {std::string(), "o\n00\n" + root + "\n", "o\n1\n" + root, "o\n1\n" + root + "\nmore\n", "\n1\n" + root + "\n",
                                  "o\n-1\n" + root + "\n", std::string("o\n1\nAAAA\n"), std::string("o\n1\n"), std::string("\n\n")}) {
    EXPECT_FALSE(parse_checkpoint_text(text)) << text;
  }
}

}  // namespace
}  // namespace quotary
