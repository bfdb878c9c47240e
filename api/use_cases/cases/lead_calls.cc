#include "api/use_cases/cases/lead_calls.h"

#include "api/use_cases/body_members.h"
#include "api/use_cases/cases/case_writing.h"
#include "api/use_cases/cases/lead_rows.h"
#include "ledger/quote/text.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::LeadRecord;
using records::text_of;

struct Rule {
  std::string name;
  std::uint64_t version = 0;
};

// The answer to the call that wrote the entry, also when it is replayed.
DescribeEntry entry_row(const Organisation::Parts& parts) {
  return [&parts](const Entry& entry) -> Result<json::object> {
    QUOTARY_TRY(facts, lead_facts(parts, entry));
    return lead_entry_row(entry, facts);
  };
}

Error unseen(std::string_view id) { return fail(Errc::not_found, "lead_not_found", "no lead " + std::string(id)); }

Result<LeadRecord> lead_in(const StateReader& state, const Principal& caller, Call call, std::string_view id) {
  QUOTARY_TRY(found, records::find_lead(state, id));
  if (!found || !in_scope(caller, call, found->owner, found->team, found->region)) return unseen(id);
  return std::move(*found);
}

Result<LeadRecord> lead_for(const Organisation::Parts& parts, const Principal& caller, Call call, std::string_view id) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, call));
  return parts.read<LeadRecord>([&](const StateReader& state) { return lead_in(state, caller, call, id); });
}

// A person who may have leads, as far as the caller reaches.
Result<void> require_holder(const StateReader& state, const Principal& caller, const std::string& id,
                            const std::string& pointer) {
  QUOTARY_TRY(person, records::find_person(state, id));
  const auto role = person ? parse_role(person->role) : Result<Role>(Role::crm);
  const bool holds = role && (*role == Role::rep || *role == Role::manager || *role == Role::region_director);
  if (!person || !holds || !in_scope(caller, Call::record_lead, id, person->team, person->region))
    return invalid("person_unknown", pointer, "no person " + id + " who has leads");
  return {};
}

Result<Rule> parse_rule(const json::object& body) {
  const auto* value = body.if_contains("rule");
  if (!value) return invalid("required", "/rule", "name the rule and its version");
  if (!value->is_object()) return invalid("bad_type", "/rule", "an object is expected");
  const auto& object = value->get_object();
  Rule out{text_of(object, "name"), records::number_of(object, "version")};
  if (!records::is_lead_code(out.name))
    return invalid("bad_code", "/rule/name", "a code is 1 to 40 of a-z A-Z 0-9 . _ -");
  if (out.version == 0 || out.version > static_cast<std::uint64_t>(records::lead_number_max))
    return invalid("bad_number", "/rule/version", "a version is a whole number from 1");
  for (const auto& [name, unused] : object)
    if (name != "name" && name != "version")
      return invalid("unknown_member", "/rule/" + std::string(name), "no such member");
  return out;
}

// What is left of the body without the members that the call itself takes.
Result<records::LeadChoice> parse_choice(const json::object& body, std::initializer_list<std::string_view> others) {
  json::object choice;
  for (const auto& [name, value] : body)
    if (std::find(others.begin(), others.end(), std::string_view(name)) == others.end()) choice[name] = value;
  return records::parse_lead_choice(choice);
}

// Texts in NFC; no object when there are none.
Result<std::optional<NewObject>> text_object(const json::object& body,
                                             std::initializer_list<std::pair<std::string_view, std::size_t>> members,
                                             const std::string& key_subject) {
  json::object text;
  for (const auto& [name, characters_max] : members) {
    const auto* value = body.if_contains(name);
    if (!value) continue;
    const std::string pointer = "/" + std::string(name);
    if (!value->is_string()) return invalid("bad_type", pointer, "a string is expected");
    auto normal = normalise_text(value->get_string(), characters_max);
    if (!normal) return invalid(normal.error().code, pointer, normal.error().detail);
    if (!is_blank(*normal)) text[name] = *normal;
  }
  if (text.empty()) return std::optional<NewObject>();
  return std::optional(private_object("text", text, key_subject));
}

Result<Timestamp> parse_time(const json::object& body, std::string_view name) {
  const std::string pointer = "/" + std::string(name);
  const auto* value = body.if_contains(name);
  if (!value) return invalid("required", pointer, "it is missing");
  const auto time = value->is_string() ? parse_rfc3339(value->get_string())
                                       : Result<Timestamp>(fail(Errc::invalid, "bad_time", "a string is expected"));
  if (!time) return invalid("bad_time", pointer, "a time is like 2026-11-24T02:03:04.567Z");
  return time;
}

Draft assignment_of(Draft draft, const LeadRecord& lead, const Rule& rule, const records::LeadChoice& choice,
                    const std::optional<NewObject>& text) {
  draft.body = {{"lead", lead.id},
                {"rule", rule.name},
                {"rule_version", rule.version},
                {"month", lead.month},
                {"assignment", lead.assignments.size() + 1}};
  auto facts = records::to_json(choice);
  facts["received_at"] = format_rfc3339(lead.received_at);
  draft.objects.push_back(facts_object(facts));
  if (text) draft.objects.push_back(*text);
  return draft;
}

std::string path_of(std::string_view id, std::string_view what) {
  return "/v1/leads/" + std::string(id) + "/" + std::string(what);
}

}  // namespace

Result<Answer> record_lead(Organisation::Parts& parts, const Principal& caller, std::string_view idempotency_key,
                           std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::record_lead));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(turn, take_turn(parts, caller, "/v1/leads", idempotency_key, object));
  if (turn.before) return answer_again(parts, *turn.before, 201, entry_row(parts));
  QUOTARY_TRY(received_at, parse_time(object, "received_at"));
  // The fold refuses exactly; here it is about years that no calendar of ours has.
  if (received_at.unix_ms > parts.now().unix_ms + std::int64_t{24} * 3'600'000)
    return fail(Errc::conflict, "received_in_future", "it says it was received after now");
  const auto month = health::month_of(received_at, *parts.zone);
  if (month.year < lead_year_min)
    return invalid("bad_time", "/received_at", "a lead is of " + std::to_string(lead_year_min) + " or later");
  QUOTARY_TRY(rule, parse_rule(object));
  QUOTARY_TRY(choice, parse_choice(object, {"received_at", "rule", "name", "contact", "note"}));
  LeadRecord lead;
  lead.id = uuid_v7(parts.now().unix_ms, *parts.config.random);
  lead.received_at = received_at;
  lead.month = health::format_month(month);
  QUOTARY_TRY(text, text_object(object,
                                {{"name", lead_name_characters_max},
                                 {"contact", lead_contact_characters_max},
                                 {"note", lead_note_characters_max}},
                                lead_subject(lead.id)));
  const Draft begun = turn.draft(caller, records::lead_assigned_type, lead_subject(lead.id));
  const auto command = [&](const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
    QUOTARY_TRY_VOID(require_holder(state, caller, choice.chosen, "/chosen"));
    return std::vector<Draft>{assignment_of(begun, lead, rule, choice, text)};
  };
  return answer_written(parts, command, 201, entry_row(parts));
}

Result<Answer> assign_lead(Organisation::Parts& parts, const Principal& caller, std::string_view id,
                           std::string_view idempotency_key, std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::record_lead));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(turn, take_turn(parts, caller, path_of(id, "assignments"), idempotency_key, object));
  if (turn.before) return answer_again(parts, *turn.before, 201, entry_row(parts));
  QUOTARY_TRY(seen, lead_for(parts, caller, Call::record_lead, id));
  QUOTARY_TRY(rule, parse_rule(object));
  if (object.contains("received_at"))
    return invalid("unknown_member", "/received_at", "the lead has its time of receipt");
  QUOTARY_TRY(choice, parse_choice(object, {"rule", "note"}));
  QUOTARY_TRY(key_subject, parts.live_key_subject(lead_subject(seen.id)));
  QUOTARY_TRY(text, text_object(object, {{"note", lead_note_characters_max}}, key_subject));
  const Draft begun = turn.draft(caller, records::lead_assigned_type, lead_subject(seen.id));
  const auto command = [&](const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
    QUOTARY_TRY(stands, lead_in(state, caller, Call::record_lead, seen.id));
    QUOTARY_TRY_VOID(require_holder(state, caller, choice.chosen, "/chosen"));
    return std::vector<Draft>{assignment_of(begun, stands, rule, choice, text)};
  };
  return answer_written(parts, command, 201, entry_row(parts));
}

Result<Answer> touch_lead(Organisation::Parts& parts, const Principal& caller, std::string_view id,
                          std::string_view idempotency_key, std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::record_lead));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(turn, take_turn(parts, caller, path_of(id, "first-touch"), idempotency_key, object));
  if (turn.before) return answer_again(parts, *turn.before, 201, entry_row(parts));
  QUOTARY_TRY(seen, lead_for(parts, caller, Call::record_lead, id));
  Error faults = fail(Errc::invalid, "lead_invalid", "");
  refuse_unknown(object, {"touched_at", "channel", "by"}, faults);
  const auto channel = text_member(object, "channel", faults);
  const auto by = text_member(object, "by", faults);
  if (faults.problems.empty() && !records::is_lead_code(channel))
    add_fault(faults, object.contains("channel") ? "bad_code" : "required", "/channel",
              "a channel is a code of 1 to 40 of a-z A-Z 0-9 . _ -");
  if (!faults.problems.empty()) return faults;
  std::optional<Timestamp> touched_at;
  if (object.contains("touched_at")) {
    QUOTARY_TRY(given, parse_time(object, "touched_at"));
    touched_at = given;
  }
  const auto command = [&](const StateReader& state, Timestamp now) -> Result<std::vector<Draft>> {
    QUOTARY_TRY(stands, lead_in(state, caller, Call::record_lead, seen.id));
    const std::string who = !by.empty() ? by : caller.role == Role::crm ? stands.owner : caller.id;
    QUOTARY_TRY_VOID(require_holder(state, caller, who, "/by"));
    Draft draft = turn.draft(caller, records::lead_touched_type, lead_subject(seen.id));
    draft.body = {{"lead", seen.id}};
    draft.objects.push_back(
        facts_object({{"touched_at", format_rfc3339(touched_at.value_or(now))}, {"channel", channel}, {"by", who}}));
    return std::vector<Draft>{std::move(draft)};
  };
  return answer_written(parts, command, 201, entry_row(parts));
}

Result<Answer> read_lead(const Organisation::Parts& parts, const Principal& caller, std::string_view id) {
  QUOTARY_TRY(lead, lead_for(parts, caller, Call::read_lead, id));
  QUOTARY_TRY_VOID(parts.note_read(caller, "lead.read", lead_subject(lead.id)));
  QUOTARY_TRY(out, lead_whole(parts, lead));
  QUOTARY_TRY(entry, parts.ledger->entry(lead.last_index));
  QUOTARY_TRY(proof, parts.ledger->proof(lead.last_index));
  out["ledger"] = ledger_member(entry, proof);
  return Answer{200, std::move(out), false};
}

Result<Answer> list_leads(const Organisation::Parts& parts, const Principal& caller, const LeadFilter& filter) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_lead));
  QUOTARY_TRY(limit, page_limit(filter.limit));
  if (!filter.state.empty() && filter.state != "waiting" && filter.state != "touched")
    return invalid_parameter("state", "bad_state", "a state is waiting or touched");
  const bool self_only = scope_of(caller.role, Call::read_lead) == Scope::self;
  // The owner's own list is walked where it answers; else the whole list, newest first.
  const std::string prefix = self_only              ? records::own_leads_prefix(caller.id)
                             : filter.owner.empty() ? std::string(records::leads_prefix)
                                                    : records::own_leads_prefix(filter.owner);
  std::string from;
  if (!filter.cursor.empty()) {
    QUOTARY_TRY(cursor, parse_cursor(filter.cursor));
    if (cursor == 0) return Answer{200, {{"items", json::array()}}, false};
    from = prefix + records::digits20(cursor - 1);
  }
  std::vector<LeadRecord> found;
  std::optional<std::uint64_t> next;  // the list goes on below this entry
  std::size_t looked_at = 0;
  const auto fits = [&](const LeadRecord& lead) {
    return in_scope(caller, Call::read_lead, lead.owner, lead.team, lead.region) &&
           (filter.owner.empty() || lead.owner == filter.owner) &&
           (filter.state.empty() || (filter.state == "touched") == lead.touched_at.has_value());
  };
  auto collect = [&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    std::optional<Error> failed;
    QUOTARY_TRY_VOID(state.scan(prefix, from, true, [&](std::string_view, std::string_view id) {
      auto lead = records::find_lead(state, id);
      if (!lead || !*lead) {
        failed = lead ? fail(Errc::corrupt, "state_damaged", "the list names a lead that is not there") : lead.error();
        return false;
      }
      const bool fit = looked_at < parts.config.list_looked_at_max && fits(**lead);
      if (looked_at == parts.config.list_looked_at_max || (fit && found.size() == limit)) {
        next = (*lead)->index + 1;
        return false;
      }
      ++looked_at;
      if (fit) found.push_back(std::move(**lead));
      return true;
    }));
    if (failed) return *failed;
    return {};
  };
  QUOTARY_TRY_VOID(parts.ledger->read_state(collect));
  QUOTARY_TRY_VOID(
      parts.note_read(caller, "lead.list", found.empty() ? "" : lead_subject(found.front().id), found.size()));
  json::array items;
  for (const LeadRecord& lead : found) {
    QUOTARY_TRY(row, lead_row(parts, lead));
    items.push_back(std::move(row));
  }
  json::object out{{"items", std::move(items)}};
  if (next) out["next_cursor"] = std::to_string(*next);
  return Answer{200, std::move(out), false};
}

}  // namespace quotary::api
