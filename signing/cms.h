// CMS SignedData as PAdES wants it (ETSI EN 319 122-1, CAdES B-B without signingTime). Pure but for OpenSSL; any thread.
#pragma once

#include "ledger/base/result.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <string>
#include <string_view>

namespace quotary::signing {

// Detached SignedData (DER) over `content`, checked with CMS_verify before it is returned.
[[nodiscard]] Result<std::string> sign_detached(X509* certificate, EVP_PKEY* key, STACK_OF(X509) * chain, std::string_view content);

struct CmsFinding {
  std::string subject, certificate_sha256, algorithm;
  bool trusted = false;
  std::size_t size = 0;  // DER bytes used; the rest of the reserved place must be zero
};
// Errc::corrupt `seal_broken` when it does not hold over `content`. One SignerInfo, SHA-256, no signingTime.
[[nodiscard]] Result<CmsFinding> check_detached(std::string_view der, std::string_view content, std::string_view anchors_pem);

}  // namespace quotary::signing
