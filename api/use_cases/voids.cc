#include "api/organisation.h"

#include "api/use_cases/body_members.h"
#include "api/use_cases/cases/upload_calls.h"
#include "api/use_cases/erased_keys.h"
#include "api/use_cases/in_words.h"
#include "api/use_cases/request_turn.h"
#include "api/use_cases/service_events.h"
#include "api/use_cases/void_rules.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"
#include "pdfgen/quote_document.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::QuoteRecord;
using records::VoidRecord;

constexpr std::uint64_t due_batch_max = 100;

NewObject text_object(const json::object& text, const std::string& subject) {
  auto canonical = canonical_json(text);
  QUOTARY_CHECK(canonical.has_value());
  return {"text", "application/json", *canonical, subject, 1};
}

std::string_view decision_type(Organisation::Decision decision) {
  switch (decision) {
    case Organisation::Decision::approve: return "void.approved";
    case Organisation::Decision::reject: return "void.rejected";
    case Organisation::Decision::withdraw: return "void.withdrawn";
  }
  return {};
}

json::object void_answer(const Entry& entry, const std::string& proof) {
  json::object out{{"id", records::text_of(entry.body, "request")},
                   {"quote", records::text_of(entry.body, "number")},
                   {"status", void_status_of(entry.type)}};
  if (auto code = records::text_of(entry.body, "reason_code"); !code.empty() && entry.type == "void.requested")
    out["reason_code"] = code;
  for (const auto& object : entry.objects)
    if (object.name == "certificate")
      out["certificate"] =
          json::object{{"sha256", object.sha256.hex()},
                       {"size", object.size},
                       {"url", "/v1/void-requests/" + records::text_of(entry.body, "request") + "/certificate"}};
  out["ledger"] = ledger_member(entry, proof);
  return out;
}

Result<VoidRecord> void_for(const Organisation::Parts& parts, const Principal& caller, std::string_view id) {
  QUOTARY_TRY(found, parts.read<std::optional<VoidRecord>>(
                         [&](const StateReader& state) { return records::find_void(state, id); }));
  // Who asked keeps seeing the request, also when the quote is another's.
  if (!found || !(in_scope(caller, Call::read_void, found->owner, found->team, found->region) ||
                  found->requested_by == caller.id))
    return fail(Errc::not_found, "void_request_not_found", "no void request " + std::string(id));
  return std::move(*found);
}

Result<Answer> replay_void(const Organisation::Parts& parts, std::uint64_t index, int status) {
  QUOTARY_TRY(entry, parts.ledger->entry(index));
  QUOTARY_TRY(proof, parts.ledger->proof(index, true));
  return Answer{status, void_answer(entry, proof), true};
}

Result<Answer> write_void(const Organisation::Parts& parts, Command command, int status) {
  QUOTARY_TRY(committed, parts.ledger->append(std::move(command)));
  return Answer{status, void_answer(committed.entries.front(), committed.proof(0)), false};
}

// Rules of a decision that need no state beyond the request's record.
Result<void> check_decider(const Principal& caller, const VoidRecord& request, std::string_view quote_status,
                           Organisation::Decision decision) {
  if (decision == Organisation::Decision::withdraw) {
    QUOTARY_TRY_VOID(require_call(caller, Call::withdraw_void));
    if (request.requested_by != caller.id)
      return fail(Errc::forbidden, "not_requester", "only who asked withdraws a request");
    return {};
  }
  if (request.requested_by == caller.id) return fail(Errc::forbidden, "four_eyes", "who asked does not decide");
  QUOTARY_TRY_VOID(require_call(caller, Call::decide_void));
  if (!in_scope(caller, Call::decide_void, request.owner, request.team, request.region))
    return fail(Errc::not_found, "void_request_not_found", "no void request " + request.id);
  if (quote_status == "accepted" &&
      !in_scope(caller, Call::decide_void_accepted, request.owner, request.team, request.region))
    return fail(Errc::forbidden, "higher_role_needed", "voiding an accepted quote needs a region director");
  return {};
}

std::string actor_text(const Organisation::Parts& parts, const std::string& id, const std::string& role) {
  auto name = parts.person_name(id);
  // Names of before they were looked at may hold what no font has: then the id stands for the person.
  const bool printable = !name.empty() && parts.document_text(name, "", name.size()).has_value();
  return (printable ? name : id) + " (" + role + ")";
}

// The sealed certificate of an approval about to be written.
Result<std::string> make_certificate(const Organisation::Parts& parts, const Principal& caller,
                                     const VoidRecord& request, const QuoteRecord& quote,
                                     const std::string& reason_text, const std::string& comment, Timestamp decided_at) {
  if (!parts.seal) return *parts.seal_error;
  QUOTARY_TRY(issued, parts.ledger->entry(quote.index));
  // A quote whose customer was erased is voided all the same.
  auto stored = parts.stored_quote(issued);
  if (!stored && stored.error().kind != Errc::gone) return std::move(stored).error();
  pdfgen::VoidCertificate certificate;
  certificate.certificate_id = request.id;
  certificate.number = quote.number;
  certificate.document_sha256 = quote.document_sha256;
  certificate.seller_name = stored ? stored->quote.seller.name : parts.profile.name;
  certificate.buyer_name = stored ? stored->quote.buyer.name : std::string(erased_text);
  certificate.currency = quote.currency;
  certificate.tax_inclusive = quote.tax_inclusive;
  certificate.issued_at = parts.zone->format_local(quote.issued_at);
  certificate.requested_at = parts.zone->format_local(request.requested_at);
  certificate.decided_at = parts.zone->format_local(decided_at);
  certificate.requested_by = actor_text(parts, request.requested_by, request.requested_role);
  certificate.decided_by = actor_text(parts, caller.id, std::string(role_name(caller.role)));
  certificate.reason = in_words(void_reasons, request.reason_code);
  certificate.reason_text = reason_text;
  certificate.comment = comment;
  certificate.status_before = in_words(statuses, status_at(quote, decided_at));
  certificate.issue_index = quote.index;
  certificate.request_index = request.index;
  certificate.verify_url = stored ? stored->numbering.verify_url : parts.profile.public_url + "/v/" + quote.number;
  certificate.created = decided_at;
  QUOTARY_TRY(unsealed, pdfgen::void_certificate(parts.fonts, certificate));
  return parts.seal_statement(unsealed, "Void certificate " + quote.number, decided_at);
}

}  // namespace

Result<Answer> Organisation::request_void(const Principal& caller, std::string_view number,
                                          std::string_view idempotency_key, std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::request_void));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(turn, take_turn(*parts_, caller, "/v1/quotes/" + std::string(number) + "/void-requests", idempotency_key,
                              object));
  if (turn.before) return replay_void(*parts_, turn.before->index, 201);
  QUOTARY_TRY(quote, parts_->quote_for(caller, Call::request_void, number));
  QUOTARY_TRY(asked, parse_void_request(object));
  QUOTARY_TRY(reason_text, parts_->document_text(asked.reason_text, "/reason_text", reason_characters_max));
  asked.reason_text = std::move(reason_text);
  if (!asked.replacement.empty()) {
    auto replacement = parts_->quote_for(caller, Call::read_quote, asked.replacement);
    if (!replacement || asked.replacement == quote.number)
      return invalid("replacement_unknown", "/replacement", "no quote " + asked.replacement);
  }
  auto id = uuid_v7(parts_->now().unix_ms, *parts_->config.random);
  QUOTARY_TRY(key_subject, parts_->live_key_subject(quote.customer));
  auto text = text_object({{"reason_text", asked.reason_text}}, key_subject);
  auto lapse_days = parts_->config.void_lapse_days;
  auto command = [=, number = quote.number, request = turn.identity](const StateReader& state,
                                                                     Timestamp now) -> Result<std::vector<Draft>> {
    QUOTARY_TRY(found, records::find_quote(state, number));
    if (!found) return fail(Errc::not_found, "quote_not_found", "no quote " + number);
    if (found->voided_at) return fail(Errc::conflict, "already_voided", "the quote is voided");
    if (!found->open_request.empty())
      return fail(Errc::conflict, "void_request_open", "the void request " + found->open_request + " is open");
    Draft draft = draft_by(caller, "void.requested", "quote:" + number);
    draft.request_scope = request.scope;
    draft.request_body = request.body;
    draft.body = {{"request", id}, {"number", number}, {"reason_code", asked.reason_code}};
    if (!asked.replacement.empty()) draft.body["replacement"] = asked.replacement;
    Timestamp lapse_at{now.unix_ms + std::int64_t{lapse_days} * 86'400'000};
    draft.objects.push_back(
        facts_object({{"status_before", status_at(*found, now)}, {"lapse_at", format_rfc3339(lapse_at)}}));
    draft.objects.push_back(text);
    return std::vector<Draft>{std::move(draft)};
  };
  return write_void(*parts_, command, 201);
}

Result<Answer> Organisation::decide_void(const Principal& caller, std::string_view request_id, Decision decision,
                                         std::string_view idempotency_key, std::string_view body) {
  QUOTARY_TRY(object, parse_body(body));
  auto path = "/v1/void-requests/" + std::string(request_id) + "/" + std::string(decision_type(decision).substr(5));
  QUOTARY_TRY(turn, take_turn(*parts_, caller, path, idempotency_key, object));
  if (turn.before) return replay_void(*parts_, turn.before->index, 200);
  QUOTARY_TRY(request, void_for(*parts_, caller, request_id));
  QUOTARY_TRY(found_quote, parts_->read<std::optional<QuoteRecord>>(
                               [&](const StateReader& state) { return records::find_quote(state, request.number); }));
  if (!found_quote) return fail(Errc::corrupt, "state_damaged", "the request's quote is not there");
  auto& quote = *found_quote;
  QUOTARY_TRY_VOID(check_decider(caller, request, quote.outcome, decision));
  if (request.status != "open") return fail(Errc::conflict, "already_decided", "the request is " + request.status);
  QUOTARY_TRY(given, parse_comment(object, decision == Decision::reject));
  QUOTARY_TRY(comment, parts_->document_text(given, "/comment", reason_characters_max));

  auto decided_at = parts_->now();
  json::object facts{{"status_before", status_at(quote, decided_at)}};
  std::vector<NewObject> objects;
  QUOTARY_TRY(key_subject, parts_->live_key_subject(quote.customer));
  if (!comment.empty()) objects.push_back(text_object({{"comment", comment}}, key_subject));
  if (decision == Decision::approve) {
    QUOTARY_TRY(asked, parts_->ledger->entry(request.index));
    auto text = parts_->payload(asked, "text");
    if (!text && text.error().kind != Errc::gone) return std::move(text).error();
    const auto reason = parts_->text_in(request.index, "text", "reason_text");
    QUOTARY_TRY(certificate, make_certificate(*parts_, caller, request, quote, reason, comment, decided_at));
    objects.push_back({"certificate", "application/pdf", std::move(certificate), key_subject, 1});
  }
  auto shared = std::make_shared<Draft>(turn.draft(caller, decision_type(decision), "quote:" + quote.number));
  shared->body = {{"request", request.id}, {"number", quote.number}, {"reason_code", request.reason_code}};
  shared->objects.push_back(facts_object(facts));
  for (auto& more : objects) shared->objects.push_back(std::move(more));
  auto command = [shared, id = request.id, outcome = quote.outcome, superseded = quote.superseded_by](
                     const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
    QUOTARY_TRY(current, records::find_void(state, id));
    if (!current || current->status != "open")
      return fail(Errc::conflict, "already_decided", "the request was decided meanwhile");
    QUOTARY_TRY(stands, records::find_quote(state, current->number));
    // The certificate names the status before; what changed meanwhile must be looked at again.
    if (!stands || stands->outcome != outcome || stands->superseded_by != superseded)
      return fail(Errc::conflict, "quote_changed", "the quote changed meanwhile; look at it again");
    return std::vector<Draft>{*shared};
  };
  return write_void(*parts_, command, 200);
}

Result<Bytes> Organisation::void_certificate(const Principal& caller, std::string_view request_id) const {
  QUOTARY_TRY(request, void_for(*parts_, caller, request_id));
  if (request.status != "approved")
    return fail(Errc::not_found, "certificate_not_found", "the request is " + request.status);
  QUOTARY_TRY(entry, parts_->ledger->entry(request.decided_index));
  QUOTARY_TRY(bytes, parts_->payload(entry, "certificate"));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "void.certificate", "quote:" + request.number));
  return Bytes{std::move(bytes), "application/pdf", request.certificate_sha256, request.number + "-void.pdf"};
}

Result<std::uint64_t> Organisation::run_due_events() {
  if (parts_->ledger->state().read_only) return std::uint64_t{0};
  parts_->erased_keys->retry();
  const auto chained = parts_->chain_access();
  const auto disk = parts_->service ? parts_->service->look_at_disk() : std::uint64_t{0};
  const auto sealed = parts_->seal_periods();
  const auto expired = parts_->expire_signatures();
  const auto swept = sweep_evidence(*parts_);
  auto now = parts_->now();
  std::vector<std::string> due;
  auto collect = [&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    return state.scan("due/", "", false, [&](std::string_view key, std::string_view id) {
      if (key.substr(4, 20) > records::digits20(static_cast<std::uint64_t>(now.unix_ms)) || due.size() >= due_batch_max)
        return false;
      due.emplace_back(id);
      return true;
    });
  };
  QUOTARY_TRY_VOID(parts_->ledger->read_state(collect));
  std::uint64_t written =
      (chained ? *chained : 0) + (disk ? *disk : 0) + (sealed ? *sealed : 0) + (expired ? *expired : 0);
  for (const auto& id : due) {
    auto command = [id](const StateReader& state, Timestamp at) -> Result<std::vector<Draft>> {
      QUOTARY_TRY(request, records::find_void(state, id));
      if (!request || request->status != "open") return fail(Errc::conflict, "already_decided", "decided meanwhile");
      QUOTARY_TRY(quote, records::find_quote(state, request->number));
      Draft draft = system_draft("void.lapsed", "quote:" + request->number,
                                 {{"request", id}, {"number", request->number}, {"reason_code", request->reason_code}});
      draft.objects.push_back(facts_object({{"status_before", quote ? status_at(*quote, at) : std::string()}}));
      return std::vector<Draft>{std::move(draft)};
    };
    auto done = parts_->ledger->append(command);
    if (done) {
      ++written;
    } else if (done.error().kind != Errc::conflict) {
      return done.error();
    }
  }
  if (!chained) return chained.error();
  if (!disk) return disk.error();
  if (!sealed) return sealed.error();
  if (!expired) return expired.error();
  if (!swept) return swept.error();
  if (auto trouble = parts_->access->trouble(); !trouble.empty())
    return fail(Errc::storage, "access_log_unavailable", "reads cannot be recorded: " + trouble);
  return written;
}

Result<Answer> Organisation::read_void(const Principal& caller, std::string_view request_id) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY(request, void_for(*parts_, caller, request_id));
  QUOTARY_TRY(proof, parts_->ledger->proof(request.decided_index ? request.decided_index : request.index));
  QUOTARY_TRY(entry, parts_->ledger->entry(request.decided_index ? request.decided_index : request.index));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "void.read", "quote:" + request.number));
  auto out = void_row(*parts_, request);
  out["ledger"] = ledger_member(entry, proof);
  return Answer{200, std::move(out), false};
}

}  // namespace quotary::api
