// Status proofs, as whoever checks one offline sees them: what they say, and what an attacker makes of them.
#include "ledger/log/status_proof.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/merkle.h"
#include "ledger/records/entry_status.h"
#include "tests/support/golden.h"
#include "tests/support/status_fixture.h"
#include "tools/quotary_verify/status.h"

namespace quotary {
namespace {

using offline::judge_status;
using offline::Verdict;

class StatusProofTest : public testing::StatusFixture {
 protected:
  Verdict judged(const StatusProof& proof) const { return judge_status(status_proof_text(proof), {}, *key); }
  std::string refused(const StatusProof& proof) const {
    const Verdict verdict = judged(proof);
    return verdict.exit_code == offline::exit_does_not_hold ? verdict.code
                                                            : "exit " + std::to_string(verdict.exit_code);
  }
  static std::string text(const Verdict& verdict, const char* name) {
    return std::string(verdict.facts.at(name).as_string());
  }
  static std::uint64_t as_of(const Verdict& verdict) {
    return verdict.facts.at("as_of").at("entry").to_number<std::uint64_t>();
  }
  // The same entry under the newest checkpoint, as anyone can make it from the tiles.
  ProvenEntry newly_proven(const ProvenEntry& old) const {
    return {old.index, old.canonical, inclusion_proof(old.index, ledger->state().tree_size, ledger->nodes()).value()};
  }
};

TEST_F(StatusProofTest, SaysTheStatusAndAsOfWhichEntry) {
  make_issued();
  const Verdict before = judged(proof_of(number));
  ASSERT_TRUE(before.holds()) << before.code << " " << before.detail;
  EXPECT_EQ(text(before, "status"), "issued");
  EXPECT_EQ(as_of(before), 3u);
  EXPECT_NE(before.english.find("As of the first 3 entries"), std::string::npos);
  EXPECT_NE(before.chinese.find("前 3 条记录"), std::string::npos);
  append(about_void("void.requested", number));
  append(about_void("void.approved", number));
  append_root();
  const Verdict after = judged(proof_of(number));
  ASSERT_TRUE(after.holds()) << after.code << " " << after.detail;
  EXPECT_EQ(text(after, "status"), "voided");
  EXPECT_EQ(text(after, "number"), number);
  EXPECT_EQ(text(after, "reason_code"), "price_error");
  EXPECT_EQ(as_of(after), 6u);
  EXPECT_EQ(after.facts.at("entries").as_array().size(), 3u);
  EXPECT_EQ(after.facts.at("tree_size").to_number<std::uint64_t>(), 7u);
  EXPECT_EQ(text(judged(proof_of(other_number)), "status"), "issued");
}

// A later entry is kept back: the file ends one entry early.
TEST_F(StatusProofTest, AHiddenVoidIsMissed) {
  make_voided();
  StatusProof proof = proof_of(number);
  proof.about.entries.pop_back();
  EXPECT_EQ(refused(proof), "status_incomplete");
  // And says that there never was more.
  proof.about.last = {proof.about.entries.back().index, proof.about.entries.size()};
  EXPECT_EQ(refused(proof), "index_proof");
  // Or keeps back one in the middle.
  proof = proof_of(number);
  proof.about.entries.erase(proof.about.entries.begin() + 1);
  EXPECT_EQ(refused(proof), "status_incomplete");
  proof.about.last.count = 2;
  EXPECT_EQ(refused(proof), "index_proof");
  // Or puts one twice, so that the count is right.
  proof = proof_of(number);
  proof.about.entries[2] = proof.about.entries[1];
  EXPECT_EQ(refused(proof), "status_incomplete");
}

TEST_F(StatusProofTest, AForgedCountOrPlaceIsRefused) {
  make_voided();
  for (int i = 0; i < 4; ++i) {
    StatusProof proof = proof_of(number);
    if (i == 0) proof.about.last.count += 1;
    if (i == 1) proof.about.last.count -= 1;
    if (i == 2) proof.about.last.index -= 1;
    if (i == 3) proof.about.last = {0, 0};
    EXPECT_EQ(refused(proof), "index_proof") << i;
  }
}

TEST_F(StatusProofTest, AnotherQuotesProofIsRefused) {
  make_voided();
  const StatusProof mine = proof_of(number), other = proof_of(other_number);
  StatusProof proof = other;  // of a quote that is not voided
  proof.about.subject = mine.about.subject;
  EXPECT_EQ(refused(proof), "index_proof");
  proof = mine;
  proof.about.entries = other.about.entries;
  EXPECT_EQ(refused(proof), "status_incomplete");
  proof.about.entries.resize(3, other.about.entries[0]);
  EXPECT_EQ(refused(proof), "status_incomplete");
  proof = other;
  proof.about.entries[0] = mine.about.entries[0];
  EXPECT_EQ(refused(proof), "status_incomplete");
}

// Nobody can show offline that there is no newer index.root; so an old one must not pass for the present.
TEST_F(StatusProofTest, AnOldIndexRootSaysWhatItIsAsOf) {
  make_issued();
  const StatusProof old = proof_of(number);
  append(about_void("void.requested", number));
  append(about_void("void.approved", number));
  append_root();
  StatusProof stale = old;
  stale.checkpoint = ledger->checkpoint();
  stale.root = newly_proven(old.root);
  stale.about.entries[0] = newly_proven(old.about.entries[0]);
  const Verdict verdict = judged(stale);
  ASSERT_TRUE(verdict.holds()) << verdict.detail;
  EXPECT_EQ(text(verdict, "status"), "issued");
  EXPECT_EQ(as_of(verdict), 3u);
  EXPECT_EQ(verdict.facts.at("tree_size").to_number<std::uint64_t>(), 7u);
  EXPECT_NE(verdict.english.find("As of the first 3 entries"), std::string::npos);
  EXPECT_NE(verdict.english.find("What came later is not in this proof"), std::string::npos);
  // With the newest index.root it is found out.
  stale.root = proof_of(number).root;
  EXPECT_EQ(refused(stale), "index_proof");
}

TEST_F(StatusProofTest, SwappedNodesAreRefused) {
  make_voided();
  StatusProof proof = proof_of(other_number);
  ASSERT_GE(proof.about.siblings.size(), 2u);
  std::swap(proof.about.siblings[0], proof.about.siblings[1]);
  EXPECT_EQ(refused(proof), "index_proof");
  proof = proof_of(number);
  std::swap(proof.about.entries[1].path[0], proof.about.entries[1].path[1]);
  EXPECT_EQ(refused(proof), "inclusion");
  proof = proof_of(number);
  std::swap(proof.about.entries[0].path, proof.about.entries[2].path);
  EXPECT_EQ(refused(proof), "inclusion");
  proof = proof_of(number);
  proof.root.path.pop_back();
  EXPECT_EQ(refused(proof), "inclusion");
  proof = proof_of(number);
  proof.about.siblings.insert(proof.about.siblings.begin(), empty_subtree);
  EXPECT_EQ(refused(proof), "index_proof");
}

TEST_F(StatusProofTest, WhatStandsForAnIndexRootMustBeOne) {
  make_voided();
  StatusProof proof = proof_of(number);
  proof.root = proof.about.entries[0];
  EXPECT_EQ(refused(proof), "bad_index_root");
  proof = proof_of(number);
  proof.root.canonical.replace(proof.root.canonical.find("\"subjects\":3"), 12, "\"subjects\":4");
  EXPECT_EQ(refused(proof), "inclusion");
  // An index of a form that only a newer program knows is no finding.
  Draft newer = index_root_draft(root);
  newer.body["algorithm"] = "quotary-subject-index-v2";
  append(newer);
  proof = proof_of(number);
  proof.root.index = 7;
  proof.root.canonical = ledger->entry(7).value().canonical;
  proof.root = newly_proven(proof.root);
  EXPECT_EQ(judged(proof).exit_code, offline::exit_unchecked);
  EXPECT_EQ(judged(proof).code, "index_version");
}

TEST_F(StatusProofTest, TheCheckpointMustBeTheLogs) {
  make_voided();
  StatusProof proof = proof_of(number);
  const auto stranger = signing::signer_from_seed("ledger.example.com/quotes", std::string(32, '\x02'));
  proof.checkpoint = sign_checkpoint(*stranger, 7, ledger->state().root).value();
  EXPECT_EQ(refused(proof), "note_signature");
  proof = proof_of(number);
  proof.checkpoint.replace(proof.checkpoint.find("\n7\n"), 3, "\n8\n");
  EXPECT_EQ(refused(proof), "note_signature");
}

TEST_F(StatusProofTest, IsHeldAgainstADocument) {
  make_voided();
  const std::string text = status_proof_text(proof_of(number));
  EXPECT_TRUE(judge_status(text, document(number), *key).holds());
  const Verdict other = judge_status(text, document(other_number), *key);
  EXPECT_EQ(other.exit_code, offline::exit_does_not_hold);
  EXPECT_EQ(other.code, "document_altered");
}

TEST_F(StatusProofTest, IsAboutAQuoteWhoseEntriesAreKnown) {
  make_issued();
  append(about_void("quote.accepted", number));
  append_root();
  const Verdict newer = judged(proof_of(number));
  EXPECT_EQ(newer.exit_code, offline::exit_unchecked);
  EXPECT_EQ(newer.code, "unknown_entry_type");
  const auto of_organisation =
      make_status_proof(*ledger, "organisation", said_of("organisation"), ledger->checkpoint());
  EXPECT_EQ(refused(of_organisation.value()), "not_a_quote");
}

TEST_F(StatusProofTest, IsReadStrictly) {
  make_voided();
  const std::string text = status_proof_text(proof_of(number));
  const auto parsed = parse_status_proof(text);
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(status_proof_text(*parsed), text);
  const auto bad = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    const std::size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    const auto read = parse_status_proof(changed);
    return !read && read.error().code == "bad_status_proof";
  };
  EXPECT_TRUE(bad("status-proof@v1", "status-proof@v2"));
  EXPECT_TRUE(bad("subject ", "subjects "));
  EXPECT_TRUE(bad("last 5", "last 05"));
  EXPECT_TRUE(bad("count 3\n", ""));
  EXPECT_TRUE(bad("count 3\n", "count 3\n\n"));
  EXPECT_TRUE(bad("count 3\n", "count 3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"));  // is written as -
  EXPECT_TRUE(bad("count 3\n", "count 3\nnonsense\n"));
  EXPECT_TRUE(bad("index 6", "index -6"));
  EXPECT_TRUE(bad("extra ", "extra !"));
  EXPECT_TRUE(bad("\n\n", "\n"));
  EXPECT_FALSE(parse_status_proof(std::string(status_proof_header) + "\nnote"));
  EXPECT_FALSE(parse_status_proof(text + std::string(status_proof_bytes_max, 'x')));
  for (std::size_t length = 0; length < text.find("\n\n"); length += 7)
    ASSERT_FALSE(parse_status_proof(text.substr(0, length)));
}

TEST_F(StatusProofTest, ACheckpointOfBeforeTheIndexRootIsNoUse) {
  make_issued();
  const std::string early = ledger->checkpoint();
  append(about_void("void.requested", number));
  append_root();
  const auto made =
      make_status_proof(*ledger, "quote:" + std::string(number), said_of("quote:" + std::string(number)), early);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "index_behind");
}

// The bytes of FORMAT.md's example.
TEST_F(StatusProofTest, GoldenFile) {
  make_voided();
  const std::string text = status_proof_text(proof_of(number));
  EXPECT_EQ(text, testing::golden("index/voided.status-proof"));
  EXPECT_EQ(signer->vkey() + "\n", testing::golden("index/voided.vkey"));
}

// A log that lets who asked for a void approve it is not believed; the golden file is for others' readers.
TEST_F(StatusProofTest, AVoidByOnePersonIsRefused) {
  approver = "person-1";
  make_voided();
  const StatusProof proof = proof_of(number);
  EXPECT_EQ(refused(proof), "four_eyes");
  EXPECT_EQ(status_proof_text(proof), testing::golden("index/voided_by_one.status-proof"));
  // The entries are told all the same.
  EXPECT_EQ(judged(proof).facts.at("entries").as_array().size(), 3u);
  EXPECT_FALSE(judged(proof).facts.contains("status"));
}

TEST_F(StatusProofTest, NamesWhoAskedAndWhoApproved) {
  make_voided();
  const Verdict verdict = judged(proof_of(number));
  const json::object& said = verdict.facts.at("void").as_object();
  EXPECT_EQ(said.at("requested_by"), "person-1");
  EXPECT_EQ(said.at("requested_role"), "rep");
  EXPECT_EQ(said.at("approved_by"), "person-2");
  EXPECT_EQ(said.at("approved_role"), "manager");
  EXPECT_EQ(verdict.facts.at("entries").as_array()[2].at("actor"), "person-2");
}

TEST(EntryStatus, FollowsTheEntries) {
  using records::status_of_entries;
  std::vector<Entry> entries;
  std::string decider = "p2";
  const auto add = [&](const std::string& type, json::object body) {
    const bool decides = type == "void.approved" || type == "void.rejected";
    Entry entry;
    entry.index = entries.size();
    entry.time = Timestamp{static_cast<std::int64_t>(entries.size()) * 1000};
    entry.type = type;
    entry.actor_id = decides ? decider : "p1";
    entry.subject = "quote:Q-1";
    entry.body = std::move(body);
    entry.body["number"] = "Q-1";
    entries.push_back(std::move(entry));
  };
  const auto status = [&] {
    const auto said = status_of_entries(entries);
    return said ? said->status : said.error().code;
  };
  EXPECT_EQ(status(), "bad_history");
  add("quote.issued", {{"issued_at", "2026-11-24T02:03:04.567Z"}});
  EXPECT_EQ(status(), "bad_history");  // no document
  entries[0].objects.push_back({"pdf", "application/pdf", "", sha256("pdf"), 3, 1});
  EXPECT_EQ(status(), "issued");
  add("void.requested", {{"request", "r1"}, {"reason_code", "price_error"}});
  EXPECT_EQ(status(), "void_requested");
  EXPECT_EQ(status_of_entries(entries)->requested_by, "p1");
  EXPECT_EQ(status_of_entries(entries)->approved_by, "");
  for (const char* decision : {"void.rejected", "void.approved"}) {
    decider = "p1";
    add(decision, {{"request", "r1"}});
    EXPECT_EQ(status(), "four_eyes") << decision;
    entries.pop_back();
    decider = "p2";
  }
  add("void.rejected", {{"request", "r1"}});
  EXPECT_EQ(status(), "issued");
  add("quote.superseded", {{"superseded_by", "Q-2"}});
  EXPECT_EQ(status(), "superseded");
  EXPECT_EQ(status_of_entries(entries)->superseded_by, "Q-2");
  add("void.requested", {{"request", "r2"}, {"reason_code", "duplicate"}});
  EXPECT_EQ(status(), "superseded");
  add("void.lapsed", {{"request", "r2"}});
  add("void.requested", {{"request", "r3"}, {"reason_code", "wrong_item"}});
  add("void.approved", {{"request", "r3"}});
  EXPECT_EQ(status(), "voided");
  EXPECT_EQ(status_of_entries(entries)->reason_code, "wrong_item");
  EXPECT_EQ(status_of_entries(entries)->since, entries.back().time);
  EXPECT_EQ(status_of_entries(entries)->requested_by, "p1");
  EXPECT_EQ(status_of_entries(entries)->requested_at, entries[entries.size() - 2].time);
  EXPECT_EQ(status_of_entries(entries)->approved_by, "p2");
  add("void.requested", {{"request", "r4"}});
  EXPECT_EQ(status(), "bad_history");  // voided is final
  entries.pop_back();
  add("void.approved", {{"request", "r3"}});
  EXPECT_EQ(status(), "bad_history");  // it is decided
  entries.pop_back();
  add("quote.signed", {});
  EXPECT_EQ(status(), "unknown_entry_type");
  entries.back().body["number"] = "Q-3";
  EXPECT_EQ(status(), "bad_history");
}

}  // namespace
}  // namespace quotary
