#include "signing/signing_certificate.h"

#include "signing/openssl_handles.h"

namespace quotary::signing {

Result<SigningCertificate> signing_certificate(std::string pem) {
  QUOTARY_TRY(certificates, certificates_from_pem(pem));
  const X509* const leaf = certificates.front().get();
  return SigningCertificate{quotary::sha256(certificate_der(leaf)), not_after_of(leaf), std::move(pem)};
}

Result<void> check_chain_end(std::string_view pem, std::string_view roots_pem) {
  QUOTARY_TRY(chain, certificates_from_pem(pem));
  X509* const last = chain.back().get();
  if (!roots_pem.empty()) {
    QUOTARY_TRY(roots, certificates_from_pem(roots_pem));
    for (const CertificatePtr& root : roots)
      for (const CertificatePtr& each : chain)
        if (X509_cmp(root.get(), each.get()) == 0) return {};
    const bool issued_by_root = !is_self_issued(last) && !issuing_chain(last, roots).empty();
    if (issued_by_root) return {};
  }
  if (!is_self_issued(last))
    return fail(Errc::unavailable, std::string(chain_incomplete),
                "the certificate of " + certificate_issuer(last) + ", which issued that of " +
                    certificate_subject(last) + ", is missing: add it, and what issued it, behind the certificate");
  if (roots_pem.empty()) return {};
  return fail(
      Errc::unavailable, "chain_root_differs",
      "the chain ends in the root " + certificate_subject(last) + ", which is none of the roots that are given");
}

std::string certificate_subject_of(std::string_view pem) {
  const auto certificates = certificates_from_pem(pem);
  return certificates ? certificate_subject(certificates->front().get()) : std::string();
}

}  // namespace quotary::signing
