#include "signing/signing_certificate.h"

#include "signing/openssl_handles.h"

namespace quotary::signing {

Result<SigningCertificate> signing_certificate(std::string pem) {
  QUOTARY_TRY(certificates, certificates_from_pem(pem));
  const X509* const leaf = certificates.front().get();
  return SigningCertificate{quotary::sha256(certificate_der(leaf)), not_after_of(leaf), std::move(pem)};
}

}  // namespace quotary::signing
