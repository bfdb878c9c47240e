#include "api/use_cases/signer_calls.h"

#include "api/signature/consent.h"
#include "api/use_cases/body_members.h"
#include "api/use_cases/drafts.h"
#include "api/use_cases/erasure_rules.h"
#include "api/use_cases/passkeys.h"
#include "api/use_cases/signable_words.h"
#include "api/use_cases/signature_rules.h"
#include "api/use_cases/signer_visit.h"
#include "ledger/records/fields.h"
#include "pdfgen/signature_box.h"

namespace quotary::api {
namespace {

using records::SignerRecord;

struct FieldRole {
  std::string_view field, chinese, english;
};
constexpr FieldRole roles[] = {{"Customer1", "买方签字一", "Buyer 1"},
                               {"Customer2", "买方签字二", "Buyer 2"},
                               {"Customer3", "买方签字三", "Buyer 3"}};

const FieldRole& role_of(const std::string& field) {
  for (const FieldRole& role : roles)
    if (role.field == field) return role;
  return roles[0];  // the fold lets no other field in
}

json::value time_or_null(const std::optional<Timestamp>& time) {
  return time ? json::value(format_rfc3339(*time)) : json::value();
}

// What the page shows; a void or a newer quote is told first, for it ends what was signed as well.
std::string state_of(const Visited& at, Timestamp now) {
  if (at.document.voided_at) return "quote_voided";
  if (!at.document.superseded_by.empty()) return "quote_superseded";
  if (at.signer.status != "asked") return at.signer.status;
  if (const auto closed = records::why_closed(at.request, at.document, now)) {
    constexpr std::string_view prefix = "request_";
    const std::string_view code = closed->code;
    return std::string(code.starts_with(prefix) ? code.substr(prefix.size()) : code);
  }
  return at.request.is_turn_of(at.signer.id) ? "open" : "waiting_turn";
}

Result<json::array> factors_of(const Organisation::Parts& parts, const Visited& at, const SignerDetails& details,
                               const SignerVisit& visit) {
  json::array out;
  for (const std::string& factor : at.signer.factors) {
    json::object row{{"kind", factor}, {"done", factor == "link"}};
    if (factor == "code") {
      const auto now = parts.now();
      const auto state = parts.codes->state(at.code_key(), now);
      row["done"] = parts.codes->proven(at.code_key(), visit.proof, now).has_value();
      row["channel"] = details.channel;
      row["address"] = masked_address(details.channel, details.address);
      row["sent_at"] = time_or_null(state.sent_at);
      row["resend_at"] = time_or_null(state.resend_at);
      row["expires_at"] = time_or_null(state.expires_at);
      row["attempts_left"] = state.attempts_left;
    }
    // One that is known: it is used when they sign.
    if (factor == "passkey" && at.signer.status == "asked") {
      QUOTARY_TRY(known, known_passkey(parts, at, details));
      row["done"] = known.has_value();
    }
    out.push_back(std::move(row));
  }
  return out;
}

json::array others_of(const Visited& at) {
  json::array out;
  for (const SignerRecord& each : at.request.signers) {
    if (each.id == at.signer.id) continue;
    const auto& role = role_of(each.field);
    out.push_back(json::object{
        {"role", role.chinese}, {"role_en", role.english}, {"state", each.status == "asked" ? "open" : each.status}});
  }
  return out;
}

// What a signer may have: what their own signature made, and once all have signed, the newest revision.
Result<records::RevisionRecord> signers_revision(const Organisation::Parts& parts, const Visited& at) {
  if (at.request.status == "completed") return revision_of(parts, at.document, at.document.revision);
  QUOTARY_TRY(entry, parts.ledger->entry(at.signer.index));
  return revision_of(parts, at.document, records::number_of(entry.body, "revision"));
}

Result<json::value> result_of(const Organisation::Parts& parts, const Visited& at, const SignableWords& words) {
  if (at.signer.status != "signed") return json::value();
  QUOTARY_TRY(revision, signers_revision(parts, at));
  return json::value(json::object{{"document", json::object{{"sha256", revision.document_sha256},
                                                            {"size", revision.document_size},
                                                            {"revision", revision.revision}}},
                                  {"completed", at.request.status == "completed"},
                                  {"entry_index", at.signer.index},
                                  {"code_url", words.check_url}});
}

json::object consent_of(const records::SignatureRequestRecord& request) {
  json::object out{{"id", request.consent}, {"sha256", request.consent_sha256}};
  if (const auto* consent = signature::find_consent(request.consent))
    out["texts"] = json::object{{"zh-CN", consent->chinese}, {"en", consent->english}};
  return out;
}

}  // namespace

Result<Visited> visited(const Organisation::Parts& parts, const SignerVisit& visit) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  // A malformed token is looked up as any other, so that all unknown ones cost the same and say the same.
  const auto hash = link_hash(visit.token);
  QUOTARY_TRY(
      found, parts.read<std::optional<Visited>>([&](const StateReader& state) -> Result<std::optional<Visited>> {
        QUOTARY_TRY(link, records::find_link(state, hash));
        if (!link) return std::optional<Visited>();
        QUOTARY_TRY(request, records::find_signature_request(state, link->request));
        const auto* signer = request ? request->signer(link->signer) : nullptr;
        if (signer == nullptr) return fail(Errc::corrupt, "state_damaged", "a link names a signer who is not there");
        QUOTARY_TRY(document, records::find_signable(state, *request));
        if (!document)
          return fail(Errc::corrupt, "state_damaged", "a signature request's " + request->code() + " is not there");
        Visited out{*request, *signer, std::move(*document)};
        return std::optional<Visited>(std::move(out));
      }));
  if (!found)
    return fail(Errc::not_found, "signing_link_unknown", "this link opens nothing: ask the sender for a new one");
  return std::move(*found);
}

Result<void> check_signable(const Organisation::Parts& parts, const Visited& at) {
  if (at.signer.status != "asked")
    return fail(
        Errc::conflict, "already_" + at.signer.status,
        "you have " + at.signer.status + " " + at.document.in_words() + " already: this link shows what came of it");
  if (auto closed = records::why_closed(at.request, at.document, parts.now())) return *closed;
  if (!at.request.is_turn_of(at.signer.id))
    return fail(Errc::conflict, "not_your_turn", "another signer comes first; you are told when it is your turn");
  return {};
}

Error missing_factor(const std::string& factor) {
  Error error =
      fail(Errc::invalid, "factor_missing", "first prove who you are by the " + factor + " that was demanded");
  error.problems.push_back({"", error.code, factor});
  return error;
}

Draft signer_draft(const Visited& at, std::string_view type) {
  Draft draft = draft_by("signer:" + at.signer.id, "signer", type, at.document.subject());
  draft.body = {{"request", at.request.id}, {at.document.member(), at.document.number}, {"signer", at.signer.id}};
  return draft;
}

Result<Answer> signer_session(const Organisation::Parts& parts, const SignerVisit& visit) {
  QUOTARY_TRY(at, visited(parts, visit));
  QUOTARY_TRY(details, read_signers(parts, at.request));
  QUOTARY_TRY(who, signer_details(details, at.signer.id));
  QUOTARY_TRY(words, words_of(parts, at.document));
  QUOTARY_TRY(result, result_of(parts, at, words));
  const auto& role = role_of(at.signer.field);
  const auto ended = [&](std::string_view status) {
    return at.signer.status == status ? time_or_null(at.signer.ended_at) : json::value();
  };
  json::object out{
      {"state", state_of(at, parts.now())},
      {"request_id", at.request.id},
      {"expires_at", format_rfc3339(at.request.expires_at)},
      {"message", details.message},
      {"viewed_at",
       at.signer.viewed_sha256 == at.document.newest_sha256() ? time_or_null(at.signer.viewed_at) : json::value()},
      {"signed_at", ended("signed")},
      {"declined_at", ended("declined")},
      {"result", std::move(result)}};
  out["signer"] = json::object{{"name", who.name},     {"organisation", who.organisation}, {"own_role", who.role},
                               {"role", role.chinese}, {"role_en", role.english},          {"language", who.language}};
  out["sender"] =
      json::object{{"name", parts.person_name(at.request.requested_by)}, {"organisation", parts.profile.name}};
  out[at.document.code()] = std::move(words.told);
  out["document"] = json::object{
      {"sha256", at.document.newest_sha256()}, {"size", at.document.newest_size()}, {"revision", at.document.revision}};
  out["consent"] = consent_of(at.request);
  QUOTARY_TRY(factors, factors_of(parts, at, who, visit));
  out["factors"] = std::move(factors);
  out["methods"] = json::array{"drawn", "typed"};
  // A passkey confirms what is signed here, so no copy that was signed elsewhere can take its place.
  if (!at.demands("passkey")) out["methods"].as_array().emplace_back("certificate");
  out["field"] = json::object{{"width", pdfgen::signature_box_width}, {"height", pdfgen::signature_box_height}};
  out["others"] = others_of(at);
  return Answer{200, std::move(out), false};
}

Result<Bytes> signer_document(const Organisation::Parts& parts, const SignerVisit& visit) {
  QUOTARY_TRY(at, visited(parts, visit));
  if (auto closed = records::why_closed(at.request, at.document, parts.now())) return *closed;
  if (at.signer.status != "asked")
    return fail(Errc::conflict, "already_" + at.signer.status, "the signed document is another: it ends in /signed");
  QUOTARY_TRY(bytes, document_bytes(parts, at.document, at.document.revision));
  return Bytes{std::move(bytes), "application/pdf", at.document.newest_sha256(), at.document.stem() + ".pdf"};
}

Result<Bytes> signed_document(const Organisation::Parts& parts, const SignerVisit& visit) {
  QUOTARY_TRY(at, visited(parts, visit));
  if (at.signer.status != "signed") return fail(Errc::not_found, "not_signed", "it is not signed");
  QUOTARY_TRY(revision, signers_revision(parts, at));
  QUOTARY_TRY(bytes, document_bytes(parts, at.document, revision.revision));
  return Bytes{std::move(bytes), "application/pdf", revision.document_sha256, at.document.stem() + "-signed.pdf"};
}

Result<Answer> signer_viewed(Organisation::Parts& parts, const SignerVisit& visit, std::string_view body) {
  QUOTARY_TRY(at, visited(parts, visit));
  QUOTARY_TRY(object, parse_body(body));
  Error error = fail(Errc::invalid, "", "");
  refuse_unknown(object, {"document_sha256"}, error);
  const auto hash = text_member(object, "document_sha256", error);
  if (!error.problems.empty()) return error;
  QUOTARY_TRY_VOID(check_signable(parts, at));
  if (hash != at.document.newest_sha256())
    return fail(Errc::conflict, "document_changed", "the document to sign is another by now: read it again");
  // Once for each document: a page that is opened again adds nothing to the log.
  if (at.signer.viewed_sha256 != hash) {
    Draft draft = signer_draft(at, records::signature_viewed_type);
    draft.body["document_sha256"] = hash;
    QUOTARY_TRY(entry, append_entry(*parts.ledger, draft));
    (void)entry;
  }
  return signer_session(parts, visit);
}

Result<Answer> send_signer_code(Organisation::Parts& parts, const SignerVisit& visit) {
  QUOTARY_TRY(at, visited(parts, visit));
  QUOTARY_TRY_VOID(check_signable(parts, at));
  if (!at.demands("code")) return fail(Errc::conflict, "factor_not_asked", "no code is asked of this signer");
  QUOTARY_TRY(message, invitation_of(parts, at.request, at.signer, "code"));
  if (!parts.config.signature.delivery)
    return fail(Errc::unavailable, "delivery_failed", "nothing delivers codes here at the moment");
  QUOTARY_TRY(code, parts.codes->make(at.code_key(), parts.now()));
  // The code alone: a message that held both would make one factor of two.
  message.content.erase("link");
  message.content.erase("message");
  message.content["code"] = code;
  message.content["expires_at"] = format_rfc3339(Timestamp{parts.now().unix_ms + signature::code_lives_ms});
  if (const auto sent = parts.config.signature.delivery->deliver(message); !sent) {
    parts.codes->undo(at.code_key());
    return fail(Errc::unavailable, "delivery_failed",
                "the code could not be sent; try again (" + sent.error().code + ")");
  }
  return signer_session(parts, visit);
}

Result<CheckedCode> check_signer_code(Organisation::Parts& parts, const SignerVisit& visit, std::string_view body) {
  QUOTARY_TRY(at, visited(parts, visit));
  QUOTARY_TRY(object, parse_body(body));
  Error error = fail(Errc::invalid, "", "");
  refuse_unknown(object, {"code"}, error);
  const auto code = text_member(object, "code", error);
  if (!error.problems.empty()) return error;
  QUOTARY_TRY_VOID(check_signable(parts, at));
  QUOTARY_TRY(proof, parts.codes->check(at.code_key(), code, parts.now()));
  SignerVisit proven = visit;
  proven.proof = proof;
  QUOTARY_TRY(session, signer_session(parts, proven));
  return CheckedCode{std::move(session), std::move(proof)};
}

Result<Answer> decline_document(Organisation::Parts& parts, const SignerVisit& visit, std::string_view body) {
  QUOTARY_TRY(at, visited(parts, visit));
  QUOTARY_TRY(object, parse_body(body));
  Error error = fail(Errc::invalid, "", "");
  refuse_unknown(object, {"reason"}, error);
  const auto given = text_member(object, "reason", error);
  const auto length = characters_in(given);
  if (length < decline_characters_min || length > decline_characters_max)
    add_fault(error, "bad_reason", "/reason", "a reason has 2 to 500 characters");
  if (!error.problems.empty()) return error;
  QUOTARY_TRY_VOID(check_signable(parts, at));
  QUOTARY_TRY(reason, parts.document_text(given, "/reason", decline_characters_max));
  QUOTARY_TRY(key_subject, parts.live_key_subject(at.document.customer));
  QUOTARY_TRY(text,
              canonical_json(json::object{{"reason", reason}, {"ip", visit.peer}, {"user_agent", visit.user_agent}}));
  Draft draft = signer_draft(at, records::signature_declined_type);
  draft.objects.push_back({"text", "application/json", text, key_subject, 1});
  QUOTARY_TRY(entry, append_entry(*parts.ledger, draft));
  (void)entry;
  if (parts.courier) parts.courier->wake();
  return signer_session(parts, visit);
}

}  // namespace quotary::api
