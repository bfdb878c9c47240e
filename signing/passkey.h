// Passkeys of people who sign: what a browser says when it makes one and when it uses one (W3C Web Authentication
// Level 2, sections 7.1 and 7.2). The engine is libfido2. Pure: safe on hostile bytes and from any thread.
#pragma once

#include "ledger/base/hash.h"

#include <string>
#include <string_view>

namespace quotary::signing {

// Limits of this file, in one place.
inline constexpr std::size_t passkey_client_data_bytes_max = 2'048, passkey_authenticator_bytes_max = 2'048,
                             passkey_signature_bytes_max = 1'024, passkey_id_bytes_max = 1'023;

// Where passkeys are made and used.
struct PasskeySite {
  std::string origin;  // as browsers say it: "https://quotes.example.com", "http://localhost:8480"
  std::string id;      // the host alone
};
// Of a public URL. Errc::unavailable `passkey_no_domain` for an address in numbers, to which browsers give none, and
// for a host without TLS other than localhost.
[[nodiscard]] Result<PasskeySite> passkey_site(std::string_view public_url);

// The numbers of COSE (RFC 9053) for what is taken: ECDSA P-256, Ed25519, RSA 2048 with SHA-256.
inline constexpr int passkey_algorithms[] = {-7, -8, -257};

struct Passkey {
  std::string id;          // of the credential, bytes
  std::string public_key;  // SubjectPublicKeyInfo, DER
  int algorithm = 0;       // one of passkey_algorithms
};

// A new one. It proves nothing of who made it: that is for what the person proved before. Errc::invalid
// `passkey_invalid` says what does not hold: client data of another kind, challenge or origin; another site; the person
// was not there or not verified (PIN or biometrics); no key of ours.
[[nodiscard]] Result<Passkey> read_new_passkey(const PasskeySite& site, const Hash& challenge,
                                               std::string_view client_data, std::string_view authenticator_data);

// What a browser answers when a passkey is used.
struct PasskeyAssertion {
  std::string client_data, authenticator_data, signature;  // bytes
};
// Whether the passkey signed the challenge there, with the person verified. Errc::invalid `passkey_invalid`.
[[nodiscard]] Result<void> check_passkey(const PasskeySite& site, const Passkey& passkey, const Hash& challenge,
                                         const PasskeyAssertion& assertion);

}  // namespace quotary::signing
