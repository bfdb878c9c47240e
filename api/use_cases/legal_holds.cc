// Legal holds: while one stands on a customer or person, nothing of theirs is erased.
#include "api/organisation.h"

#include "api/use_cases/body_members.h"
#include "api/use_cases/erasure_rules.h"
#include "api/use_cases/request_turn.h"
#include "api/use_cases/void_rules.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"

namespace quotary::api {
namespace {

using records::HoldRecord;

std::string subject_of(std::string_view id) { return "legal-hold:" + std::string(id); }

Result<HoldRecord> hold_for(const Organisation::Parts& parts, std::string_view id) {
  QUOTARY_TRY(found, parts.read<std::optional<HoldRecord>>(
                         [&](const StateReader& state) { return records::find_hold(state, id); }));
  if (!found) return fail(Errc::not_found, "hold_not_found", "no legal hold " + std::string(id));
  return std::move(*found);
}

Result<Answer> entry_answer(const Organisation::Parts& parts, const Entry& entry, int status, bool replayed) {
  QUOTARY_TRY(proof, parts.ledger->proof(entry.index, true));
  return Answer{status,
                {{"id", records::text_of(entry.body, "hold")},
                 {"target", records::text_of(entry.body, "target")},
                 {"status", entry.type == "legal_hold.placed" ? "holds" : "released"},
                 {"ledger", ledger_member(entry, proof)}},
                replayed};
}

Result<Answer> replay(const Organisation::Parts& parts, std::uint64_t index, int status) {
  QUOTARY_TRY(entry, parts.ledger->entry(index));
  return entry_answer(parts, entry, status, true);
}

json::object hold_row(const Organisation::Parts& parts, const HoldRecord& hold) {
  json::object row{{"id", hold.id},
                   {"target", hold.target},
                   {"status", hold.released_at ? "released" : "holds"},
                   {"placed_by", person_member(parts, hold.placed_by, hold.placed_role)},
                   {"placed_at", format_rfc3339(hold.placed_at)},
                   {"reason_text", parts.text_in(hold.index, "text", "reason_text")}};
  if (auto reference = parts.text_in(hold.index, "text", "reference"); !reference.empty()) row["reference"] = reference;
  if (hold.released_at) {
    row["released_by"] = person_member(parts, hold.released_by, hold.released_role);
    row["released_at"] = format_rfc3339(*hold.released_at);
    if (auto comment = parts.text_in(hold.released_index, "text", "comment"); !comment.empty())
      row["comment"] = comment;
  }
  row["entry"] = hold.released_index ? hold.released_index : hold.index;
  return row;
}

}  // namespace

Result<Answer> Organisation::place_hold(const Principal& caller, std::string_view idempotency_key,
                                        std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::hold));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(turn, take_turn(*parts_, caller, "/v1/legal-holds", idempotency_key, object));
  if (turn.before) return replay(*parts_, turn.before->index, 201);
  QUOTARY_TRY(grounds, parse_grounds(*parts_, object, {}, fail(Errc::invalid, "", "")));
  const auto id = uuid_v7(parts_->now().unix_ms, *parts_->config.random);
  QUOTARY_TRY(entry, append_entry(*parts_->ledger,
                                  draft_by(caller, "legal_hold.placed", subject_of(id), turn.identity,
                                           {{"hold", id}, {"target", grounds.target}},
                                           {{"reason_text", grounds.reason_text}, {"reference", grounds.reference}})));
  return entry_answer(*parts_, entry, 201, false);
}

Result<Answer> Organisation::release_hold(const Principal& caller, std::string_view id,
                                          std::string_view idempotency_key, std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::hold));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(turn,
              take_turn(*parts_, caller, "/v1/legal-holds/" + std::string(id) + "/release", idempotency_key, object));
  if (turn.before) return replay(*parts_, turn.before->index, 200);
  QUOTARY_TRY(hold, hold_for(*parts_, id));
  if (hold.released_at) return fail(Errc::conflict, "already_released", "the hold was released");
  QUOTARY_TRY(given, parse_comment(object, true));
  QUOTARY_TRY(comment, parts_->document_text(given, "/comment", reason_characters_max));
  QUOTARY_TRY(entry, append_entry(*parts_->ledger,
                                  draft_by(caller, "legal_hold.released", subject_of(id), turn.identity,
                                           {{"hold", hold.id}, {"target", hold.target}}, {{"comment", comment}})));
  return entry_answer(*parts_, entry, 200, false);
}

Result<Answer> Organisation::read_hold(const Principal& caller, std::string_view id) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_erasures));
  QUOTARY_TRY(hold, hold_for(*parts_, id));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "hold.read", subject_of(id)));
  auto out = hold_row(*parts_, hold);
  QUOTARY_TRY(entry, parts_->ledger->entry(hold.released_index ? hold.released_index : hold.index));
  QUOTARY_TRY(proof, parts_->ledger->proof(entry.index));
  out["ledger"] = ledger_member(entry, proof);
  return Answer{200, std::move(out), false};
}

Result<Answer> Organisation::list_holds(const Principal& caller, const PageRequest& page) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_erasures));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "hold.list", {}));
  return list_by_index(*parts_, records::holds_prefix, page,
                       [&](const StateReader& state, std::string_view id) -> Result<json::object> {
                         QUOTARY_TRY(hold, records::find_hold(state, id));
                         if (!hold)
                           return fail(Errc::corrupt, "state_damaged", "the list names a hold that is not there");
                         return hold_row(*parts_, *hold);
                       });
}

}  // namespace quotary::api
