// What people add to a case in words: notes and waivers.
#include "api/use_cases/body_members.h"
#include "api/use_cases/cases/case_answers.h"
#include "api/use_cases/cases/case_calls.h"
#include "api/use_cases/cases/case_writing.h"
#include "ledger/gates/note.h"
#include "ledger/quote/text.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::api {
namespace {

Result<gates::Policy> policy_of(const Organisation::Parts& parts, const records::CaseRecord& found) {
  QUOTARY_TRY(policy, parts.read<std::optional<records::PolicyRecord>>([&](const StateReader& state) {
    return records::find_policy(state, found.policy, found.policy_version);
  }));
  if (!policy) return fail(Errc::corrupt, "state_damaged", "the case's policy is not there; rebuild the index");
  return std::move(policy->policy);
}

// What the case's policy asks for under that name.
Result<gates::Policy::Note> note_of(const Organisation::Parts& parts, const records::CaseRecord& found,
                                    std::string_view note) {
  QUOTARY_TRY(policy, policy_of(parts, found));
  const auto asked =
      std::find_if(policy.notes.begin(), policy.notes.end(), [&](const auto& each) { return each.id == note; });
  if (asked == policy.notes.end())
    return fail(Errc::not_found, "note_unknown", "the case's policy asks for no note " + std::string(note));
  return *asked;
}

json::array problems_of(const gates::Policy::Note& note, const json::value& content) {
  json::array out;
  for (const auto& each : gates::check_note(note, content).problems)
    out.push_back(json::object{{"pointer", each.pointer}, {"code", each.code}, {"detail", each.detail}});
  return out;
}

// Beside the content, which only a reader gets.
Result<json::object> noted(const gates::Policy::Note& note, const json::value& content, const Entry& entry) {
  return json::object{{"case", records::text_of(entry.body, "case")},
                      {"note", note.id},
                      {"title", json::object{{"zh", note.title.zh}, {"en", note.title.en}}},
                      {"version", records::number_of(entry.body, "version")},
                      {"complete", entry.body.at("complete").as_bool()},
                      {"problems", problems_of(note, content)},
                      {"at", format_rfc3339(entry.time)}};
}

std::uint64_t last_version(const records::CaseRecord& found, std::string_view note) {
  for (const auto& each : found.notes)
    if (each.id == note) return each.version;
  return 0;
}

struct AskedWaiver {
  std::string requirement, reason;
};

Result<AskedWaiver> parse_waiver(const Organisation::Parts& parts, const json::object& body) {
  Error error = fail(Errc::invalid, "", "");
  refuse_unknown(body, {"requirement", "reason"}, error);
  AskedWaiver out{text_member(body, "requirement", error), text_member(body, "reason", error)};
  const auto length = characters_in(out.reason);
  if (length < reason_characters_min || length > reason_characters_max || is_blank(out.reason))
    add_fault(error, "bad_reason", "/reason", "a reason has 10 to 2,000 characters");
  if (!error.problems.empty()) return error;
  QUOTARY_TRY(reason, parts.document_text(out.reason, "/reason", reason_characters_max));
  out.reason = std::move(reason);
  return out;
}

Result<json::object> waived(const Organisation::Parts& parts, const Entry& entry) {
  return json::object{{"case", records::text_of(entry.body, "case")},
                      {"requirement", records::text_of(entry.body, "requirement")},
                      {"role", entry.actor_role},
                      {"by", person_member(parts, entry.actor_id)},
                      {"at", format_rfc3339(entry.time)}};
}

}  // namespace

Result<Answer> write_note(Organisation::Parts& parts, const Principal& caller, std::string_view id,
                          std::string_view note, std::string_view idempotency_key, std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::work_case));
  QUOTARY_TRY(content, parse_body(body));
  QUOTARY_TRY(found, case_for(parts, caller, Call::work_case, id));
  QUOTARY_TRY(asked, note_of(parts, found, note));
  const auto describe = [&](const Entry& entry) { return noted(asked, content, entry); };
  QUOTARY_TRY(turn, take_turn(parts, caller, "/v1/cases/" + found.id + "/notes/" + asked.id, idempotency_key, content));
  if (turn.before) return answer_again(parts, *turn.before, 201, describe);
  QUOTARY_TRY(canonical, canonical_json(content));
  QUOTARY_TRY(key_subject, parts.live_key_subject(case_subject(found.id)));
  Draft draft = turn.draft(caller, records::case_noted_type, case_subject(found.id));
  draft.body = {{"case", found.id}, {"note", asked.id}, {"complete", gates::check_note(asked, content).complete}};
  draft.objects.push_back({"note", "application/json", std::move(canonical), std::move(key_subject), 1});
  const auto command = [&](const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
    QUOTARY_TRY(stands, records::find_case(state, found.id));
    if (!stands) return fail(Errc::not_found, "case_not_found", "no case " + found.id);
    const std::uint64_t version = last_version(*stands, asked.id) + 1;
    if (version > records::note_versions_max)
      return fail(Errc::conflict, "too_many_versions",
                  "a note has at most " + std::to_string(records::note_versions_max) + " versions");
    draft.body["version"] = version;
    return std::vector<Draft>{draft};
  };
  return answer_written(parts, command, 201, describe);
}

Result<Answer> read_note(const Organisation::Parts& parts, const Principal& caller, std::string_view id,
                         std::string_view note, std::optional<std::uint64_t> version) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY(found, case_for(parts, caller, Call::read_case, id));
  QUOTARY_TRY(asked, note_of(parts, found, note));
  const std::uint64_t wanted = version.value_or(last_version(found, asked.id));
  QUOTARY_TRY(index, parts.read<std::optional<std::uint64_t>>([&](const StateReader& state) {
    return records::find_note(state, found.id, asked.id, wanted);
  }));
  if (!index) return fail(Errc::not_found, "note_version_not_found", "the note " + asked.id + " has no such version");
  QUOTARY_TRY(entry, parts.ledger->entry(*index));
  QUOTARY_TRY(stored, parts.payload(entry, "note"));
  QUOTARY_TRY(content, parse_json(stored));
  QUOTARY_TRY(proof, parts.ledger->proof(entry.index));
  QUOTARY_TRY_VOID(parts.note_read(caller, "case.note", case_subject(found.id)));
  QUOTARY_TRY(out, noted(asked, content, entry));
  out["newest"] = last_version(found, asked.id);
  out["by"] = person_member(parts, entry.actor_id);
  out["content"] = std::move(content);
  out["ledger"] = ledger_member(entry, proof);
  return Answer{200, std::move(out), false};
}

Result<Answer> waive_requirement(Organisation::Parts& parts, const Principal& caller, std::string_view id,
                                 std::string_view idempotency_key, std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::waive_requirement));
  QUOTARY_TRY(object, parse_body(body));
  const auto describe = [&](const Entry& entry) { return waived(parts, entry); };
  QUOTARY_TRY(turn, take_turn(parts, caller, "/v1/cases/" + std::string(id) + "/waivers", idempotency_key, object));
  if (turn.before) return answer_again(parts, *turn.before, 201, describe);
  QUOTARY_TRY(found, case_for(parts, caller, Call::waive_requirement, id));
  QUOTARY_TRY(asked, parse_waiver(parts, object));
  QUOTARY_TRY(policy, policy_of(parts, found));
  if (std::none_of(policy.requirements.begin(), policy.requirements.end(),
                   [&](const auto& each) { return each.id == asked.requirement; }))
    return invalid("requirement_unknown", "/requirement", "the case's policy has no requirement " + asked.requirement);
  QUOTARY_TRY(key_subject, parts.live_key_subject(case_subject(found.id)));
  Draft draft = turn.draft(caller, records::case_waived_type, case_subject(found.id));
  draft.body = {{"case", found.id}, {"requirement", asked.requirement}};
  draft.objects.push_back(private_object("text", {{"reason", asked.reason}}, std::move(key_subject)));
  const auto command = [&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    return std::vector<Draft>{draft};  // the fold knows who may waive what, and what is waived
  };
  return answer_written(parts, command, 201, describe);
}

}  // namespace quotary::api
