// A walk from one of a log's keys to the others: the published cases, and what our own writer makes.
#include "ledger/log/succession.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/entry.h"
#include "ledger/log/merkle.h"
#include "ledger/log/proof.h"
#include "ledger/log/proof_text.h"
#include "signing/cosigner.h"
#include "signing/keys.h"
#include "tests/support/golden.h"
#include "tests/support/golden_seed.h"
#include "tests/support/memory_tree.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

using testing::golden_json;
using testing::golden_seed;
using testing::MemoryTree;

std::string text_of(const json::value& object, std::string_view member) {
  return std::string(object.at(member).as_string());
}
std::string code_of(const json::value& object) {
  return object.as_object().contains("code") ? text_of(object, "code") : "";
}

struct Published {
  const char* file;
  std::size_t cases, notes;
};
class PublishedSuccessions : public ::testing::TestWithParam<Published> {};

TEST_P(PublishedSuccessions, HoldOrAreRefused) {
  const json::value set = golden_json(GetParam().file);
  ASSERT_GE(set.at("cases").as_array().size(), GetParam().cases);
  for (const json::value& each : set.at("cases").as_array()) {
    const auto opened = Succession::open(text_of(each, "succession"), text_of(each, "trusted"), signing::ed25519_holds);
    EXPECT_EQ(opened ? "" : opened.error().code, code_of(each))
        << each.at("name") << (opened ? "" : ": " + opened.error().detail);
    if (opened) {
      EXPECT_EQ(vkey_text((*opened)->current()), text_of(each, "current")) << each.at("name");
    }
  }
}

TEST_P(PublishedSuccessions, BelieveEachKeyUntilItsEnd) {
  const json::value set = golden_json(GetParam().file);
  const auto keys = Succession::open(text_of(set, "succession"), text_of(set, "trusted"), signing::ed25519_holds);
  ASSERT_TRUE(keys) << keys.error().detail;
  ASSERT_GE(set.at("notes").as_array().size(), GetParam().notes);
  for (const json::value& each : set.at("notes").as_array()) {
    const auto opened = open_checkpoint(text_of(each, "note"), **keys);
    EXPECT_EQ(opened ? "" : opened.error().code, code_of(each)) << each.at("name");
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, PublishedSuccessions,
                         ::testing::Values(Published{"succession/successions.json", 36, 13},
                                           Published{"succession/revocations.json", 20, 9},
                                           Published{"succession/log_successions.json", 23, 10}),
                         [](const auto& each) {
                           return each.index == 0 ? "Rotations" : each.index == 1 ? "Revocations" : "LogSuccessions";
                         });

TEST(Succession, TellsWhatEachLogOfItLost) {
  const json::value set = golden_json("succession/log_successions.json");
  const auto keys = Succession::open(text_of(set, "succession"), text_of(set, "trusted"), signing::ed25519_holds);
  ASSERT_TRUE(keys) << keys.error().detail;
  for (const auto& [origin, from] : set.at("lost_from").as_object())
    EXPECT_EQ((*keys)->lost_from(std::string(origin)), from.to_number<std::uint64_t>()) << origin;
  EXPECT_FALSE((*keys)->lost_from((*keys)->name()));
}

class Rotated : public ::testing::Test {
 protected:
  void add(std::string type, std::string subject, json::object body) {
    Entry entry;
    entry.index = tree.range.size;
    entry.prev = last;
    entry.time = *parse_rfc3339("2026-11-24T02:03:04.567Z");
    entry.type = std::move(type);
    entry.actor_id = "setup";
    entry.actor_role = "admin";
    entry.subject = std::move(subject);
    entry.body = std::move(body);
    ASSERT_TRUE(encode_entry(entry, std::string(16, '\x05')));
    last = entry.leaf;
    tree.append(entry.leaf);
    entries.push_back(std::move(entry));
  }
  std::string proof(std::uint64_t index, std::uint64_t size, const CheckpointSigner& signer) {
    const auto path = *inclusion_proof(index, size, tree.reader());
    const Hash root = read_compact_range(size, tree.reader())->root();
    return proof_text(index, path, entries[index].canonical, *sign_checkpoint(signer, size, root));
  }

  const std::string origin = "ledger.example.com/quotes";
  std::unique_ptr<CheckpointSigner> first = signing::signer_from_seed(origin, golden_seed(0));
  std::unique_ptr<CheckpointSigner> second = signing::signer_from_seed(origin, golden_seed(64));
  MemoryTree tree;
  Hash last;
  std::vector<Entry> entries;
};

TEST_F(Rotated, WhatIsWrittenIsRead) {
  add("organisation.created", "organisation", {});
  add(std::string(rotation_type), std::string(rotation_subject), *rotation_body(*first, *second, 1, last));
  add("quote.issued", "quote:Q-1", {});
  const std::vector<std::string> proofs{proof(1, 2, *first)};
  const std::string text = succession_text(origin, proofs);
  const auto keys = Succession::open(text, first->vkey(), signing::ed25519_holds);
  ASSERT_TRUE(keys) << keys.error().detail;
  ASSERT_EQ((*keys)->rotations().size(), 1u);
  EXPECT_EQ((*keys)->rotations()[0].index, 1u);
  EXPECT_EQ((*keys)->trusted(), 0u);
  EXPECT_EQ((*Succession::open(text, second->vkey(), signing::ed25519_holds))->trusted(), 1u);

  // Proofs of before and after, each by the key of its time.
  EXPECT_TRUE(check_proof(proof(0, 1, *first), **keys));
  EXPECT_TRUE(check_proof(proof(2, 3, *second), **keys));
  const auto stale = check_proof(proof(2, 3, *first), **keys);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, "retired_key");
}

TEST_F(Rotated, NoBodyIsMadeForTheSameKeyOrAnotherLog) {
  const auto other = signing::signer_from_seed("other.example.com", golden_seed(64));
  EXPECT_EQ(rotation_body(*first, *first, 1, last).error().code, "bad_rotation");
  EXPECT_EQ(rotation_body(*first, *other, 1, last).error().code, "bad_rotation");
}

// Whatever single byte of the file is changed: it is refused, and never leads to another key.
TEST_F(Rotated, EveryChangedByteIsRefused) {
  add("organisation.created", "organisation", {});
  add(std::string(rotation_type), std::string(rotation_subject), *rotation_body(*first, *second, 1, last));
  const std::vector<std::string> proofs{proof(1, 2, *first)};
  const std::string text = succession_text(origin, proofs);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_TRUE(Succession::open(changed, first->vkey(), signing::ed25519_holds).has_error()) << at;
  }
}

}  // namespace
}  // namespace quotary
