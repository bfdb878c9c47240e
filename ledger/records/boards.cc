#include "ledger/records/boards.h"

#include "ledger/records/keys.h"
#include "ledger/records/record_json.h"

#include <algorithm>

namespace quotary::records {
namespace {

std::string encode(const StageCounts& stages) {
  return json::serialize(
      json::object{{"pending", stages.pending}, {"complete", stages.complete}, {"closed", stages.closed}});
}

Result<void> move_stage(StateWriter& state, const std::string& unit, std::string_view from, std::string_view to) {
  if (from == to) return {};
  QUOTARY_TRY(stages, find_stages(state, unit));
  const auto at = [&](std::string_view stage) -> std::uint64_t& {
    return stage == "pending" ? stages.pending : stage == "complete" ? stages.complete : stages.closed;
  };
  if (!from.empty()) --at(from);
  ++at(to);
  state.put(stages_key(unit), encode(stages));
  return {};
}

std::string pending_key_of(std::string_view unit, std::int64_t opened_ms, std::string_view id) {
  return unit == organisation_unit ? pending_key(opened_ms, id) : pending_of_prefix(unit) + timed(opened_ms, id);
}

Timestamp span_of(Timestamp time) { return {time.unix_ms - time.unix_ms % flow_span_ms}; }

Flow flow_from(const json::object& o) { return {number_of(o, "opened"), number_of(o, "completed")}; }

template <class Change>
Result<void> change_flow(StateWriter& state, std::string_view unit, Timestamp time, const Change& change) {
  const std::string key = flow_key(unit, span_of(time).unix_ms);
  QUOTARY_TRY(found, read_record<Flow>(state, key, flow_from));
  Flow flow = found.value_or(Flow{});
  change(flow);
  if (flow.opened == 0 && flow.completed == 0) {
    state.erase(key);
  } else {
    state.put(key, json::serialize(json::object{{"opened", flow.opened}, {"completed", flow.completed}}));
  }
  return {};
}

PolicyUseRecord use_from(std::string_view policy, const json::object& o) {
  return {std::string(policy), number_of(o, "used"), number_of(o, "complete")};
}

Result<void> change_policy_use(StateWriter& state, std::string_view unit, const CaseRecord& now, bool comes,
                               bool was_complete) {
  const bool is_complete = now.completed_at.has_value();
  if (!comes && is_complete == was_complete) return {};
  const std::string key = policy_use_prefix(unit) + now.policy;
  QUOTARY_TRY(found,
              read_record<PolicyUseRecord>(state, key, [&](const json::object& o) { return use_from(now.policy, o); }));
  PolicyUseRecord use = found.value_or(PolicyUseRecord{now.policy});
  if (comes) ++use.used;
  if (is_complete != was_complete) is_complete ? ++use.complete : --use.complete;
  state.put(key, json::serialize(json::object{{"used", use.used}, {"complete", use.complete}}));
  return {};
}

// Not JSON: a comparison reads a hundred thousand of these. No id or code holds a blank.
void put_policy_case(StateWriter& state, const CaseRecord& now) {
  const std::string completed =
      now.completed_at ? digits20(static_cast<std::uint64_t>(now.completed_at->unix_ms)) : "-";
  state.put(policy_cases_prefix(now.policy) + timed(now.opened_at.unix_ms, now.id),
            completed + " " + now.owner + " " + now.team + " " + now.region);
}

std::optional<PolicyCaseRecord> policy_case_from(std::int64_t opened_ms, std::string_view value) {
  std::string_view words[4];
  for (std::size_t i = 0; i < std::size(words); ++i) {
    const auto blank = i + 1 < std::size(words) ? value.find(' ') : value.size();
    if (blank == value.npos) return std::nullopt;
    words[i] = value.substr(0, blank);
    value.remove_prefix(std::min(blank + 1, value.size()));
  }
  const auto completed = number_in_key(words[0], 0);
  if (!completed && words[0] != "-") return std::nullopt;
  PolicyCaseRecord out{words[1], words[2], words[3], {opened_ms}, std::nullopt};
  if (completed) out.completed_at = Timestamp{*completed};
  return out;
}

// Calls visit(id, time) for keys that are a time and an id behind the prefix.
Result<void> for_each_timed(const StateReader& state, const std::string& prefix,
                            const std::function<bool(std::string_view id, Timestamp time)>& visit) {
  bool whole = true;
  QUOTARY_TRY_VOID(state.scan(prefix, "", false, [&](std::string_view key, std::string_view id) {
    const auto ms = number_in_key(key, prefix.size());
    whole = ms.has_value();
    return whole && visit(id, Timestamp{*ms});
  }));
  if (!whole) return state_damaged(prefix);
  return {};
}

template <class Change>
Result<void> change_waiting(StateWriter& state, const WaitingLead& lead, const Change& change) {
  for (const std::string& unit : units_of(lead.owner, lead.team, lead.region)) {
    QUOTARY_TRY(count, count_waiting_leads(state, unit));
    change(unit, count);
    count == 0 ? state.erase(waiting_count_key(unit))
               : state.put(waiting_count_key(unit), json::serialize(json::object{{"leads", count}}));
  }
  return {};
}

}  // namespace

std::string team_unit(std::string_view region, std::string_view team) {
  return "team:" + std::string(region) + "/" + std::string(team);
}

std::string region_unit(std::string_view region) { return "region:" + std::string(region); }

std::vector<std::string> units_of(std::string_view owner, std::string_view team, std::string_view region) {
  std::vector<std::string> out{std::string(owner)};
  if (!team.empty()) out.push_back(team_unit(region, team));
  if (!region.empty()) out.push_back(region_unit(region));
  out.emplace_back(organisation_unit);
  return out;
}

Result<void> follow_case(StateWriter& state, const CaseRecord& now, const CaseBefore& before) {
  const bool comes = before.stage.empty();
  const bool completion_moves = now.completed_at != before.completed_at;
  for (const std::string& unit : units_of(now.owner, now.team, now.region)) {
    QUOTARY_TRY_VOID(move_stage(state, unit, before.stage, now.stage()));
    const std::string waiting = pending_key_of(unit, now.opened_at.unix_ms, now.id);
    now.stage() == "pending" ? state.put(waiting, now.id) : state.erase(waiting);
    if (comes) QUOTARY_TRY_VOID(change_flow(state, unit, now.opened_at, [](Flow& flow) { ++flow.opened; }));
    if (completion_moves && before.completed_at)
      QUOTARY_TRY_VOID(change_flow(state, unit, *before.completed_at, [](Flow& flow) { --flow.completed; }));
    if (completion_moves && now.completed_at)
      QUOTARY_TRY_VOID(change_flow(state, unit, *now.completed_at, [](Flow& flow) { ++flow.completed; }));
    QUOTARY_TRY_VOID(change_policy_use(state, unit, now, comes, before.completed_at.has_value()));
  }
  if (comes || completion_moves) put_policy_case(state, now);
  return {};
}

Result<void> for_each_pending_of(const StateReader& state, std::string_view unit,
                                 const std::function<bool(std::string_view case_id, Timestamp since)>& visit) {
  return for_each_timed(state, unit == organisation_unit ? std::string(pending_prefix) : pending_of_prefix(unit),
                        visit);
}

Result<void> for_each_flow(const StateReader& state, std::string_view unit, Timestamp from, Timestamp until,
                           const std::function<void(Timestamp begin, const Flow& flow)>& visit) {
  const std::string prefix = flow_prefix(unit);
  bool whole = true;
  const auto each = [&](std::string_view key, std::string_view value) {
    const auto ms = number_in_key(key, prefix.size());
    if (ms && *ms >= until.unix_ms) return false;
    const auto read = parse_json(value);
    whole = ms.has_value() && read && read->is_object();
    if (whole) visit({*ms}, flow_from(read->get_object()));
    return whole;
  };
  const Timestamp first{span_of(from) < from ? span_of(from).unix_ms + flow_span_ms : from.unix_ms};
  QUOTARY_TRY_VOID(state.scan(prefix, flow_key(unit, first.unix_ms), false, each));
  if (!whole) return state_damaged(prefix);
  return {};
}

Result<std::vector<PolicyUseRecord>> list_policy_use(const StateReader& state, std::string_view unit,
                                                     std::size_t most) {
  std::vector<PolicyUseRecord> out;
  const std::string prefix = policy_use_prefix(unit);
  bool whole = true;
  QUOTARY_TRY_VOID(state.scan(prefix, "", false, [&](std::string_view key, std::string_view value) {
    if (out.size() == most) return false;
    const auto read = parse_json(value);
    whole = read && read->is_object();
    if (whole) out.push_back(use_from(key.substr(prefix.size()), read->get_object()));
    return whole;
  }));
  if (!whole) return state_damaged(prefix);
  return out;
}

Result<void> for_each_policy_case(const StateReader& state, std::string_view policy, Timestamp from, Timestamp until,
                                  const std::function<bool(const PolicyCaseRecord&)>& visit) {
  const std::string prefix = policy_cases_prefix(policy);
  bool whole = true;
  const auto each = [&](std::string_view key, std::string_view value) {
    const auto ms = number_in_key(key, prefix.size());
    if (ms && *ms >= until.unix_ms) return false;
    const auto found = ms ? policy_case_from(*ms, value) : std::nullopt;
    whole = found.has_value();
    return whole && visit(*found);
  };
  const std::int64_t first = std::max<std::int64_t>(from.unix_ms, 0);
  QUOTARY_TRY_VOID(state.scan(prefix, prefix + timed(first, ""), false, each));
  if (!whole) return state_damaged(prefix);
  return {};
}

Result<void> lead_waits(StateWriter& state, const WaitingLead& lead) {
  return change_waiting(state, lead, [&](const std::string& unit, std::uint64_t& count) {
    ++count;
    state.put(waiting_prefix(unit) + timed(lead.received_at.unix_ms, lead.id), lead.id);
  });
}

Result<void> lead_waits_no_more(StateWriter& state, const WaitingLead& lead) {
  return change_waiting(state, lead, [&](const std::string& unit, std::uint64_t& count) {
    --count;
    state.erase(waiting_prefix(unit) + timed(lead.received_at.unix_ms, lead.id));
  });
}

Result<std::uint64_t> count_waiting_leads(const StateReader& state, std::string_view unit) {
  QUOTARY_TRY(found, read_record<std::uint64_t>(state, waiting_count_key(unit),
                                                [](const json::object& o) { return number_of(o, "leads"); }));
  return found.value_or(0);
}

Result<void> for_each_waiting_lead(const StateReader& state, std::string_view unit,
                                   const std::function<bool(std::string_view lead, Timestamp received_at)>& visit) {
  return for_each_timed(state, waiting_prefix(unit), visit);
}

}  // namespace quotary::records
