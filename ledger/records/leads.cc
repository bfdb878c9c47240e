#include "ledger/records/leads.h"

#include "ledger/health/month.h"
#include "ledger/health/response.h"
#include "ledger/records/boards.h"
#include "ledger/records/erasure.h"
#include "ledger/records/keys.h"
#include "ledger/records/record_json.h"

namespace quotary::records {
namespace {

Error refuse(const Entry& entry, std::string_view code, std::string_view detail) {
  return fail(Errc::conflict, std::string(code), entry.type + ": " + std::string(detail));
}

Error malformed(const Entry& entry, std::string_view what) {
  return fail(Errc::invalid, "bad_lead_entry", entry.type + ": " + std::string(what));
}

std::string encode(const LeadRecord& lead) {
  json::array assignments;
  for (const LeadAssignment& each : lead.assignments)
    assignments.push_back(json::object{{"index", each.index}, {"at", each.at.unix_ms}, {"owner", each.owner}});
  json::object out{{"month", lead.month}, {"owner", lead.owner},           {"received_at", lead.received_at.unix_ms},
                   {"index", lead.index}, {"last_index", lead.last_index}, {"assignments", std::move(assignments)}};
  put_text(out, "team", lead.team);
  put_text(out, "region", lead.region);
  put_time(out, "touched_at", lead.touched_at);
  put_text(out, "touched_by", lead.touched_by);
  put_text(out, "channel", lead.channel);
  if (lead.touched_at) out["touched_index"] = lead.touched_index;
  return json::serialize(out);
}

LeadRecord lead_from(std::string_view id, const json::object& o) {
  LeadRecord out;
  out.id = id;
  out.month = text_of(o, "month");
  out.owner = text_of(o, "owner");
  out.team = text_of(o, "team");
  out.region = text_of(o, "region");
  out.received_at = {ms_of(o, "received_at")};
  out.touched_at = time_of(o, "touched_at");
  out.touched_by = text_of(o, "touched_by");
  out.channel = text_of(o, "channel");
  out.index = number_of(o, "index");
  out.last_index = number_of(o, "last_index");
  out.touched_index = number_of(o, "touched_index");
  for_each_row(o, "assignments", [&](const json::object& row) {
    out.assignments.push_back({number_of(row, "index"), {ms_of(row, "at")}, text_of(row, "owner")});
  });
  return out;
}

template <class Change>
Result<void> count(StateWriter& state, const LeadRecord& lead, const Change& change) {
  QUOTARY_TRY(counts, find_counts(state, lead.owner, lead.month));
  change(counts);
  const std::string key = counts_key(lead.owner, lead.month);
  counts == health::Counts{} ? state.erase(key) : state.put(key, json::serialize(health::to_json(counts)));
  return {};
}

WaitingLead waiting(const LeadRecord& lead) { return {lead.id, lead.owner, lead.team, lead.region, lead.received_at}; }

// Counted, listed and waiting under its owner as it is now, or not any more.
Result<void> enter(StateWriter& state, const LeadRecord& lead) {
  state.put(own_leads_prefix(lead.owner) + digits20(lead.index), lead.id);
  if (lead.touched_at) return {};
  QUOTARY_TRY_VOID(count(state, lead, [](health::Counts& counts) { ++counts.leads; }));
  return lead_waits(state, waiting(lead));
}
Result<void> leave(StateWriter& state, const LeadRecord& lead) {
  state.erase(own_leads_prefix(lead.owner) + digits20(lead.index));
  if (lead.touched_at) return {};
  QUOTARY_TRY_VOID(count(state, lead, [](health::Counts& counts) { --counts.leads; }));
  return lead_waits_no_more(state, waiting(lead));
}

Result<std::string> lead_of(const Entry& entry) {
  auto id = text_of(entry.body, "lead");
  if (id.empty() || entry.subject != std::string(lead_subject_prefix) + id)
    return malformed(entry, "its subject is another lead");
  return id;
}

Result<PersonRecord> person_there(const Entry& entry, const StateReader& state, const std::string& id) {
  QUOTARY_TRY(person, find_person(state, id));
  if (!person) return refuse(entry, "person_unknown", "no person " + id);
  QUOTARY_TRY(erased, find_erased_by(state, "person:" + id));
  if (erased) return refuse(entry, "person_erased", "the person was erased by entry " + std::to_string(*erased));
  return std::move(*person);
}

}  // namespace

Found<LeadRecord> find_lead(const StateReader& state, std::string_view id) {
  return read_record<LeadRecord>(state, lead_key(id), [&](const json::object& o) { return lead_from(id, o); });
}

Result<void> lead_assigned(const Entry& entry, const json::object& facts, StateWriter& state) {
  QUOTARY_TRY(id, lead_of(entry));
  auto choice = parse_lead_choice(facts);
  if (!choice) return malformed(entry, "its facts: " + choice.error().detail);
  const auto received_at = parse_rfc3339(text_of(facts, "received_at"));
  const auto month = text_of(entry.body, "month");
  if (!received_at || received_at->unix_ms < 0 || !health::parse_month(month))
    return malformed(entry, "it names no time and month of receipt");
  if (!is_lead_code(text_of(entry.body, "rule")) || number_of(entry.body, "rule_version") == 0)
    return malformed(entry, "it names no rule and version");
  QUOTARY_TRY(owner, person_there(entry, state, choice->chosen));
  QUOTARY_TRY(found, find_lead(state, id));
  const std::uint64_t last = found ? found->assignments.size() : 0;
  if (number_of(entry.body, "assignment") != last + 1)
    return refuse(entry, "assignment_not_next", "the lead's newest assignment is " + std::to_string(last));
  if (last >= lead_assignments_max)
    return refuse(entry, "too_many_assignments",
                  "a lead has at most " + std::to_string(lead_assignments_max) + " assignments");
  if (!found) {
    if (*received_at > entry.time) return refuse(entry, "received_in_future", "it says it was received after now");
    found = LeadRecord{id, month, {}, {}, {}, *received_at, {}, {}, {}, entry.index, 0, 0, {}};
    state.put(leads_key(entry.index), id);
  } else {
    if (found->month != month || found->received_at != *received_at)
      return refuse(entry, "lead_differs", "the lead was received at another time");
    if (found->owner == choice->chosen) return refuse(entry, "owner_unchanged", "the lead is theirs already");
    QUOTARY_TRY_VOID(leave(state, *found));
  }
  found->owner = owner.id;
  found->team = owner.team;
  found->region = owner.region;
  found->last_index = entry.index;
  found->assignments.push_back({entry.index, entry.time, owner.id});
  QUOTARY_TRY_VOID(enter(state, *found));
  state.put(lead_key(id), encode(*found));
  return {};
}

Result<void> lead_touched(const Entry& entry, const json::object& facts, StateWriter& state) {
  QUOTARY_TRY(id, lead_of(entry));
  const auto touched_at = parse_rfc3339(text_of(facts, "touched_at"));
  const auto channel = text_of(facts, "channel");
  if (!touched_at || !is_lead_code(channel)) return malformed(entry, "it names no time and channel");
  QUOTARY_TRY(found, find_lead(state, id));
  if (!found) return refuse(entry, "lead_unknown", "no such lead");
  if (found->touched_at) return refuse(entry, "already_touched", "the lead was touched");
  if (*touched_at < found->received_at)
    return refuse(entry, "touched_before_received", "it says it was touched before it was received");
  if (*touched_at > entry.time) return refuse(entry, "touched_in_future", "it says it was touched after now");
  QUOTARY_TRY(by, person_there(entry, state, text_of(facts, "by")));
  QUOTARY_TRY(promptness, health::classify_response(found->received_at, *touched_at, entry.time));
  if (health::in_time(promptness))
    QUOTARY_TRY_VOID(count(state, *found, [](health::Counts& counts) { ++counts.answered_in_time; }));
  QUOTARY_TRY_VOID(lead_waits_no_more(state, waiting(*found)));
  found->touched_at = *touched_at;
  found->touched_by = by.id;
  found->channel = channel;
  found->touched_index = entry.index;
  found->last_index = entry.index;
  state.put(lead_key(id), encode(*found));
  return {};
}

}  // namespace quotary::records
