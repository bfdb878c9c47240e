// A whole ledger on a disk that fails, fills up or loses power at any call of a scripted run: what was acknowledged is
// there, proved and in its place. The seed is printed; QUOTARY_SEED sets it, QUOTARY_FAULT_POINTS how many points of
// the run each test takes (0: every one).
#include "ledger/log/merkle.h"
#include "ledger/log/proof.h"
#include "ledger/log/slots.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/log_fixture.h"
#include "tests/support/settings.h"

#include <gtest/gtest.h>

#include <future>

namespace quotary {
namespace {

constexpr std::size_t large_bytes = 9u << 20;  // four of them fill the store's memory, so that it writes a table

std::uint64_t run_seed() {
  static const std::uint64_t seed = testing::chosen_seed();
  return seed;
}

// What an answer promised.
struct Promise {
  std::uint64_t index = 0, tree_size = 0;
  Hash leaf, root;
};

class LogDurabilityTest : public testing::LogFixture {
 protected:
  struct Run {
    std::vector<Promise> promised;
    std::optional<Error> stopped;  // what ended it
  };

  void take(const Result<Committed>& answer, Run& run) {
    if (!answer) {
      if (!run.stopped) run.stopped = answer.error();
      return;
    }
    EXPECT_FALSE(run.stopped) << "an append went through after one that failed";
    for (std::size_t i = 0; i < answer->entries.size(); ++i) {
      const auto proof = check_proof(answer->proof(i), *key);
      ASSERT_TRUE(proof) << proof.error().detail;
      run.promised.push_back({answer->entries[i].index, proof->tree_size, proof->entry.leaf, proof->root});
    }
  }

  // What the making of the ledger promised.
  static void take_first(const Ledger& ledger, Run& run) {
    run.promised.push_back({0, 1, ledger.entry(0)->leaf, ledger.state().root});
  }

  // One append, then three that queue at once.
  void append_some(Ledger& ledger, Run& run) {
    take(ledger.append(one(draft("t"))), run);
    std::vector<std::future<Result<Committed>>> waiting;
    for (int i = 0; i < 3; ++i) {
      auto answered = std::make_shared<std::promise<Result<Committed>>>();
      waiting.push_back(answered->get_future());
      ledger.submit(one(draft("t", "s" + std::to_string(i))),
                    [answered](Result<Committed> answer) { answered->set_value(std::move(answer)); });
    }
    for (auto& answer : waiting) take(answer.get(), run);
    if (!run.stopped) return;
    EXPECT_EQ(run.stopped->code, "ledger_latched") << run.stopped->detail;
    EXPECT_TRUE(ledger.state().latched);
    EXPECT_NE(ledger.state().latch_reason, "");
    if (off_) return;
    files->heal();
    EXPECT_EQ(ledger.append(one(draft("t"))).error().code, "ledger_latched") << "only a restart may end it";
  }

  // Makes a ledger and opens it anew again and again: each time the store writes what its log holds into tables, and
  // merges them when they are many.
  Run small_script() {
    Run run;
    for (int session = 0; session < 7 && !run.stopped; ++session) {
      auto ledger =
          session == 0 ? Ledger::create(options, ports, draft("organisation.created")) : Ledger::open(options, ports);
      if (!ledger) {
        run.stopped = ledger.error();
        EXPECT_NE(run.stopped->detail, "");
        EXPECT_TRUE(run.stopped->kind == Errc::storage || run.stopped->kind == Errc::unavailable)
            << run.stopped->code << ": " << run.stopped->detail;
      } else {
        if (session == 0) take_first(**ledger, run);
        append_some(**ledger, run);
      }
    }
    return run;
  }

  // Fills the store's memory, so that it begins a new log and writes a table while appends go on.
  Run large_script() {
    Run run;
    auto ledger = Ledger::create(options, ports, draft("organisation.created"));
    if (!ledger) {
      run.stopped = ledger.error();
      return run;
    }
    take_first(**ledger, run);
    for (int i = 0; i < 5 && !run.stopped; ++i) {
      Draft large = draft("t");
      large.objects[1].bytes = std::string(large_bytes, static_cast<char>('a' + i));
      take((*ledger)->append(one(std::move(large))), run);
      append_some(**ledger, run);
    }
    return run;
  }

  // After the disk was mended.
  void check(Run& run) {
    if (run.promised.empty()) return check_unfinished(run);
    const auto published = Slots::read(*files, options.directory + "/published.slots");
    ASSERT_TRUE(published) << published.error().detail;
    ASSERT_TRUE(*published);
    {
      auto opened = Ledger::open(options, ports);
      ASSERT_TRUE(opened) << opened.error().code << ": " << opened.error().detail;
      Ledger& ledger = **opened;
      const std::uint64_t size = ledger.state().tree_size;
      EXPECT_GE((*published)->size, run.promised.back().tree_size);
      EXPECT_GE(size, (*published)->size);
      for (const Promise& promise : run.promised) {
        SCOPED_TRACE("entry " + std::to_string(promise.index));
        const auto entry = ledger.entry(promise.index);
        ASSERT_TRUE(entry) << entry.error().detail;
        EXPECT_EQ(entry->leaf, promise.leaf);
        EXPECT_TRUE(ledger.object(*entry, "text"));
        const auto proof = ledger.proof(promise.index);
        ASSERT_TRUE(proof) << proof.error().detail;
        EXPECT_TRUE(check_proof(*proof, *key));
        EXPECT_EQ(*read_root(promise.tree_size, ledger.nodes()), promise.root);
      }
      const auto next = ledger.append(one(draft("t")));
      ASSERT_TRUE(next) << next.error().detail;
      EXPECT_EQ(next->entries[0].index, size);
      run.stopped.reset();
      take(next, run);
    }
    const VerifyReport report = verify();
    EXPECT_EQ(report.problems_total, 0u) << report.problems[0].kind << " " << report.problems[0].index << " "
                                         << report.problems[0].detail;
  }

  // Nothing was acknowledged, so nothing needs to be there; but what is there is opened, or made to the end.
  void check_unfinished(Run& run) {
    auto ledger = Ledger::open(options, ports);
    if (!ledger) {
      EXPECT_TRUE(ledger.error().code == "no_ledger" || ledger.error().code == "ledger_unfinished")
          << ledger.error().code << ": " << ledger.error().detail;
      ledger = Ledger::create(options, ports, draft("organisation.created"));
    }
    ASSERT_TRUE(ledger) << ledger.error().code << ": " << ledger.error().detail;
    EXPECT_EQ((*ledger)->state().tree_size, 1u);
    take_first(**ledger, run);
    run.stopped.reset();
    take((*ledger)->append(one(draft("t"))), run);
    EXPECT_EQ(Ledger::create(options, ports, draft("organisation.created")).error().code, "locked");
    ledger->reset();
    EXPECT_EQ(Ledger::create(options, ports, draft("organisation.created")).error().code, "ledger_exists");
    const VerifyReport report = verify();
    EXPECT_EQ(report.problems_total, 0u) << report.problems[0].kind << " " << report.problems[0].index << " "
                                         << report.problems[0].detail;
  }

  enum class Fault { power, from, once };
  enum class Script { small, large };

  // Runs the script once for each point of a fault, in a folder of its own.
  void check_at_points(Fault fault, Script script, std::uint64_t sample) {
    std::mt19937_64 random(run_seed() + static_cast<unsigned>(fault));
    start_anew();
    off_ = false;
    EXPECT_FALSE((script == Script::large ? large_script() : small_script()).stopped);
    const std::uint64_t calls = files->calls();
    ASSERT_GT(calls, 20u);
    const std::uint64_t points = testing::setting("QUOTARY_FAULT_POINTS", sample);
    std::uint64_t stopped = 0;
    for (std::uint64_t i = testing::setting("QUOTARY_FAULT_FIRST", 0);
         i < (points == 0 ? testing::setting("QUOTARY_FAULT_LAST", calls) : points); ++i) {
      const std::uint64_t nth = points == 0 ? i + 1 : 1 + random() % calls;
      const std::uint64_t seed = random() | 1;
      start_anew();
      off_ = fault == Fault::power;
      fault == Fault::once ? files->fail_once(nth) : files->fail_from(nth);
      Run done = (script == Script::large ? large_script() : small_script());
      SCOPED_TRACE("call " + std::to_string(nth) + " of " + std::to_string(calls) + ", " + files->failed() +
                   ", run seed " + std::to_string(run_seed()) + (done.stopped ? ": " + done.stopped->detail : ""));
      files->heal();
      stopped += done.stopped ? 1 : 0;
      // Once more without a failure in between: what the next start did must hold as well.
      for (const bool lose : {fault == Fault::power, true}) {
        ASSERT_TRUE(!lose || files->lose_unsynced(seed % 4 == 3 ? 0 : seed));
        check(done);
      }
      if (HasFailure()) return;
    }
    // All failed, but those that only removed what is no longer used.
    EXPECT_GT(stopped, 0u);
  }

  // A power cut in the script, and one in the start that follows it: pairs of points, of which all are too many.
  void check_cut_starts(std::uint64_t sample) {
    constexpr std::uint64_t start_calls = 60;  // about as many as a start makes
    constexpr std::uint64_t pairs_max = 1'000;
    const std::uint64_t asked = testing::setting("QUOTARY_FAULT_POINTS", sample),
                        pairs = asked == 0 ? pairs_max : asked;
    std::mt19937_64 random(run_seed() + 3);
    start_anew();
    off_ = false;
    EXPECT_FALSE(small_script().stopped);
    const std::uint64_t calls = files->calls();
    off_ = true;
    for (std::uint64_t i = 0; i < pairs; ++i) {
      start_anew();
      files->fail_from(1 + random() % calls);
      Run done = small_script();
      const std::string first = files->failed();
      files->heal();
      ASSERT_TRUE(files->lose_unsynced(random() | 1));
      files->fail_from(1 + random() % start_calls);
      (void)Ledger::open(options, ports);
      SCOPED_TRACE(first + ", then " + files->failed() + ", run seed " + std::to_string(run_seed()));
      files->heal();
      ASSERT_TRUE(files->lose_unsynced(random() | 1));
      check(done);
      if (HasFailure()) return;
    }
  }

  std::shared_ptr<testing::FaultyFileSystem> files;
  std::uint64_t zeros_ahead_ = 64u << 10;  // the small script's log ends in them, the large one's behind them
  bool off_ = false;                       // the power: nothing is written any more once a call has failed

 private:
  void start_anew() {
    std::filesystem::remove_all(options.directory);
    ports.files = files = std::make_shared<testing::FaultyFileSystem>(posix_file_system());
    options.directory = folder.path() + "/data" + std::to_string(++folders_);
    options.log_ahead_bytes = zeros_ahead_;
  }

  int folders_ = 0;
};

TEST_F(LogDurabilityTest, WhatWasAcknowledgedOutlivesAPowerCut) { check_at_points(Fault::power, Script::small, 6); }

TEST_F(LogDurabilityTest, APowerCutWithoutZerosAhead) {
  zeros_ahead_ = 0;
  check_at_points(Fault::power, Script::small, 3);
}

TEST_F(LogDurabilityTest, APowerCutInTheStartAfterOne) { check_cut_starts(4); }

TEST_F(LogDurabilityTest, EveryCallThatFailsLatchesOrIsToldAndLosesNothing) {
  check_at_points(Fault::from, Script::small, 6);
}

TEST_F(LogDurabilityTest, ACallThatFailsOnceIsNotTriedAgain) { check_at_points(Fault::once, Script::small, 6); }

TEST_F(LogDurabilityTest, APowerCutWhileATableIsWritten) { check_at_points(Fault::power, Script::large, 2); }

}  // namespace
}  // namespace quotary
