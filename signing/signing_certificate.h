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

// The subject of the first certificate, one line; "" for none.
[[nodiscard]] std::string certificate_subject_of(std::string_view pem);

}  // namespace quotary::signing
