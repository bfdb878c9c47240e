// Notes, checkpoints, keys, tile names, entries and proofs against the published cases of tests/golden/log, which
// another implementation made.
#include "ledger/base/bytes.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/entry.h"
#include "ledger/log/note.h"
#include "ledger/log/proof.h"
#include "ledger/log/tiles.h"
#include "signing/keys.h"
#include "tests/support/golden.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

std::string text_of(const json::object& from, std::string_view name) { return std::string(from.at(name).as_string()); }

// `name`, or `name`_hex where JSON cannot hold the bytes.
std::string bytes_of(const json::object& from, const std::string& name) {
  return from.contains(name) ? text_of(from, name) : *from_hex(text_of(from, name + "_hex"));
}

json::object golden(const std::string& name) { return testing::golden_json("log/" + name).as_object(); }

// Runs `judge` on each case and holds what it answers against the case's code; calls `held(case, value)` for those that
// are right.
template <class Judge, class Held>
void judge_all(const json::object& set, const char* called, const Judge& judge, const Held& held) {
  std::size_t right = 0, wrong = 0;
  for (const auto& each : set.at("cases").as_array()) {
    const json::object& one = each.as_object();
    SCOPED_TRACE(text_of(one, called));
    const auto answered = judge(one);
    if (!one.contains("code")) {
      ++right;
      if (!answered)
        ADD_FAILURE() << answered.error().code << ": " << answered.error().detail;
      else
        held(one, *answered);
      continue;
    }
    ++wrong;
    if (answered)
      ADD_FAILURE() << "it was taken";
    else
      EXPECT_EQ(answered.error().code, text_of(one, "code")) << answered.error().detail;
  }
  EXPECT_GT(right, 0u);
  EXPECT_GT(wrong, 0u);
}

TEST(LogFormats, Checkpoints) {
  const auto set = golden("checkpoints.json");
  const auto key = signing::open_vkey(text_of(set, "log")).value();
  judge_all(
      set, "name", [&](const json::object& one) { return open_checkpoint(bytes_of(one, "note"), *key); },
      [&](const json::object& one, const Checkpoint& opened) {
        EXPECT_EQ(opened.origin, key->name());
        EXPECT_EQ(opened.size, one.at("size").to_number<std::uint64_t>());
      });
}

TEST(LogFormats, VerifierKeys) {
  judge_all(
      golden("vkeys.json"), "name", [](const json::object& one) { return parse_vkey(text_of(one, "vkey")); },
      [](const json::object& one, const Vkey& key) {
        std::string given = text_of(one, "vkey");
        while (given.ends_with('\n')) given.pop_back();
        EXPECT_EQ(vkey_text(key), given);
      });
}

TEST(LogFormats, TilePaths) {
  judge_all(
      golden("tile_paths.json"), "path", [](const json::object& one) { return parse_tile_path(text_of(one, "path")); },
      [](const json::object& one, const TileName& tile) {
        const auto number = [&](const char* member) { return one.at(member).to_number<std::uint64_t>(); };
        EXPECT_EQ(tile.entries, one.contains("entries"));
        EXPECT_EQ(tile.level, number("level"));
        EXPECT_EQ(tile.number, number("number"));
        EXPECT_EQ(tile.width, number("width"));
        EXPECT_EQ(tile_path(tile), text_of(one, "path"));
      });
}

TEST(LogFormats, Entries) {
  judge_all(
      golden("entries.json"), "name", [](const json::object& one) { return parse_entry(bytes_of(one, "entry")); },
      [](const json::object& one, const Entry& parsed) {
        const std::string salt = text_of(parse_json(parsed.canonical)->as_object(), "salt");
        Entry again = parsed;
        ASSERT_TRUE(encode_entry(again, *from_hex(salt)));
        EXPECT_EQ(again.canonical, bytes_of(one, "entry"));
      });
}

TEST(LogFormats, Proofs) {
  const auto set = golden("proofs.json");
  const auto key = signing::open_vkey(text_of(set, "log")).value();
  judge_all(
      set, "name", [&](const json::object& one) { return check_proof(bytes_of(one, "proof"), *key); },
      [&](const json::object&, const CheckedProof& held) { EXPECT_LT(held.entry.index, held.tree_size); });
}

}  // namespace
}  // namespace quotary
