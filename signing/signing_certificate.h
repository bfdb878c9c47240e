// What is told of a certificate that signs documents.
#pragma once

#include "ledger/base/hash.h"
#include "ledger/base/time.h"

#include <string>
#include <string_view>

namespace quotary::signing {

struct SigningCertificate {
  Hash sha256;  // of the first certificate's DER
  Timestamp not_after;
  std::string pem;  // it, then its chain
};

// Of the signer's own certificate and its chain as PEM, as seals and document signers give them. Errc::invalid
// `bad_certificates`.
[[nodiscard]] Result<SigningCertificate> signing_certificate(std::string pem);

// Whether a signer's chain (its own certificate, then its issuers', as PEM) leads to where others can follow: to one of
// `roots_pem` or a certificate that one of them issued, or without any roots (empty) to a root of its own.
// Errc::unavailable `chain_incomplete` when it ends in a certificate whose issuer is missing, which the detail names;
// `chain_root_differs` when it ends in a root of its own that is none of those. Errc::invalid `bad_certificates`.
inline constexpr std::string_view chain_incomplete = "chain_incomplete";
[[nodiscard]] Result<void> check_chain_end(std::string_view pem, std::string_view roots_pem);

// The subject of the first certificate, one line; "" for none.
[[nodiscard]] std::string certificate_subject_of(std::string_view pem);

}  // namespace quotary::signing
