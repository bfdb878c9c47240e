// Sessions: who gets one, how long it lasts, and what slows a guesser down.
#include "api/use_cases/sessions.h"

#include "tests/api/fixture.h"

namespace quotary::api {
namespace {

using testing::code_of;
using testing::text;
using testing::World;

constexpr const char* password = "correct horse battery";

struct Logins : World {
  Logins() {
    EXPECT_TRUE(organisation->add_person(Organisation::operator_principal(),
                                         {"登录人", Role::rep, "east-1", "east", "li.lei", password}));
  }
  Result<Answer> log_in(const char* with, const char* from = "192.0.2.1", const char* login = "li.lei") {
    return organisation->open_session(login, with, from);
  }
};

TEST(Sessions, LastEightHoursAndEndWhenTold) {
  Logins w;
  auto first = w.log_in(password);
  auto second = w.log_in(password);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(text(*first, "expires_at"), "2026-11-24T10:03:04.567Z");
  auto caller = w.organisation->authenticate(text(*first, "token"));
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->role, Role::rep);
  EXPECT_EQ(caller->team, "east-1");
  w.organisation->end_session(text(*first, "token"));
  EXPECT_EQ(code_of(w.organisation->authenticate(text(*first, "token"))), "token_unknown");
  w.clock->set("2026-11-24T10:03:04.566Z");
  EXPECT_TRUE(w.organisation->authenticate(text(*second, "token")));
  w.clock->set("2026-11-24T10:03:04.567Z");
  EXPECT_EQ(code_of(w.organisation->authenticate(text(*second, "token"))), "token_unknown");
}

TEST(Sessions, WrongLoginsAreSlowedDownByLoginAndAddress) {
  Logins w;
  for (unsigned i = 0; i < login_failures_max; ++i) EXPECT_EQ(code_of(w.log_in("wrong password")), "login_wrong");
  EXPECT_EQ(code_of(w.log_in(password)), "login_throttled");
  EXPECT_TRUE(w.log_in(password, "192.0.2.2"));  // the right person elsewhere is not locked out
  EXPECT_EQ(code_of(w.log_in(password, "192.0.2.1", "nobody")), "login_wrong");
  w.clock->set("2026-11-24T02:18:04.567Z");
  EXPECT_TRUE(w.log_in(password));
  EXPECT_NE(w.organisation->metrics().find("quotary_login_failures_total 11\n"), std::string::npos);
}

TEST(Sessions, AreBounded) {
  Sessions sessions;
  for (std::size_t i = 0; i <= sessions_per_person_max; ++i)
    ASSERT_TRUE(sessions.add("p" + std::to_string(i), "person", static_cast<std::int64_t>(i)));
  EXPECT_FALSE(sessions.find("p0", 100));
  EXPECT_TRUE(sessions.find("p1", 100));
  for (std::size_t i = sessions_per_person_max; i < sessions_max; ++i)
    ASSERT_TRUE(sessions.add("t" + std::to_string(i), "person" + std::to_string(i), 100));
  EXPECT_EQ(code_of(sessions.add("more", "another", 100)), "too_many_sessions");
  EXPECT_TRUE(sessions.add("more", "another", 100 + session_life_ms));  // those before have ended
}

}  // namespace
}  // namespace quotary::api
