// A ledger that gives numbers, on a disk whose steps fail, and that publishes to a place outside its folder: what must
// hold when it starts again.
#pragma once

#include "ledger/log/checkpoint.h"
#include "ledger/log/merkle.h"
#include "ledger/log/proof.h"
#include "ledger/log/slots.h"
#include "tests/support/log_fixture.h"
#include "tests/support/numbering_fold.h"
#include "tests/support/settings.h"
#include "tests/support/step_faults.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace quotary::testing {

// Signs as another does, unless a test has it do otherwise.
class MoodySigner final : public CheckpointSigner {
 public:
  explicit MoodySigner(const CheckpointSigner& signer) : signer_(signer) {}
  const std::string& name() const override { return signer_.name(); }
  const std::string& vkey() const override { return signer_.vkey(); }
  Result<std::string> signature_line(std::string_view text) const override {
    if (!mood) return signer_.signature_line(text);
    return mood(text);
  }

  std::function<Result<std::string>(std::string_view)> mood;

 private:
  const CheckpointSigner& signer_;
};

class CrashWorld : public LogFixture {
 protected:
  enum class End { restart, cut, partial_cut };

  CrashWorld() {
    ports.fold = std::make_shared<NumberingFold>();
    ports.signer = &moody;
  }

  // A ledger of a genesis and two numbers in a folder of its own.
  std::unique_ptr<Ledger> start_anew() {
    const std::string world = folder.file("world" + std::to_string(++worlds_));
    std::filesystem::create_directories(world + "/outside");
    disk = std::make_shared<FaultyFileSystem>(posix_file_system());
    ports.files = steps = std::make_shared<StepFaults>(disk);
    options.directory = world + "/data";
    elsewhere = world + "/outside/elsewhere.slots";
    options.publish_to = {elsewhere};
    promised_.clear();
    followed_.clear();
    auto ledger = make();
    for (int i = 0; i < 2; ++i) take(issue(*ledger));
    return ledger;
  }

  static Result<Committed> issue(Ledger& ledger) {
    return ledger.append([](const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
      QUOTARY_TRY(last, state.get(NumberingFold::last_key));
      return std::vector<Draft>{draft("quote.issued", "q", std::to_string(last ? *parse_u64(*last) + 1 : 1))};
    });
  }
  void take(const Result<Committed>& answer) {
    ASSERT_TRUE(answer) << answer.error().detail;
    const auto proof = check_proof(answer->proof(0), *key);
    ASSERT_TRUE(proof) << proof.error().detail;
    promised_.push_back({proof->entry.index, promised_.size() + 1, proof->tree_size, proof->entry.leaf, proof->root});
  }

  // The issue whose step fails: it is not acknowledged, nobody sees it, and only a restart lets anything be written.
  void expect_not_acknowledged(Ledger& ledger) {
    const LedgerState before = ledger.state();
    const std::string shown = ledger.checkpoint();
    const auto answer = issue(ledger);
    if (steps) {
      ASSERT_TRUE(steps->came());
    }
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, "ledger_latched") << answer.error().detail;
    EXPECT_TRUE(ledger.state().latched);
    EXPECT_NE(ledger.state().latch_reason, "");
    EXPECT_EQ(issue(ledger).error().code, "ledger_latched");
    EXPECT_EQ(ledger.state().tree_size, before.tree_size);
    EXPECT_EQ(ledger.checkpoint(), shown);
    EXPECT_EQ(ledger.entry(before.tree_size).error().code, "no_such_entry");
  }

  void come_to(End end) {
    if (end == End::restart) return;
    const std::uint64_t seed = end == End::cut ? 0 : random_() | 1;
    const auto lost = disk->lose_unsynced(seed);
    ASSERT_TRUE(lost) << lost.error().detail;
  }

  // What somebody reads who has the further place alone.
  void follow() {
    const auto read = Slots::read(*posix_file_system(), elsewhere);
    if (!read) {
      EXPECT_TRUE(read.error().kind == Errc::not_found && followed_.empty()) << read.error().detail;
      return;
    }
    if (!*read) {
      EXPECT_TRUE(followed_.empty()) << "what was published there is gone";
      return;
    }
    const auto checkpoint = open_checkpoint((*read)->note, *key);
    ASSERT_TRUE(checkpoint) << checkpoint.error().detail;
    followed_.push_back(*checkpoint);
  }

  // What the crash left holds, and so does what the next start makes of it: nothing that was promised or seen is
  // missing or other, and numbers go on where they were.
  void expect_whole(std::optional<std::uint64_t> entries) {
    follow();
    expect_nothing_found();
    auto opened = Ledger::open(options, ports);
    ASSERT_TRUE(opened) << opened.error().code << ": " << opened.error().detail;
    Ledger& ledger = **opened;
    const std::uint64_t size = ledger.state().tree_size;
    if (entries) {
      EXPECT_EQ(size, *entries);
    }
    for (const Checkpoint& seen : followed_) {
      ASSERT_LE(seen.size, size) << "a follower has seen more than there is";
      EXPECT_EQ(*read_root(seen.size, ledger.nodes()), seen.root);
    }
    for (const Promise& promise : promised_) {
      const auto found = ledger.entry(promise.index);
      ASSERT_TRUE(found) << found.error().detail;
      EXPECT_EQ(found->leaf, promise.leaf);
      EXPECT_EQ(*ledger.object(*found, "facts"), std::to_string(promise.number));
      EXPECT_TRUE(ledger.object(*found, "text"));
      EXPECT_TRUE(check_proof(*ledger.proof(promise.index), *key));
      EXPECT_EQ(*read_root(promise.tree_size, ledger.nodes()), promise.root);
    }
    const auto next = issue(ledger);
    ASSERT_TRUE(next) << ledger.state().latch_reason;
    EXPECT_EQ(next->entries[0].index, size);
    // Entry n has number n: none is missing, and none is there twice.
    for (std::uint64_t index = 1; index <= size; ++index)
      EXPECT_EQ(*ledger.object(*ledger.entry(index), "facts"), std::to_string(index));
    follow();
    ASSERT_FALSE(followed_.empty());
    EXPECT_EQ(followed_.back().size, size + 1);
    opened->reset();
    expect_nothing_found();
  }

  void expect_nothing_found() {
    LedgerOptions checked = options;
    if (!std::filesystem::exists(elsewhere)) checked.publish_to.clear();
    const auto report = verify_folder(checked, ports, {}, *key);
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->problems_total, 0u) << ::testing::PrintToString(found(*report));
  }

  std::shared_ptr<FaultyFileSystem> disk;
  std::shared_ptr<StepFaults> steps;
  MoodySigner moody{*signer};
  std::string elsewhere;

 private:
  // What an answer promised.
  struct Promise {
    std::uint64_t index = 0, number = 0, tree_size = 0;
    Hash leaf, root;
  };
  std::vector<Promise> promised_;
  std::vector<Checkpoint> followed_;
  std::mt19937_64 random_{chosen_seed()};
  int worlds_ = 0;
};

}  // namespace quotary::testing
