// The log's side of witnessing, with a real ledger and real witnesses behind transports that fail on demand.
#include "api/witness/witnesses.h"

#include "api/witness/witness.h"
#include "ledger/log/add_checkpoint.h"
#include "signing/cosigner.h"
#include "tests/support/eventually.h"
#include "tests/support/log_fixture.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <set>

namespace quotary::witness {
namespace {

using namespace std::chrono_literals;

using quotary::testing::eventually;

// A witness, and the line to it.
struct Party {
  enum class Line { up, down, silent };
  std::string name;
  Vkey key;
  std::unique_ptr<Witness> witness;
  std::atomic<Line> line{Line::up};
  std::atomic<int> posts{0}, conflicts{0};
  std::function<std::optional<PostAnswer>(const std::string& body)> instead;  // set before the asking starts
};

class Wire final : public Transport {
 public:
  explicit Wire(Party& party) : party_(party) {}
  Result<PostAnswer> post(std::string body) override {
    ++party_.posts;
    while (party_.line == Party::Line::silent && !cancelled_) std::this_thread::sleep_for(1ms);
    if (cancelled_) return fail(Errc::unavailable, "cancelled", "cancelled");
    if (party_.line == Party::Line::down) return fail(Errc::unavailable, "unreachable", "no route");
    if (party_.instead) {
      if (auto answer = party_.instead(body)) return *answer;
    }
    auto answer = party_.witness->add_checkpoint(body);
    if (answer.status == 409) ++party_.conflicts;
    return PostAnswer{answer.status, answer.content_type, answer.body};
  }
  void cancel() override { cancelled_ = true; }

 private:
  Party& party_;
  std::atomic<bool> cancelled_{false};
};

class WitnessesTest : public quotary::testing::LogFixture {
 protected:
  WitnessesTest() : ledger(make()) {
    for (int i = 0; i < 3; ++i) parties.push_back(make_party("w" + std::to_string(i)));
    config.policy_file = folder.file("policy");
    config.pace = {2ms, 5ms, 100ms, 5ms, 20ms, 1000ms, 600'000ms, 100ms, 1ms, 1ms};
    config.say = [this](std::string_view line) {
      const std::lock_guard lock(said_mutex);
      said.emplace_back(line);
    };
  }

  std::unique_ptr<Party> make_party(const std::string& name) {
    auto party = std::make_unique<Party>();
    party->name = name;
    auto cosigner = signing::cosigner_from_seed(name + ".example.com", sha256(name).view());
    party->key = cosigner->vkey();
    WitnessOptions witness_options;
    witness_options.folder = folder.file(name + "-" + std::to_string(++made));
    witness_options.logs = {*parse_vkey(signer->vkey())};
    party->witness =
        *Witness::open(witness_options, posix_file_system(), std::make_shared<SystemClock>(), std::move(cosigner));
    return party;
  }

  void write_policy(const std::string& quorum) {
    std::string text;
    for (const auto& party : parties)
      text += "witness " + party->name + " " + vkey_text(party->key) + " http://" + party->name + ".example\n";
    ASSERT_TRUE(write_file_durably(*posix_file_system(), config.policy_file, text + quorum));
  }
  Result<std::unique_ptr<Witnesses>> start() {
    WitnessesPorts witness_ports{
        ledger.get(), *parse_vkey(signer->vkey()), posix_file_system(), std::make_shared<SystemClock>(), {}};
    witness_ports.transport = [this](const std::string& url) -> Result<std::unique_ptr<Transport>> {
      for (const auto& party : parties)
        if (url == "http://" + party->name + ".example")
          return std::unique_ptr<Transport>(std::make_unique<Wire>(*party));
      return fail(Errc::invalid, "bad_url", url);
    };
    return Witnesses::start(config, folder.file("witnessed.note"), std::move(witness_ports));
  }
  void append(int count = 1) {
    for (int i = 0; i < count; ++i) {
      const auto done = ledger->append(one(draft("t")));
      ASSERT_TRUE(done) << done.error().detail;
    }
  }
  Witnessed check(const std::string& note) const {
    const std::vector<Vkey> logs{*parse_vkey(signer->vkey())};
    const auto policy = *WitnessPolicy::parse(*read_file(*posix_file_system(), config.policy_file));
    auto checked = check_witnessed(note, logs, policy, signing::ed25519_holds);
    EXPECT_TRUE(checked) << checked.error().detail << "\n" << note;
    return checked ? *checked : Witnessed{};
  }
  // Types of the entries about witnesses, in order, each with the witness and the code.
  std::vector<std::string> events() const {
    std::vector<std::string> out;
    for (std::uint64_t i = 0; i < ledger->state().tree_size; ++i) {
      const auto entry = ledger->entry(i);
      if (!entry->type.starts_with("system.witness")) continue;
      out.push_back(entry->type + " " + entry->subject +
                    (entry->body.contains("code") ? " " + std::string(entry->body.at("code").as_string()) : ""));
    }
    return out;
  }
  std::string subject(std::size_t i) const {
    return "witness:" + parties[i]->key.name + "+" + to_hex(parties[i]->key.id);
  }
  bool all_said(const std::string& words) {
    const std::lock_guard lock(said_mutex);
    return std::any_of(said.begin(), said.end(),
                       [&](const auto& line) { return line.find(words) != std::string::npos; });
  }

  int made = 0;
  std::unique_ptr<Ledger> ledger;
  std::vector<std::unique_ptr<Party>> parties;
  WitnessingConfig config;
  std::mutex said_mutex;
  std::vector<std::string> said;
};

constexpr const char* two_of_three = "group g 2 w0 w1 w2\nquorum g\n";

TEST_F(WitnessesTest, TheNewestCheckpointGetsItsQuorumAndIsServed) {
  write_policy(two_of_three);
  const auto witnesses = start();
  ASSERT_TRUE(witnesses) << witnesses.error().detail;
  for (int round = 0; round < 5; ++round) {
    append(7);
    const auto size = ledger->state().tree_size;
    ASSERT_TRUE(eventually([&] { return (*witnesses)->state().witnessed_size == size; }))
        << sentence_of((*witnesses)->state());
    const auto served = check((*witnesses)->checkpoint());
    EXPECT_EQ(served.checkpoint.size, size);
    EXPECT_EQ(served.checkpoint.root, ledger->state().root);
    EXPECT_TRUE(served.enough);
    EXPECT_EQ((*witnesses)->witnessed()->size, size);
  }
  const auto state = (*witnesses)->state();
  EXPECT_EQ(state.behind_ms, 0);
  EXPECT_FALSE(is_degraded(state, config.pace));
  EXPECT_TRUE(sentence_of(state).starts_with("signed to 36, witnessed to 36 by ")) << sentence_of(state);
  EXPECT_TRUE(events().empty());
}

TEST_F(WitnessesTest, AnOutageStopsNothingIsChainedAndEnds) {
  write_policy("group g all w0 w1\nquorum g\n");
  parties[2]->line = Party::Line::silent;  // outside the quorum, and never answers
  const auto witnesses = *start();
  append();
  ASSERT_TRUE(eventually([&] { return witnesses->state().witnessed_size == 2; }));
  parties[1]->line = Party::Line::down;
  append(3);
  ASSERT_TRUE(eventually([&] { return witnesses->state().witnesses[1].state == "lost"; }));
  ASSERT_TRUE(eventually([&] { return events().size() == 1; }));
  EXPECT_EQ(events()[0], "system.witness_lost " + subject(1) + " unreachable");
  append(3);  // issuing goes on
  auto state = witnesses->state();
  EXPECT_EQ(state.witnessed_size, 2u);  // and nothing else is claimed
  EXPECT_EQ(check(witnesses->checkpoint()).checkpoint.size, 2u);
  EXPECT_GT(state.behind_ms, 0);
  EXPECT_TRUE(is_degraded(state, config.pace));
  EXPECT_EQ(state.witnesses[1].code, "unreachable");
  EXPECT_GT(state.witnesses[1].failures, 1u);
  EXPECT_EQ(state.witnesses[2].state, "waiting");
  parties[1]->line = Party::Line::up;
  ASSERT_TRUE(eventually([&] { return events().size() == 2; }));
  EXPECT_EQ(events()[1], "system.witness_back " + subject(1));
  ASSERT_TRUE(eventually([&] { return witnesses->state().witnessed_size == ledger->state().tree_size; }));
  EXPECT_FALSE(is_degraded(witnesses->state(), config.pace));
  EXPECT_TRUE(all_said("witness w1: LOST (unreachable)"));
  EXPECT_TRUE(all_said("witness w1: back"));
}

TEST_F(WitnessesTest, ALossIsNotToldAgainAfterARestart) {
  write_policy("quorum w0\n");
  parties[0]->line = Party::Line::down;
  auto witnesses = *start();
  ASSERT_TRUE(eventually([&] { return events().size() == 1; }));
  witnesses.reset();
  witnesses = *start();
  EXPECT_EQ(witnesses->state().witnesses[0].state, "lost");
  ASSERT_TRUE(eventually([&] { return witnesses->state().witnesses[0].failing_ms > 300; }));
  EXPECT_EQ(events().size(), 1u);
  parties[0]->line = Party::Line::up;
  ASSERT_TRUE(eventually([&] { return events().size() == 2; }));
  EXPECT_EQ(events()[1], "system.witness_back " + subject(0));
}

// Each entry about it would be one more checkpoint to ask about, so that the ledger would grow by itself.
TEST_F(WitnessesTest, OneThatComesAndGoesDoesNotFillTheLedger) {
  // The first question about each checkpoint is refused, the next one answered.
  std::set<std::string> asked;
  parties[0]->instead = [&](const std::string& body) -> std::optional<PostAnswer> {
    if (asked.insert(body.substr(body.find("\n\n"))).second) return PostAnswer{409, "text/x.tlog.size", "999999\n"};
    return std::nullopt;
  };
  config.pace.tell_again = 600'000ms;
  write_policy("quorum w0\n");
  const auto witnesses = *start();
  append();
  ASSERT_TRUE(eventually([&] { return events().size() == 1; }));
  for (int i = 0; i < 20; ++i) {
    const int posts = parties[0]->posts;
    append();
    ASSERT_TRUE(eventually([&] { return parties[0]->posts > posts + 1; }));
  }
  EXPECT_EQ(events().size(), 1u);
}

TEST_F(WitnessesTest, WhatCouldNotBeToldIsNoTroubleOnceItIsOver) {
  ledger.reset();
  options.queue_max = 0;
  ledger = *Ledger::open(options, ports);
  parties[0]->line = Party::Line::down;
  write_policy("quorum w0\n");
  const auto witnesses = *start();
  ASSERT_TRUE(eventually([&] { return !witnesses->state().trouble.empty(); }));
  EXPECT_NE(witnesses->state().trouble.find("could not be chained"), std::string::npos);
  parties[0]->line = Party::Line::up;
  ASSERT_TRUE(eventually([&] { return witnesses->state().witnesses[0].state == "cosigned"; }));
  ASSERT_TRUE(eventually([&] { return witnesses->state().trouble.empty(); }));
  EXPECT_TRUE(events().empty());
}

TEST_F(WitnessesTest, WithoutAQuorumTheNewestSignedIsServedWithWhatItHas) {
  write_policy("quorum none\n");
  const auto witnesses = *start();
  append(2);
  ASSERT_TRUE(eventually([&] { return check(witnesses->checkpoint()).count == 3; }));
  EXPECT_EQ(check(witnesses->checkpoint()).checkpoint.size, 3u);
  for (const auto& party : parties) party->line = Party::Line::down;
  append();
  // At once, cosigned or not.
  EXPECT_GE(check(witnesses->checkpoint()).checkpoint.size, 4u);
  ASSERT_TRUE(eventually([&] { return witnesses->state().behind_ms >= config.pace.lost_after.count(); }));
  EXPECT_EQ(witnesses->state().witnessed_size, 3u);
  EXPECT_TRUE(is_degraded(witnesses->state(), config.pace));
}

TEST_F(WitnessesTest, BeforeAnyQuorumTheSignedCheckpointIsServed) {
  config.pace.lost_after = 600'000ms;  // else the ledger would grow by what is told of it
  write_policy(two_of_three);
  for (const auto& party : parties) party->line = Party::Line::down;
  const auto witnesses = *start();
  append();
  EXPECT_EQ(witnesses->checkpoint(), ledger->checkpoint());
  EXPECT_FALSE(witnesses->witnessed());
  EXPECT_EQ(sentence_of(witnesses->state()), "signed to 2, witnessed by nobody yet (3 in the policy)");
}

TEST_F(WitnessesTest, ARestartServesWhatWasWitnessedAndAsksFromThere) {
  config.pace.lost_after = 600'000ms;
  write_policy(two_of_three);
  auto witnesses = *start();
  append(4);
  ASSERT_TRUE(eventually([&] { return witnesses->state().count == 3 && witnesses->state().witnessed_size == 5; }));
  witnesses.reset();
  for (const auto& party : parties) party->line = Party::Line::down;
  append(2);
  witnesses = *start();
  EXPECT_EQ(check(witnesses->checkpoint()).checkpoint.size, 5u);
  const int conflicts = parties[0]->conflicts;
  for (const auto& party : parties) party->line = Party::Line::up;
  ASSERT_TRUE(eventually([&] { return witnesses->state().witnessed_size == 7; }));
  EXPECT_EQ(parties[0]->conflicts, conflicts);
  // Without the memory it takes one conflict more.
  witnesses.reset();
  std::filesystem::remove(folder.file("witnessed.note"));
  append();
  witnesses = *start();
  ASSERT_TRUE(eventually([&] { return witnesses->state().witnessed_size == 8 && witnesses->state().count == 3; }));
  EXPECT_EQ(parties[0]->conflicts, conflicts + 1);
}

TEST_F(WitnessesTest, AMemoryThatContradictsTheLedgerIsShownAndKept) {
  write_policy("quorum w0\n");
  {
    const auto witnesses = *start();
    append(3);
    ASSERT_TRUE(eventually([&] { return witnesses->state().witnessed_size == 4; }));
  }
  // The same key over another history, as a restored copy that went on would be.
  const std::string remembered = *read_file(*posix_file_system(), folder.file("witnessed.note"));
  ledger.reset();
  std::filesystem::remove_all(options.directory);
  ledger = make();
  append(9);
  const auto witnesses = *start();
  EXPECT_NE(witnesses->state().trouble.find("is not in this ledger"), std::string::npos);
  EXPECT_TRUE(is_degraded(witnesses->state(), config.pace));
  // The witness finds it too, and says so for good.
  ASSERT_TRUE(eventually([&] { return witnesses->state().witnesses[0].state == "refused"; }));
  const auto told = "system.witness_lost " + subject(0) + " refused";
  ASSERT_TRUE(eventually([&] {
    const auto all = events();
    return std::find(all.begin(), all.end(), told) != all.end();
  }));
  EXPECT_EQ(witnesses->state().witnessed_size, 0u);
  append();
  EXPECT_EQ(*read_file(*posix_file_system(), folder.file("witnessed.note")), remembered);
  EXPECT_GT(parties[0]->witness->origins()[0].unproved, 0u);
}

TEST_F(WitnessesTest, AWitnessThatHasSeenMoreIsNoOutage) {
  write_policy("quorum w0\n");
  {
    const auto witnesses = *start();
    append(8);
    ASSERT_TRUE(eventually([&] { return witnesses->state().witnessed_size == 9; }));
  }
  std::filesystem::remove(folder.file("witnessed.note"));
  // A ledger that lost its end.
  ledger.reset();
  std::filesystem::remove_all(options.directory);
  ledger = make();
  append(2);
  const auto witnesses = *start();
  ASSERT_TRUE(eventually([&] { return witnesses->state().witnesses[0].state == "refused"; }));
  EXPECT_EQ(witnesses->state().witnesses[0].code, "ahead");
  ASSERT_TRUE(eventually([&] { return !events().empty(); }));
}

TEST_F(WitnessesTest, AnswersThatAreNone) {
  const auto stranger = signing::cosigner_from_seed("stranger.example.com", std::string(32, '\x09'));
  const auto imposter = signing::cosigner_from_seed("w0.example.com", std::string(32, '\x09'));
  std::atomic<int> which{0};
  const std::vector<std::pair<PostAnswer, std::string>> answers{
      {{200, "text/plain", ""}, "bad_answer"},
      {{200, "text/plain", "thanks\n"}, "bad_answer"},
      {{200, "text/plain", *stranger->cosignature_line(5, "o\n1\nr\n")}, "bad_answer"},
      {{200, "text/plain", *imposter->cosignature_line(5, "o\n1\nr\n")}, "bad_answer"},
      {{200, "text/plain", signature_line(parties[0]->key.name, parties[0]->key.id, std::string(72, 'x'))},
       "bad_answer"},
      {{409, "text/plain", "1\n"}, "bad_answer"},
      {{409, "text/x.tlog.size", "one\n"}, "bad_answer"},
      {{409, "text/x.tlog.size", "0\n"}, "bad_answer"},
      {{400, "text/plain", "no\n"}, "status_400"},
      {{404, "text/plain", ""}, "unknown_log"},
      {{403, "text/plain", ""}, "not_trusted"},
      {{429, "text/plain", ""}, "status_429"},
      {{500, "text/html", "<b>\x01\xff"}, "status_500"},
      {{301, "text/plain", ""}, "status_301"}};
  parties[0]->instead = [&](const std::string&) -> std::optional<PostAnswer> {
    return answers[static_cast<std::size_t>(which)].first;
  };
  config.pace.lost_after = 600'000ms;
  config.pace.retry_max = 5ms;
  write_policy("quorum w0\n");
  const auto witnesses = *start();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    which = static_cast<int>(i);
    const auto failed = witnesses->state().witnesses[0].failed_total;
    ASSERT_TRUE(eventually([&] { return witnesses->state().witnesses[0].failed_total >= failed + 2; })) << i;
    EXPECT_EQ(witnesses->state().witnesses[0].code, answers[i].second) << i;
    EXPECT_EQ(witnesses->state().witnesses[0].state, "failing");
    EXPECT_EQ(witnesses->state().witnessed_size, 0u);
  }
}

TEST_F(WitnessesTest, PoliciesThatCannotBeUsed) {
  const auto code = [&](const std::string& text) {
    EXPECT_TRUE(write_file_durably(*posix_file_system(), config.policy_file, text));
    const auto started = start();
    return started ? std::string() : started.error().code;
  };
  const std::string own = "log " + signer->vkey() + "\n";
  const std::string other =
      "log " + signing::signer_from_seed("other.example.com", std::string(32, '\x05'))->vkey() + "\n";
  const std::string vkey = vkey_text(parties[0]->key);
  EXPECT_EQ(code("quorum\n"), "bad_policy");
  EXPECT_EQ(code(other + "witness w0 " + vkey + " http://w0.example\nquorum w0\n"), "policy_other_log");
  EXPECT_EQ(code("witness w0 " + vkey + "\nquorum w0\n"), "no_witness_url");
  EXPECT_EQ(code("quorum none\n"), "no_witness_url");
  EXPECT_EQ(code("witness w0 " + vkey + " ftp://w0.example\nquorum w0\n"), "bad_url");
  EXPECT_EQ(code(own + other + "witness w0 " + vkey + " http://w0.example\nquorum w0\n"), "");
  std::filesystem::remove(config.policy_file);
  EXPECT_EQ(start().error().code, "file_missing");
}

}  // namespace
}  // namespace quotary::witness
