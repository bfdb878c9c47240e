// Time-stamps for seals, from a real authority behind a line that fails on demand.
#include "api/time_stamping/seal_times.h"
#include "tests/support/fake_log.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/time_fixture.h"

#include <gtest/gtest.h>

#include <atomic>

namespace quotary::time_stamping {
namespace {

enum class Answer { good, late, garbage, old, page, status };

struct Authority {
  quotary::testing::TemporaryFolder folder;
  std::shared_ptr<quotary::testing::SetClock> clock =
      std::make_shared<quotary::testing::SetClock>("2026-11-24T02:03:04Z");
  std::unique_ptr<signing::TimeAuthority> authority;
  std::string roots;
  std::atomic<Answer> answers{Answer::good};
  std::atomic<int> posts{0}, lines{0};
  std::string last;

  Authority() {
    const auto files = posix_file_system();
    quotary::testing::SeededRandom random(3);
    const auto paths = signing::TimeAuthority::make(*files, folder.path(), "", clock->now(), random).value();
    authority = signing::TimeAuthority::open(files, paths, clock, std::make_shared<SystemRandom>()).value();
    roots = read_file(*files, paths.certificate_path).value();
  }

  class Line final : public http::Transport {
   public:
    explicit Line(Authority& authority) : authority_(authority) {}
    Result<http::ClientAnswer> post(std::string body) override {
      ++authority_.posts;
      http::ClientAnswer out{200, signing::time_reply_type, {}};
      switch (authority_.answers) {
        case Answer::late: return fail(Errc::unavailable, "timed_out", "no answer within 200 ms");
        case Answer::garbage: out.body = "no reply"; return out;
        case Answer::page: out.content_type = "text/html"; return out;
        case Answer::status: out.status = 503; return out;
        case Answer::old: out.body = authority_.last; return out;
        case Answer::good: break;
      }
      QUOTARY_TRY(answered, authority_.authority->answer(body));
      out.body = authority_.last = std::move(answered.der);
      return out;
    }
    void cancel() override {}

   private:
    Authority& authority_;
  };

  SealTimesPorts ports() {
    return {"http://tsa.example", roots,
            [this](const std::string&) -> Result<std::unique_ptr<http::Transport>> {
              ++lines;
              return std::unique_ptr<http::Transport>(std::make_unique<Line>(*this));
            },
            clock, std::make_shared<SystemRandom>()};
  }
};

SealTimesConfig config(std::string& said) {
  SealTimesConfig out;
  out.patience = std::chrono::milliseconds(200);
  out.say = [&said](std::string_view line) { said += std::string(line) + "\n"; };
  return out;
}

TEST(SealTimes, TokensAreOverTheSignatureAndTheLineIsKept) {
  Authority tsa;
  std::string said;
  SealTimes times(config(said), tsa.ports());
  for (const char* text : {"one", "two"}) {
    const auto token = times.token(sha256(text));
    ASSERT_TRUE(token) << token.error().detail;
    EXPECT_TRUE(signing::check_time_token(*token, sha256(text), tsa.roots));
    EXPECT_FALSE(signing::check_time_token(*token, sha256("another"), tsa.roots));
  }
  EXPECT_EQ(tsa.lines, 1);
  EXPECT_EQ(times.state().given_total, 2U);
  EXPECT_EQ(said, "");
}

TEST(SealTimes, WhatDoesNotHoldIsNoTokenAndNobodyWaitsForAWhile) {
  const struct {
    Answer answer;
    const char* code;
  } cases[] = {{Answer::late, "timed_out"},
               {Answer::garbage, "bad_time_reply"},
               {Answer::page, "bad_time_reply"},
               {Answer::status, "status_503"},
               {Answer::old, "token_imprint"}};
  for (const auto& each : cases) {
    Authority tsa;
    std::string said;
    SealTimes times(config(said), tsa.ports());
    ASSERT_TRUE(times.token(sha256("one")));
    tsa.answers = each.answer;
    EXPECT_EQ(times.token(sha256("two")).error().code, each.code);
    EXPECT_EQ(times.token(sha256("three")).error().code, "time_authority_resting");
    EXPECT_EQ(tsa.posts, 2) << "the third was not sent";
    const auto state = times.state();
    EXPECT_EQ(state.missed_total, 2U);
    EXPECT_EQ(state.code, each.code);
    EXPECT_TRUE(state.failing_since);
    EXPECT_NE(said.find("sealed without a time-stamp"), said.npos);
    // After its rest it is asked again.
    tsa.answers = Answer::good;
    tsa.clock->set(Timestamp{tsa.clock->now().unix_ms + 30'001});
    EXPECT_TRUE(times.token(sha256("four")));
    EXPECT_FALSE(times.state().failing_since);
    EXPECT_NE(said.find("again"), said.npos);
  }
}

}  // namespace
}  // namespace quotary::time_stamping
