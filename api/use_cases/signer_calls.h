// The calls of who was asked to sign, whose only credential is the token of their link.
#pragma once

#include "api/use_cases/parts.h"

namespace quotary::api {

inline constexpr std::size_t strokes_max = 200, stroke_points_max = 4'000, typed_name_characters_max = 40,
                             decline_characters_min = 2, decline_characters_max = 500, user_agent_bytes_max = 300;
inline constexpr int stroke_extent = 10'000;

// One call of a browser.
struct SignerVisit {
  std::string token;             // of the link; anything
  std::string proof;             // of the browser, or ""
  std::string peer, user_agent;  // as evidence
};

// Each first finds the link: Errc::not_found `signing_link_unknown`, the same for what is malformed, unknown and
// renewed. What cannot be signed any more is Errc::conflict `request_<status>`, `quote_<status>`, `already_signed`,
// `already_declined`, `not_your_turn`, `document_changed`.

// The session (the page's whole knowledge): state, document, factors, consent.
[[nodiscard]] Result<Answer> signer_session(const Organisation::Parts& parts, const SignerVisit& visit);
// The document that would be signed.
[[nodiscard]] Result<Bytes> signer_document(const Organisation::Parts& parts, const SignerVisit& visit);
// {"document_sha256"}: they have read it to its end. The first time of each document is an entry.
[[nodiscard]] Result<Answer> signer_viewed(Organisation::Parts& parts, const SignerVisit& visit, std::string_view body);
// Sends a code. Errors of signature::Codes::make(); Errc::unavailable `delivery_failed`; conflict `factor_not_asked`.
[[nodiscard]] Result<Answer> send_signer_code(Organisation::Parts& parts, const SignerVisit& visit);
// {"code"}; `proof` is to be kept by the browser that entered it. Errors of signature::Codes::check().
struct CheckedCode {
  Answer session;
  std::string proof;
};
[[nodiscard]] Result<CheckedCode> check_signer_code(Organisation::Parts& parts, const SignerVisit& visit,
                                                    std::string_view body);
// What a browser makes a passkey from: the challenge, the site, the user and the algorithms taken. Errc::unavailable
// `passkey_no_domain`; conflict `factor_not_asked`, `passkey_known`; invalid `factor_missing`: the code comes first.
[[nodiscard]] Result<Answer> new_signer_passkey(const Organisation::Parts& parts, const SignerVisit& visit);
// {"client_data", "authenticator_data"}: it was made. The same errors, and Errc::invalid `passkey_invalid`.
[[nodiscard]] Result<Answer> register_signer_passkey(Organisation::Parts& parts, const SignerVisit& visit,
                                                     std::string_view body);
// The body of a signature, without its `passkey`: {"challenge", "site_id", "credential_id"} of the passkey that has to
// confirm it. Errors of sign_document() about the body; conflict `passkey_unknown`, `factor_not_asked`.
[[nodiscard]] Result<Answer> signing_challenge(const Organisation::Parts& parts, const SignerVisit& visit,
                                               std::string_view body);
// Signs exactly the document that was read last: a new revision, its evidence and what follows from it in one durable
// write. Errc::invalid `consent_missing`, `factor_missing` (problems[0]'s detail: which), `not_viewed`,
// `strokes_invalid`, `bad_typed_name`, `bad_method`, `passkey_invalid`; unavailable `signing_unavailable`. Two at once:
// one wins, the other gets a conflict. The same key and body again are answered with the session as it is.
[[nodiscard]] Result<Answer> sign_document(Organisation::Parts& parts, const SignerVisit& visit,
                                           std::string_view idempotency_key, std::string_view body);
// Takes a copy that they signed elsewhere, with a certificate of their own, in place of sign_document(): the same read,
// consented and proven. `consent` has "id", "sha256", "locale" and "accepted". Errors of read_signed_copy();
// Errc::invalid `field_differs`; conflict `certificate_not_offered` where a passkey is demanded. The same bytes again
// are answered with the session as it is.
[[nodiscard]] Result<Answer> hand_in_signed_copy(Organisation::Parts& parts, const SignerVisit& visit,
                                                 const json::object& consent, std::string_view pdf);
// {"reason"}
[[nodiscard]] Result<Answer> decline_document(Organisation::Parts& parts, const SignerVisit& visit,
                                              std::string_view body);
// The sealed page on how it was signed, with what other signers proved left out. Errc::conflict `not_signed`.
[[nodiscard]] Result<Bytes> signer_summary(const Organisation::Parts& parts, const SignerVisit& visit);
// The revision that their signature made; once all have signed, the newest. Errc::not_found `not_signed`.
[[nodiscard]] Result<Bytes> signed_document(const Organisation::Parts& parts, const SignerVisit& visit);

}  // namespace quotary::api
