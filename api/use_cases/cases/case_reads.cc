// Cases read and listed, their gates and histories.
#include "api/use_cases/cases/case_answers.h"
#include "api/use_cases/cases/case_calls.h"
#include "api/use_cases/cases/case_words.h"
#include "ledger/records/keys.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::CaseRecord;

// A page of a list, newest first: where it begins, and what it has found.
struct Page {
  std::vector<CaseRecord> found;
  std::optional<std::uint64_t> next;  // the list goes on below this entry
};

Result<Page> collect(const Organisation::Parts& parts, const std::string& prefix, const std::string& from,
                     std::uint64_t limit, const std::function<bool(const CaseRecord&)>& fits) {
  Page page;
  std::size_t looked_at = 0;
  const std::size_t looked_at_max = parts.config.list_looked_at_max;
  const auto walk = [&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    std::optional<Error> failed;
    QUOTARY_TRY_VOID(state.scan(prefix, from, true, [&](std::string_view, std::string_view id) {
      auto read = records::find_case(state, id);
      if (!read || !*read) {
        failed = read ? fail(Errc::corrupt, "state_damaged", "the list names a case that is not there") : read.error();
        return false;
      }
      const bool fit = looked_at < looked_at_max && fits(**read);
      if (looked_at == looked_at_max || (fit && page.found.size() == limit)) {
        page.next = (*read)->index + 1;
        return false;
      }
      ++looked_at;
      if (fit) page.found.push_back(std::move(**read));
      return true;
    }));
    if (failed) return *failed;
    return {};
  };
  QUOTARY_TRY_VOID(parts.ledger->read_state(walk));
  return page;
}

json::object row_of(const Organisation::Parts& parts, const CaseRecord& found) {
  json::object row{{"id", found.id}};
  for (auto& [name, value] : stage_member(found.stage())) row[name] = std::move(value);
  row["title"] = parts.text_in(found.index, "text", "title");
  row["action_type"] = found.action_type;
  row["policy"] = json::object{{"name", found.policy}, {"version", found.policy_version}};
  row["owner"] = person_member(parts, found.owner);
  row["opened_at"] = format_rfc3339(found.opened_at);
  if (found.completed_at) row["completed_at"] = format_rfc3339(*found.completed_at);
  if (found.closed_at) row["closed_at"] = format_rfc3339(*found.closed_at);
  return row;
}

Result<json::object> newest_entry(const Organisation::Parts& parts, const CaseRecord& found) {
  QUOTARY_TRY(entry, parts.ledger->entry(found.last_index));
  QUOTARY_TRY(proof, parts.ledger->proof(found.last_index));
  return ledger_member(entry, proof);
}

// What people said with the entry, as far as it is short.
void put_words(const Organisation::Parts& parts, const Entry& entry, json::object& details) {
  for (const std::string_view name : {"text", "about"}) {
    if (std::none_of(entry.objects.begin(), entry.objects.end(), [&](const auto& each) { return each.name == name; }))
      continue;
    const auto stored = parts.payload(entry, name);
    if (!stored) {
      if (stored.error().kind == Errc::gone) details[name] = erased_text;
      continue;
    }
    const auto words = parse_json(*stored);
    if (!words || !words->is_object()) continue;
    for (const std::string_view member : {"title", "reason", "version_label", "change_note"})
      if (const auto* value = words->get_object().if_contains(member)) details[member] = *value;
  }
}

json::object event_of(const Organisation::Parts& parts, const Entry& entry) {
  json::object details;
  for (const auto& [name, value] : entry.body)
    if (name != "case" && name != "tag") details[name] = value;
  put_words(parts, entry, details);
  return {
      {"index", entry.index},
      {"time", format_rfc3339(entry.time)},
      {"type", entry.type},
      {"words", in_words(case_events, entry.type)},
      {"actor",
       json::object{{"id", entry.actor_id}, {"name", parts.person_name(entry.actor_id)}, {"role", entry.actor_role}}},
      {"details", std::move(details)}};
}

}  // namespace

Result<Answer> list_cases(const Organisation::Parts& parts, const Principal& caller, const CaseFilter& filter) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_case));
  QUOTARY_TRY(limit, page_limit(filter.limit));
  if (!filter.stage.empty() && !is_listed(case_stages, filter.stage))
    return invalid_parameter("stage", "bad_stage", "a stage is one of " + codes_of(case_stages));
  // The owner's own list is walked where it answers; else the whole list.
  const bool own = scope_of(caller.role, Call::read_case) == Scope::self;
  const std::string prefix = own                    ? records::own_cases_prefix(caller.id)
                             : filter.owner.empty() ? std::string(records::cases_prefix)
                                                    : records::own_cases_prefix(filter.owner);
  std::string from;
  if (!filter.cursor.empty()) {
    QUOTARY_TRY(cursor, parse_cursor(filter.cursor));
    if (cursor == 0) return Answer{200, {{"items", json::array()}}, false};
    from = prefix + records::digits20(cursor - 1);
  }
  QUOTARY_TRY(page, collect(parts, prefix, from, limit, [&](const CaseRecord& each) {
                return in_scope(caller, Call::read_case, each.owner, each.team, each.region) &&
                       (filter.stage.empty() || each.stage() == filter.stage) &&
                       (filter.owner.empty() || each.owner == filter.owner) &&
                       (filter.policy.empty() || each.policy == filter.policy);
              }));
  QUOTARY_TRY_VOID(parts.note_read(caller, "case.list", page.found.empty() ? "" : case_subject(page.found.front().id),
                                   page.found.size()));
  json::array items;
  for (const auto& each : page.found) items.push_back(row_of(parts, each));
  json::object out{{"items", std::move(items)}};
  if (page.next) out["next_cursor"] = std::to_string(*page.next);
  return Answer{200, std::move(out), false};
}

Result<Answer> read_case(const Organisation::Parts& parts, const Principal& caller, std::string_view id) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY(seen, case_for(parts, caller, Call::read_case, id));
  QUOTARY_TRY(view, view_case(parts, seen.id));
  QUOTARY_TRY(text, opening_text(parts, view.found.index));
  QUOTARY_TRY(ledger, newest_entry(parts, view.found));
  QUOTARY_TRY_VOID(parts.note_read(caller, "case.read", case_subject(view.found.id)));
  auto out = case_member(parts, view.found, std::move(text));
  out["gate"] = gate_member(view.gate, view.policy.policy);
  out["ledger"] = std::move(ledger);
  return Answer{200, std::move(out), false};
}

Result<Answer> read_gate(const Organisation::Parts& parts, const Principal& caller, std::string_view id) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY(seen, case_for(parts, caller, Call::read_case, id));
  QUOTARY_TRY(view, view_case(parts, seen.id));
  QUOTARY_TRY(ledger, newest_entry(parts, view.found));
  QUOTARY_TRY_VOID(parts.note_read(caller, "case.gate", case_subject(view.found.id)));
  json::object out{{"case", view.found.id}};
  for (auto& [name, value] : stage_member(view.found.stage())) out[name] = std::move(value);
  for (auto& [name, value] : gate_member(view.gate, view.policy.policy)) out[name] = std::move(value);
  out["policy"] =
      json::object{{"name", view.policy.name}, {"version", view.policy.version}, {"sha256", view.policy.sha256}};
  out["ledger"] = std::move(ledger);
  return Answer{200, std::move(out), false};
}

Result<Answer> read_case_history(const Organisation::Parts& parts, const Principal& caller, std::string_view id,
                                 const PageRequest& page) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY(found, case_for(parts, caller, Call::read_case, id));
  QUOTARY_TRY(limit, page_limit(page.limit, case_events_default, case_events_max));
  std::optional<std::uint64_t> at = found.last_index;
  if (!page.cursor.empty()) {
    QUOTARY_TRY(cursor, parse_cursor(page.cursor));
    if (cursor > found.last_index)
      return invalid_parameter("cursor", "bad_cursor", "the cursor is not one of this list");
    at = cursor;
  }
  QUOTARY_TRY_VOID(parts.note_read(caller, "case.history", case_subject(found.id)));
  std::vector<json::object> events;
  while (at && events.size() < limit) {
    QUOTARY_TRY(entry, parts.ledger->entry(*at));
    // A cursor is the caller's word: it leads to nothing of another subject.
    if (entry.subject != case_subject(found.id))
      return invalid_parameter("cursor", "bad_cursor", "the cursor is not one of this list");
    events.push_back(event_of(parts, entry));
    at = entry.subject_prev;
  }
  json::array out;
  for (auto event = events.rbegin(); event != events.rend(); ++event) out.push_back(std::move(*event));
  json::object body{{"events", std::move(out)}};
  if (at) body["next_cursor"] = std::to_string(*at);
  return Answer{200, std::move(body), false};
}

}  // namespace quotary::api
