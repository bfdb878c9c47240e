// The signature itself: what was sent is checked, the document gets its revision, and the evidence is kept.
#include "api/signature/consent.h"
#include "api/use_cases/body_members.h"
#include "api/use_cases/cases/confirmation_evidence.h"
#include "api/use_cases/in_words.h"
#include "api/use_cases/passkeys.h"
#include "api/use_cases/signature_rules.h"
#include "api/use_cases/signed_copy.h"
#include "api/use_cases/signer_calls.h"
#include "api/use_cases/signer_visit.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::api {
namespace {

constexpr std::string_view certificate_method = "certificate";
constexpr std::size_t shown_address_bytes_max = 40;  // of a masked address, in the document

struct Given {
  std::string document_sha256, method, typed_name, locale, strokes_sha256;
  std::vector<signature::Stroke> strokes;
  std::optional<signing::PasskeyAssertion> passkey;
  std::optional<SignedCopy> copy;  // that was signed elsewhere
};

std::optional<int> coordinate(const json::value& value) {
  if (!value.is_int64() || value.get_int64() < 0 || value.get_int64() > stroke_extent) return std::nullopt;
  return static_cast<int>(value.get_int64());
}

Result<std::vector<signature::Stroke>> parse_strokes(const json::object& body) {
  const auto refused =
      fail(Errc::invalid, "strokes_invalid",
           "strokes are 1 to 200 lists of points [x, y], whole numbers from 0 to 10,000, at most 4,000 "
           "points in all");
  const auto* strokes = body.if_contains("strokes");
  if (!strokes || !strokes->is_array() || strokes->get_array().empty() || strokes->get_array().size() > strokes_max)
    return refused;
  std::vector<signature::Stroke> out;
  std::size_t points = 0;
  for (const auto& each : strokes->get_array()) {
    if (!each.is_array() || each.get_array().empty()) return refused;
    signature::Stroke stroke;
    for (const auto& point : each.get_array()) {
      if (++points > stroke_points_max || !point.is_array() || point.get_array().size() != 2) return refused;
      const auto x = coordinate(point.get_array()[0]), y = coordinate(point.get_array()[1]);
      if (!x || !y) return refused;
      stroke.emplace_back(*x, *y);
    }
    out.push_back(std::move(stroke));
  }
  return out;
}

Result<std::string> parse_consent(const json::object& consent, const records::SignatureRequestRecord& request) {
  const auto* accepted = consent.if_contains("accepted");
  const auto locale = records::text_of(consent, "locale");
  const bool holds = records::text_of(consent, "id") == request.consent &&
                     records::text_of(consent, "sha256") == request.consent_sha256 && accepted != nullptr &&
                     accepted->is_bool() && accepted->get_bool() && (locale == "zh-CN" || locale == "en");
  if (!holds) return fail(Errc::invalid, "consent_missing", "the consent text that was shown must be accepted");
  return locale;
}

Result<Given> parse_signing(const Organisation::Parts& parts, const json::object& body,
                            const records::SignatureRequestRecord& request) {
  Error error = fail(Errc::invalid, "", "");
  refuse_unknown(body, {"document_sha256", "consent", "method", "strokes", "typed_name", "passkey"}, error);
  Given out;
  out.document_sha256 = text_member(body, "document_sha256", error);
  out.method = text_member(body, "method", error);
  out.typed_name = text_member(body, "typed_name", error);
  if (out.method != "drawn" && out.method != "typed") add_fault(error, "bad_method", "/method", "drawn or typed");
  if (!error.problems.empty()) return error;
  if (body.contains("passkey")) {
    QUOTARY_TRY(assertion, parse_assertion(records::object_of(body, "passkey")));
    out.passkey = std::move(assertion);
  }
  QUOTARY_TRY(locale, parse_consent(records::object_of(body, "consent"), request));
  out.locale = std::move(locale);
  if (out.method == "drawn") {
    QUOTARY_TRY(strokes, parse_strokes(body));
    out.strokes = std::move(strokes);
    QUOTARY_TRY(canonical, canonical_json(body.at("strokes")));
    out.strokes_sha256 = sha256(canonical).hex();
    out.typed_name.clear();
    return out;
  }
  const auto length = characters_in(out.typed_name);
  if (length == 0 || length > typed_name_characters_max)
    return invalid("bad_typed_name", "/typed_name", "a typed name has 1 to 40 characters");
  QUOTARY_TRY(name, parts.document_text(out.typed_name, "/typed_name", typed_name_characters_max));
  out.typed_name = std::move(name);
  return out;
}

std::string statement_of(const Visited& at, const Given& given) {
  const bool drawn = given.method == "drawn";
  return statement_text(at, {given.document_sha256, at.request.consent_sha256, given.locale, given.method,
                             drawn ? given.strokes_sha256 : sha256(given.typed_name).hex()});
}

// By which factors the signer proved who they are, as evidence; link is proven by being here.
Result<json::array> proven_factors(const Organisation::Parts& parts, const Visited& at, const SignerDetails& who,
                                   const SignerVisit& visit, const Given& given, Timestamp now) {
  json::array out;
  for (const std::string& factor : at.signer.factors) {
    json::object row{{"kind", factor}, {"channel", who.channel}, {"address", masked_address(who.channel, who.address)}};
    if (factor == "link") {
      if (at.signer.sent_at) row["sent_at"] = format_rfc3339(*at.signer.sent_at);
    } else if (factor == "code") {
      const auto proof = parts.codes->proven(at.code_key(), visit.proof, now);
      if (!proof) return missing_factor(factor);
      row["sent_at"] = format_rfc3339(proof->sent_at);
      row["proven_at"] = format_rfc3339(proof->proven_at);
    } else {
      QUOTARY_TRY(known, known_passkey(parts, at, who));
      if (!known || !given.passkey) return missing_factor(factor);
      QUOTARY_TRY(proof, proven_passkey(parts, *known, statement_of(at, given), *given.passkey));
      row["passkey"] = std::move(proof);
    }
    out.push_back(std::move(row));
  }
  return out;
}

std::string evidence_of(const Visited& at, const SignerDetails& who, const Given& given, const SignerVisit& visit,
                        const json::array& factors, Timestamp now) {
  json::object out{
      {"request", at.request.id},
      {at.document.member(), at.document.number},
      {"signer", json::object{{"id", at.signer.id}, {"name", who.name}, {"organisation", who.organisation}}},
      {"field", at.signer.field},
      {"displayed",
       json::object{
           {"sha256", given.document_sha256}, {"size", at.document.newest_size()}, {"revision", at.document.revision}}},
      {"method", given.method},
      {"consent",
       json::object{{"id", at.request.consent}, {"sha256", at.request.consent_sha256}, {"locale", given.locale}}},
      {"factors", factors},
      {"ip", visit.peer},
      {"user_agent", visit.user_agent},
      {"viewed_at", format_rfc3339(*at.signer.viewed_at)},
      {"signed_at", format_rfc3339(now)}};
  if (given.method == "drawn") out["strokes_sha256"] = given.strokes_sha256;
  if (given.method == "typed") out["typed_name"] = given.typed_name;
  if (given.copy) {
    out["assurance"] = assurance_of(*given.copy);
    out["signatures"] = given.copy->signatures;
  }
  if (!who.role.empty()) out["signer"].as_object()["role"] = who.role;
  const auto canonical = canonical_json(out);
  QUOTARY_CHECK(canonical.has_value());
  return *canonical;
}

// A masked address as a document can show it: an address may hold what no face has.
std::string shown_address(std::string address) {
  if (address.size() > shown_address_bytes_max) address.replace(shown_address_bytes_max, std::string::npos, "...");
  std::replace_if(
      address.begin(), address.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return address;
}

// "签署链接 Link，验证码 One-time code c***@chenghu.example"
std::string proven_in_words(const json::array& factors) {
  std::string out;
  for (const auto& value : factors) {
    const auto& factor = value.as_object();
    const auto kind = records::text_of(factor, "kind");
    out += (out.empty() ? "" : "，") + in_words(signing_factors, kind);
    if (kind == "code") out += " " + shown_address(records::text_of(factor, "address"));
  }
  return out;
}

// The document with its new revision; the port's answer is not trusted to have left the base alone.
Result<std::string> new_revision(const Organisation::Parts& parts, const Visited& at, const SignerDetails& who,
                                 const Given& given, const json::array& factors, Timestamp now,
                                 const std::string& base) {
  if (!parts.config.signature.sign_document)
    return fail(Errc::unavailable, "signing_unavailable",
                "this server cannot write signatures into documents at the moment; tell the sender");
  signature::DocumentSignature asked;
  asked.field = at.signer.field;
  asked.time = now;
  asked.name = who.organisation.empty() ? who.name : who.name + " (" + who.organisation + ")";
  asked.role = who.role;
  asked.reason = given.method == "drawn" ? "手写签名 drawn，由签署服务记录 recorded by the signing service"
                                         : "键入姓名 typed，由签署服务记录 recorded by the signing service";
  asked.proven = proven_in_words(factors);
  asked.strokes = given.strokes;
  asked.typed_name = given.typed_name;
  QUOTARY_TRY(signed_pdf, parts.config.signature.sign_document(base, asked));
  if (signed_pdf.size() <= base.size() || !signed_pdf.starts_with(base))
    return fail(Errc::internal, "revision_differs", "a signature did not leave the document before it as it was");
  return signed_pdf;
}

// What every way of signing rests on: who it is, proven how, and that they read the document as it is.
struct Consigned {
  SignatureDetails details;
  SignerDetails who;
  Timestamp now;
  json::array factors;
  std::string base;
};

Result<Consigned> consigned(const Organisation::Parts& parts, const Visited& at, const SignerVisit& visit,
                            const Given& given) {
  if (!at.signer.viewed_at || at.signer.viewed_sha256 != given.document_sha256)
    return fail(Errc::invalid, "not_viewed", "read the document to its end first");
  QUOTARY_TRY(details, read_signers(parts, at.request));
  QUOTARY_TRY(who, signer_details(details, at.signer.id));
  const auto now = parts.now();
  QUOTARY_TRY(factors, proven_factors(parts, at, who, visit, given, now));
  QUOTARY_TRY(base, document_bytes(parts, at.document, at.document.revision));
  return Consigned{std::move(details), std::move(who), now, std::move(factors), std::move(base)};
}

struct Signing {
  const Visited& at;
  const Given& given;
  const Consigned& by;
  std::string evidence;
  std::string_view whole;  // the document behind it
  std::optional<RequestIdentity> request;
};

// Whether nobody else is left to sign.
bool all_others_signed(const records::SignatureRequestRecord& request, const std::string& signer) {
  return std::all_of(request.signers.begin(), request.signers.end(),
                     [&](const auto& each) { return each.id == signer || each.status == "signed"; });
}

// What the last signature of a confirmation brings its case; null: it brings nothing.
Result<std::unique_ptr<ConfirmationEvidence>> evidence_for(const Organisation::Parts& parts, const Signing& signing,
                                                           const json::object& body) {
  const auto& at = signing.at;
  if (at.document.kind != records::SignableKind::confirmation || !all_others_signed(at.request, at.signer.id))
    return std::unique_ptr<ConfirmationEvidence>();
  return ConfirmationEvidence::make(parts, at, signing.by.details, body, signing.whole, signing.by.now);
}

// The signature's entry, and the one that makes a signed confirmation evidence: one durable write.
Result<void> append_signing(Organisation::Parts& parts, const Signing& signing) {
  const auto& at = signing.at;
  QUOTARY_TRY(key_subject, parts.live_key_subject(at.document.customer));
  Draft draft = signer_draft(at, records::signature_signed_type);
  if (signing.request) {
    draft.request_scope = signing.request->scope;
    draft.request_body = signing.request->body;
  }
  json::array proven;
  for (const auto& factor : signing.by.factors) proven.emplace_back(factor.at("kind"));
  draft.body["field"] = at.signer.field;
  draft.body["method"] = signing.given.method;
  draft.body["consent_sha256"] = at.request.consent_sha256;
  draft.body["factors"] = std::move(proven);
  if (signing.given.copy) draft.body["assurance"] = assurance_of(*signing.given.copy);
  draft.objects.push_back({"evidence", "application/json", signing.evidence, key_subject, 1});
  put_revision(draft, signing.by.base, at.document.revision, signing.whole, key_subject);
  QUOTARY_TRY(brings, evidence_for(parts, signing, draft.body));
  const auto committed = parts.ledger->append([&](const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
    QUOTARY_TRY(request, records::find_signature_request(state, at.request.id));
    if (!request) return fail(Errc::corrupt, "state_damaged", "a signature request is not there");
    // All others have signed: known only here, where nothing comes between.
    const bool completes = all_others_signed(*request, at.signer.id);
    Draft whole = draft;
    whole.body["completes"] = completes;
    if (at.document.kind == records::SignableKind::quote) return std::vector<Draft>{std::move(whole)};
    // Another signature between would have made another revision.
    if (completes != (brings != nullptr))
      return fail(Errc::conflict, "document_changed", "the document to sign is another by now: read it again");
    if (!brings) return std::vector<Draft>{std::move(whole)};
    return std::vector<Draft>{std::move(whole), brings->draft()};
  });
  if (!committed) return committed.error();
  if (parts.courier) parts.courier->wake();
  return {};
}

// Whether this signer signed by exactly this copy.
Result<bool> handed_in_before(const Organisation::Parts& parts, const Visited& at, std::string_view pdf) {
  if (at.signer.status != "signed") return false;
  QUOTARY_TRY(entry, parts.ledger->entry(at.signer.index));
  return records::text_of(entry.body, "method") == certificate_method &&
         records::text_of(entry.body, "document_sha256") == sha256(pdf).hex();
}

}  // namespace

Result<Answer> signing_challenge(const Organisation::Parts& parts, const SignerVisit& visit, std::string_view body) {
  QUOTARY_TRY(at, visited(parts, visit));
  QUOTARY_TRY(object, parse_body(body));
  if (!at.demands("passkey")) return fail(Errc::conflict, "factor_not_asked", "no passkey is asked of this signer");
  QUOTARY_TRY_VOID(check_signable(parts, at));
  QUOTARY_TRY(given, parse_signing(parts, object, at.request));
  QUOTARY_TRY(details, read_signers(parts, at.request));
  QUOTARY_TRY(who, signer_details(details, at.signer.id));
  QUOTARY_TRY(known, known_passkey(parts, at, who));
  if (!known) return fail(Errc::conflict, "passkey_unknown", "first make a passkey here");
  QUOTARY_TRY(site, passkey_site(parts));
  return Answer{200,
                json::object{{"challenge", to_base64url(sha256(statement_of(at, given)).view())},
                             {"site_id", site.id},
                             {"credential_id", to_base64url(known->passkey.id)}},
                false};
}

Result<Answer> sign_document(Organisation::Parts& parts, const SignerVisit& visit, std::string_view idempotency_key,
                             std::string_view body) {
  QUOTARY_TRY(at, visited(parts, visit));
  QUOTARY_TRY(object, parse_body(body));
  Principal signer;
  signer.id = "signer:" + at.signer.id;
  QUOTARY_TRY(identity,
              identify_request(*parts.keys, signer, "POST", "/sign/" + at.request.id, idempotency_key, object));
  const auto pass = parts.gate.enter(identity.scope);
  QUOTARY_TRY(before, answered_before(parts, identity));
  if (before) {
    QUOTARY_TRY(session, signer_session(parts, visit));
    session.replayed = true;
    return session;
  }
  QUOTARY_TRY_VOID(check_signable(parts, at));
  QUOTARY_TRY(given, parse_signing(parts, object, at.request));
  if (given.document_sha256 != at.document.newest_sha256())
    return fail(Errc::conflict, "document_changed", "the document to sign is another by now: read it again");
  QUOTARY_TRY(by, consigned(parts, at, visit, given));
  QUOTARY_TRY(signed_pdf, new_revision(parts, at, by.who, given, by.factors, by.now, by.base));
  QUOTARY_TRY_VOID(append_signing(parts, {at, given, by, evidence_of(at, by.who, given, visit, by.factors, by.now),
                                          signed_pdf, std::move(identity)}));
  return signer_session(parts, visit);
}

Result<Answer> hand_in_signed_copy(Organisation::Parts& parts, const SignerVisit& visit, const json::object& consent,
                                   std::string_view pdf) {
  QUOTARY_TRY(at, visited(parts, visit));
  const auto pass = parts.gate.enter("signed-copy " + at.document.place());
  QUOTARY_TRY(handed_in, handed_in_before(parts, at, pdf));
  if (handed_in) {
    QUOTARY_TRY(session, signer_session(parts, visit));
    session.replayed = true;
    return session;
  }
  QUOTARY_TRY_VOID(check_signable(parts, at));
  if (at.demands("passkey"))
    return fail(Errc::conflict, "certificate_not_offered",
                "your signature is to be confirmed by a passkey, which a copy signed elsewhere cannot be: sign here");
  Given given;
  given.method = certificate_method;
  given.document_sha256 = at.document.newest_sha256();
  QUOTARY_TRY(locale, parse_consent(consent, at.request));
  given.locale = std::move(locale);
  QUOTARY_TRY(by, consigned(parts, at, visit, given));
  QUOTARY_TRY(copy, read_signed_copy(parts, at.document, by.base, pdf));
  if (copy.fields != std::vector<std::string>{at.signer.field})
    return fail(Errc::invalid, "field_differs", "sign the field " + at.signer.field + " of the document, and no other");
  given.copy = std::move(copy);
  QUOTARY_TRY_VOID(append_signing(
      parts, {at, given, by, evidence_of(at, by.who, given, visit, by.factors, by.now), pdf, std::nullopt}));
  return signer_session(parts, visit);
}

}  // namespace quotary::api
