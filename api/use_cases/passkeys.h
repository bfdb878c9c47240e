// Passkeys of signers: one for each address of a customer, made at a first signing and used at every later one.
// FORMAT.md, "Passkeys". Inside api/use_cases.
#pragma once

#include "api/use_cases/signature_rules.h"
#include "api/use_cases/signer_visit.h"
#include "signing/passkey.h"

namespace quotary::api {

struct KnownPasskey {
  signing::Passkey passkey;
  std::uint64_t index = 0;  // of the entry that registered it
};

// The site of this organisation. Errc::unavailable `passkey_no_domain`.
[[nodiscard]] Result<signing::PasskeySite> passkey_site(const Organisation::Parts& parts);

// The newest of that signer; absent when there is none, or when it was erased with the customer.
[[nodiscard]] Result<std::optional<KnownPasskey>> known_passkey(const Organisation::Parts& parts, const Visited& at,
                                                                const SignerDetails& who);

// What a signer confirms with a passkey: exactly this, and that here. Canonical JSON; its SHA-256 is the challenge.
struct SigningStatement {
  std::string document_sha256, consent_sha256, locale, method;
  std::string ink_sha256;  // of the strokes or the typed name
};
[[nodiscard]] std::string statement_text(const Visited& at, const SigningStatement& statement);

// The members of a body's `passkey`, base64url. Errc::invalid `passkey_invalid`.
[[nodiscard]] Result<signing::PasskeyAssertion> parse_assertion(const json::object& given);

// The row of the evidence: the key, the statement and the assertion over it, by which anybody can check it.
// Errc::invalid `passkey_invalid`.
[[nodiscard]] Result<json::object> proven_passkey(const Organisation::Parts& parts, const KnownPasskey& known,
                                                  const std::string& statement,
                                                  const signing::PasskeyAssertion& assertion);

}  // namespace quotary::api
