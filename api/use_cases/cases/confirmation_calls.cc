#include "api/use_cases/cases/confirmation_calls.h"

#include "api/use_cases/cases/case_access.h"
#include "api/use_cases/cases/confirmation_words.h"
#include "api/use_cases/cases/evidence_calls.h"
#include "api/use_cases/signature_rules.h"
#include "ledger/records/fields.h"

namespace quotary::api {
namespace {

using records::ConfirmationRecord;

std::string path_of(const ConfirmationRecord& made) { return "/v1/confirmations/" + made.number; }

// One in the caller's scope.
Result<ConfirmationRecord> confirmation_for(const Organisation::Parts& parts, const Principal& caller, Call call,
                                            std::string_view id) {
  QUOTARY_TRY_VOID(require_call(caller, call));
  QUOTARY_TRY(found, parts.read<std::optional<ConfirmationRecord>>(
                         [&](const StateReader& state) { return records::find_confirmation(state, id); }));
  if (!found || !in_scope(caller, call, found->owner, found->team, found->region))
    return fail(Errc::not_found, "confirmation_not_found", "no confirmation " + std::string(id));
  return std::move(*found);
}

// Whether what was shown is still the current version of its item.
Result<bool> is_current(const Organisation::Parts& parts, const ConfirmationRecord& made) {
  return parts.read<bool>([&](const StateReader& state) -> Result<bool> {
    QUOTARY_TRY(item, records::find_item(state, made.case_id, made.target.item));
    return item && current_of(*item) == made.target.version;
  });
}

json::object revision_row(const ConfirmationRecord& made) {
  return {{"sha256", made.newest_sha256()},
          {"size", made.newest_size()},
          {"revision", made.revision},
          {"media_type", "application/pdf"},
          {"url", path_of(made) + "/pdf?revision=" + std::to_string(made.revision)}};
}

Result<json::object> row_of(const Organisation::Parts& parts, const ConfirmationRecord& made) {
  QUOTARY_TRY(current, is_current(parts, made));
  json::object out{{"id", made.number},
                   {"case", made.case_id},
                   {"status", made.outcome},
                   {"deck", json::object{{"item", made.target.item},
                                         {"version", made.target.version},
                                         {"content", made.content},
                                         {"current", current}}},
                   {"made_at", format_rfc3339(made.made_at)},
                   {"document", revision_row(made)},
                   {"entry_index", made.index}};
  if (!made.requirement.empty()) out["requirement"] = made.requirement;
  if (made.accepted_at) out["accepted_at"] = format_rfc3339(*made.accepted_at);
  if (!made.open_signature.empty()) out["signature_request"] = made.open_signature;
  if (!made.evidence.empty()) out["evidence"] = made.evidence;
  const auto words = confirmation_words(parts, made);
  if (!words && words.error().kind != Errc::gone) return words.error();
  if (!words) {
    out["erased"] = words.error().detail;
    return out;
  }
  out["title"] = words->title;
  if (!words->result.empty()) out["result_text"] = words->result;
  if (!words->held_at.empty()) out["held_at"] = words->held_at;
  if (!words->place.empty()) out["place"] = words->place;
  return out;
}

}  // namespace

Result<Answer> list_confirmations(const Organisation::Parts& parts, const Principal& caller, std::string_view case_id) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY(found, case_for(parts, caller, Call::read_case, case_id));
  QUOTARY_TRY(all, parts.read<std::vector<ConfirmationRecord>>(
                       [&](const StateReader& state) { return records::find_confirmations(state, found.id); }));
  json::array items;
  for (const auto& each : all) {
    QUOTARY_TRY(row, row_of(parts, each));
    items.push_back(std::move(row));
  }
  QUOTARY_TRY_VOID(parts.note_read(caller, "confirmation.list", case_subject(found.id), all.size()));
  return Answer{200, json::object{{"case", found.id}, {"items", std::move(items)}}, false};
}

Result<Answer> read_confirmation(const Organisation::Parts& parts, const Principal& caller, std::string_view id) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY(made, confirmation_for(parts, caller, Call::read_case, id));
  QUOTARY_TRY(out, row_of(parts, made));
  QUOTARY_TRY(entry, parts.ledger->entry(made.last_index));
  QUOTARY_TRY(proof, parts.ledger->proof(made.last_index));
  QUOTARY_TRY_VOID(parts.note_read(caller, "confirmation.read", made.subject()));
  out["ledger"] = ledger_member(entry, proof);
  return Answer{200, std::move(out), false};
}

Result<Bytes> confirmation_pdf(const Organisation::Parts& parts, const Principal& caller, std::string_view id,
                               std::uint64_t revision) {
  QUOTARY_TRY(made, confirmation_for(parts, caller, Call::read_case, id));
  QUOTARY_TRY(bytes, document_bytes(parts, made, revision));
  QUOTARY_TRY_VOID(parts.note_read(caller, "confirmation.pdf", made.subject()));
  auto hash = sha256(bytes).hex();
  return Bytes{std::move(bytes), "application/pdf", std::move(hash),
               made.stem() + (revision == 1 ? "" : "-revision-" + std::to_string(revision)) + ".pdf"};
}

Result<std::string> confirmation_proof(const Organisation::Parts& parts, const Principal& caller, std::string_view id,
                                       std::uint64_t revision) {
  QUOTARY_TRY(made, confirmation_for(parts, caller, Call::read_case, id));
  if (revision == 0 || revision > made.revision)
    return fail(Errc::not_found, "revision_not_found", "the newest revision is " + std::to_string(made.revision));
  QUOTARY_TRY(record, revision_of(parts, made, revision));
  return parts.best_proof(record.index);
}

Result<Answer> request_confirmation_signature(Organisation::Parts& parts, const Principal& caller, std::string_view id,
                                              std::string_view idempotency_key, std::string_view body) {
  const auto find = [&]() -> Result<records::Signable> {
    QUOTARY_TRY(made, confirmation_for(parts, caller, Call::request_signature, id));
    QUOTARY_TRY(of, case_for(parts, caller, Call::request_signature, made.case_id));
    if (of.items >= records::case_items_max)
      return fail(Errc::conflict, "too_many_items",
                  "the case has " + std::to_string(records::case_items_max) + " items: it cannot take another");
    return records::Signable(std::move(made));
  };
  return ask_to_sign(parts, caller, "/v1/confirmations/" + std::string(id) + "/signature-requests", idempotency_key,
                     body, find);
}

}  // namespace quotary::api
