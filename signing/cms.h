// CMS SignedData as PAdES wants it (RFC 5652, RFC 5035, EN 319 122): the only door to OpenSSL's CMS.
#pragma once

#include "ledger/base/hash.h"
#include "signing/openssl_handles.h"

#include <string>
#include <string_view>
#include <vector>

namespace quotary::signing {

struct SignedCms {
  std::string der;
  std::string signature;  // the value within it
};

// Detached signature over content whose SHA-256 is `digest`, by `key`. The certificates go into it, leaf first. The
// signed attributes are contentType, messageDigest and signingCertificateV2; never signingTime, which PAdES forbids.
[[nodiscard]] Result<SignedCms> sign_cms(const Hash& digest, X509* leaf, EVP_PKEY* key, const std::vector<CertificatePtr>& chain);

// Whether `cms` is what sign_cms() writes for this digest and these certificates, and its signature holds under the leaf's
// key: all that verify_cms() asks for follows from it. Errc::invalid `seal_invalid` says what does not hold.
[[nodiscard]] Result<void> confirm_cms(const SignedCms& cms, const Hash& digest, X509* leaf, const std::vector<CertificatePtr>& chain);

struct CmsFinding {
  CertificatePtr signer;
  std::vector<CertificatePtr> certificates;  // all that it carries
  std::string algorithm;                     // "ECDSA P-256 with SHA-256"
};

// Checks form and signature of a strict DER CMS over `content`: one SignerInfo, the attributes above, an allowed
// algorithm and key size, the ESS certificate reference. Errc::invalid `seal_invalid` says what does not hold.
// Whether anyone trusts the certificate is another question: see certificate_trusted.
[[nodiscard]] Result<CmsFinding> verify_cms(std::string_view der, std::string_view content);

// The size of the DER value at the front of `bytes`, or 0 when there is none that fits.
[[nodiscard]] std::size_t der_size(std::string_view bytes);

// True when a chain leads from the signer through the finding's certificates to an anchor, all valid at `time`.
[[nodiscard]] bool certificate_trusted(const CmsFinding& finding, std::string_view trust_anchors_pem, Timestamp time);

}  // namespace quotary::signing
