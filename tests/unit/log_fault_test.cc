// What the ledger does when the disk fails, lies or is swapped.
#include "ledger/log/checkpoint.h"
#include "ledger/log/ledger_impl.h"
#include "ledger/log/proof.h"
#include "ledger/log/rebuild.h"
#include "ledger/log/sequencer.h"
#include "ledger/log/slots.h"
#include "ledger/log/store.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/log_fixture.h"

#include <gtest/gtest.h>

#include <fstream>
#include <future>

namespace quotary {
namespace {

class LogFaultTest : public testing::LogFixture {
 protected:
  LogFaultTest() : LogFaultTest(std::make_shared<testing::FaultyFileSystem>(posix_file_system())) {}
  std::string slots() const { return options.directory + "/published.slots"; }

  const std::shared_ptr<testing::FaultyFileSystem> files;

 private:
  explicit LogFaultTest(const std::shared_ptr<testing::FaultyFileSystem>& made) : LogFixture(made), files(made) {}
};

TEST_F(LogFaultTest, AFailedWriteLatchesAndTheNextStartGoesOnFromWhatIsDurable) {
  struct Case {
    std::uint64_t nth, size;
  };
  // Of a batch: the store's write and sync, the slot's write and sync.
  for (const auto& [nth, size] : {Case{1, 1}, Case{2, 1}, Case{3, 2}, Case{4, 2}}) {
    SCOPED_TRACE(nth);
    options.directory = folder.path() + "/data" + std::to_string(nth);
    {
      auto ledger = make();
      files->fail_from(nth);
      EXPECT_EQ(ledger->append(one(draft("t"))).error().code, "ledger_latched");
      files->heal();
      EXPECT_EQ(ledger->append(one(draft("t"))).error().code, "ledger_latched");  // until a restart
      EXPECT_TRUE(ledger->state().latched);
      EXPECT_EQ(ledger->state().tree_size, 1u);
      EXPECT_FALSE(ledger->entry(1));  // not published: nobody has seen it, durable or not
    }
    ASSERT_TRUE(files->lose_unsynced());
    auto ledger = Ledger::open(options, ports);
    ASSERT_TRUE(ledger) << ledger.error().detail;
    EXPECT_EQ((*ledger)->state().tree_size, size);
    EXPECT_EQ((*ledger)->append(one(draft("t")))->tree_size, size + 1);
  }
}

TEST_F(LogFaultTest, ABatchIsTwoSyncs) {
  auto ledger = make();
  const std::uint64_t before = files->syncs();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(ledger->append(one(draft("t"))));
  EXPECT_EQ(files->syncs() - before, 10u);
}

TEST_F(LogFaultTest, ATornSlotLeavesTheOther) {
  {
    auto ledger = make();
    ASSERT_TRUE(ledger->append(one(draft("t"))));
  }
  const auto last = *Slots::read(*files, slots());
  ASSERT_TRUE(last);
  {
    auto file = *posix_file_system()->open(slots(), OpenMode::read_write);
    ASSERT_TRUE(file->write_at((last->sequence % 2) * slot_bytes + 40, "torn"));
  }
  EXPECT_EQ((*Slots::read(*files, slots()))->sequence, last->sequence - 1);
  auto ledger = Ledger::open(options, ports);
  ASSERT_TRUE(ledger) << ledger.error().detail;
  EXPECT_EQ((*ledger)->state().tree_size, 2u);
}

TEST_F(LogFaultTest, WipedOrForgedSlotsAreRefused) {
  {
    auto ledger = make();
    ASSERT_TRUE(ledger->append(one(draft("t"))));
  }
  const std::string good = *read_file(*files, slots());
  ASSERT_TRUE(write_file_durably(*files, slots(), std::string(2 * slot_bytes, '\0')));
  EXPECT_EQ(Ledger::open(options, ports).error().code, "slots_damaged");
  ASSERT_TRUE(write_file_durably(*files, slots(), std::string(2 * slot_bytes, 'x')));
  EXPECT_EQ(Ledger::open(options, ports).error().code, "slots_damaged");
  // Whoever writes the folder without the key can make the checksum, but not the signature.
  ASSERT_TRUE(write_file_durably(*files, slots(), std::string(2 * slot_bytes, '\0')));
  const auto stranger = signing::signer_from_seed("ledger.example.com/quotes", std::string(32, '\x02'));
  const auto root = (*Slots::open(*files, slots())).last();
  EXPECT_FALSE(root);
  auto forged = *Slots::open(*files, slots());
  ASSERT_TRUE(forged.publish(*sign_checkpoint(*stranger, 1, sha256("x"))));
  EXPECT_EQ(Ledger::open(options, ports).error().code, "published_signature");
  const auto report = *verify_folder(options, ports, {}, *key);
  ASSERT_GE(report.problems_total, 1u);
  EXPECT_EQ(report.problems[0].kind, "checkpoint");
  ASSERT_TRUE(write_file_durably(*files, slots(), good));
  EXPECT_TRUE(Ledger::open(options, ports));
}

// Its blocks have checksums, so damage to the state's file makes it unreadable as a whole.
TEST_F(LogFaultTest, AnUnreadableStateIsMadeAnewWhereverThatIsCutOff) {
  const std::string store_path = options.directory + "/store";
  {
    auto ledger = make();
    for (int i = 0; i < 9; ++i) ASSERT_TRUE(ledger->append(one(draft("quote.issued", "q"))));
  }
  ASSERT_TRUE(open_rocks_store(store_path, StoreMode::open));  // brings the log into files
  for (const auto& item : std::filesystem::directory_iterator(store_path)) {
    if (item.path().extension() != ".sst") continue;
    std::string bytes = *read_file(*files, item.path());
    const std::size_t at = bytes.find("count/");
    if (at == bytes.npos) continue;
    bytes[at] = 'C';
    ASSERT_TRUE(write_file_durably(*files, item.path(), bytes));
  }
  ASSERT_TRUE(rebuild_state(options, ports, *key, true)->unreadable);
  const std::string whole = folder.path() + "/whole";
  std::filesystem::copy(options.directory, whole, std::filesystem::copy_options::recursive);
  const std::uint64_t before = files->calls();
  files->fail_from("/rebuilding");
  ASSERT_FALSE(rebuild_state(options, ports, *key, false));
  const std::uint64_t first = files->calls() - before;
  std::uint64_t cuts = 0;
  for (bool done = false; !done; ++cuts) {
    SCOPED_TRACE(cuts);
    std::filesystem::remove_all(options.directory);
    std::filesystem::copy(whole, options.directory, std::filesystem::copy_options::recursive);
    files->fail_from(first + cuts);
    done = rebuild_state(options, ports, *key, false).has_value();
    files->heal();
    if (!done && files->exists(options.directory + "/rebuilding")) {
      EXPECT_EQ(Ledger::open(options, ports).error().code, "rebuild_unfinished");
    }
    const auto rebuilt = rebuild_state(options, ports, *key, false);
    ASSERT_TRUE(rebuilt) << rebuilt.error().detail;
    auto ledger = Ledger::open(options, ports);
    ASSERT_TRUE(ledger) << ledger.error().detail;
    for (const std::uint64_t size : {11u, 12u}) {
      const auto appended = (*ledger)->append(one(draft("quote.issued", "q")));
      ASSERT_TRUE(appended) << (*ledger)->state().latch_reason;
      EXPECT_EQ(appended->tree_size, size);
    }
  }
  EXPECT_GT(cuts, 10u);
}

TEST_F(LogFaultTest, AFlippedByteInTheStoresLogIsNeverFewerEntries) {
  {
    auto ledger = make();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(ledger->append(one(draft("t"))));
  }
  std::string log;
  for (const auto& item : std::filesystem::directory_iterator(options.directory + "/store")) {
    if (item.path().extension() == ".log" && item.file_size() > 0) log = item.path();
  }
  ASSERT_FALSE(log.empty());
  const std::string good = *read_file(*files, log);
  std::string bad = good;
  bad[good.size() / 2] = static_cast<char>(bad[good.size() / 2] ^ 1);
  std::ofstream(log, std::ios::binary | std::ios::trunc) << bad;
  const auto report = verify_folder(options, ports, {}, *key);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_GE(report->problems_total, 1u);
  EXPECT_EQ(Ledger::open(options, ports).error().kind, Errc::corrupt);
}

// What a damaged ledger still shows, and that it takes nothing and leaves the folder alone.
TEST_F(LogFaultTest, ADamagedStoreIsReadWhereItLeadsToThePublishedRoot) {
  std::vector<std::string> proofs;
  {
    auto ledger = make();
    for (int i = 0; i < 20; ++i) proofs.push_back(ledger->append(one(draft("t")))->proof(0));
  }
  {
    auto store = *open_rocks_store(options.directory + "/store", StoreMode::open);
    const std::string good = **store->get(Family::entries, index_key(20));
    std::string bad = good;
    bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
    ASSERT_TRUE(store->write_synced({{Family::entries, index_key(20), bad}}));
  }
  const auto opened = Ledger::open(options, ports);
  ASSERT_EQ(opened.error().code, "entry_damaged");
  EXPECT_NE(opened.error().detail.find("entry 20 "), std::string::npos);
  {
    auto left = Ledger::open_for_reading(options, ports, opened.error());
    ASSERT_TRUE(left) << left.error().detail;
    const LedgerState state = (*left)->state();
    EXPECT_EQ(state.tree_size, 21u);
    EXPECT_TRUE(state.latched && state.read_only && !state.state_whole);
    EXPECT_NE(state.latch_reason.find("entry 20 "), std::string::npos);
    EXPECT_TRUE((*left)->entry(19));
    EXPECT_EQ((*left)->entry(20).error().kind, Errc::corrupt);
    EXPECT_TRUE(check_proof(*(*left)->proof(5), *key));
    EXPECT_EQ((*left)->append(one(draft("t"))).error().code, "ledger_read_only");
    EXPECT_EQ(Ledger::open(options, ports).error().code, "locked");
  }
  // The copy is gone, and the damage is still there to be looked into.
  for (const auto& item : std::filesystem::directory_iterator(options.directory))
    EXPECT_EQ(item.path().string().find("salvage"), std::string::npos);
  EXPECT_EQ(Ledger::open(options, ports).error().code, "entry_damaged");
}

TEST_F(LogFaultTest, ARolledBackStoreShowsItsEntriesWithoutProofsOrState) {
  {
    auto ledger = make();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(ledger->append(one(draft("t"))));
  }
  std::filesystem::copy(options.directory + "/store", folder.path() + "/old", std::filesystem::copy_options::recursive);
  {
    auto ledger = *Ledger::open(options, ports);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(ledger->append(one(draft("t"))));
  }
  std::filesystem::remove_all(options.directory + "/store");
  std::filesystem::copy(folder.path() + "/old", options.directory + "/store", std::filesystem::copy_options::recursive);
  const auto opened = Ledger::open(options, ports);
  ASSERT_EQ(opened.error().code, "rolled_back");
  auto left = Ledger::open_for_reading(options, ports, opened.error());
  ASSERT_TRUE(left) << left.error().detail;
  EXPECT_EQ((*left)->state().tree_size, 4u);
  EXPECT_FALSE((*left)->state().state_whole);
  EXPECT_TRUE((*left)->entry(3));
  EXPECT_FALSE((*left)->entry(4));
  EXPECT_EQ((*left)->proof(2).error().code, "not_provable");
}

TEST_F(LogFaultTest, ALogCutInItsMiddleIsReadAroundTheCut) {
  {
    auto ledger = make();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(ledger->append(one(draft("t"))));
  }
  std::string log;
  for (const auto& item : std::filesystem::directory_iterator(options.directory + "/store")) {
    if (item.path().extension() == ".log" && item.file_size() > 0) log = item.path();
  }
  std::string bytes = *read_file(*files, log);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(log, std::ios::binary | std::ios::trunc) << bytes;
  const auto opened = Ledger::open(options, ports);
  ASSERT_EQ(opened.error().kind, Errc::corrupt);
  auto left = Ledger::open_for_reading(options, ports, opened.error());
  ASSERT_TRUE(left) << left.error().detail;
  EXPECT_FALSE((*left)->state().state_whole);
  // The records of the tree that the cut took are in no other's: the beginning alone is whole, under no signature.
  const std::uint64_t shown = (*left)->state().tree_size;
  EXPECT_GT(shown, 5u);
  EXPECT_LT(shown, 15u);
  for (std::uint64_t index = 0; index < 21; ++index)
    EXPECT_EQ((*left)->entry(index).has_value(), index < shown) << index;
  EXPECT_EQ((*left)->proof(0).error().code, "not_provable");
  EXPECT_EQ((*left)->append(one(draft("t"))).error().code, "ledger_read_only");
}

TEST_F(LogFaultTest, ALoserAndARepeatWaitForTheBatchTheyRestOn) {
  auto ledger = make();
  std::promise<void> go;
  std::vector<std::string> order;
  std::promise<void> finished;
  ledger->submit(
      [&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
        go.get_future().wait();
        return std::vector<Draft>{draft("a")};
      },
      [](const Result<Committed>&) {});
  // These queue behind the first and make one batch.
  ledger->submit(one(draft("b")), [&](const Result<Committed>&) { order.emplace_back("winner"); });
  ledger->submit(
      [](const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
        EXPECT_TRUE(*state.get("count/b"));
        return std::vector<Draft>{};
      },
      [&](const Result<Committed>& result) {
        EXPECT_TRUE(result);
        EXPECT_EQ(result->tree_size, 3u);  // the answer names the tree that holds what it rests on
        order.emplace_back("repeat");
        finished.set_value();
      });
  go.set_value();
  finished.get_future().wait();
  ledger.reset();
  EXPECT_EQ(order.size(), 2u);
}

// Signs as another does, once what a test wants to happen just before has happened.
class HookedSigner final : public CheckpointSigner {
 public:
  HookedSigner(const CheckpointSigner& signer, std::function<void()> before)
      : signer_(signer), before_(std::move(before)) {}
  const std::string& name() const override { return signer_.name(); }
  const std::string& vkey() const override { return signer_.vkey(); }
  Result<std::string> signature_line(std::string_view text) const override {
    before_();
    return signer_.signature_line(text);
  }

 private:
  const CheckpointSigner& signer_;
  const std::function<void()> before_;
};

TEST_F(LogFaultTest, WhatIsQueuedBehindAFailedWriteIsRefusedToo) {
  make().reset();
  std::unique_ptr<Ledger> ledger;
  bool armed = false;
  std::promise<Errc> first, second;
  HookedSigner hooked(*signer, [&] {
    if (!std::exchange(armed, false)) return;
    // The first is written and about to be published: the second can only be of the next batch.
    ledger->submit(one(draft("second")), [&](const Result<Committed>& result) {
      second.set_value(result ? Errc::internal : result.error().kind);
    });
    files->fail_from(1);
  });
  ports.signer = &hooked;
  ledger = std::move(*Ledger::open(options, ports));
  armed = true;
  ledger->submit(one(draft("first")), [&](const Result<Committed>& result) {
    first.set_value(result ? Errc::internal : result.error().kind);
  });
  EXPECT_EQ(first.get_future().get(), Errc::unavailable);
  files->heal();
  EXPECT_EQ(second.get_future().get(), Errc::unavailable);
  ledger.reset();
  ports.signer = signer.get();
  auto again = Ledger::open(options, ports);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ((*again)->state().tree_size,
            2u);  // the first was durable when its publication failed, the second never came to it
}

// Answers come in order, each with a proof that holds, in small batches and in those that start their writes early.
TEST_F(LogFaultTest, AnswersComeInOrderWithProofs) {
  for (const std::size_t chains : {std::size_t{1}, std::size_t{3}, std::size_t{40}}) {
    options.directory = folder.path() + "/chains-" + std::to_string(chains);
    auto ledger = make();
    constexpr std::size_t rounds = 30;
    std::mutex mutex;
    std::vector<std::uint64_t> order;
    std::size_t ended = 0;
    std::promise<void> finished;
    // Each answer submits the next.
    std::function<void(std::size_t)> next = [&](std::size_t left) {
      ledger->submit(one(draft("t")), [&, left](const Result<Committed>& answer) {
        ASSERT_TRUE(answer);
        const auto proof = check_proof(answer->proof(0), *key);
        ASSERT_TRUE(proof) << proof.error().detail;
        {
          const std::lock_guard lock(mutex);
          order.push_back(answer->entries[0].index);
        }
        if (left > 1) return next(left - 1);
        if (++ended == chains) finished.set_value();
      });
    };
    for (std::size_t i = 0; i < chains; ++i) next(rounds);
    finished.get_future().wait();
    ledger.reset();
    ASSERT_EQ(order.size(), chains * rounds);
    for (std::size_t i = 0; i < order.size(); ++i) ASSERT_EQ(order[i], i + 1);
    const auto report = verify_folder(options, ports, {}, *key);
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->problems_total, 0u);
  }
}

// What queued while a batch was held up is the next one, as far as it has room for the payloads.
TEST_F(LogFaultTest, ABatchThatIsFullLeavesTheRestToTheNext) {
  auto ledger = make();
  std::promise<void> queued;
  std::vector<std::future<Result<Committed>>> answers;
  const auto submit = [&](Command command) {
    auto answered = std::make_shared<std::promise<Result<Committed>>>();
    answers.push_back(answered->get_future());
    ledger->submit(std::move(command),
                   [answered](Result<Committed> answer) { answered->set_value(std::move(answer)); });
  };
  submit([&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    queued.get_future().wait();
    return std::vector<Draft>{draft("first")};
  });
  for (int i = 0; i < 5; ++i) submit(one(draft("large", "s", std::string(15u << 20, 'x'))));
  queued.set_value();
  std::vector<std::uint64_t> sizes;
  for (auto& answer : answers) {
    const auto committed = answer.get();
    ASSERT_TRUE(committed) << committed.error().detail;
    sizes.push_back(committed->tree_size);
  }
  // Three of 15 MB pass the 32 MB that end a batch; the first command may have been a batch of its own.
  EXPECT_TRUE(
      (sizes == std::vector<std::uint64_t>{2, 5, 5, 5, 7, 7} || sizes == std::vector<std::uint64_t>{5, 5, 5, 5, 7, 7}))
      << ::testing::PrintToString(sizes);
}

TEST_F(LogFaultTest, AThrowingCommandFailsAlone) {
  auto ledger = make();
  const auto thrown = ledger->append(
      [](const StateReader&, Timestamp) -> Result<std::vector<Draft>> { throw std::runtime_error("no"); });
  EXPECT_EQ(thrown.error().code, "command_threw");
  Draft twice = draft("t");
  twice.objects.push_back(twice.objects[0]);
  EXPECT_EQ(ledger->append(one(twice)).error().code, "object_twice");
  EXPECT_EQ(ledger->append(one(draft("t")))->tree_size, 2u);
}

TEST_F(LogFaultTest, AClockThatStepsBackIsOneEvent) {
  auto ledger = make();
  const Timestamp start = clock->now();
  clock->set({start.unix_ms - 60'000});
  EXPECT_EQ(ledger->append(one(draft("t")))->entries[0].index, 2u);
  EXPECT_EQ(ledger->entry(1)->type, "system.clock_stepped_back");
  EXPECT_EQ(ledger->append(one(draft("t")))->entries[0].index, 3u);  // told once
  clock->set({start.unix_ms + 1});
  EXPECT_EQ(ledger->append(one(draft("t")))->entries[0].index, 4u);
  clock->set({start.unix_ms - 500});  // a correction that small is no event
  EXPECT_EQ(ledger->append(one(draft("t")))->entries[0].index, 5u);
}

}  // namespace
}  // namespace quotary
