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
  std::string signature;   // the value within it
  std::string time_token;  // the signature time-stamp within it; empty: none
};

// What all signatures by one certificate have in common, encoded once by OpenSSL: making its objects anew for each
// document costs as much as signing. Immutable after make(): safe to share between threads.
class CmsForm {
 public:
  // The certificates go into every CMS, leaf first. Errc::invalid `seal_invalid` for a key that is not allowed or a
  // certificate that is not for signing.
  [[nodiscard]] static Result<CmsForm> make(X509* leaf, const std::vector<CertificatePtr>& chain);

  [[nodiscard]] X509* leaf() const { return leaf_.get(); }
  // The signed attributes, a DER SET: contentType, messageDigest and signingCertificateV2; never signingTime, which
  // PAdES forbids. This is what is signed.
  [[nodiscard]] std::string attributes(const Hash& digest) const;
  // The CMS, DER. `time_token`, when not empty, becomes the unsigned attribute signature-time-stamp.
  [[nodiscard]] std::string write(const Hash& digest, std::string_view signature,
                                  std::string_view time_token = {}) const;

 private:
  CertificatePtr leaf_;
  std::string attributes_;  // with some digest
  std::string type_, signed_data_,
      signer_;  // what stands before the content, the signers and the signature; with some digest
  std::size_t digest_in_attributes_ = 0, digest_in_signer_ = 0;
};

// Detached signature over content whose SHA-256 is `digest`, by the key of the form's certificate.
[[nodiscard]] Result<SignedCms> sign_cms(const CmsForm& form, EVP_PKEY* key, const Hash& digest);

// Puts a time-stamp token over SHA-256 of the signature's value into the CMS, as the unsigned attribute
// id-aa-signatureTimeStampToken (RFC 3161 appendix A, EN 319 122-1 section 5.3). Errc::invalid or Errc::corrupt as
// read_time_token(); Errc::corrupt `token_imprint` for a token over something else; `cms` is then as it was. Who signed
// the token is not asked: see check_time_token().
[[nodiscard]] Result<void> add_time_token(SignedCms& cms, const CmsForm& form, const Hash& digest,
                                          std::string_view time_token);
// The value of an in-process key's signature over a form's attributes, for keys that sign through a seam of their own.
[[nodiscard]] Result<std::string> sign_attributes(EVP_PKEY* key, std::string_view attributes);

// Whether `cms` is what the form gives for this digest, and its signature holds under the leaf's key: all that
// verify_cms() asks for follows from it. Errc::invalid `seal_invalid` says what does not hold.
[[nodiscard]] Result<void> confirm_cms(const SignedCms& cms, const CmsForm& form, const Hash& digest);

// The signed attribute that carries a ledger proof: one OCTET STRING under an OID made from a UUID (ITU-T X.667), which
// needs no registration. FORMAT.md says what stands in it.
inline constexpr const char* ledger_proof_oid = "2.25.190629969624545144876528195087932285763";

// As sign_cms(), with `carried` (not empty) as that attribute, and the same bytes each time: an elliptic curve's nonce
// follows from key and message (RFC 6979), RSA's PKCS #1 v1.5 has none.
[[nodiscard]] Result<SignedCms> sign_carrier_cms(const Hash& digest, X509* leaf, EVP_PKEY* key,
                                                 const std::vector<CertificatePtr>& chain, std::string_view carried);

struct CmsFinding {
  CertificatePtr signer;
  std::vector<CertificatePtr> certificates;  // all that it brings along
  std::string algorithm;                     // "ECDSA P-256 with SHA-256"
  std::string carried;                       // what verify_carrier_cms() found in the attribute
  Hash signature_hash;                       // SHA-256 of the signature's value: what its time-stamp is over
  std::string time_token;                    // the signature time-stamp, over that; empty: none
};

// Checks form and signature of a strict DER CMS over `content`: one SignerInfo, the attributes above, an allowed
// algorithm and key size, the ESS certificate reference, no unsigned attribute but one signature time-stamp over its
// signature. Errc::invalid `seal_invalid` says what does not hold. Whether anyone trusts the certificate or the
// time-stamp's authority is another question: see certificate_trusted() and check_time_token().
[[nodiscard]] Result<CmsFinding> verify_cms(std::string_view der, std::string_view content);
// The same of what sign_carrier_cms() writes: the carrying attribute must be there exactly once, and not empty, and no
// time-stamp with it.
[[nodiscard]] Result<CmsFinding> verify_carrier_cms(std::string_view der, std::string_view content);

// As verify_cms() of what other programs write: BER, signatures that do not name their certificate (PKCS #7 before
// PAdES), a signingTime, other signed attributes, unsigned ones and further certificates may be there, which the
// signature either covers or which nothing here rests on. `time_token` is there only when it is over this signature.
[[nodiscard]] Result<CmsFinding> verify_foreign_cms(std::string_view der, std::string_view content);

// The size of the CMS at the front of `bytes`, in DER or, as other programs write it, in BER; 0 when there is none.
[[nodiscard]] std::size_t foreign_cms_size(std::string_view bytes);

// The size of the DER value at the front of `bytes`, or 0 when there is none that fits.
[[nodiscard]] std::size_t der_size(std::string_view bytes);

// True when a chain leads from the signer, whose certificate is for documents, through the finding's certificates to
// an anchor, all valid at `time` and none weaker than chain_security_level.
[[nodiscard]] bool certificate_trusted(const CmsFinding& finding, std::string_view trust_anchors_pem, Timestamp time);

}  // namespace quotary::signing
