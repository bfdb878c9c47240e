#include "ledger/log/sequencer.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/entry.h"
#include "ledger/log/proof.h"
#include "ledger/log/rebuild.h"
#include "ledger/log/store.h"
#include "tests/support/log_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

namespace quotary {
namespace {

class LedgerTest : public testing::LogFixture {};

TEST_F(LedgerTest, WhatIsAnsweredIsChainedProvedAndThereAfterReopening) {
  Hash leaf;
  std::string first_proof;
  {
    auto ledger = make();
    for (int i = 1; i <= 20; ++i) {
      auto committed = ledger->append(one(draft("quote.issued", "quote:" + std::to_string(i % 3))));
      ASSERT_TRUE(committed) << committed.error().detail;
      ASSERT_EQ(committed->entries.size(), 1u);
      EXPECT_EQ(committed->entries[0].index, static_cast<std::uint64_t>(i));
      auto checked = check_proof(committed->proof(0), *key);
      ASSERT_TRUE(checked) << checked.error().detail;
      EXPECT_EQ(checked->entry.leaf, committed->entries[0].leaf);
      if (i > 1) {
        EXPECT_EQ(checked->entry.prev, leaf);
      }
      leaf = checked->entry.leaf;
      if (i == 7) first_proof = committed->proof(0);
    }
  }
  auto ledger = Ledger::open(options, ports);
  ASSERT_TRUE(ledger) << ledger.error().detail;
  EXPECT_EQ((*ledger)->state().tree_size, 21u);
  auto entry = (*ledger)->entry(7);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->subject_seq, 3u);  // subjects 1, 4 and 7
  EXPECT_EQ(entry->subject_prev, 4u);
  EXPECT_EQ(*(*ledger)->object(*entry, "text"), "秘密 secret");
  EXPECT_EQ(*(*ledger)->proof(7, true), first_proof);
  EXPECT_TRUE(check_proof(*(*ledger)->proof(7), *key));
  auto next = (*ledger)->append(one(draft("quote.issued", "quote:1")));
  ASSERT_TRUE(next);
  EXPECT_EQ(next->entries[0].prev, leaf);
  const VerifyReport report = verify();
  EXPECT_EQ(report.problems_total, 0u) << report.problems[0].detail;
  EXPECT_EQ(report.entries_checked, 22u);
  EXPECT_EQ(report.objects_checked, 44u);
}

TEST_F(LedgerTest, ARefusedCommandWritesNothingAndTheBatchGoesOn) {
  auto ledger = make();
  auto refused = ledger->append([](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    return fail(Errc::conflict, "no", "precondition");
  });
  EXPECT_EQ(refused.error().code, "no");
  EXPECT_EQ(ledger->append(one(draft("quote.issued", "q", "refuse"))).error().code, "refused");
  EXPECT_EQ(ledger->state().tree_size, 1u);
  auto passed = ledger->append(one(draft("quote.issued", "q")));
  ASSERT_TRUE(passed);
  EXPECT_EQ(passed->entries[0].index, 1u);
  EXPECT_EQ(passed->entries[0].subject_seq, 1u);
}

TEST_F(LedgerTest, ManyThreadsGetDenseIndexes) {
  auto ledger = make();
  std::array<std::thread, 8> threads;
  std::mutex mutex;
  std::set<std::uint64_t> seen;
  for (auto& thread : threads) {
    thread = std::thread([&] {
      for (int i = 0; i < 25; ++i) {
        auto committed = ledger->append(one(draft("quote.issued", "q")));
        const std::lock_guard lock(mutex);
        if (committed && check_proof(committed->proof(0), *key)) seen.insert(committed->entries[0].index);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), 200u);
  EXPECT_EQ(*seen.rbegin(), 200u);
  auto report = verify_ledger(*ledger, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->problems_total, 0u);
}

TEST_F(LedgerTest, AVerificationCanBeBrokenOff) {
  auto ledger = make();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(ledger->append(one(draft("quote.issued", "q"))));
  std::atomic<bool> stop{true};
  VerifyOptions how;
  how.stop = &stop;
  for (const unsigned threads : {1u, 2u}) {
    how.threads = threads;
    const auto broken_off = verify_ledger(*ledger, how);  // a part must not pass for the whole
    ASSERT_FALSE(broken_off);
    EXPECT_EQ(broken_off.error().code, "stopped");
  }
  stop = false;
  EXPECT_TRUE(verify_ledger(*ledger, how));
}

TEST_F(LedgerTest, AVerificationMayBeginAnywhere) {
  auto ledger = make();
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(ledger->append(one(draft("quote.issued", "q"))));
  const auto whole = verify_ledger(*ledger, {});
  ASSERT_TRUE(whole);
  VerifyOptions how;
  for (how.from = 1; how.from < 10; ++how.from) {  // what lies before is joined from its peaks, one for each bit
    const auto report = verify_ledger(*ledger, how);
    ASSERT_TRUE(report) << how.from;
    EXPECT_EQ(report->entries_checked, 10 - how.from);
    EXPECT_EQ(report->problems_total, 0u) << how.from;
    EXPECT_EQ(report->root, whole->root) << how.from;
  }
}

TEST_F(LedgerTest, AnOlderStoreIsRefusedAndNamed) {
  {
    auto ledger = make();
    ASSERT_TRUE(ledger->append(one(draft("quote.issued", "q"))));
  }
  std::filesystem::copy(options.directory + "/store", folder.path() + "/old", std::filesystem::copy_options::recursive);
  {
    auto ledger = *Ledger::open(options, ports);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(ledger->append(one(draft("quote.issued", "q"))));
  }
  std::filesystem::remove_all(options.directory + "/store");
  std::filesystem::copy(folder.path() + "/old", options.directory + "/store", std::filesystem::copy_options::recursive);
  auto opened = Ledger::open(options, ports);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "rolled_back");
  const VerifyReport report = verify();
  ASSERT_EQ(report.problems_total, 1u);
  EXPECT_EQ(report.problems[0].kind, "truncation");
}

TEST_F(LedgerTest, TamperingIsNamedByIndexAndKind) {
  {
    auto ledger = make();
    for (int i = 0; i < 9; ++i) ASSERT_TRUE(ledger->append(one(draft("quote.issued", "q"))));
  }
  struct Case {
    Family family;
    std::string key;
    std::string value;
    std::string kind;
    std::uint64_t index;
  };
  std::string five;
  put_u64(five, 5);
  std::string batch;  // of entry 5: its leaf and the node above 4 and 5
  put_u64(batch, 6);
  for (const Case& tampering :
       {Case{Family::entries, five, "{}", "leaf", 5},
        Case{Family::objects, five + std::string("\0\0", 2), "{\"x\":1}", "payload", 5},
        Case{Family::objects, five + std::string("\0\1", 2), "customer:1|5/text|other", "payload", 5},
        Case{Family::batches, batch, five + std::string(64, 'x'), "node", 5},
        Case{Family::batches, batch, five + std::string(32, 'x'), "node", 5},
        Case{Family::batches, batch, "", "node", 5},
        Case{Family::objects, five + std::string("\0\2", 2), "surplus", "payload", 5},
        Case{Family::state, "count/quote.issued", "7", "state", 9}}) {
    std::optional<std::string> before;
    {
      auto store = *open_rocks_store(options.directory + "/store", StoreMode::open);
      before = *store->get(tampering.family, tampering.key);
      ASSERT_EQ(before.has_value(), tampering.value != "surplus");
      ASSERT_TRUE(store->write_synced({{tampering.family, tampering.key, tampering.value}}));
    }
    const VerifyReport report = verify();
    const bool named = std::any_of(report.problems.begin(), report.problems.end(), [&](const VerifyProblem& problem) {
      return problem.kind == tampering.kind && problem.index == tampering.index;
    });
    EXPECT_TRUE(named) << tampering.kind << ": "
                       << (report.problems.empty()
                               ? "nothing"
                               : report.problems[0].kind + " at " + std::to_string(report.problems[0].index));
    auto store = *open_rocks_store(options.directory + "/store", StoreMode::open);
    ASSERT_TRUE(store->write_synced({{tampering.family, tampering.key, before}}));
  }
  EXPECT_EQ(verify().problems_total, 0u);
}

TEST_F(LedgerTest, TheStateIsMadeAnewFromTheEntriesAlone) {
  {
    auto ledger = make();
    for (int i = 0; i < 9; ++i) ASSERT_TRUE(ledger->append(one(draft("quote.issued", "q" + std::to_string(i % 2)))));
  }
  const auto before = *rebuild_state(options, ports, *key, true);
  EXPECT_EQ(before.wrong(), 0u);
  EXPECT_EQ(before.keys, 6u);  // two counts, three subjects, the size
  const std::string store_path = options.directory + "/store";
  ASSERT_TRUE((*open_rocks_store(store_path, StoreMode::open))
                  ->write_synced({{Family::state, "count/quote.issued", "7"},
                                  {Family::state, "count/organisation.created", std::nullopt},
                                  {Family::state, "count/nothing", "1"}}));
  EXPECT_EQ(verify().problems_total, 3u);
  const auto compared = *rebuild_state(options, ports, *key, true);
  EXPECT_EQ(std::make_tuple(compared.missing, compared.surplus, compared.different), std::make_tuple(1u, 1u, 1u));
  EXPECT_EQ(verify().problems_total, 3u);  // only compared
  const auto rebuilt = *rebuild_state(options, ports, *key, false);
  EXPECT_EQ(rebuilt.wrong(), 3u);
  EXPECT_EQ(rebuilt.digest, before.digest);
  EXPECT_EQ(verify().problems_total, 0u);
  // A state that stands still behind the entries decides nothing.
  std::string nine;
  put_u64(nine, 9);
  ASSERT_TRUE((*open_rocks_store(store_path, StoreMode::open))->write_synced({{Family::state, "~size", nine}}));
  EXPECT_EQ(Ledger::open(options, ports).error().code, "state_behind");
  EXPECT_EQ(rebuild_state(options, ports, *key, false)->different, 1u);
  // A run that was cut off says so until the next one.
  ASSERT_TRUE(write_file_durably(*ports.files, options.directory + "/rebuilding", ""));
  EXPECT_EQ(Ledger::open(options, ports).error().code, "rebuild_unfinished");
  EXPECT_TRUE(rebuild_state(options, ports, *key, false));
  auto ledger = Ledger::open(options, ports);
  ASSERT_TRUE(ledger) << ledger.error().detail;
  EXPECT_EQ(rebuild_state(options, ports, *key, false).error().code, "locked");
  EXPECT_EQ((*ledger)->append(one(draft("quote.issued", "q")))->tree_size, 11u);
}

TEST_F(LedgerTest, NoStateIsMadeFromEntriesThatDoNotHold) {
  {
    auto ledger = make();
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(ledger->append(one(draft("quote.issued", "q"))));
  }
  std::string two;
  put_u64(two, 2);
  ASSERT_TRUE((*open_rocks_store(options.directory + "/store", StoreMode::open))
                  ->write_synced({{Family::objects, two + std::string("\0\0", 2), "{ }"},
                                  {Family::state, "count/quote.issued", "7"}}));
  const auto refused = rebuild_state(options, ports, *key, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "entries_damaged");
  EXPECT_NE(refused.error().detail.find("entry 2, payload"), std::string::npos) << refused.error().detail;
  EXPECT_EQ(
      **(*open_rocks_store(options.directory + "/store", StoreMode::open))->get(Family::state, "count/quote.issued"),
      "7");
}

TEST_F(LedgerTest, TimeNeverGoesBack) {
  auto ledger = make();
  const Timestamp before = ledger->entry(0)->time;
  clock->set({before.unix_ms - 60'000});
  EXPECT_EQ(ledger->append(one(draft("quote.issued", "q")))->entries[0].time, before);
}

TEST_F(LedgerTest, ASecondWriterIsRefused) {
  auto ledger = make();
  EXPECT_EQ(Ledger::open(options, ports).error().code, "locked");
  EXPECT_EQ(Ledger::create(options, ports, draft("organisation.created", "organisation")).error().code, "locked");
}

// However many wait, such an entry is the last under its checkpoint; and its body knows its place.
TEST_F(LedgerTest, AnEntryThatEndsItsBatchIsTheLastUnderItsCheckpoint) {
  auto ledger = make();
  constexpr int commands = 400, every = 7;
  std::mutex mutex;
  std::vector<Committed> ended;
  int answered = 0;
  for (int i = 0; i < commands; ++i) {
    Draft made = draft("quote.issued", "quote:" + std::to_string(i));
    made.ends_batch = i % every == 0;
    made.body.clear();
    made.placed_body = [](std::uint64_t index, const Hash& prev) -> Result<json::object> {
      return json::object{{"index", index}, {"prev", prev.hex()}};
    };
    const bool ends = made.ends_batch;
    ledger->submit(one(std::move(made)), [&, ends](Result<Committed> done) {
      ASSERT_TRUE(done) << done.error().detail;
      const std::lock_guard lock(mutex);
      ++answered;
      if (ends) ended.push_back(std::move(*done));
    });
  }
  ledger.reset();  // once all are answered
  EXPECT_EQ(answered, commands);
  ASSERT_EQ(ended.size(), static_cast<std::size_t>(commands / every + 1));
  for (const Committed& each : ended) {
    const Entry& entry = each.entries.front();
    EXPECT_EQ(each.tree_size, entry.index + 1);
    EXPECT_EQ(entry.body.at("index").to_number<std::uint64_t>(), entry.index);
    EXPECT_EQ(entry.body.at("prev").as_string(), entry.prev.hex());
  }
}

}  // namespace
}  // namespace quotary
