// The sender's calls: customers are asked to sign, reminded, given another link, or no longer asked.
#include "api/organisation.h"

#include "api/signature/consent.h"
#include "api/use_cases/body_members.h"
#include "api/use_cases/erasure_rules.h"
#include "api/use_cases/request_turn.h"
#include "api/use_cases/signature_rules.h"
#include "ledger/records/confirmations.h"
#include "ledger/records/erasure.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::SignatureRequestRecord;

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::string_view customer_fields[] = {"Customer1", "Customer2", "Customer3"};

// The reserved fields that nobody has signed, in their order.
Result<std::vector<std::string>> free_fields(const records::Signable& document, std::size_t wanted) {
  std::vector<std::string> out;
  for (const std::string_view field : customer_fields)
    if (out.size() < wanted &&
        std::find(document.signed_fields.begin(), document.signed_fields.end(), field) == document.signed_fields.end())
      out.emplace_back(field);
  if (out.size() < wanted)
    return fail(Errc::conflict, "fields_signed",
                "the document has " + std::to_string(out.size()) + " unsigned fields for customers left");
  return out;
}

json::array signers_of(const signing::KeyFolder& keys, const std::string& request, const SignatureDetails& details,
                       const std::vector<std::string>& fields) {
  json::array out;
  for (std::size_t i = 0; i < details.signers.size(); ++i) {
    const SignerDetails& signer = details.signers[i];
    json::array factors;
    for (const std::string& factor : signer.factors) factors.emplace_back(factor);
    out.push_back(json::object{{"id", signer.id},
                               {"field", fields[i]},
                               {"link", link_hash(link_token(keys, request, signer.id, 1))},
                               {"factors", std::move(factors)}});
  }
  return out;
}

Result<Answer> request_answer(const Organisation::Parts& parts, const std::string& id, std::uint64_t index, int status,
                              bool replayed) {
  QUOTARY_TRY(found, parts.read<std::optional<SignatureRequestRecord>>(
                         [&](const StateReader& state) { return records::find_signature_request(state, id); }));
  if (!found) return fail(Errc::corrupt, "state_damaged", "a signature request is not there");
  const auto details = read_signers(parts, *found);
  if (!details && details.error().kind != Errc::gone) return details.error();
  auto out = signature_row(parts, *found, details ? &*details : nullptr, false);
  if (!details) out["erased"] = details.error().detail;
  QUOTARY_TRY(entry, parts.ledger->entry(index));
  QUOTARY_TRY(proof, parts.ledger->proof(index, replayed));
  out["ledger"] = ledger_member(entry, proof);
  return Answer{status, std::move(out), replayed};
}

Draft about(const Principal& caller, std::string_view type, const SignatureRequestRecord& request,
            std::string_view signer) {
  Draft draft = draft_by(caller, type, request.subject());
  draft.body = {{"request", request.id}, {request.member(), request.number}};
  if (!signer.empty()) draft.body["signer"] = signer;
  return draft;
}

// A request that still goes on, and one of its signers who has not answered.
Result<const records::SignerRecord*> waiting_signer(const SignatureRequestRecord& request, std::string_view id) {
  const auto* signer = request.signer(id);
  if (signer == nullptr)
    return fail(Errc::not_found, "signer_not_found", "the request has no signer " + std::string(id));
  if (request.status != "open")
    return fail(Errc::conflict, "request_" + request.status, "the request is " + request.status);
  if (signer->status != "asked")
    return fail(Errc::conflict, "already_" + signer->status, "the signer has " + signer->status + " already");
  return signer;
}

Error without_delivery() {
  return fail(Errc::unavailable, "delivery_not_configured",
              "nothing delivers links and codes here: the operator starts `quotary serve` with --delivery-url and "
              "--delivery-secret-file, or with --delivery-folder");
}

// The text that fits what is signed.
const signature::Consent& consent_for(records::SignableKind kind) {
  return kind == records::SignableKind::quote ? signature::newest_consent() : signature::newest_confirmation_consent();
}

}  // namespace

Result<Answer> ask_to_sign(Organisation::Parts& parts, const Principal& caller, const std::string& path,
                           std::string_view idempotency_key, std::string_view body,
                           const std::function<Result<records::Signable>()>& find) {
  QUOTARY_TRY_VOID(require_call(caller, Call::request_signature));
  if (idempotency_key.empty()) return fail(Errc::invalid, "idempotency_key_missing", "send an Idempotency-Key header");
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(turn, take_turn(parts, caller, path, idempotency_key, object));
  if (turn.before)
    return request_answer(parts, records::text_of(turn.before->body, "request"), turn.before->index, 201, true);
  QUOTARY_TRY(document, find());
  QUOTARY_TRY(details, parse_signature_request(parts, object));
  if (!parts.courier) return without_delivery();
  if (parts.signing_error)
    return fail(Errc::unavailable, "signing_unavailable",
                "customers cannot be asked while their signatures cannot be written; the operator finds why in the "
                "server's log: " +
                    parts.signing_error->code);
  QUOTARY_TRY(fields, free_fields(document, details.signers.size()));
  const auto id = uuid_v7(parts.now().unix_ms, *parts.config.random);
  for (SignerDetails& signer : details.signers) signer.id = uuid_v7(parts.now().unix_ms, *parts.config.random);
  QUOTARY_TRY(key_subject, parts.live_key_subject(document.customer));
  const auto& consent = consent_for(document.kind);
  Draft draft = turn.draft(caller, records::signature_requested_type, document.subject());
  draft.body = {{"request", id},
                {document.member(), document.number},
                {"order", details.in_order ? "in_order" : "parallel"},
                {"consent", consent.id},
                {"consent_sha256", consent.sha256()},
                {"signers", signers_of(*parts.keys, id, details, fields)}};
  draft.objects.push_back({"signers", "application/json", signers_text(details), key_subject, 1});
  QUOTARY_TRY(committed, parts.ledger->append([&, days = details.days](const StateReader& state,
                                                                       Timestamp now) -> Result<std::vector<Draft>> {
    QUOTARY_TRY(current, records::find_signable(state, document));
    if (!current)
      return fail(Errc::not_found, document.code() + "_not_found", "no " + document.code() + " " + document.number);
    // It could be asked for under another key, and nobody could read what is to be signed.
    QUOTARY_TRY(erased, records::find_erased_by(state, current->customer));
    if (erased)
      return fail(Errc::gone, "erased",
                  document.in_words() + " was erased by entry " + std::to_string(*erased) + ": nobody can sign it");
    const auto asked = Timestamp{now.unix_ms + static_cast<std::int64_t>(days) * day_ms};
    Draft timed = draft;
    // What is added to it for later proof, meanwhile, makes it no other document to ask about.
    timed.body["document_sha256"] = current->newest_sha256();
    timed.objects.push_back(facts_object({{"expires_at", format_rfc3339(std::min(asked, current->expires_at))}}));
    return std::vector<Draft>{std::move(timed)};
  }));
  parts.courier->wake();
  return request_answer(parts, id, committed.entries.front().index, 201, false);
}

Result<Answer> Organisation::request_signature(const Principal& caller, std::string_view number,
                                               std::string_view idempotency_key, std::string_view body) {
  return ask_to_sign(*parts_, caller, "/v1/quotes/" + std::string(number) + "/signature-requests", idempotency_key,
                     body, [&]() -> Result<records::Signable> {
                       QUOTARY_TRY(quote, parts_->quote_for(caller, Call::request_signature, number));
                       return records::Signable(std::move(quote));
                     });
}

Result<Answer> Organisation::read_signature_request(const Principal& caller, std::string_view id) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_signatures));
  QUOTARY_TRY(request, signature_request_for(*parts_, caller, Call::read_signatures, id));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "signature.read", request.subject()));
  return request_answer(*parts_, request.id, request.ended_index ? request.ended_index : request.index, 200, false);
}

Result<Answer> Organisation::list_signature_requests(const Principal& caller, const SignatureFilter& filter) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_signatures));
  QUOTARY_TRY(limit, page_limit(filter.limit));
  QUOTARY_TRY_VOID(check_status(filter.status, {"open", "completed", "declined", "revoked", "expired", "overtaken"}));
  const std::string prefix = "signatures/";
  std::string from;
  json::object out{{"items", json::array()}};
  if (!filter.cursor.empty()) {
    QUOTARY_TRY(cursor, parse_cursor(filter.cursor));
    if (cursor == 0) return Answer{200, std::move(out), false};
    from = prefix + records::digits20(cursor - 1);
  }
  std::vector<SignatureRequestRecord> found;
  std::optional<std::uint64_t> next;
  std::size_t looked_at = 0;
  const auto fits = [&](const SignatureRequestRecord& request) {
    return in_scope(caller, Call::read_signatures, request.owner, request.team, request.region) &&
           (filter.status.empty() || filter.status == request.status) &&
           (filter.number.empty() ||
            (request.kind == records::SignableKind::quote && filter.number == request.number)) &&
           (filter.confirmation.empty() ||
            (request.kind == records::SignableKind::confirmation && filter.confirmation == request.number));
  };
  const auto collect = [&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    std::optional<Error> failed;
    QUOTARY_TRY_VOID(state.scan(prefix, from, true, [&](std::string_view, std::string_view id) {
      auto request = records::find_signature_request(state, id);
      if (!request || !*request) {
        failed = request ? fail(Errc::corrupt, "state_damaged", "the list names a request that is not there")
                         : request.error();
        return false;
      }
      const bool fit = looked_at < parts_->config.list_looked_at_max && fits(**request);
      if (looked_at == parts_->config.list_looked_at_max || (fit && found.size() == limit)) {
        next = (*request)->index + 1;
        return false;
      }
      ++looked_at;
      if (fit) found.push_back(std::move(**request));
      return true;
    }));
    if (failed) return *failed;
    return {};
  };
  QUOTARY_TRY_VOID(parts_->ledger->read_state(collect));
  QUOTARY_TRY_VOID(
      parts_->note_read(caller, "signature.list", found.empty() ? "" : found.front().subject(), found.size()));
  auto& items = out["items"].get_array();
  for (const auto& request : found) {
    const auto details = read_signers(*parts_, request);
    items.push_back(signature_row(*parts_, request, details ? &*details : nullptr, true));
  }
  if (next) out["next_cursor"] = std::to_string(*next);
  return Answer{200, std::move(out), false};
}

Result<Answer> Organisation::revoke_signature(const Principal& caller, std::string_view id, std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::request_signature));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(request, signature_request_for(*parts_, caller, Call::request_signature, id));
  if (request.status != "open")
    return fail(Errc::conflict, "request_" + request.status, "the request is " + request.status);
  Error error = fail(Errc::invalid, "", "");
  refuse_unknown(object, {"reason_text"}, error);
  const auto given = text_member(object, "reason_text", error);
  if (characters_in(given) > reason_characters_max)
    add_fault(error, "bad_reason_text", "/reason_text", "a reason has at most 2,000 characters");
  if (!error.problems.empty()) return error;
  QUOTARY_TRY(reason, parts_->document_text(given, "/reason_text", reason_characters_max));
  Draft draft = about(caller, records::signature_revoked_type, request, {});
  if (!reason.empty()) {
    QUOTARY_TRY(document, document_of(*parts_, request));
    QUOTARY_TRY(key_subject, parts_->live_key_subject(document.customer));
    QUOTARY_TRY(text, canonical_json(json::object{{"reason_text", reason}}));
    draft.objects.push_back({"text", "application/json", text, key_subject, 1});
  }
  QUOTARY_TRY(entry, append_entry(*parts_->ledger, draft));
  if (parts_->courier) parts_->courier->wake();
  return request_answer(*parts_, request.id, entry.index, 200, false);
}

Result<Answer> Organisation::remind_signer(const Principal& caller, std::string_view id, std::string_view signer_id) {
  QUOTARY_TRY_VOID(require_call(caller, Call::request_signature));
  QUOTARY_TRY(request, signature_request_for(*parts_, caller, Call::request_signature, id));
  QUOTARY_TRY(signer, waiting_signer(request, signer_id));
  if (!parts_->courier) return without_delivery();
  if (!signer->sent_at)
    return fail(Errc::conflict, "not_sent_yet", "the signer's link was not delivered yet; it is sent by itself");
  if (signer->reminded_at && parts_->now().unix_ms - signer->reminded_at->unix_ms < reminder_pause_ms)
    return fail(Errc::conflict, "reminder_too_soon",
                "the signer was reminded at " + format_rfc3339(*signer->reminded_at) + ": once an hour is enough");
  QUOTARY_TRY(message, invitation_of(*parts_, request, *signer, "reminder"));
  // First the entry: a person who is written to unrecorded is worse than a reminder that must be asked for again.
  QUOTARY_TRY(entry,
              append_entry(*parts_->ledger, about(caller, records::signature_reminded_type, request, signer_id)));
  if (const auto sent = parts_->config.signature.delivery->deliver(message); !sent)
    return fail(Errc::unavailable, "delivery_failed",
                "the reminder is recorded but could not be delivered (" + sent.error().code +
                    "): write to the signer yourself, or remind them again in an hour");
  return request_answer(*parts_, request.id, entry.index, 200, false);
}

Result<Answer> Organisation::renew_link(const Principal& caller, std::string_view id, std::string_view signer_id) {
  QUOTARY_TRY_VOID(require_call(caller, Call::request_signature));
  QUOTARY_TRY(request, signature_request_for(*parts_, caller, Call::request_signature, id));
  QUOTARY_TRY(known, waiting_signer(request, signer_id));
  (void)known;
  if (!parts_->courier) return without_delivery();
  QUOTARY_TRY(committed, parts_->ledger->append([&](const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
    QUOTARY_TRY(current, records::find_signature_request(state, request.id));
    if (!current) return fail(Errc::corrupt, "state_damaged", "a signature request is not there");
    QUOTARY_TRY(signer, waiting_signer(*current, signer_id));
    Draft draft = about(caller, records::signature_link_renewed_type, *current, signer_id);
    draft.body["link"] = link_hash(link_token(*parts_->keys, current->id, signer->id, signer->links + 1));
    return std::vector<Draft>{std::move(draft)};
  }));
  parts_->courier->wake();
  return request_answer(*parts_, request.id, committed.entries.front().index, 200, false);
}

Result<std::uint64_t> Organisation::Parts::expire_signatures() {
  constexpr std::size_t expired_a_tick_max = 100;
  const auto at = now();
  std::vector<std::string> due;
  QUOTARY_TRY_VOID(ledger->read_state([&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    const auto prefix = records::signature_due_prefix;
    return state.scan(prefix, "", false, [&](std::string_view key, std::string_view id) {
      const auto ms = key.substr(prefix.size(), 20);
      if (ms > records::digits20(static_cast<std::uint64_t>(at.unix_ms)) || due.size() >= expired_a_tick_max)
        return false;
      due.emplace_back(id);
      return true;
    });
  }));
  std::uint64_t written = 0;
  for (const std::string& id : due) {
    const auto done = ledger->append([&](const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
      QUOTARY_TRY(request, records::find_signature_request(state, id));
      if (!request) return fail(Errc::conflict, "signature_request_unknown", "no such request");
      return std::vector<Draft>{system_draft(records::signature_expired_type, request->subject(),
                                             {{"request", id}, {request->member(), request->number}})};
    });
    if (done) {
      ++written;
    } else if (done.error().kind != Errc::conflict) {  // ended meanwhile
      return done.error();
    }
  }
  return written;
}

}  // namespace quotary::api
