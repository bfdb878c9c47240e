#include "api/roles.h"

#include <gtest/gtest.h>

namespace quotary::api {
namespace {

// Walks the whole matrix: each cell against owners inside and outside its scope.
TEST(Roles, EveryCellReachesItsScopeAndNoFurther) {
  ASSERT_EQ(role_matrix().size(), call_count);
  for (std::size_t c = 0; c < call_count; ++c) {
    const auto& row = role_matrix()[c];
    ASSERT_EQ(static_cast<std::size_t>(row.call), c) << row.name;
    for (std::size_t r = 0; r < role_count; ++r) {
      Principal caller{"me", static_cast<Role>(r), "team-a", "east"};
      SCOPED_TRACE(std::string(row.name) + " as " + std::string(role_name(caller.role)));
      auto scope = scope_of(caller.role, row.call);
      auto reach = [&](const char* owner, const char* team, const char* region) {
        return in_scope(caller, row.call, owner, team, region);
      };
      EXPECT_EQ(reach("me", "team-a", "east"), scope != Scope::none);
      EXPECT_EQ(reach("peer", "team-a", "east"), scope >= Scope::team);
      EXPECT_EQ(reach("peer", "team-a", "west"), scope >= Scope::organisation);
      EXPECT_EQ(reach("peer", "team-b", "east"), scope >= Scope::region);
      EXPECT_EQ(reach("peer", "team-b", "west"), scope >= Scope::organisation);
      EXPECT_EQ(require_call(caller, row.call).has_value(), scope != Scope::none);
    }
  }
}

TEST(Roles, NoTeamIsNotATeam) {
  Principal caller{"me", Role::manager, "", ""};
  EXPECT_FALSE(in_scope(caller, Call::read_quote, "peer", "", ""));
  Principal director{"me", Role::region_director, "", ""};
  EXPECT_FALSE(in_scope(director, Call::read_quote, "peer", "x", ""));
}

TEST(Roles, TheRulesThatMustNeverChangeByAccident) {
  for (auto role : {Role::rep, Role::finance, Role::auditor, Role::crm, Role::admin})
    EXPECT_EQ(scope_of(role, Call::decide_void), Scope::none);
  for (auto role : {Role::finance, Role::auditor, Role::admin})
    EXPECT_EQ(scope_of(role, Call::issue_quote), Scope::none);
  EXPECT_EQ(scope_of(Role::manager, Call::decide_void_accepted), Scope::none);
  EXPECT_EQ(scope_of(Role::rep, Call::read_quote), Scope::self);
  for (auto role : {Role::rep, Role::manager, Role::region_director, Role::finance, Role::auditor, Role::crm})
    EXPECT_EQ(scope_of(role, Call::administer), Scope::none);
}

TEST(Roles, NamesRoundTrip) {
  for (std::size_t r = 0; r < role_count; ++r)
    EXPECT_EQ(*parse_role(role_name(static_cast<Role>(r))), static_cast<Role>(r));
  EXPECT_FALSE(parse_role("Rep"));
}

}  // namespace
}  // namespace quotary::api
