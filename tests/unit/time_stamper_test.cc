// Trusted time for a real ledger, from a real authority behind a line that fails on demand.
#include "api/time_stamping/time_stamper.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/subject.h"
#include "tests/support/eventually.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/log_fixture.h"
#include "tests/support/time_fixture.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

namespace quotary::time_stamping {
namespace {

using namespace std::chrono_literals;

using quotary::testing::eventually;

// The line to the authority, and what it does with answers.
struct Line {
  std::atomic<bool> down{false}, repeats{false};
  std::atomic<int> posts{0};
  signing::TimeAuthority* authority = nullptr;
  std::string last;  // the asking's thread alone
};

class Wire final : public http::Transport {
 public:
  explicit Wire(Line& line) : line_(line) {}
  Result<http::ClientAnswer> post(std::string body) override {
    ++line_.posts;
    if (line_.down) return fail(Errc::unavailable, "unreachable", "no route");
    if (!line_.repeats) {
      QUOTARY_TRY(answered, line_.authority->answer(body));
      line_.last = std::move(answered.der);
    }
    return http::ClientAnswer{200, signing::time_reply_type, line_.last};
  }
  void cancel() override {}

 private:
  Line& line_;
};

class TimeStamperTest : public quotary::testing::LogFixture {
 protected:
  TimeStamperTest() : ledger(make()) {
    const auto files = posix_file_system();
    quotary::testing::SeededRandom random(3);
    const auto paths = signing::TimeAuthority::make(*files, folder.path(), "", clock->now(), random).value();
    authority = signing::TimeAuthority::open(files, paths, clock, std::make_shared<SystemRandom>()).value();
    line.authority = authority.get();
    config.url = "http://tsa.example";
    config.roots_file = paths.certificate_path;
    config.pace = {1ms, 1ms, 1000ms, 1ms, 8ms, 600'000ms, 1ms};
    config.say = [this](std::string_view said_line) {
      const std::lock_guard lock(said_mutex);
      said += std::string(said_line) + "\n";
    };
  }
  Result<std::unique_ptr<TimeStamper>> start() {
    TimeStamperPorts stamper_ports{ledger.get(), posix_file_system(), clock, std::make_shared<SystemRandom>(), {}};
    stamper_ports.transport = [this](const std::string&) -> Result<std::unique_ptr<http::Transport>> {
      return std::unique_ptr<http::Transport>(std::make_unique<Wire>(line));
    };
    return TimeStamper::start(config, std::move(stamper_ports));
  }
  void append(int count = 1) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(ledger->append(one(draft("t"))));
  }
  // Entries of this type, oldest first.
  std::vector<Entry> entries_of(std::string_view type) const {
    std::vector<Entry> out;
    for (std::uint64_t i = 0; i < ledger->state().tree_size; ++i) {
      auto entry = ledger->entry(i).value();
      if (entry.type == type) out.push_back(std::move(entry));
    }
    return out;
  }
  bool stamped(const TimeStamper& stamper) {
    return eventually([&] { return stamper.state().state == "stamped"; });
  }

  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<signing::TimeAuthority> authority;
  Line line;
  TimeStampingConfig config;
  std::mutex said_mutex;
  std::string said;
};

TEST_F(TimeStamperTest, ATokenIsAnEntryThatAnyoneCanCheck) {
  append(2);
  const auto stamper = start();
  ASSERT_TRUE(stamper) << stamper.error().detail;
  ASSERT_TRUE(stamped(**stamper));
  const auto entries = entries_of(token_entry_type);
  ASSERT_EQ(entries.size(), 1u);
  const Entry& entry = entries.front();
  EXPECT_EQ(entry.index, 3u);
  EXPECT_EQ(entry.body.at("size").to_number<std::uint64_t>(), 3u);
  const std::string note = ledger->object(entry, checkpoint_object).value();
  const auto checkpoint = open_checkpoint(note, *key);
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->size, 3u);
  EXPECT_EQ(entry.body.at("root").as_string(), checkpoint->root.hex());
  const std::string token = ledger->object(entry, token_object).value();
  const auto held = signing::check_time_token(token, sha256(note), authority->certificate_pem());
  ASSERT_TRUE(held) << held.error().detail;
  EXPECT_EQ(entry.body.at("time").as_string(), format_rfc3339(held->time));
  EXPECT_EQ(entry.body.at("policy").as_string(), signing::own_authority_policy);
  for (const auto& object : entry.objects) EXPECT_EQ(object.key_subject, "");  // an export of facts carries them
  const auto state = (*stamper)->state();
  ASSERT_TRUE(state.newest);
  EXPECT_EQ(state.newest->token.der, token);
  EXPECT_FALSE(is_degraded(state));
  EXPECT_NE(sentence_of(state).find("signed to 4, stamped to 3 at 2026-11-24T02:03:04.567Z by "), std::string::npos)
      << sentence_of(state);
  EXPECT_NE(sentence_of(state).find("(own authority)"), std::string::npos);
}

TEST_F(TimeStamperTest, ItsOwnEntriesAreNoGrowth) {
  const auto stamper = start().value();
  for (int round = 1; round <= 3; ++round) {
    ASSERT_TRUE(stamped(*stamper));
    std::this_thread::sleep_for(20 * config.pace.interval);  // time for a loop to show, if there were one
    EXPECT_EQ(entries_of(token_entry_type).size(), static_cast<std::size_t>(round));
    EXPECT_EQ(line.posts, round);
    EXPECT_EQ(stamper->state().pending_from, ledger->state().tree_size);
    if (round < 3) append();
    ASSERT_TRUE(eventually(
        [&] { return entries_of(token_entry_type).size() == static_cast<std::size_t>(std::min(round + 1, 3)); }));
  }
}

TEST_F(TimeStamperTest, WhatComesBetweenCheckpointAndTokenWaitsForTheNext) {
  // While the authority is asked, an entry comes.
  config.pace.interval = 600'000ms;
  class Slow final : public http::Transport {
   public:
    Slow(Line& line, std::function<void()> meanwhile) : wire_(line), meanwhile_(std::move(meanwhile)) {}
    Result<http::ClientAnswer> post(std::string body) override {
      meanwhile_();
      return wire_.post(std::move(body));
    }
    void cancel() override {}

   private:
    Wire wire_;
    std::function<void()> meanwhile_;
  };
  TimeStamperPorts stamper_ports{ledger.get(), posix_file_system(), clock, std::make_shared<SystemRandom>(), {}};
  stamper_ports.transport = [this](const std::string&) -> Result<std::unique_ptr<http::Transport>> {
    return std::unique_ptr<http::Transport>(std::make_unique<Slow>(line, [this] { append(); }));
  };
  const auto stamper = TimeStamper::start(config, std::move(stamper_ports)).value();
  ASSERT_TRUE(eventually([&] { return stamper->state().newest.has_value(); }));
  const auto state = stamper->state();
  EXPECT_EQ(state.newest->size, 1u);
  EXPECT_EQ(state.newest->index, 2u);
  EXPECT_EQ(state.state, "pending");
  EXPECT_EQ(state.pending_from, 1u);
  EXPECT_EQ(state.pending_since, ledger->entry(1)->time);
  EXPECT_GT(state.next_try, clock->now());
}

TEST_F(TimeStamperTest, AnOutageStopsNothingIsShownAndEnds) {
  config.pace.lost_after = 20ms;
  line.down = true;
  const auto stamper = start().value();
  append(3);  // issuing goes on
  ASSERT_TRUE(eventually([&] { return !entries_of(lost_entry_type).empty(); }));
  auto state = stamper->state();
  EXPECT_EQ(state.state, "lost");
  EXPECT_EQ(state.code, "unreachable");
  EXPECT_GT(state.failures, 1u);
  EXPECT_EQ(state.pending_from, 0u);
  EXPECT_EQ(state.pending_since, ledger->entry(0)->time);
  EXPECT_TRUE(state.next_try);
  EXPECT_FALSE(state.newest);
  EXPECT_TRUE(is_degraded(state));
  EXPECT_EQ(entries_of(lost_entry_type)[0].body.at("code").as_string(), "unreachable");
  line.down = false;
  ASSERT_TRUE(stamped(*stamper));
  state = stamper->state();
  EXPECT_GE(state.newest->size, 5u);  // caught up, and with its loss
  EXPECT_FALSE(is_degraded(state));
  EXPECT_EQ(state.code, "");
  EXPECT_EQ(entries_of(lost_entry_type).size(), 1u);
  const std::lock_guard lock(said_mutex);
  EXPECT_NE(said.find("the authority is LOST (unreachable)"), std::string::npos) << said;
  EXPECT_NE(said.find("time-stamping: back"), std::string::npos) << said;
}

TEST_F(TimeStamperTest, AnAnswerThatDoesNotHoldIsNotKept) {
  const auto stamper = start().value();
  ASSERT_TRUE(stamped(*stamper));
  line.repeats = true;  // yesterday's token again
  append();
  ASSERT_TRUE(eventually([&] { return stamper->state().failures > 1; }));
  auto state = stamper->state();
  EXPECT_EQ(state.code, "token_imprint");
  EXPECT_EQ(state.state, "failing");
  EXPECT_TRUE(is_degraded(state));
  EXPECT_EQ(entries_of(token_entry_type).size(), 1u);
  line.repeats = false;
  ASSERT_TRUE(eventually([&] { return entries_of(token_entry_type).size() == 2; }));
}

// Whose disk or queue fails is not the authority: its token is kept, and nothing is asked again.
TEST_F(TimeStamperTest, ATokenThatCannotBeChainedIsKept) {
  struct Refusing final : Fold {
    std::atomic<bool> refuses{true};
    Result<void> apply(const Entry& entry, std::string_view, StateWriter&) const override {
      if (refuses && entry.type == token_entry_type) return fail(Errc::unavailable, "not_now", "not now");
      return {};
    }
  };
  const auto fold = std::make_shared<Refusing>();
  ports.fold = fold;
  ledger.reset();
  ledger = Ledger::open(options, ports).value();
  const auto stamper = start().value();
  ASSERT_TRUE(eventually([&] { return !stamper->state().trouble.empty(); }));
  std::this_thread::sleep_for(20 * config.pace.chain_retry);  // time for another question, if there were one
  const auto state = stamper->state();
  EXPECT_EQ(state.trouble, "a token was given and could not be chained: not now");
  EXPECT_TRUE(is_degraded(state));
  EXPECT_EQ(state.state, "pending");
  EXPECT_EQ(state.failures, 0u);
  EXPECT_EQ(line.posts, 1);
  fold->refuses = false;
  ASSERT_TRUE(stamped(*stamper));
  EXPECT_EQ(line.posts, 1);
  EXPECT_EQ(stamper->state().trouble, "");
}

TEST_F(TimeStamperTest, ALatchedLedgerIsNoLostAuthority) {
  config.pace.lost_after = 1ms;
  const auto files = std::make_shared<quotary::testing::FaultyFileSystem>(posix_file_system());
  ports.files = files;
  options.directory = folder.path() + "/latching";
  ledger = make();
  const auto stamper = start().value();
  ASSERT_TRUE(stamped(*stamper));
  files->fail_from(1);
  EXPECT_FALSE(ledger->append(one(draft("t"))));
  ASSERT_TRUE(eventually([&] { return !stamper->state().trouble.empty(); }));
  EXPECT_EQ(stamper->state().trouble, "the ledger takes no entries any more, so no token is asked for");
  EXPECT_NE(stamper->state().state, "lost");
  EXPECT_EQ(line.posts, 1);
  files->heal();
}

TEST_F(TimeStamperTest, WhatIsNoTokenIsForAPerson) {
  const auto stamper = start().value();
  ASSERT_TRUE(stamped(*stamper));
  line.repeats = true;
  line.last = quotary::testing::forge_reply(0, "\x30\x03\x02\x01\x05");
  append();
  ASSERT_TRUE(eventually([&] { return stamper->state().failures > 1; }));
  EXPECT_TRUE(is_degraded(stamper->state())) << stamper->state().code;
}

TEST_F(TimeStamperTest, ARestartForgetsNeitherTokenNorLossNorInterval) {
  config.pace.interval = 600'000ms;
  auto stamper = start().value();
  ASSERT_TRUE(stamped(*stamper));
  const auto before = stamper->state().newest->token.der;
  stamper.reset();
  append();
  stamper = start().value();
  auto state = stamper->state();
  ASSERT_TRUE(state.newest);
  EXPECT_EQ(state.newest->token.der, before);
  EXPECT_EQ(state.state, "pending");
  EXPECT_EQ(state.pending_from, 2u);
  EXPECT_GT(state.next_try, clock->now());
  EXPECT_LE(state.next_try->unix_ms, clock->now().unix_ms + 600'000);
  EXPECT_EQ(line.posts, 1);
  stamper.reset();
  clock->set(Timestamp{clock->now().unix_ms + 600'000});
  line.down = true;
  config.pace.lost_after = 1ms;
  stamper = start().value();
  ASSERT_TRUE(eventually([&] { return entries_of(lost_entry_type).size() == 1; }));
  stamper.reset();
  stamper = start().value();
  EXPECT_EQ(stamper->state().state, "lost");
  ASSERT_TRUE(eventually([&] { return stamper->state().failures > 2; }));
  EXPECT_EQ(entries_of(lost_entry_type).size(), 1u);  // told once
  line.down = false;
  ASSERT_TRUE(stamped(*stamper));
}

TEST_F(TimeStamperTest, RootsThatCannotBeUsedAreNamed) {
  ASSERT_TRUE(write_file_durably(*posix_file_system(), folder.file("roots"), "nothing"));
  config.roots_file = folder.file("roots");
  const auto refused = start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "bad_roots");
  EXPECT_NE(refused.error().detail.find("roots"), std::string::npos);
  config.roots_file = folder.file("missing");
  EXPECT_EQ(start().error().kind, Errc::not_found);
}

}  // namespace
}  // namespace quotary::time_stamping
