#include "api/use_cases/cases/board_calls.h"

#include "api/use_cases/cases/case_access.h"
#include "api/use_cases/cases/case_answers.h"
#include "ledger/health/board.h"
#include "ledger/health/onboarding.h"
#include "ledger/health/response.h"
#include "ledger/records/boards.h"
#include "ledger/records/keys.h"
#include "ledger/records/leads.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::CaseRecord;
using records::LeadRecord;

json::object share_row(const health::Share& share) {
  return {{"cases", share.whole},
          {"complete", share.part},
          {"rate", share.value ? json::value(share.value->text) : json::value(nullptr)}};
}

json::object window_row(const health::WindowShare& share, Timestamp now) {
  auto out = share_row(share.complete);
  out["from"] = format_rfc3339(share.window.from);
  out["until"] = format_rfc3339(share.window.until);
  out["over"] = now >= share.window.until;
  return out;
}

struct Overview {
  BoardUnit unit;
  records::StageCounts stages;
  std::vector<CaseRecord> overdue;
  std::vector<LeadRecord> waiting;
  std::uint64_t waiting_count = 0;
  struct Day {
    Date day;
    records::Flow flow;
  };
  std::vector<Day> trend;
  std::vector<records::PolicyUseRecord> policies;
};

template <class Record, class Find>
Result<std::vector<Record>> records_of(const std::vector<std::string>& ids, const Find& find) {
  std::vector<Record> out;
  for (const std::string& id : ids) {
    QUOTARY_TRY(found, find(id));
    if (!found) return fail(Errc::corrupt, "state_damaged", "a list names " + id + ", which is not there");
    out.push_back(std::move(*found));
  }
  return out;
}

// Takes ids until there are `most`.
auto first_of(std::vector<std::string>& ids, std::uint64_t most) {
  return [&ids, most](std::string_view id, Timestamp) {
    if (ids.size() < most) ids.emplace_back(id);
    return ids.size() < most;
  };
}

Result<std::vector<Overview::Day>> trend_of(const StateReader& state, const std::string& unit, const TimeZone& zone,
                                            Timestamp now) {
  const Date today = zone.local_date(now);
  std::vector<Overview::Day> out;
  std::vector<Timestamp> starts;
  for (int back = static_cast<int>(health::trend_days) - 1; back >= 0; --back) {
    out.push_back({add_days(today, -back), {}});
    starts.push_back(zone.start_of_day(out.back().day));
  }
  const auto add = [&](Timestamp begin, const records::Flow& flow) {
    const auto day = std::upper_bound(starts.begin(), starts.end(), begin) - starts.begin();
    if (day == 0) return;
    auto& there = out[static_cast<std::size_t>(day) - 1].flow;
    there.opened += flow.opened;
    there.completed += flow.completed;
  };
  QUOTARY_TRY_VOID(records::for_each_flow(state, unit, starts.front(), zone.start_of_day(add_days(today, 1)), add));
  return out;
}

Result<Overview> overview_of(const StateReader& state, const Principal& caller, const BoardUnitFilter& filter,
                             std::uint64_t limit, const TimeZone& zone, Timestamp now) {
  Overview out;
  QUOTARY_TRY(unit, board_unit(state, caller, filter));
  const std::string key = unit.key();
  out.unit = std::move(unit);
  QUOTARY_TRY(stages, records::find_stages(state, key));
  out.stages = stages;
  std::vector<std::string> cases, leads;
  QUOTARY_TRY_VOID(records::for_each_pending_of(state, key, first_of(cases, limit)));
  QUOTARY_TRY_VOID(records::for_each_waiting_lead(state, key, first_of(leads, limit)));
  QUOTARY_TRY(overdue,
              records_of<CaseRecord>(cases, [&](const std::string& id) { return records::find_case(state, id); }));
  QUOTARY_TRY(waiting,
              records_of<LeadRecord>(leads, [&](const std::string& id) { return records::find_lead(state, id); }));
  QUOTARY_TRY(waiting_count, records::count_waiting_leads(state, key));
  QUOTARY_TRY(trend, trend_of(state, key, zone, now));
  QUOTARY_TRY(policies, records::list_policy_use(state, key, board_policies_max));
  out.overdue = std::move(overdue);
  out.waiting = std::move(waiting);
  out.waiting_count = waiting_count;
  out.trend = std::move(trend);
  out.policies = std::move(policies);
  return out;
}

std::uint64_t waited_ms(Timestamp since, Timestamp now) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(now.unix_ms - since.unix_ms, 0));
}

json::array overdue_rows(const Organisation::Parts& parts, const std::vector<CaseRecord>& cases, Timestamp now) {
  json::array out;
  for (const CaseRecord& each : cases) {
    json::object row{{"case", each.id},
                     {"owner", person_member(parts, each.owner)},
                     {"policy", each.policy},
                     {"opened_at", format_rfc3339(each.opened_at)},
                     {"waiting_ms", waited_ms(each.opened_at, now)}};
    if (auto title = parts.text_in(each.index, "text", "title"); !title.empty()) row["title"] = title;
    out.push_back(std::move(row));
  }
  return out;
}

Result<json::array> waiting_rows(const Organisation::Parts& parts, const std::vector<LeadRecord>& leads,
                                 Timestamp now) {
  json::array out;
  for (const LeadRecord& each : leads) {
    const Timestamp at{std::max(now.unix_ms, each.received_at.unix_ms)};
    QUOTARY_TRY(promptness, health::classify_response(each.received_at, each.touched_at, at));
    out.push_back(json::object{{"lead", each.id},
                               {"owner", person_member(parts, each.owner)},
                               {"received_at", format_rfc3339(each.received_at)},
                               {"waiting_ms", waited_ms(each.received_at, now)},
                               {"promptness", health::to_text(promptness)}});
  }
  return out;
}

Result<std::vector<health::CaseTimes>> first_cases(const StateReader& state, const std::string& person,
                                                   Timestamp until) {
  std::vector<health::CaseTimes> out;
  std::optional<Error> failed;
  QUOTARY_TRY_VOID(state.scan(records::own_cases_prefix(person), "", false, [&](std::string_view, std::string_view id) {
    auto found = records::find_case(state, id);
    if (!found || !*found) {
      failed = found ? fail(Errc::corrupt, "state_damaged", "a list names a case that is not there") : found.error();
      return false;
    }
    if ((*found)->opened_at >= until) return false;
    out.push_back({(*found)->opened_at, (*found)->completed_at});
    return true;
  }));
  if (failed) return *failed;
  return out;
}

Result<std::vector<health::CaseTimes>> cases_of_policy(const StateReader& state, const Principal& caller,
                                                       std::string_view policy, Timestamp from, Timestamp until) {
  std::vector<health::CaseTimes> out;
  std::size_t seen = 0;
  QUOTARY_TRY_VOID(
      records::for_each_policy_case(state, policy, from, until, [&](const records::PolicyCaseRecord& each) {
        if (in_scope(caller, Call::read_board, each.owner, each.team, each.region))
          out.push_back({each.opened_at, each.completed_at});
        return ++seen <= comparison_cases_max;
      }));
  if (seen > comparison_cases_max)
    return fail(Errc::too_large, "comparison_too_large",
                "more than " + std::to_string(comparison_cases_max) + " cases in these sixty days");
  return out;
}

}  // namespace

Result<Answer> overview_board(const Organisation::Parts& parts, const Principal& caller, const BoardUnitFilter& unit,
                              std::optional<std::uint64_t> asked) {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_board));
  QUOTARY_TRY(limit, page_limit(asked, board_rows_default, board_rows_max));
  Overview found;
  auto as_of = read_board(parts, [&](const StateReader& state, Timestamp now) -> Result<void> {
    QUOTARY_TRY(read, overview_of(state, caller, unit, limit, *parts.zone, now));
    found = std::move(read);
    return {};
  });
  if (!as_of) return std::move(as_of).error();
  QUOTARY_TRY_VOID(parts.note_read(caller, "board.overview", {}, found.overdue.size() + found.waiting.size()));
  const auto& s = found.stages;
  json::array stages{json::object{{"stage", "pending"}, {"cases", s.pending}},
                     json::object{{"stage", "complete"}, {"cases", s.complete}},
                     json::object{{"stage", "closed"}, {"cases", s.closed}}};
  json::array trend, policies;
  for (const auto& each : found.trend)
    trend.push_back(
        json::object{{"day", format_date(each.day)}, {"opened", each.flow.opened}, {"completed", each.flow.completed}});
  for (const auto& each : found.policies) {
    auto row = share_row(health::make_share(each.complete, each.used));
    row["policy"] = each.policy;
    policies.push_back(std::move(row));
  }
  QUOTARY_TRY(waiting, waiting_rows(parts, found.waiting, as_of->time));
  return Answer{200,
                {{"unit", unit_row(parts, found.unit)},
                 {"stages", std::move(stages)},
                 {"overdue", overdue_rows(parts, found.overdue, as_of->time)},
                 {"trend", std::move(trend)},
                 {"leads", json::object{{"waiting", found.waiting_count}, {"longest", std::move(waiting)}}},
                 {"policies", std::move(policies)},
                 {"as_of", to_json(*as_of)}},
                false};
}

Result<Answer> onboarding_board(const Organisation::Parts& parts, const Principal& caller, std::string_view person) {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_board));
  BoardUnit unit;
  health::WindowShare share;
  Timestamp added_at;
  auto as_of = read_board(parts, [&](const StateReader& state, Timestamp) -> Result<void> {
    QUOTARY_TRY(found, board_unit(state, caller, {person.empty() ? caller.id : std::string(person), "", ""}));
    QUOTARY_TRY(added, parts.ledger->entry(found.person.index));
    added_at = added.time;
    const auto window = health::onboarding_rate(added_at, {}, *parts.zone).window;
    QUOTARY_TRY(cases, first_cases(state, found.person.id, window.until));
    share = health::onboarding_rate(added_at, cases, *parts.zone);
    unit = std::move(found);
    return {};
  });
  if (!as_of) return std::move(as_of).error();
  QUOTARY_TRY_VOID(parts.note_read(caller, "board.onboarding", "person:" + unit.person.id));
  auto out = window_row(share, as_of->time);
  out["person"] = person_member(parts, unit.person.id);
  out["added_at"] = format_rfc3339(added_at);
  out["as_of"] = to_json(*as_of);
  return Answer{200, std::move(out), false};
}

Result<Answer> policy_comparison(const Organisation::Parts& parts, const Principal& caller, std::string_view policy,
                                 std::optional<std::uint64_t> version) {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_board));
  if (version && *version == 0) return invalid_parameter("version", "bad_version", "versions are numbered from 1");
  std::optional<records::PolicyRecord> found;
  health::PolicyComparison comparison;
  auto as_of = read_board(parts, [&](const StateReader& state, Timestamp) -> Result<void> {
    QUOTARY_TRY(read, records::find_policy(state, policy, version.value_or(0)));
    if (!read) return fail(Errc::not_found, "policy_not_found", "no such version of a policy " + std::string(policy));
    const auto windows = health::compare_policy(read->published_at, {});
    QUOTARY_TRY(cases, cases_of_policy(state, caller, policy, windows.before.window.from, windows.after.window.until));
    comparison = health::compare_policy(read->published_at, cases);
    found = std::move(read);
    return {};
  });
  if (!as_of) return std::move(as_of).error();
  QUOTARY_TRY_VOID(parts.note_read(caller, "board.policy", std::string(records::policy_subject_prefix) + found->name));
  return Answer{
      200,
      {{"policy", found->name},
       {"version", found->version},
       {"published_at", format_rfc3339(found->published_at)},
       {"before", window_row(comparison.before, as_of->time)},
       {"after", window_row(comparison.after, as_of->time)},
       {"difference_points", comparison.difference ? json::value(comparison.difference->text) : json::value(nullptr)},
       {"as_of", to_json(*as_of)}},
      false};
}

}  // namespace quotary::api
