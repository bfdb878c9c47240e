// How one certificate that signs documents follows another: a statement that the keys of both sign. ledger/FORMAT.md,
// "Renewal of certificates", has the bytes. Pure; safe from any thread.
#pragma once

#include "ledger/base/hash.h"
#include "ledger/base/result.h"
#include "signing/approval_signature.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace quotary::signing {

inline constexpr std::size_t renewal_bytes_max = 64u << 10;  // two signatures with their chains

// What becomes of the certificate before: its time has come, or its key may be in other hands.
enum class CertificateEnd { renewed, revoked };
// "renewed", "revoked".
[[nodiscard]] std::string_view certificate_end_name(CertificateEnd end);

struct CertificateRenewal {
  CertificateEnd end = CertificateEnd::renewed;
  std::string origin;                     // the log's
  std::string use;                        // "seal" or "signing"
  std::uint64_t adopted_by = 0;           // the index of the entry by which the old certificate was adopted
  Hash old_certificate, new_certificate;  // SHA-256 of each one's DER
};

// The renewal as a text: the statement, then the old key's signature and the new key's. Both certificates are those of
// the signers, and what `terms` says of them is not looked at. What the signers give is held against their
// certificates. Errc::invalid `bad_renewal` for twice the same certificate, or an origin or use that is none;
// Errc::unavailable `signer_unsuitable`; the errors of the signers; Errc::internal `signing_failed`.
[[nodiscard]] Result<std::string> sign_renewal(CertificateRenewal terms, const DocumentSigner& old_signer,
                                               const DocumentSigner& new_signer);

// What such a text states, when both keys signed it and it is written as sign_renewal() writes. Whether the
// certificates were valid at any time is not asked: the log says when each was in use. Errc::corrupt `renewal` says
// what does not hold; Errc::invalid `unknown_algorithm` for certificates that are named by another hash.
[[nodiscard]] Result<CertificateRenewal> read_renewal(std::string_view text);

}  // namespace quotary::signing
