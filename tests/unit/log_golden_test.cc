// The log's standard surface against vectors that other implementations made.
#include "ledger/base/file_system.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/entry.h"
#include "ledger/log/merkle.h"
#include "ledger/log/proof.h"
#include "ledger/log/slots.h"
#include "ledger/log/tiles.h"
#include "signing/keys.h"
#include "tests/support/golden.h"
#include "tests/support/golden_seed.h"
#include "tests/support/memory_tree.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

using testing::golden;
using testing::golden_seed;
using testing::MemoryTree;

// The bundle's entries are the eight leaves of RFC 6962's own tests.
std::vector<std::string> eight_leaves() {
  const std::string hex = golden("log/entries-000.p-8.hex");
  const std::string bundle = *from_hex(hex.substr(0, hex.size() - 1));
  std::vector<std::string> leaves;
  for (std::string_view rest = bundle; !rest.empty();) {
    const std::size_t size = get_u16(rest);
    leaves.emplace_back(rest.substr(2, size));
    rest.remove_prefix(2 + size);
  }
  return leaves;
}

MemoryTree tree_of(const std::vector<std::string>& leaves) {
  MemoryTree tree;
  for (const auto& leaf : leaves) tree.append(leaf);
  return tree;
}

TEST(LogGolden, TheSignerWritesTheVectorsCheckpoint) {
  const auto signer = signing::signer_from_seed("ledger.example.com/quotes", golden_seed(0));
  EXPECT_EQ(signer->vkey() + "\n", golden("log/eight.vkey"));
  const MemoryTree tree = tree_of(eight_leaves());
  const std::string note = *sign_checkpoint(*signer, 8, tree.range.root());
  const std::string proof = golden("log/eight.tlog-proof");
  EXPECT_NE(proof.find("\n\n" + note), proof.npos) << note;
  // The witness's line after it is of a key that is not known here, and is passed over.
  const auto key = *signing::open_vkey(signer->vkey());
  const auto opened = open_checkpoint(proof.substr(proof.find("\n\n") + 2), *key);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->size, 8u);
  EXPECT_EQ(opened->root, tree.range.root());
}

TEST(LogGolden, TheTreeGivesTheVectorsProofAndTile) {
  const MemoryTree tree = tree_of(eight_leaves());
  const auto path = inclusion_proof(5, 8, tree.reader());
  ASSERT_TRUE(path);
  std::string lines;
  for (const Hash& hash : *path) lines += to_base64(hash.view()) + "\n";
  EXPECT_NE(golden("log/eight.tlog-proof").find("index 5\n" + lines + "\n"), std::string::npos);
  const auto tile = tile_bytes(*parse_tile_path("0/000.p/8"), 8, tree.reader());
  ASSERT_TRUE(tile);
  EXPECT_EQ(sha256(*tile).hex(), "aea2f1bbb5140fd5f8eacb503fdf54c00c3d860c72588e40233addd416bc8f10");
  const auto leaves = eight_leaves();
  const auto bundle = bundle_bytes(*parse_tile_path("entries/000.p/8"), 8,
                                   [&](std::uint64_t index) -> Result<std::string> { return leaves[index]; });
  EXPECT_EQ(to_hex(*bundle) + "\n", golden("log/entries-000.p-8.hex"));
}

TEST(LogGolden, AProofWithoutExtraIsNotOneOfOurs) {
  const auto key =
      *signing::open_vkey("ledger.example.com/quotes+95d4a173+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
  EXPECT_EQ(check_proof(golden("log/eight.tlog-proof"), *key).error().code, "bad_proof");
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
  ASSERT_TRUE(encode_entry(entry, golden_seed(0).substr(0, 16)));
  EXPECT_NE(format.find("\n" + entry.canonical + "\n"), format.npos);
  EXPECT_NE(format.find("`" + entry.leaf.hex() + "`"), format.npos);
  const auto signer = signing::signer_from_seed("ledger.example.com/quotes", golden_seed(0));
  EXPECT_NE(format.find("\n" + *sign_checkpoint(*signer, 1, entry.leaf)), format.npos);
  EXPECT_TRUE(parse_entry(entry.canonical));
  const testing::TemporaryFolder folder;
  auto slots = *Slots::create(*posix_file_system(), folder.path() + "/slots");
  const std::string note = *sign_checkpoint(*signer, 1, entry.leaf);
  ASSERT_TRUE(slots.publish(note, {{"SH-QT/2026", 7}}));
  const std::string slot = read_file(*posix_file_system(), folder.path() + "/slots")->substr(slot_bytes);
  const std::size_t sum_at = 20 + 2 + note.size() + 1 + 10 + 8;
  EXPECT_EQ(to_hex(slot.substr(0, 22)),
            "51545259534c5432"
            "0000000000000001"
            "000000da"
            "00c5");
  EXPECT_EQ(slot.substr(22, note.size()), note);
  EXPECT_EQ(to_hex(slot.substr(22 + note.size(), 19)),
            "0a"
            "53482d51542f32303236"
            "0000000000000007");
  EXPECT_EQ(slot.substr(sum_at, 32), sha256(slot.substr(0, sum_at)).view());
  EXPECT_NE(format.find("`" + to_hex(slot.substr(sum_at, 32)) + "`"), format.npos) << to_hex(slot.substr(sum_at, 32));
}

TEST(Slots, CountersComeBackAndTheLeastRecentGiveWay) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/slots";
  const auto signer = signing::signer_from_seed("ledger.example.com/quotes", golden_seed(0));
  auto slots = *Slots::create(*posix_file_system(), path);
  std::vector<Counter> counters;
  for (std::uint64_t i = 0; i < 1000; ++i) counters.push_back({"S" + std::to_string(i) + std::string(195, 'x'), i + 1});
  ASSERT_TRUE(slots.publish(*sign_checkpoint(*signer, 1, sha256("1")), counters));
  const auto read = *Slots::read(*posix_file_system(), path);
  ASSERT_TRUE(read);
  EXPECT_GT(read->counters.size(), 250u);
  EXPECT_LT(read->counters.size(), 400u);
  EXPECT_EQ(
      read->counters,
      std::vector<Counter>(counters.begin(), counters.begin() + static_cast<std::ptrdiff_t>(read->counters.size())));
  EXPECT_EQ((*Slots::open(*posix_file_system(), path)).last()->counters, read->counters);
}

TEST(Slots, AnotherVersionsFormIsNamed) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/slots";
  ASSERT_TRUE(write_file_durably(*posix_file_system(), path, "QTRYSLT1" + std::string(1016, '\0')));
  EXPECT_EQ(Slots::read(*posix_file_system(), path).error().code, "slots_version");
}

TEST(Entry, AnyOtherSpellingIsRefused) {
  Entry entry;
  entry.index = 4;
  entry.time = *parse_rfc3339("2026-11-24T02:03:04.567Z");
  entry.type = "quote.issued";
  entry.actor_id = "p\"1\n";
  entry.actor_role = "rep";
  entry.subject = "quote:1";
  entry.subject_prev = 3;
  entry.subject_seq = 2;
  entry.request_scope = "s";
  entry.request_body = "b";
  entry.body["a"] = json::array{1, -2, "\u0001\\", true};
  entry.body["b"] = json::object{{"x", "中"}};
  entry.objects.push_back({"pdf", "application/pdf", "customer:1", sha256("x"), 1, 1});
  ASSERT_TRUE(encode_entry(entry, golden_seed(0).substr(0, 16)));
  const auto parsed = parse_entry(entry.canonical);
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(parsed->actor_id, entry.actor_id);
  EXPECT_EQ(parsed->body, entry.body);
  EXPECT_EQ(parsed->objects.at(0).key_subject, "customer:1");
  // What general JSON code makes of the same values is the same bytes.
  EXPECT_EQ(*canonical_json(*parse_json(entry.canonical)), entry.canonical);
  for (std::size_t i = 0; i < entry.canonical.size(); ++i) EXPECT_FALSE(parse_entry(entry.canonical.substr(0, i))) << i;
  const auto but = [&](std::string_view from, std::string_view to) {
    std::string text = entry.canonical;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, text.npos) << from;
    return text.replace(at, from.size(), to);
  };
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{R"("index":4)", R"("index":04)"},
                                                        {R"("index":4)", R"("index":-4)"},
                                                        {R"("index":4)", R"("index": 4)"},
                                                        {R"("v":1)", R"("v":2)"},
                                                        {R"("v":1})", R"("v":1,"w":1})"},
                                                        {R"(p\"1)", R"(p\u00221)"},
                                                        {R"(\n)", R"(\u000a)"},
                                                        {R"("key":"customer:1")", R"("key":"")"},
                                                        {R"("a":[1,-2)", R"("a":[1.0,-2)"},
                                                        {R"("a":[)", R"("b":[)"},
                                                        {R"("x":"中")", "\"x\":\"\xe4\xb8\""},
                                                        {R"(true)", R"(null)"},
                                                        {R"("salt":"0)", R"("salt":"g)"},
                                                        {"567Z", "567z"},
                                                        {"02:03:04.567Z", "02:03:64.567Z"},
                                                        {R"("subject_prev":3)", R"("subject_prev":"3")"},
                                                        {R"("actor":{"id":)", R"("actor":{"role":)"},
                                                        {R"("scope":"s")", R"("scope":"")"},
                                                        {"1,-2", "1,9007199254740993"}}) {
    EXPECT_EQ(parse_entry(but(from, to)).error().code, "bad_entry") << from << " -> " << to;
  }
}

TEST(Tiles, PathsHaveOneSpelling) {
  EXPECT_EQ(tile_path({false, 1, 1234067, 256}), "1/x001/x234/067");
  for (const char* path : {"0/000", "0/000.p/8", "1/x001/x234/067", "63/999.p/255", "entries/x001/000.p/1"}) {
    const auto tile = parse_tile_path(path);
    ASSERT_TRUE(tile) << path;
    EXPECT_EQ(tile_path(*tile), path);
  }
  for (const char* path : {"", "0", "0/", "0/0", "0/0000", "00/000", "64/000", "0/x000/001", "0/001/002", "0/x001",
                           "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/000/", "/0/000", "entries/-01", "0/000.p/",
                           "0/x999/x999/x999/x999/x999/x999/999"}) {
    EXPECT_FALSE(parse_tile_path(path)) << path;
  }
}

TEST(Tiles, OnlyWhatTheTreeHasIsServed) {
  const MemoryTree tree = tree_of(std::vector<std::string>(300, "leaf"));
  EXPECT_EQ(tile_bytes(*parse_tile_path("0/000"), 300, tree.reader())->size(), 8192u);
  EXPECT_EQ(tile_bytes(*parse_tile_path("0/001.p/44"), 300, tree.reader())->size(), 44u * 32);
  EXPECT_EQ(*tile_bytes(*parse_tile_path("1/000.p/1"), 300, tree.reader()), std::string(tree.nodes.at({8, 0}).view()));
  for (const char* path : {"0/001.p/45", "0/001", "1/000.p/2", "1/001.p/1", "2/000.p/1", "9/000.p/1", "entries/000"}) {
    EXPECT_EQ(tile_bytes(*parse_tile_path(path), 300, tree.reader()).error().code, "no_such_tile") << path;
  }
}

TEST(Checkpoint, OnlyTheCanonicalTextIsRead) {
  const std::string root = to_base64(sha256("").view());
  EXPECT_TRUE(parse_checkpoint_text("o.example/x\n0\n" + root + "\n"));
  for (const std::string& text :
       {std::string(), "o\n00\n" + root + "\n", "o\n1\n" + root, "o\n1\n" + root + "\nmore\n", "\n1\n" + root + "\n",
        "o\n-1\n" + root + "\n", std::string("o\n1\nAAAA\n"), std::string("o\n1\n"), std::string("\n\n")}) {
    EXPECT_FALSE(parse_checkpoint_text(text)) << text;
  }
}

}  // namespace
}  // namespace quotary
