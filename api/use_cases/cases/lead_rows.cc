#include "api/use_cases/cases/lead_rows.h"

#include "api/use_cases/cases/case_answers.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::LeadRecord;
using records::text_of;

json::object rule_of(const Entry& entry) {
  return {{"name", text_of(entry.body, "rule")}, {"version", records::number_of(entry.body, "rule_version")}};
}

Result<json::object> assignment_row(const Organisation::Parts& parts, const records::LeadAssignment& assignment,
                                    std::size_t number) {
  QUOTARY_TRY(entry, parts.ledger->entry(assignment.index));
  QUOTARY_TRY(facts, lead_facts(parts, entry));
  QUOTARY_TRY(choice, records::parse_lead_choice(facts));
  json::object out{{"number", number},
                   {"at", format_rfc3339(assignment.at)},
                   {"by", entry.actor_id},
                   {"rule", rule_of(entry)},
                   {"inputs", choice.inputs},
                   {"candidates", records::to_json(choice).at("candidates")},
                   {"chosen", person_member(parts, choice.chosen)},
                   {"reason", choice.reason},
                   {"follows", records::choice_follows(choice)},
                   {"entry", assignment.index}};
  if (auto note = parts.text_in(assignment.index, "text", "note"); !note.empty()) out["note"] = note;
  return out;
}

}  // namespace

std::string lead_subject(std::string_view id) { return std::string(records::lead_subject_prefix) + std::string(id); }

Result<json::object> lead_row(const Organisation::Parts& parts, const LeadRecord& lead) {
  // A clock that stepped back is behind what was received: nothing has passed then.
  const Timestamp now{std::max(parts.now().unix_ms, lead.received_at.unix_ms)};
  QUOTARY_TRY(promptness, health::classify_response(lead.received_at, lead.touched_at, now));
  json::object out{{"id", lead.id},
                   {"state", lead.touched_at ? "touched" : "waiting"},
                   {"promptness", health::to_text(promptness)},
                   {"received_at", format_rfc3339(lead.received_at)},
                   {"month", lead.month},
                   {"owner", person_member(parts, lead.owner)},
                   {"assigned", lead.assignments.size()},
                   {"entry", lead.index}};
  if (!lead.team.empty()) out["team"] = lead.team;
  if (!lead.region.empty()) out["region"] = lead.region;
  if (auto name = parts.text_in(lead.index, "text", "name"); !name.empty()) out["name"] = name;
  if (!lead.touched_at) return out;
  QUOTARY_TRY(response_ms, health::response_ms(lead.received_at, *lead.touched_at));
  out["touched_at"] = format_rfc3339(*lead.touched_at);
  out["response_ms"] = response_ms;
  return out;
}

Result<json::object> lead_whole(const Organisation::Parts& parts, const LeadRecord& lead) {
  QUOTARY_TRY(out, lead_row(parts, lead));
  for (const char* member : {"contact", "note"})
    if (auto text = parts.text_in(lead.index, "text", member); !text.empty()) out[member] = text;
  if (lead.touched_at) {
    QUOTARY_TRY(entry, parts.ledger->entry(lead.touched_index));
    // What somebody says and when it was written are two times, and a reader is to see both.
    out["first_touch"] = json::object{{"at", format_rfc3339(*lead.touched_at)},
                                      {"recorded_at", format_rfc3339(entry.time)},
                                      {"recorded_by", entry.actor_id},
                                      {"channel", lead.channel},
                                      {"by", person_member(parts, lead.touched_by)},
                                      {"entry", lead.touched_index}};
  }
  json::array assignments;
  for (std::size_t i = 0; i < lead.assignments.size(); ++i) {
    QUOTARY_TRY(row, assignment_row(parts, lead.assignments[i], i + 1));
    assignments.push_back(std::move(row));
  }
  out["assignments"] = std::move(assignments);
  return out;
}

Result<json::object> lead_facts(const Organisation::Parts& parts, const Entry& entry) {
  QUOTARY_TRY(bytes, parts.payload(entry, "facts"));
  auto read = parse_json(bytes);
  if (!read || !read->is_object()) return fail(Errc::corrupt, "payload_damaged", "an entry's facts are no object");
  return std::move(read->get_object());
}

json::object lead_entry_row(const Entry& entry, const json::object& facts) {
  json::object out{{"id", text_of(entry.body, "lead")}};
  if (entry.type == records::lead_touched_type) {
    for (const char* member : {"touched_at", "channel", "by"}) out[member] = text_of(facts, member);
    return out;
  }
  out["received_at"] = text_of(facts, "received_at");
  out["month"] = text_of(entry.body, "month");
  out["assignment"] = records::number_of(entry.body, "assignment");
  out["rule"] = rule_of(entry);
  out["owner"] = text_of(facts, "chosen");
  out["reason"] = text_of(facts, "reason");
  const auto choice = records::parse_lead_choice(facts);
  out["follows"] = choice && records::choice_follows(*choice);
  return out;
}

}  // namespace quotary::api
