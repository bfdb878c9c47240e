#include "api/roles.h"

namespace quotary::api {
namespace {

constexpr auto no = Scope::none;
constexpr auto self = Scope::self;
constexpr auto team = Scope::team;
constexpr auto region = Scope::region;
constexpr auto all = Scope::organisation;

constexpr CallRow matrix[] = {
    //                                                       rep   manager director finance auditor crm   admin
    {Call::issue_quote, "issue_quote", "issue quotes", {self, self, self, no, no, self, no}},
    {Call::preview_quote, "preview_quote", "preview quotes", {self, self, self, no, no, self, no}},
    {Call::read_quote, "read_quote", "read quotes", {self, team, region, all, all, all, all}},
    {Call::request_void, "request_void", "ask for voids", {self, team, region, no, no, no, no}},
    {Call::decide_void, "decide_void", "decide on voids", {no, team, region, no, no, no, no}},
    {Call::decide_void_accepted,
     "decide_void_accepted",
     "decide on voids of accepted quotes",
     {no, no, region, no, no, no, no}},
    {Call::withdraw_void, "withdraw_void", "withdraw void requests", {self, team, region, no, no, no, no}},
    {Call::read_void, "read_void", "read void requests", {self, team, region, all, all, no, no}},
    {Call::report_voids, "report_voids", "read the report on voids", {self, team, region, all, all, no, no}},
    {Call::verify_log, "verify_log", "verify the ledger", {no, no, no, no, all, no, no}},
    {Call::read_entries, "read_entries", "read the ledger's entries", {no, no, no, no, all, no, no}},
    {Call::administer, "administer", "administer people, series and tokens", {no, no, no, no, no, no, all}},
    {Call::read_series, "read_series", "list series", {all, all, all, all, all, all, all}},
    {Call::read_people, "read_people", "list people", {no, no, no, no, all, no, all}},
    {Call::prove_numbers, "prove_numbers", "prove a series' numbers", {no, no, no, all, all, no, no}},
    {Call::ask_erasure, "ask_erasure", "ask for erasures", {no, no, all, no, no, no, all}},
    {Call::decide_erasure, "decide_erasure", "decide on erasures", {no, no, all, no, no, no, all}},
    {Call::read_erasures, "read_erasures", "read erasures and legal holds", {no, no, all, all, all, no, all}},
    {Call::hold, "hold", "place or release legal holds", {no, no, all, all, no, no, all}},
    {Call::request_signature, "request_signature", "ask customers to sign", {self, team, region, no, no, self, no}},
    {Call::read_signatures, "read_signatures", "read signature requests", {self, team, region, all, all, all, all}},
    {Call::sign_own, "sign_own", "sign own quotes", {self, self, self, no, no, no, no}},
    {Call::read_policy, "read_policy", "read policies", {all, all, all, all, all, all, all}},
    {Call::publish_policy, "publish_policy", "publish policies", {no, no, no, no, no, no, all}},
    {Call::open_case, "open_case", "open cases", {self, team, region, no, no, all, no}},
    {Call::read_case, "read_case", "read cases", {self, team, region, all, all, all, all}},
    {Call::work_case, "work_case", "add to cases", {self, team, region, no, no, all, no}},
    {Call::waive_requirement, "waive_requirement", "waive requirements", {no, team, region, no, no, no, no}},
    {Call::record_lead, "record_lead", "record leads", {self, team, region, no, no, all, no}},
    {Call::read_lead, "read_lead", "read leads", {self, team, region, all, all, all, all}},
    {Call::read_board, "read_board", "read boards", {self, team, region, all, all, no, no}},
};
static_assert(std::size(matrix) == call_count);

constexpr std::string_view names[] = {"rep", "manager", "region_director", "finance", "auditor", "crm", "admin"};
static_assert(std::size(names) == role_count);

}  // namespace

std::string_view role_name(Role role) { return names[static_cast<std::size_t>(role)]; }

std::string_view scope_name(Scope scope) {
  constexpr std::string_view words[] = {"none", "self", "team", "region", "organisation"};
  return words[static_cast<std::size_t>(scope)];
}

Result<Role> parse_role(std::string_view name) {
  for (std::size_t i = 0; i < role_count; ++i)
    if (names[i] == name) return static_cast<Role>(i);
  return fail(Errc::invalid, "unknown_role", "no role " + std::string(name));
}

std::span<const CallRow> role_matrix() { return matrix; }

Scope scope_of(Role role, Call call) {
  return matrix[static_cast<std::size_t>(call)].scope[static_cast<std::size_t>(role)];
}

bool in_scope(const Principal& caller, Call call, std::string_view owner, std::string_view owner_team,
              std::string_view owner_region) {
  switch (scope_of(caller.role, call)) {
    case Scope::none: return false;
    case Scope::self: return owner == caller.id;
    // A leader without a team or region sees only what is their own.
    case Scope::team:
      return owner == caller.id || (!caller.team.empty() && owner_team == caller.team && owner_region == caller.region);
    case Scope::region: return owner == caller.id || (!caller.region.empty() && owner_region == caller.region);
    case Scope::organisation: return true;
  }
  return false;
}

Result<void> require_call(const Principal& caller, Call call) {
  if (scope_of(caller.role, call) == Scope::none)
    return fail(Errc::forbidden, "role_not_allowed",
                "the role " + std::string(role_name(caller.role)) + " may not " +
                    std::string(matrix[static_cast<std::size_t>(call)].doing));
  return {};
}

}  // namespace quotary::api
