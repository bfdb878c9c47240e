#include "api/use_cases/passkeys.h"

#include "api/use_cases/body_members.h"
#include "api/use_cases/erasure_rules.h"
#include "api/use_cases/signer_calls.h"
#include "ledger/records/fields.h"

namespace quotary::api {
namespace {

using records::number_of;
using records::text_of;

constexpr std::string_view register_purpose = "quotary-passkey-1", sign_purpose = "quotary-sign-1";

// Of a customer's address: it tells that two signers are the same, and nothing of who.
std::string identity_of(const Organisation::Parts& parts, const Visited& at, const SignerDetails& who) {
  return parts.keys->keyed_hash("passkey_identity", at.document.customer + "/" + who.channel + ":" + who.address).hex();
}

std::string canonical(const json::object& object) {
  const auto out = canonical_json(object);
  QUOTARY_CHECK(out.has_value());
  return *out;
}

Hash register_challenge(const Visited& at, const std::string& identity) {
  return sha256(canonical({{"purpose", register_purpose},
                           {"request", at.request.id},
                           {"signer", at.signer.id},
                           {"link", at.signer.link},
                           {"identity", identity}}));
}

Result<std::string> bytes_member(const json::object& object, std::string_view name) {
  auto bytes = from_base64url(text_of(object, name));
  if (!bytes || bytes->empty())
    return fail(Errc::invalid, "passkey_invalid", "the member " + std::string(name) + " is base64url without padding");
  return std::move(*bytes);
}

// What must be proven before a passkey is made or replaced. A link alone replaces none: whoever holds a forwarded one
// would take the signer's place.
Result<void> check_registrable(const Organisation::Parts& parts, const Visited& at, const SignerVisit& visit,
                               bool known) {
  if (!at.demands("passkey")) return fail(Errc::conflict, "factor_not_asked", "no passkey is asked of this signer");
  QUOTARY_TRY_VOID(check_signable(parts, at));
  if (at.demands("code")) {
    if (parts.codes->proven(at.code_key(), visit.proof, parts.now())) return {};
    return missing_factor("code");
  }
  if (known)
    return fail(Errc::conflict, "passkey_known",
                "a passkey of this address is known: use it, or ask the sender to demand a code as well, with which "
                "another can be made");
  return {};
}

struct Signer {
  Visited at;
  SignerDetails who;
};
Result<Signer> signer_of(const Organisation::Parts& parts, const SignerVisit& visit) {
  QUOTARY_TRY(at, visited(parts, visit));
  QUOTARY_TRY(details, read_signers(parts, at.request));
  QUOTARY_TRY(who, signer_details(details, at.signer.id));
  return Signer{std::move(at), std::move(who)};
}

}  // namespace

Result<signing::PasskeySite> passkey_site(const Organisation::Parts& parts) {
  return signing::passkey_site(parts.profile.public_url);
}

Result<std::optional<KnownPasskey>> known_passkey(const Organisation::Parts& parts, const Visited& at,
                                                  const SignerDetails& who) {
  const auto identity = identity_of(parts, at, who);
  QUOTARY_TRY(index, parts.read<std::optional<std::uint64_t>>(
                         [&](const StateReader& state) { return records::find_passkey(state, identity); }));
  if (!index) return std::optional<KnownPasskey>();
  QUOTARY_TRY(entry, parts.ledger->entry(*index));
  auto stored = parts.payload(entry, "passkey");
  if (!stored && stored.error().code == "erased") return std::optional<KnownPasskey>();
  if (!stored) return std::move(stored).error();
  QUOTARY_TRY(value, parse_json(*stored));
  KnownPasskey out;
  out.index = *index;
  if (value.is_object()) {
    const auto& object = value.get_object();
    QUOTARY_TRY(id, bytes_member(object, "credential_id"));
    QUOTARY_TRY(key, from_base64(text_of(object, "public_key")));
    const auto* algorithm = object.if_contains("algorithm");
    out.passkey = {std::move(id), std::move(key),
                   algorithm && algorithm->is_int64() ? static_cast<int>(algorithm->get_int64()) : 0};
  }
  if (out.passkey.algorithm == 0)
    return fail(Errc::corrupt, "payload_damaged", "passkey of entry " + std::to_string(*index));
  return std::optional<KnownPasskey>(std::move(out));
}

std::string statement_text(const Visited& at, const SigningStatement& said) {
  return canonical({{"purpose", sign_purpose},
                    {"request", at.request.id},
                    {at.document.member(), at.document.number},
                    {"signer", at.signer.id},
                    {"field", at.signer.field},
                    {"link", at.signer.link},
                    {"document_sha256", said.document_sha256},
                    {"consent_sha256", said.consent_sha256},
                    {"locale", said.locale},
                    {"method", said.method},
                    {"ink_sha256", said.ink_sha256}});
}

Result<signing::PasskeyAssertion> parse_assertion(const json::object& given) {
  QUOTARY_TRY(client_data, bytes_member(given, "client_data"));
  QUOTARY_TRY(authenticator_data, bytes_member(given, "authenticator_data"));
  QUOTARY_TRY(signature, bytes_member(given, "signature"));
  return signing::PasskeyAssertion{std::move(client_data), std::move(authenticator_data), std::move(signature)};
}

Result<json::object> proven_passkey(const Organisation::Parts& parts, const KnownPasskey& known,
                                    const std::string& statement, const signing::PasskeyAssertion& assertion) {
  QUOTARY_TRY(site, passkey_site(parts));
  QUOTARY_TRY_VOID(signing::check_passkey(site, known.passkey, sha256(statement), assertion));
  return json::object{{"registered", known.index},
                      {"credential_id", to_base64url(known.passkey.id)},
                      {"public_key", to_base64(known.passkey.public_key)},
                      {"algorithm", known.passkey.algorithm},
                      {"statement", statement},
                      {"client_data", to_base64(assertion.client_data)},
                      {"authenticator_data", to_base64(assertion.authenticator_data)},
                      {"signature", to_base64(assertion.signature)}};
}

Result<Answer> new_signer_passkey(const Organisation::Parts& parts, const SignerVisit& visit) {
  QUOTARY_TRY(signer, signer_of(parts, visit));
  QUOTARY_TRY(site, passkey_site(parts));
  QUOTARY_TRY(known, known_passkey(parts, signer.at, signer.who));
  QUOTARY_TRY_VOID(check_registrable(parts, signer.at, visit, known.has_value()));
  const auto identity = identity_of(parts, signer.at, signer.who);
  json::array algorithms;
  for (const int each : signing::passkey_algorithms) algorithms.emplace_back(each);
  // The handle is of the identity, so that an authenticator keeps one passkey for it and no name of ours.
  return Answer{200,
                json::object{{"challenge", to_base64url(register_challenge(signer.at, identity).view())},
                             {"site", json::object{{"id", site.id}, {"name", parts.profile.name}}},
                             {"user", json::object{{"id", to_base64url(sha256(identity).view())},
                                                   {"name", masked_address(signer.who.channel, signer.who.address)},
                                                   {"display_name", signer.who.name}}},
                             {"algorithms", std::move(algorithms)}},
                false};
}

Result<Answer> register_signer_passkey(Organisation::Parts& parts, const SignerVisit& visit, std::string_view body) {
  QUOTARY_TRY(signer, signer_of(parts, visit));
  QUOTARY_TRY(object, parse_body(body));
  Error error = fail(Errc::invalid, "", "");
  refuse_unknown(object, {"client_data", "authenticator_data"}, error);
  if (!error.problems.empty()) return error;
  QUOTARY_TRY(site, passkey_site(parts));
  QUOTARY_TRY(known, known_passkey(parts, signer.at, signer.who));
  QUOTARY_TRY_VOID(check_registrable(parts, signer.at, visit, known.has_value()));
  QUOTARY_TRY(client_data, bytes_member(object, "client_data"));
  QUOTARY_TRY(authenticator_data, bytes_member(object, "authenticator_data"));
  const auto identity = identity_of(parts, signer.at, signer.who);
  QUOTARY_TRY(
      made, signing::read_new_passkey(site, register_challenge(signer.at, identity), client_data, authenticator_data));
  QUOTARY_TRY(key_subject, parts.live_key_subject(signer.at.document.customer));
  Draft draft = signer_draft(signer.at, records::passkey_registered_type);
  draft.body["identity"] = identity;
  if (known) draft.body["previous"] = known->index;
  json::object stored{{"credential_id", to_base64url(made.id)},
                      {"public_key", to_base64(made.public_key)},
                      {"algorithm", made.algorithm},
                      {"channel", signer.who.channel},
                      {"address", masked_address(signer.who.channel, signer.who.address)},
                      {"ip", visit.peer},
                      {"user_agent", visit.user_agent}};
  draft.objects.push_back({"passkey", "application/json", canonical(stored), key_subject, 1});
  QUOTARY_TRY(entry, append_entry(*parts.ledger, draft));
  (void)entry;
  return signer_session(parts, visit);
}

}  // namespace quotary::api
