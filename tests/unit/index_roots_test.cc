#include "ledger/log/index_roots.h"

#include "ledger/log/merkle.h"
#include "ledger/log/visit_entries.h"
#include "tests/support/log_fixture.h"

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <thread>

namespace quotary {
namespace {

constexpr IndexRootsPace quick{std::chrono::milliseconds(1), std::chrono::milliseconds(0), std::chrono::milliseconds(1),
                               std::chrono::milliseconds(600'000)};

// Waits for what comes in the background; a test that would wait for ever fails.
bool until(const std::function<bool()>& holds) {
  for (int i = 0; i < 20'000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

// What the first `size` entries say, from the entries alone.
SubjectIndex index_of(const Ledger& ledger, std::uint64_t size) {
  std::map<Hash, SubjectLast> last;
  for (std::uint64_t index = 0; index < size; ++index) {
    const Entry entry = ledger.entry(index).value();
    if (entry.subject != index_root_subject) last[subject_hash(entry.subject)] = {index, entry.subject_seq};
  }
  std::vector<SubjectRecord> records;
  records.reserve(last.size());
  for (const auto& [key, each] : last) records.push_back({key, each});
  return SubjectIndex(std::move(records));
}

IndexRoot right_root(const Ledger& ledger, std::uint64_t size) {
  const SubjectIndex index = index_of(ledger, size);
  return {size, read_root(size, ledger.nodes()).value(), index.root(), index.subjects()};
}

class IndexRootsTest : public testing::LogFixture {
 protected:
  static void add(Ledger& ledger, const std::string& subject, const std::string& type = "quote.issued") {
    ASSERT_TRUE(ledger.append(one(draft(type, subject))));
  }
  static bool caught_up(const Ledger& ledger, const IndexRoots& roots) {
    return until([&] {
      const IndexRootsState state = roots.state();
      return state.followed_size == ledger.state().tree_size && state.behind_ms == 0 && state.ready;
    });
  }
  static std::vector<Entry> roots_in(const Ledger& ledger) {
    std::vector<Entry> found;
    for (std::uint64_t index = 0; index < ledger.state().tree_size; ++index) {
      Entry entry = ledger.entry(index).value();
      if (entry.type == index_root_type) found.push_back(std::move(entry));
    }
    return found;
  }
  // Of a verification of all.
  std::vector<std::string> problems() {
    std::vector<std::string> out;
    for (const auto& problem : verify().problems) out.push_back(std::to_string(problem.index) + " " + problem.kind);
    return out;
  }
};

TEST_F(IndexRootsTest, EveryRootIsThatOfTheEntriesItCovers) {
  {
    auto ledger = make();
    auto roots = IndexRoots::start(*ledger, {quick, {}});
    for (int i = 0; i < 40; ++i) {
      add(*ledger, "quote:" + std::to_string(i % 17));
      ASSERT_TRUE(i % 10 != 9 || caught_up(*ledger, *roots));
    }
    const auto state = roots->state();
    EXPECT_EQ(state.subjects, 18u);
    EXPECT_EQ(state.trouble, "");
    EXPECT_FALSE(is_degraded(state, quick));
    const auto found = roots_in(*ledger);
    ASSERT_GE(found.size(), 4u);
    EXPECT_EQ(state.entry, found.back().index);
    EXPECT_EQ(state.appended_total, found.size());
    for (const Entry& entry : found) {
      const auto root = read_index_root(entry);
      ASSERT_TRUE(root) << root.error().detail;
      EXPECT_EQ(*root, right_root(*ledger, root->size));
    }
    const auto said = roots->prove("quote:3");
    ASSERT_TRUE(said) << said.error().detail;
    EXPECT_EQ(said->last.count, 3u);  // 3, 20, 37
    EXPECT_EQ(said->entry.canonical, found.back().canonical);
    EXPECT_EQ(*check_subject_proof(subject_hash("quote:3"), said->proof, said->root.index_root), said->last);
    EXPECT_EQ(roots->prove("quote:99").error().code, "subject_not_indexed");
  }
  EXPECT_EQ(problems(), std::vector<std::string>());
}

TEST_F(IndexRootsTest, WhatTheLogWritesAboutItselfCallsForNoRoot) {
  auto ledger = make();
  auto roots = IndexRoots::start(*ledger, {quick, {}});
  ASSERT_TRUE(caught_up(*ledger, *roots));
  ASSERT_EQ(roots_in(*ledger).size(), 1u);
  for (int i = 0; i < 5; ++i) {
    add(*ledger, "system:clock", "system.clock_stepped_back");
    ASSERT_TRUE(caught_up(*ledger, *roots));
    ASSERT_EQ(roots_in(*ledger).size(), 1u);
  }
  add(*ledger, "quote:1");
  ASSERT_TRUE(until([&] { return roots->state().appended_total == 2; }));
  // They ride along.
  EXPECT_EQ(roots->prove("system:clock")->last.count, 5u);
}

TEST_F(IndexRootsTest, ARestartGoesOnWhereTheNewestRootStands) {
  std::uint64_t covered = 0;
  {
    auto ledger = make();
    {
      auto roots = IndexRoots::start(*ledger, {quick, {}});
      for (int i = 0; i < 20; ++i) add(*ledger, "quote:" + std::to_string(i % 7));
      ASSERT_TRUE(until([&] { return roots->state().applied_size >= 20; }));
      ASSERT_TRUE(caught_up(*ledger, *roots));
    }
    covered = read_index_root(roots_in(*ledger).back())->size;
    add(*ledger, "witness:1", "system.witness_lost");
    add(*ledger, "quote:3", "system.about_a_quote");
  }
  auto ledger = Ledger::open(options, ports);
  ASSERT_TRUE(ledger);
  auto roots = IndexRoots::start(**ledger, {quick, {}});
  ASSERT_TRUE(caught_up(**ledger, *roots));
  // Nothing calls for a new root; what it says is what it said.
  EXPECT_EQ(roots->state().applied_size, covered);
  EXPECT_EQ(roots->state().appended_total, 0u);
  EXPECT_EQ(roots->state().trouble, "");
  EXPECT_EQ(roots->prove("quote:3")->last, *index_of(**ledger, covered).find(subject_hash("quote:3")));
  EXPECT_EQ(roots->prove("witness:1").error().code, "subject_not_indexed");
  add(**ledger, "quote:3");
  ASSERT_TRUE(until([&] { return roots->state().appended_total == 1; }));
  EXPECT_EQ(roots->prove("witness:1")->last.count, 1u);
  EXPECT_EQ(*read_index_root(roots_in(**ledger).back()), right_root(**ledger, roots->state().applied_size));
  roots.reset();
  ledger->reset();
  EXPECT_EQ(problems(), std::vector<std::string>());
}

// For an older ledger, and for one that somebody served without the index.
TEST_F(IndexRootsTest, ALedgerWithoutRootsGetsOne) {
  auto ledger = make();
  for (int i = 0; i < 30; ++i) add(*ledger, "quote:" + std::to_string(i % 13));
  auto roots = IndexRoots::start(*ledger, {quick, {}});
  ASSERT_TRUE(caught_up(*ledger, *roots));
  ASSERT_EQ(roots_in(*ledger).size(), 1u);
  EXPECT_EQ(*read_index_root(roots_in(*ledger)[0]), right_root(*ledger, 31));
}

// What takes no appends, or answers no reads of the state, while it is told so.
class Faulty final : public Ledger {
 public:
  explicit Faulty(Ledger& below) : below_(below) {}
  void submit(Command command, std::function<void(Result<Committed>)> done) override {
    below_.submit(std::move(command), std::move(done));
  }
  Result<Committed> append(Command command) override {
    if (refuses_appends) return fail(Errc::overloaded, "queue_full", "too many commands wait");
    return below_.append(std::move(command));
  }
  LedgerState state() const override { return below_.state(); }
  std::string checkpoint() const override { return below_.checkpoint(); }
  Result<Entry> entry(std::uint64_t index) const override { return below_.entry(index); }
  Result<std::string> object(const Entry& entry, std::string_view name) const override {
    return below_.object(entry, name);
  }
  Result<std::string> proof(std::uint64_t index, bool first) const override { return below_.proof(index, first); }
  Result<Hash> node(unsigned level, std::uint64_t number) const override { return below_.node(level, number); }
  Result<void> read_state(
      const std::function<Result<void>(const StateReader&, std::uint64_t, const Hash&)>& read) const override {
    if (refuses_reads) return fail(Errc::storage, "store_error", "the disk does not answer");
    return below_.read_state(read);
  }

  std::atomic<bool> refuses_appends{false}, refuses_reads{false};

 private:
  Ledger& below_;
};

TEST_F(IndexRootsTest, TroubleIsSaidAndEndsAndNothingWaitsForTheIndex) {
  auto ledger = make();
  Faulty faulty(*ledger);
  faulty.refuses_reads = true;
  std::mutex mutex;
  std::vector<std::string> said;
  auto roots = IndexRoots::start(faulty, {quick, [&](std::string_view line) {
                                            const std::lock_guard lock(mutex);
                                            said.emplace_back(line);
                                          }});
  ASSERT_TRUE(until([&] { return !roots->state().trouble.empty(); }));
  EXPECT_TRUE(is_degraded(roots->state(), quick));
  EXPECT_EQ(roots->prove("quote:1").error().code, "index_not_ready");
  add(*ledger, "quote:1");
  faulty.refuses_appends = true;
  faulty.refuses_reads = false;
  ASSERT_TRUE(until([&] { return roots->state().trouble.starts_with("queue_full"); }));
  EXPECT_GT(roots->state().behind_ms, 0);
  EXPECT_GT(roots->state().failed_total, 1u);
  EXPECT_EQ(roots_in(*ledger).size(), 0u);
  add(*ledger, "quote:1");
  faulty.refuses_appends = false;
  ASSERT_TRUE(until([&] { return roots->state().trouble.empty(); }));
  ASSERT_TRUE(caught_up(*ledger, *roots));
  EXPECT_EQ(roots->prove("quote:1")->last.count, 2u);
  roots.reset();
  ASSERT_EQ(said.size(), 3u);
  EXPECT_NE(said[0].find("the disk does not answer"), std::string::npos);
  EXPECT_NE(said[1].find("too many commands"), std::string::npos);
  EXPECT_NE(said[2].find("no trouble any more"), std::string::npos);
}

TEST_F(IndexRootsTest, TrailingForLongIsDegraded) {
  IndexRootsState state;
  state.configured = true;
  state.behind_ms = IndexRootsPace{}.late_after.count() - 1;
  EXPECT_FALSE(is_degraded(state, {}));
  state.behind_ms += 1;
  EXPECT_TRUE(is_degraded(state, {}));
  state.configured = false;
  EXPECT_FALSE(is_degraded(state, {}));
}

TEST_F(IndexRootsTest, ARootThatLiesIsNamedAndTheNextOneIsRight) {
  {
    auto ledger = make();
    for (int i = 0; i < 9; ++i) add(*ledger, "quote:" + std::to_string(i % 4));
    IndexRoot lie = right_root(*ledger, 10);
    lie.index_root = sha256("another history");
    ASSERT_TRUE(ledger->append(one(index_root_draft(lie))));
    Faulty faulty(*ledger);
    faulty.refuses_appends = true;
    auto roots = IndexRoots::start(faulty, {quick, {}});
    ASSERT_TRUE(until([&] { return roots->state().failed_total > 0; }));
    EXPECT_EQ(roots->prove("quote:1").error().code, "index_not_ready");  // nothing is proved under the lie
    faulty.refuses_appends = false;
    ASSERT_TRUE(caught_up(*ledger, *roots));
    EXPECT_EQ(*read_index_root(roots_in(*ledger).back()), right_root(*ledger, 11));
    EXPECT_EQ(roots->prove("quote:1")->last.count, 2u);
  }
  EXPECT_EQ(problems(), (std::vector<std::string>{"10 index"}));
}

// Nothing is signed before all entries were followed, however soon a root is due.
TEST_F(IndexRootsTest, BehindALieTheNextRootCoversAllThatWasThere) {
  std::vector<std::string> said;
  std::mutex mutex;
  {
    auto ledger = make();
    for (int i = 0; i < 300; ++i) add(*ledger, "quote:" + std::to_string(i % 4));
    IndexRoot lie = right_root(*ledger, 301);
    lie.index_root = sha256("another history");
    ASSERT_TRUE(ledger->append(one(index_root_draft(lie))));
    auto roots = IndexRoots::start(*ledger, {quick, [&](std::string_view line) {
                                               const std::lock_guard lock(mutex);
                                               said.emplace_back(line);
                                             }});
    ASSERT_TRUE(caught_up(*ledger, *roots));
    EXPECT_EQ(read_index_root(roots_in(*ledger).at(1))->size, 302u);
  }
  EXPECT_EQ(problems(), (std::vector<std::string>{"301 index"}));
  ASSERT_FALSE(said.empty());
  EXPECT_NE(said.front().find("index_differs"), std::string::npos) << said.front();
}

TEST_F(IndexRootsTest, AVerificationHoldsEachRootAgainstTheEntries) {
  std::vector<std::string> expected;
  {
    auto ledger = make();
    for (int i = 0; i < 9; ++i) add(*ledger, "quote:" + std::to_string(i % 4));
    const auto append = [&](Draft draft, bool holds) {
      const auto committed = ledger->append(one(std::move(draft)));
      ASSERT_TRUE(committed);
      if (!holds) expected.push_back(std::to_string(committed->entries[0].index) + " index");
    };
    const auto changed = [&](auto change) {
      IndexRoot root = right_root(*ledger, ledger->state().tree_size);
      change(root);
      return index_root_draft(root);
    };
    append(changed([](IndexRoot&) {}), true);
    append(index_root_draft(right_root(*ledger, 5)), false);  // fewer than before
    append(changed([](IndexRoot& root) { root.index_root.bytes[0] ^= 1; }), false);
    append(changed([](IndexRoot& root) { root.subjects += 1; }), false);
    append(changed([](IndexRoot& root) { root.tree_root.bytes[31] ^= 1; }), false);
    append(changed([](IndexRoot& root) { root.size += 1; }), false);
    Draft unknown = changed([](IndexRoot&) {});
    unknown.body["algorithm"] = "quotary-subject-index-v2";
    append(unknown, false);
    Draft surplus = changed([](IndexRoot&) {});
    surplus.body["note"] = 1;
    append(surplus, false);
    Draft elsewhere = changed([](IndexRoot&) {});
    elsewhere.subject = "quote:1";
    append(elsewhere, false);
    append(draft("quote.issued", std::string(index_root_subject)), false);
    append(index_root_draft(right_root(*ledger, ledger->state().tree_size - 3)), true);  // one may trail
    append(changed([](IndexRoot&) {}), true);
    const auto live = verify_ledger(*ledger, {});
    ASSERT_TRUE(live);
    EXPECT_EQ(live->problems_total, expected.size());
  }
  EXPECT_EQ(problems(), expected);
}

TEST_F(IndexRootsTest, ARootIsReadStrictly) {
  Entry entry;
  const Draft draft = index_root_draft({7, sha256("tree"), sha256("index"), 3});
  entry.type = draft.type;
  entry.subject = draft.subject;
  entry.body = draft.body;
  entry.index = 7;
  EXPECT_EQ(*read_index_root(entry), (IndexRoot{7, sha256("tree"), sha256("index"), 3}));
  entry.index = 6;  // covers itself
  EXPECT_EQ(read_index_root(entry).error().code, "bad_index_root");
  entry.index = 7 + index_lag_max;
  EXPECT_TRUE(read_index_root(entry));
  entry.index += 1;
  EXPECT_EQ(read_index_root(entry).error().code, "bad_index_root");
  entry.index = 7;
  entry.body["size"] = -1;
  EXPECT_EQ(read_index_root(entry).error().code, "bad_index_root");
  entry.body = draft.body;
  entry.body["index_root"] = "00";
  EXPECT_EQ(read_index_root(entry).error().code, "bad_index_root");
  entry.body = draft.body;
  entry.body["algorithm"] = "quotary-subject-index-v2";
  EXPECT_EQ(read_index_root(entry).error().code, "index_version");
}

class VisitEntriesTest : public testing::LogFixture {};

TEST_F(VisitEntriesTest, GivesThePublishedEntriesInOrder) {
  auto ledger = make();
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(ledger->append(one(draft("quote.issued", "quote:" + std::to_string(i)))));
  const auto visited = [&](std::uint64_t from, std::uint64_t to, std::size_t at_most = 100) {
    std::vector<std::uint64_t> seen;
    EXPECT_TRUE(visit_entries(*ledger, from, to, [&](const EntryView& entry) {
      seen.push_back(entry.index);
      return seen.size() < at_most;
    }));
    return seen;
  };
  EXPECT_EQ(visited(0, 3), (std::vector<std::uint64_t>{0, 1, 2}));
  EXPECT_EQ(visited(7, 99), (std::vector<std::uint64_t>{7, 8, 9}));
  EXPECT_EQ(visited(0, 10, 2), (std::vector<std::uint64_t>{0, 1}));
  EXPECT_EQ(visited(10, 99), std::vector<std::uint64_t>());
  EXPECT_EQ(visited(5, 4), std::vector<std::uint64_t>());
}

}  // namespace
}  // namespace quotary
