// Certificate revocation lists (RFC 5280 section 5): complete, direct ones, as authorities publish them.
#pragma once

#include "signing/openssl_handles.h"
#include "signing/revocation.h"

namespace quotary::signing {

inline constexpr std::size_t revocation_list_bytes_max = 4u << 20;

// Errc::invalid `bad_revocation_list` for bytes that are not one CertificateList in strict DER; Errc::too_large
// `revocation_list_too_large`. Leaves the error queue empty.
[[nodiscard]] Result<CrlPtr> read_revocation_list(std::string_view der);

// What the list says of a certificate that `issuer` issued. The list must be `issuer`'s own, complete and for
// certificates of this kind (`revocation_scope`: a delta, an indirect list, one for some reasons only, or a critical
// extension that is not known), signed by an allowed algorithm (`revocation_algorithm`) under its key and with its
// leave (`revocation_signature`), and fresh (check_fresh()): those are Errc::corrupt.
[[nodiscard]] Result<Revocation> revocation_in_list(X509_CRL* list, X509* certificate, X509* issuer,
                                                    const RevocationQuestion& asked);

// Whether an authority's signature by this algorithm (a NID of OpenSSL's) and key counts: SHA-256, SHA-384 or SHA-512
// with a key that key_strong_enough().
[[nodiscard]] bool answer_algorithm_allowed(int signature_nid, EVP_PKEY* key);

}  // namespace quotary::signing
