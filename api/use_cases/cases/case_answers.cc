#include "api/use_cases/cases/case_answers.h"

#include "api/use_cases/cases/case_words.h"
#include "ledger/records/fields.h"

namespace quotary::api {

Result<json::object> opening_text(const Organisation::Parts& parts, std::uint64_t index) {
  QUOTARY_TRY(entry, parts.ledger->entry(index));
  const auto stored = parts.payload(entry, "text");
  if (!stored && stored.error().kind == Errc::gone)
    return json::object{{"title", erased_text}, {"erased", stored.error().detail}};
  if (!stored) return stored.error();
  QUOTARY_TRY(text, parse_json(*stored));
  if (!text.is_object()) return fail(Errc::corrupt, "payload_damaged", "what was said at the opening is no object");
  return std::move(text.get_object());
}

json::object person_member(const Organisation::Parts& parts, const std::string& id) {
  return {{"id", id}, {"name", parts.person_name(id)}};
}

json::object case_member(const Organisation::Parts& parts, const records::CaseRecord& found, const json::object& text) {
  json::object out{{"id", found.id}};
  for (auto& [name, value] : stage_member(found.stage())) out[name] = std::move(value);
  out["action_type"] = found.action_type;
  out["policy"] = json::object{{"name", found.policy}, {"version", found.policy_version}};
  out["owner"] = person_member(parts, found.owner);
  out["team"] = found.team;
  out["region"] = found.region;
  for (const auto& [name, value] : text) out[name] = value;
  out["opened_at"] = format_rfc3339(found.opened_at);
  if (found.completed_at) out["completed_at"] = format_rfc3339(*found.completed_at);
  if (found.closed_at) out["closed_at"] = format_rfc3339(*found.closed_at);
  json::array notes;
  for (const auto& each : found.notes)
    notes.push_back(json::object{
        {"note", each.id}, {"version", each.version}, {"at", format_rfc3339(each.at)}, {"complete", each.complete}});
  out["notes"] = std::move(notes);
  out["items"] = found.items;
  return out;
}

Result<CaseView> view_case(const Organisation::Parts& parts, std::string_view id) {
  return parts.read<CaseView>([&](const StateReader& state) -> Result<CaseView> {
    QUOTARY_TRY(found, records::find_case(state, id));
    if (!found) return fail(Errc::not_found, "case_not_found", "no case " + std::string(id));
    QUOTARY_TRY(policy, records::find_policy(state, found->policy, found->policy_version));
    if (!policy) return fail(Errc::corrupt, "state_damaged", "the case's policy is not there; rebuild the index");
    QUOTARY_TRY(gate, records::gate_under(state, *found, policy->policy));
    return CaseView{std::move(*found), std::move(*policy), std::move(gate)};
  });
}

}  // namespace quotary::api
