#include "api/use_cases/erasure_rules.h"

#include "api/use_cases/body_members.h"
#include "api/use_cases/drafts.h"
#include "ledger/records/cases.h"
#include "ledger/records/keys.h"
#include "ledger/records/leads.h"

namespace quotary::api {

Result<Grounds> parse_grounds(const Organisation::Parts& parts, const json::object& body,
                              std::initializer_list<std::string_view> more, Error error) {
  std::vector<std::string_view> known{"quote", "person", "case", "lead", "reason_text", "reference"};
  known.insert(known.end(), more);
  for (const auto& [name, value] : body)
    if (std::find(known.begin(), known.end(), std::string_view(name)) == known.end())
      add_fault(error, "unknown_member", "/" + std::string(name), "no such member");
  const auto quote = text_member(body, "quote", error), person = text_member(body, "person", error),
             case_id = text_member(body, "case", error), lead = text_member(body, "lead", error);
  Grounds out;
  out.reason_text = reason_member(body, error);
  out.reference = text_member(body, "reference", error);
  if (characters_in(out.reference) > reference_characters_max)
    add_fault(error, "bad_reference", "/reference", "a reference has at most 200 characters");
  const int named = int{!quote.empty()} + int{!person.empty()} + int{!case_id.empty()} + int{!lead.empty()};
  if (named != 1)
    add_fault(error, "target_missing", named == 0 || !quote.empty() ? "/quote" : "/person",
              "name one: a quote, for its buyer, or the id of a person, a case or a lead");
  if (!error.problems.empty()) return error;
  QUOTARY_TRY(reason, parts.document_text(out.reason_text, "/reason_text", reason_characters_max));
  QUOTARY_TRY(reference, parts.document_text(out.reference, "/reference", reference_characters_max));
  out.reason_text = std::move(reason);
  out.reference = std::move(reference);
  if (!quote.empty()) {
    QUOTARY_TRY(found, parts.read<std::optional<records::QuoteRecord>>(
                           [&](const StateReader& state) { return records::find_quote(state, quote); }));
    if (!found) return invalid("quote_unknown", "/quote", "no quote " + quote);
    out.target = found->customer;
  } else if (!case_id.empty()) {
    QUOTARY_TRY(found, parts.read<std::optional<records::CaseRecord>>(
                           [&](const StateReader& state) { return records::find_case(state, case_id); }));
    if (!found) return invalid("case_unknown", "/case", "no case " + case_id);
    out.target = std::string(records::case_subject_prefix) + case_id;
  } else if (!lead.empty()) {
    QUOTARY_TRY(found, parts.read<std::optional<records::LeadRecord>>(
                           [&](const StateReader& state) { return records::find_lead(state, lead); }));
    if (!found) return invalid("lead_unknown", "/lead", "no lead " + lead);
    out.target = std::string(records::lead_subject_prefix) + lead;
  } else {
    QUOTARY_TRY(found, parts.read<std::optional<records::PersonRecord>>(
                           [&](const StateReader& state) { return records::find_person(state, person); }));
    if (!found) return invalid("person_unknown", "/person", "no person " + person);
    out.target = "person:" + person;
  }
  return out;
}

Draft draft_by(const Principal& caller, std::string_view type, const std::string& subject,
               const RequestIdentity& identity, json::object body, const json::object& texts) {
  Draft draft = draft_by(caller, type, subject);
  draft.request_scope = identity.scope;
  draft.request_body = identity.body;
  draft.body = std::move(body);
  json::object given;
  for (const auto& [name, value] : texts)
    if (!value.get_string().empty()) given[name] = value;
  if (given.empty()) return draft;
  auto canonical = canonical_json(given);
  QUOTARY_CHECK(canonical.has_value());
  draft.objects.push_back({"text", "application/json", *canonical, subject, 1});
  return draft;
}

Result<Entry> append_entry(Ledger& ledger, const Draft& draft) {
  QUOTARY_TRY(committed, append_one(ledger, draft));
  return std::move(committed.entries.front());
}

json::object person_member(const Organisation::Parts& parts, const std::string& id, const std::string& role) {
  return {{"id", id}, {"name", parts.person_name(id)}, {"role", role}};
}

Result<Answer> list_by_index(
    const Organisation::Parts& parts, std::string_view prefix, const PageRequest& page,
    const std::function<Result<json::object>(const StateReader&, std::string_view)>& describe) {
  QUOTARY_TRY(limit, page_limit(page.limit));
  json::object out{{"items", json::array()}};
  std::string from;
  if (!page.cursor.empty()) {
    QUOTARY_TRY(cursor, parse_cursor(page.cursor));
    if (cursor == 0) return Answer{200, std::move(out), false};
    from = std::string(prefix) + records::digits20(cursor - 1);
  }
  auto& items = out["items"].get_array();
  const auto collect = [&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    std::optional<Error> failed;
    std::string last;
    QUOTARY_TRY_VOID(state.scan(prefix, from, true, [&](std::string_view key, std::string_view id) {
      if (items.size() == limit) {
        out["next_cursor"] = last.substr(last.find_first_not_of('0'));
        return false;
      }
      auto item = describe(state, id);
      if (!item) {
        failed = std::move(item).error();
        return false;
      }
      items.push_back(std::move(*item));
      last = key.substr(prefix.size());
      return true;
    }));
    if (failed) return *failed;
    return {};
  };
  QUOTARY_TRY_VOID(parts.ledger->read_state(collect));
  return Answer{200, std::move(out), false};
}

}  // namespace quotary::api
