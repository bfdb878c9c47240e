#include "signing/signing_certificate.h"

#include "signing/openssl_handles.h"

namespace quotary::signing {

Result<SigningCertificate> signing_certificate(std::string pem) {
  QUOTARY_TRY(certificates, certificates_from_pem(pem));
  const X509* const leaf = certificates.front().get();
  return SigningCertificate{quotary::sha256(certificate_der(leaf)), not_after_of(leaf), std::move(pem)};
}

std::string certificate_subject_of(std::string_view pem) {
  const auto certificates = certificates_from_pem(pem);
  return certificates ? certificate_subject(certificates->front().get()) : std::string();
}

}  // namespace quotary::signing
