// Each step by which an append becomes an answer fails in both ways: it was not done, and it was. Then the process ends
// or the power goes, and the next start must find a log that holds: all that was acknowledged, no number twice.
#include "tests/support/crash_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <stdexcept>

namespace quotary {
namespace {

using testing::Call;
using testing::Ending;
using testing::StepFault;

// What becomes of the entry whose append failed.
enum class Left { nothing, entry, chance };

struct Pair {
  const char* words;
  StepFault fault;
  Left after_restart, after_cut;  // of the process, of the power
};

Result<std::string> flipped(const std::string&, std::uint64_t, std::string bytes) {
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  return bytes;
}
// As a drive that wrote something else than it was given.
Result<std::string> flipped_on_the_disk(const std::string& path, std::uint64_t offset, std::string bytes) {
  bytes = *flipped(path, offset, std::move(bytes));
  QUOTARY_TRY(file, posix_file_system()->open(path, OpenMode::read_write));
  QUOTARY_TRY_VOID(file->write_at(offset, bytes));
  return bytes;
}
Result<std::string> cut_short(const std::string&, std::uint64_t, std::string bytes) {
  return bytes.substr(0, bytes.size() / 2);
}
Result<std::string> unreadable_and_flipped(const std::string& path, std::uint64_t offset, std::string bytes) {
  QUOTARY_TRY_VOID(flipped_on_the_disk(path, offset, std::move(bytes)));
  return fail(Errc::storage, "injected", "the disk gives the batch no more");
}

constexpr auto did_not = Ending::did_not, did = Ending::did;
constexpr auto nothing = Left::nothing, entry = Left::entry, chance = Left::chance;

// Of an append, in their order.
const Pair append_pairs[] = {
    {"commit: half the batch is in the store's log", {Call::write, ".log", did_not}, nothing, nothing},
    {"commit: all of the batch is, told as failed", {Call::write, ".log", did}, entry, nothing},
    {"read-back: cannot be read, and is whole", {Call::read, ".log", did_not}, entry, nothing},
    {"read-back: cannot be read, and is damaged", {Call::read, ".log", did, unreadable_and_flipped}, nothing, nothing},
    {"read-back: other bytes come, and it is whole", {Call::read, ".log", did, flipped}, entry, nothing},
    {"read-back: fewer bytes come, and it is whole", {Call::read, ".log", did, cut_short}, entry, nothing},
    {"read-back: other bytes come, and stand there", {Call::read, ".log", did, flipped_on_the_disk}, nothing, nothing},
    {"commit: the log's sync brought nothing to the disk", {Call::sync, ".log", did_not}, entry, nothing},
    {"commit: the log's sync brought all, told as failed", {Call::sync, ".log", did}, entry, entry},
    // The engine works behind a start, and syncs the same folder.
    {"commit: the log's name is not on the disk", {Call::sync_folder, "/store", did_not}, entry, chance},
    {"commit: the log's name is, told as failed", {Call::sync_folder, "/store", did}, entry, entry},
    {"publish: half the slot is written", {Call::write, "published.slots", did_not}, entry, entry},
    {"publish: the slot is, told as failed", {Call::write, "published.slots", did}, entry, entry},
    {"publish: the slot's sync brought nothing", {Call::sync, "published.slots", did_not}, entry, entry},
    {"publish: the slot's sync brought all, told as failed", {Call::sync, "published.slots", did}, entry, entry},
    {"publish elsewhere: half the slot is written", {Call::write, "elsewhere.slots", did_not}, entry, entry},
    {"publish elsewhere: the slot is, told as failed", {Call::write, "elsewhere.slots", did}, entry, entry},
    {"publish elsewhere: its sync brought nothing", {Call::sync, "elsewhere.slots", did_not}, entry, entry},
    {"publish elsewhere: its sync brought all, told as failed", {Call::sync, "elsewhere.slots", did}, entry, entry},
};

// Of the start that publishes elsewhere for the first time: what there is, is there.
const Pair place_pairs[] = {
    {"a new place: its file is not made", {Call::make, "elsewhere.slots.new", did_not}, entry, entry},
    {"a new place: its file is, told as failed", {Call::make, "elsewhere.slots.new", did}, entry, entry},
    {"a new place: half its file is written", {Call::write, "elsewhere.slots.new", did_not}, entry, entry},
    {"a new place: its file is, told as failed", {Call::write, "elsewhere.slots.new", did}, entry, entry},
    {"a new place: its file's sync brought nothing", {Call::sync, "elsewhere.slots.new", did_not}, entry, entry},
    {"a new place: its file's sync brought all, told as failed",
     {Call::sync, "elsewhere.slots.new", did},
     entry,
     entry},
    {"a new place: its file has no name", {Call::rename, "elsewhere.slots", did_not}, entry, entry},
    {"a new place: it has, told as failed", {Call::rename, "elsewhere.slots", did}, entry, entry},
    {"a new place: its name is not on the disk", {Call::sync_folder, "/outside", did_not}, entry, entry},
    {"a new place: it is, told as failed", {Call::sync_folder, "/outside", did}, entry, entry},
};

class CrashPairs : public testing::CrashWorld {
 protected:
  static std::optional<std::uint64_t> expected(const Pair& pair, End end, std::uint64_t before) {
    const Left left = end == End::restart ? pair.after_restart : end == End::cut ? pair.after_cut : Left::chance;
    if (left == Left::chance) return std::nullopt;
    return before + (left == Left::entry ? 1 : 0);
  }

  void check_appends(End end) {
    for (const Pair& pair : append_pairs) {
      SCOPED_TRACE(pair.words);
      auto ledger = start_anew();
      if (pair.fault.call == Call::sync_folder) {  // which only the first append after a start makes
        ledger.reset();
        ledger = *Ledger::open(options, ports);
      }
      steps->watch_only("sequencer");
      steps->fail_next(pair.fault);
      expect_not_acknowledged(*ledger);
      follow();
      ledger.reset();
      steps->watch_only("");
      come_to(end);
      expect_whole(expected(pair, end, 3));
      if (HasFailure()) return;
    }
  }

  // A start fails that has to publish what is durable since before it, then the next does what it did not.
  void check_start(const StepFault& fault, End end, std::uint64_t size) {
    steps->fail_next(fault);
    const auto opened = Ledger::open(options, ports);
    ASSERT_TRUE(steps->came());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, "injected") << opened.error().detail;
    follow();
    come_to(end);
    expect_whole(size);
  }
};

TEST_F(CrashPairs, EveryStepOfAnAppendThenTheProcessEnds) { check_appends(End::restart); }

TEST_F(CrashPairs, EveryStepOfAnAppendThenThePowerGoes) { check_appends(End::cut); }

TEST_F(CrashPairs, EveryStepOfAnAppendIntoZerosThenThePowerGoes) {
  options.log_ahead_bytes = 64u << 10;
  check_appends(End::partial_cut);
}

// The table has both halves of every step that there is.
TEST_F(CrashPairs, TheStepsOfAnAppendAreTheseAndNoOthers) {
  start_anew().reset();
  auto ledger = *Ledger::open(options, ports);
  steps->watch_only("sequencer");
  std::ignore = steps->take_steps();
  take(issue(*ledger));
  std::vector<std::string> made = steps->take_steps();
  std::set<std::string> listed;
  for (const Pair& pair : append_pairs) {
    const auto of_pair = [&](const std::string& step) {
      return step.starts_with(testing::word(pair.fault.call)) &&
             step.ends_with(std::filesystem::path(pair.fault.path_part).filename().string());
    };
    const auto step = std::find_if(made.begin(), made.end(), of_pair);
    ASSERT_NE(step, made.end()) << pair.words << ": no append does so";
    listed.insert(*step + (pair.fault.ending == did ? ", did" : ", did not"));
  }
  for (const std::string& step : made) {
    EXPECT_TRUE(listed.contains(step + ", did")) << step;
    EXPECT_TRUE(listed.contains(step + ", did not")) << step;
  }
}

TEST_F(CrashPairs, EveryStepOfAStartThatPublishesWhatWasDurable) {
  const auto refuse = [](std::string_view) -> Result<std::string> {
    return fail(Errc::unavailable, "no_key", "the key is away");
  };
  for (const Pair& pair : append_pairs) {
    if (std::string_view(pair.fault.path_part).find(".slots") == std::string_view::npos) continue;
    for (const End end : {End::restart, End::cut}) {
      SCOPED_TRACE(pair.words);
      auto ledger = start_anew();
      moody.mood = refuse;
      expect_not_acknowledged(*ledger);
      moody.mood = nullptr;
      ledger.reset();
      check_start(pair.fault, end, 4);
      if (HasFailure()) return;
    }
  }
}

TEST_F(CrashPairs, EveryStepOfTheStartWithANewPlaceToPublishTo) {
  for (const Pair& pair : place_pairs) {
    for (const End end : {End::restart, End::cut}) {
      SCOPED_TRACE(pair.words);
      start_anew().reset();
      std::filesystem::remove(elsewhere);
      check_start(pair.fault, end, 3);
      if (HasFailure()) return;
    }
  }
}

// The batch is on the disk when the key is asked, so it is published by the first start whose key signs.
TEST_F(CrashPairs, SignTheKeyRefusesOrHasSignedAndSaysThatItDidNot) {
  using Mood = std::function<Result<std::string>(std::string_view)>;
  const auto refusal = fail(Errc::unavailable, "no_key", "the key is away");
  const Mood moods[] = {[&](std::string_view) -> Result<std::string> { return refusal; },
                        [&](std::string_view text) -> Result<std::string> {
                          EXPECT_TRUE(signer->signature_line(text));
                          return refusal;
                        }};
  for (const Mood& mood : moods) {
    for (const End end : {End::restart, End::cut}) {
      SCOPED_TRACE(static_cast<int>(end));
      auto ledger = start_anew();
      moody.mood = mood;
      expect_not_acknowledged(*ledger);
      EXPECT_NE(ledger->state().latch_reason.find("the key is away"), std::string::npos);
      ledger.reset();
      come_to(end);
      const auto without_key = Ledger::open(options, ports);
      ASSERT_FALSE(without_key);
      EXPECT_NE(without_key.error().detail, "");
      moody.mood = nullptr;
      expect_whole(4);
      if (HasFailure()) return;
    }
  }
}

// No signer may throw; one that does ends the process, before anything is acknowledged.
TEST_F(CrashPairs, SignThrowsAndTheProcessEnds) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  // The process that dies runs this test from its start; its environment tells it where the first one looks.
  constexpr const char* variable = "QUOTARY_CRASH_FOLDER";
  setenv(variable, folder.path().c_str(), 0);
  const std::string place = getenv(variable);
  ports.files = posix_file_system();
  options.directory = place + "/data";
  elsewhere = place + "/elsewhere.slots";
  options.publish_to = {elsewhere};
  EXPECT_DEATH(
      {
        auto ledger = make();
        for (int i = 0; i < 2; ++i) take(issue(*ledger));
        std::filesystem::remove_all(folder.path());  // what else would the dead leave
        moody.mood = [](std::string_view) -> Result<std::string> { throw std::runtime_error("the token is gone"); };
        std::ignore = issue(*ledger);
      },
      "the token is gone");
  unsetenv(variable);
  expect_whole(4);
}

TEST_F(CrashPairs, ADriveThatLiesAboutTheLogIsFoundAndNothingIsWrittenOnTop) {
  auto ledger = start_anew();
  steps->fail_next({Call::sync, ".log", Ending::lied});
  take(issue(*ledger));
  ASSERT_TRUE(steps->came());
  ledger.reset();
  come_to(End::cut);
  follow();
  EXPECT_EQ(Ledger::open(options, ports).error().code, "rolled_back");
  const VerifyReport report = verify();
  ASSERT_GE(report.problems_total, 1u);
  EXPECT_EQ(report.problems.front().kind, "truncation");
  EXPECT_EQ(Ledger::open(options, ports).error().code, "rolled_back");
}

TEST_F(CrashPairs, ADriveThatLiesAboutOneOfTheSlotFilesLosesNothing) {
  for (const char* const slots : {"published.slots", "elsewhere.slots"}) {
    SCOPED_TRACE(slots);
    auto ledger = start_anew();
    steps->fail_next({Call::sync, slots, Ending::lied});
    take(issue(*ledger));
    ASSERT_TRUE(steps->came());
    ledger.reset();
    come_to(End::cut);
    expect_whole(4);
  }
}

// Of two publications that come while a follower reads, it may see a torn half of each.
TEST_F(CrashPairs, AFollowerWhoseReadingIsOvertakenTwiceReadsOnceMore) {
  auto ledger = start_anew();
  const std::string before = *read_file(*disk, elsewhere);
  std::string torn = before;
  for (const std::uint64_t sequence : {4u, 5u}) {
    take(issue(*ledger));
    const std::string after = *read_file(*disk, elsewhere);
    const std::size_t slot = (sequence % 2) * slot_bytes, part = 60;
    torn.replace(slot, part, after, slot, part);
  }
  steps->fail_next(
      {Call::read, "elsewhere.slots", did,
       [&](const std::string&, std::uint64_t, const std::string&) -> Result<std::string> { return torn; }});
  const auto read = Slots::read(*steps, elsewhere);
  ASSERT_TRUE(steps->came());
  ASSERT_TRUE(read) << read.error().detail;
  ASSERT_TRUE(*read);
  EXPECT_EQ((*read)->note, ledger->checkpoint());
}

}  // namespace
}  // namespace quotary
