// Lawful erasure: asked for by one, approved by another, carried out at once.
#include "api/organisation.h"

#include "api/use_cases/body_members.h"
#include "api/use_cases/erased_keys.h"
#include "api/use_cases/erasure_rules.h"
#include "api/use_cases/in_words.h"
#include "api/use_cases/request_turn.h"
#include "api/use_cases/void_rules.h"
#include "ledger/contents/named_content.h"
#include "ledger/records/cases.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"

namespace quotary::api {
namespace {

using records::ErasureRecord;

constexpr std::size_t reached_numbers_max = 100;        // told by number; all are counted
constexpr std::size_t reached_looked_at_max = 100'000;  // quotes that are looked at for them

std::string_view type_of(Organisation::Decision decision) {
  switch (decision) {
    case Organisation::Decision::approve: return records::erasure_approved_type;
    case Organisation::Decision::reject: return "erasure.rejected";
    case Organisation::Decision::withdraw: return "erasure.withdrawn";
  }
  return {};
}

std::string subject_of(std::string_view id) { return "erasure:" + std::string(id); }

Result<ErasureRecord> erasure_for(const Organisation::Parts& parts, std::string_view id) {
  QUOTARY_TRY(found, parts.read<std::optional<ErasureRecord>>(
                         [&](const StateReader& state) { return records::find_erasure(state, id); }));
  if (!found) return fail(Errc::not_found, "erasure_not_found", "no request to erase " + std::string(id));
  return std::move(*found);
}

// What the entry says; a replay says the same.
Result<json::object> entry_answer(const Organisation::Parts& parts, const Entry& entry, bool replayed) {
  QUOTARY_TRY(proof, parts.ledger->proof(entry.index, replayed));
  const auto what = entry.type.substr(entry.type.find('.') + 1);
  json::object out{{"id", records::text_of(entry.body, "erasure")},
                   {"target", records::text_of(entry.body, "target")},
                   {"status", what == "requested" ? "open" : what}};
  if (const auto basis = records::text_of(entry.body, "basis"); !basis.empty()) out["basis"] = basis;
  out["ledger"] = ledger_member(entry, proof);
  return out;
}

Result<Answer> replay(const Organisation::Parts& parts, std::uint64_t index, int status) {
  QUOTARY_TRY(entry, parts.ledger->entry(index));
  QUOTARY_TRY(out, entry_answer(parts, entry, true));
  if (entry.type == records::erasure_approved_type) out["key_destroyed"] = parts.erased_keys->trouble().empty();
  return Answer{status, std::move(out), true};
}

json::object erasure_row(const Organisation::Parts& parts, const StateReader& state, const ErasureRecord& erasure) {
  json::object row{{"id", erasure.id},
                   {"target", erasure.target},
                   {"status", erasure.status},
                   {"basis", erasure.basis},
                   {"basis_text", in_words(legal_bases, erasure.basis)},
                   {"requested_by", person_member(parts, erasure.requested_by, erasure.requested_role)},
                   {"requested_at", format_rfc3339(erasure.requested_at)},
                   {"reason_text", parts.text_in(erasure.index, "text", "reason_text")}};
  if (auto reference = parts.text_in(erasure.index, "text", "reference"); !reference.empty())
    row["reference"] = reference;
  if (erasure.decided_at) {
    row["decided_by"] = person_member(parts, erasure.decided_by, erasure.decided_role);
    row["decided_at"] = format_rfc3339(*erasure.decided_at);
    if (auto comment = parts.text_in(erasure.decided_index, "text", "comment"); !comment.empty())
      row["comment"] = comment;
  }
  row["entry"] = erasure.decided_index ? erasure.decided_index : erasure.index;
  if (erasure.status == "open") {
    if (const auto hold = records::find_hold_on(state, erasure.target); hold && *hold) row["held_by"] = **hold;
  }
  return row;
}

// The quotes whose contents an erasure of the customer would end, newest first.
Result<json::object> reached_quotes(const StateReader& state, const std::string& target) {
  std::uint64_t count = 0, looked_at = 0;
  json::array numbers;
  std::optional<Error> failed;
  QUOTARY_TRY_VOID(state.scan("list/", "", true, [&](std::string_view, std::string_view number) {
    if (++looked_at > reached_looked_at_max) return false;
    const auto quote = records::find_quote(state, number);
    if (!quote) {
      failed = quote.error();
      return false;
    }
    if (!*quote || (*quote)->customer != target) return true;
    if (++count <= reached_numbers_max) numbers.emplace_back((*quote)->number);
    return true;
  }));
  if (failed) return *failed;
  return json::object{{"count", count}, {"numbers", numbers}, {"complete", looked_at <= reached_looked_at_max}};
}

// The contents of evidence whose files would go with the case.
Result<json::object> reached_contents(const StateReader& state, std::string_view target) {
  QUOTARY_TRY(entries, contents::naming_entries_of(state, target.substr(records::case_subject_prefix.size())));
  std::uint64_t bytes = 0;
  for (const auto& each : entries) bytes += each.size_bytes;
  return json::object{{"count", entries.size()}, {"bytes", bytes}};
}

// What can be said before the write; the fold says the rest.
Result<void> check_decider(const Principal& caller, const ErasureRecord& erasure, Organisation::Decision decision) {
  const bool own = erasure.requested_by == caller.id;
  if (decision == Organisation::Decision::withdraw) {
    QUOTARY_TRY_VOID(require_call(caller, Call::ask_erasure));
    if (!own) return fail(Errc::forbidden, "not_requester", "only who asked withdraws a request");
  } else {
    if (own) return fail(Errc::forbidden, "four_eyes", "who asked does not decide");
    // Nobody decides that their own traces go.
    if (erasure.target == "person:" + caller.id)
      return fail(Errc::forbidden, "four_eyes", "nobody decides on the erasure of their own record");
  }
  if (erasure.status != "open") return fail(Errc::conflict, "already_decided", "the request is " + erasure.status);
  return {};
}

}  // namespace

Result<Answer> Organisation::ask_erasure(const Principal& caller, std::string_view idempotency_key,
                                         std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::ask_erasure));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(turn, take_turn(*parts_, caller, "/v1/erasures", idempotency_key, object));
  if (turn.before) return replay(*parts_, turn.before->index, 201);
  Error error = fail(Errc::invalid, "", "");
  const auto basis = text_member(object, "basis", error);
  if (!is_listed(legal_bases, basis))
    add_fault(error, "bad_basis", "/basis", "a legal basis is one of " + codes_of(legal_bases));
  QUOTARY_TRY(grounds, parse_grounds(*parts_, object, {"basis"}, std::move(error)));
  const auto id = uuid_v7(parts_->now().unix_ms, *parts_->config.random);
  QUOTARY_TRY(entry, append_entry(*parts_->ledger,
                                  draft_by(caller, "erasure.requested", subject_of(id), turn.identity,
                                           {{"erasure", id}, {"target", grounds.target}, {"basis", basis}},
                                           {{"reason_text", grounds.reason_text}, {"reference", grounds.reference}})));
  QUOTARY_TRY(out, entry_answer(*parts_, entry, true));
  return Answer{201, std::move(out), false};
}

Result<Answer> Organisation::decide_erasure(const Principal& caller, std::string_view id, Decision decision,
                                            std::string_view idempotency_key, std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, decision == Decision::withdraw ? Call::ask_erasure : Call::decide_erasure));
  QUOTARY_TRY(object, parse_body(body));
  const auto type = type_of(decision);
  const auto path = "/v1/erasures/" + std::string(id) + "/" + std::string(type.substr(type.find('.') + 1));
  QUOTARY_TRY(turn, take_turn(*parts_, caller, path, idempotency_key, object));
  if (turn.before) return replay(*parts_, turn.before->index, 200);
  QUOTARY_TRY(erasure, erasure_for(*parts_, id));
  QUOTARY_TRY_VOID(check_decider(caller, erasure, decision));
  QUOTARY_TRY(given, parse_comment(object, decision == Decision::reject));
  QUOTARY_TRY(comment, parts_->document_text(given, "/comment", reason_characters_max));
  QUOTARY_TRY(entry,
              append_entry(*parts_->ledger,
                           draft_by(caller, std::string(type), subject_of(id), turn.identity,
                                    {{"erasure", erasure.id}, {"target", erasure.target}, {"basis", erasure.basis}},
                                    {{"comment", comment}})));
  // Durable from here on; what does not follow now follows at the next tick or start.
  const bool destroyed = decision == Decision::approve && parts_->carry_out_erasure(erasure.target);
  QUOTARY_TRY(out, entry_answer(*parts_, entry, true));
  if (decision == Decision::approve) out["key_destroyed"] = destroyed;
  return Answer{200, std::move(out), false};
}

Result<Answer> Organisation::read_erasure(const Principal& caller, std::string_view id) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_erasures));
  QUOTARY_TRY(erasure, erasure_for(*parts_, id));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "erasure.read", subject_of(id)));
  QUOTARY_TRY(out, parts_->read<json::object>([&](const StateReader& state) -> Result<json::object> {
    auto row = erasure_row(*parts_, state, erasure);
    if (erasure.status == "open" && erasure.target.starts_with("customer:")) {
      QUOTARY_TRY(reached, reached_quotes(state, erasure.target));
      row["quotes"] = std::move(reached);
    }
    if (erasure.status == "open" && erasure.target.starts_with(records::case_subject_prefix)) {
      QUOTARY_TRY(reached, reached_contents(state, erasure.target));
      row["contents"] = std::move(reached);
    }
    return row;
  }));
  QUOTARY_TRY(entry, parts_->ledger->entry(erasure.decided_index ? erasure.decided_index : erasure.index));
  QUOTARY_TRY(proof, parts_->ledger->proof(entry.index));
  out["ledger"] = ledger_member(entry, proof);
  return Answer{200, std::move(out), false};
}

Result<Answer> Organisation::list_erasures(const Principal& caller, const PageRequest& page) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_erasures));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "erasure.list", {}));
  return list_by_index(*parts_, records::erasures_prefix, page,
                       [&](const StateReader& state, std::string_view id) -> Result<json::object> {
                         QUOTARY_TRY(erasure, records::find_erasure(state, id));
                         if (!erasure)
                           return fail(Errc::corrupt, "state_damaged", "the list names a request that is not there");
                         return erasure_row(*parts_, state, *erasure);
                       });
}

}  // namespace quotary::api
