#include "api/use_cases/cases/board_units.h"

#include "ledger/records/boards.h"
#include "ledger/records/fields.h"

namespace quotary::api {
namespace {

using records::PersonRecord;
using records::text_of;

constexpr std::string_view people_prefix = "person/";

// Calls visit for each person of the unit's team or region; stops when it answers false.
Result<void> for_each_person(const StateReader& state, const BoardUnit& unit,
                             const std::function<bool(PersonRecord)>& visit) {
  return state.scan(people_prefix, "", false, [&](std::string_view key, std::string_view value) {
    const auto read = parse_json(value);
    if (!read || !read->is_object()) return true;
    const auto& o = read->get_object();
    PersonRecord person{std::string(key.substr(people_prefix.size())), text_of(o, "role"), text_of(o, "team"),
                        text_of(o, "region"), records::number_of(o, "index")};
    if (unit.kind != BoardUnit::Kind::organisation && person.region != unit.region) return true;
    if (unit.kind == BoardUnit::Kind::team && person.team != unit.team) return true;
    return visit(std::move(person));
  });
}

bool may_have_cases(const PersonRecord& person) {
  return person.role == role_name(Role::rep) || person.role == role_name(Role::manager) ||
         person.role == role_name(Role::region_director);
}

BoardUnit unit_of(PersonRecord person) {
  BoardUnit out{BoardUnit::Kind::person, std::move(person), {}, {}};
  out.team = out.person.team;
  out.region = out.person.region;
  return out;
}

Error not_there(std::string_view what, std::string_view name) {
  return fail(Errc::not_found, std::string(what) + "_not_found", "no " + std::string(what) + " " + std::string(name));
}

Result<BoardUnit> person_unit(const StateReader& state, const Principal& caller, const BoardUnitFilter& filter) {
  if (!filter.team.empty() || !filter.region.empty())
    return invalid_parameter("person", "bad_unit", "name a person, or a team or region");
  QUOTARY_TRY(found, records::find_person(state, filter.person));
  if (!found || !may_have_cases(*found) || !in_scope(caller, Call::read_board, found->id, found->team, found->region))
    return not_there("person", filter.person);
  return unit_of(std::move(*found));
}

BoardUnit own_reach(const Principal& caller) {
  const Scope scope = scope_of(caller.role, Call::read_board);
  if (scope == Scope::organisation) return {};
  if (scope == Scope::region && !caller.region.empty()) return {BoardUnit::Kind::region, {}, {}, caller.region};
  if (scope == Scope::team && !caller.team.empty()) return {BoardUnit::Kind::team, {}, caller.team, caller.region};
  return unit_of({caller.id, std::string(role_name(caller.role)), caller.team, caller.region, 0});
}

}  // namespace

std::string BoardUnit::key() const {
  switch (kind) {
    case Kind::person: return person.id;
    case Kind::team: return records::team_unit(region, team);
    case Kind::region: return records::region_unit(region);
    case Kind::organisation: break;
  }
  return std::string(records::organisation_unit);
}

Result<BoardUnit> board_unit(const StateReader& state, const Principal& caller, const BoardUnitFilter& filter) {
  if (!filter.person.empty()) return person_unit(state, caller, filter);
  if (filter.team.empty() && filter.region.empty()) return own_reach(caller);
  const bool of_team = !filter.team.empty();
  BoardUnit out{of_team ? BoardUnit::Kind::team : BoardUnit::Kind::region, {}, filter.team, filter.region};
  if (out.region.empty()) out.region = caller.region;
  const auto unseen = not_there(of_team ? "team" : "region", of_team ? filter.team : filter.region);
  // As something of nobody's that lies there: own things open no team.
  if (!in_scope(caller, Call::read_board, "", out.team, out.region)) return unseen;
  bool anybody = false;
  QUOTARY_TRY_VOID(for_each_person(state, out, [&](const PersonRecord&) {
    anybody = true;
    return false;
  }));
  if (!anybody) return unseen;
  return out;
}

Result<std::vector<PersonRecord>> people_of(const StateReader& state, const BoardUnit& unit) {
  if (unit.kind == BoardUnit::Kind::person) return std::vector<PersonRecord>{unit.person};
  std::vector<PersonRecord> out;
  QUOTARY_TRY_VOID(for_each_person(state, unit, [&](PersonRecord person) {
    if (may_have_cases(person)) out.push_back(std::move(person));
    return out.size() <= board_people_max;
  }));
  if (out.size() > board_people_max)
    return fail(Errc::too_large, "board_too_large",
                "more than " + std::to_string(board_people_max) + " people: name a team or region");
  return out;
}

json::object unit_row(const Organisation::Parts& parts, const BoardUnit& unit) {
  constexpr std::string_view kinds[] = {"person", "team", "region", "organisation"};
  json::object out{{"kind", kinds[static_cast<std::size_t>(unit.kind)]}};
  if (unit.kind == BoardUnit::Kind::person)
    out["person"] = json::object{{"id", unit.person.id}, {"name", parts.person_name(unit.person.id)}};
  if (!unit.team.empty()) out["team"] = unit.team;
  if (!unit.region.empty()) out["region"] = unit.region;
  return out;
}

json::object to_json(const AsOf& as_of) {
  return {{"tree_size", as_of.tree_size}, {"root", as_of.root.hex()}, {"time", format_rfc3339(as_of.time)}};
}

}  // namespace quotary::api
