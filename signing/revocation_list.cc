#include "signing/revocation_list.h"

#include <openssl/x509v3.h>

namespace quotary::signing {

namespace {

using DistributionPointPtr = std::unique_ptr<ISSUING_DIST_POINT, Release<ISSUING_DIST_POINT_free>>;
using EnumeratedPtr = std::unique_ptr<ASN1_ENUMERATED, Release<ASN1_ENUMERATED_free>>;

Error refuse(const char* code, const std::string& what) {
  ERR_clear_error();
  return fail(Errc::corrupt, code, "the revocation list " + what);
}

// RFC 5280 section 5.2.5: which certificates the list is about, when it says so.
Result<void> check_scope(X509_CRL* list, X509* certificate) {
  for (int i = 0; i < X509_CRL_get_ext_count(list); ++i) {
    X509_EXTENSION* const extension = X509_CRL_get_ext(list, i);
    const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
    if (nid == NID_delta_crl) return refuse("revocation_scope", "is a delta, which says nothing without its base");
    if (X509_EXTENSION_get_critical(extension) != 0 && nid != NID_issuing_distribution_point)
      return refuse("revocation_scope", "has a critical extension that is not known");
  }
  int critical = -1;
  const DistributionPointPtr point(
      static_cast<ISSUING_DIST_POINT*>(X509_CRL_get_ext_d2i(list, NID_issuing_distribution_point, &critical, nullptr)));
  if (critical == -1) return {};
  if (!point) return refuse("revocation_scope", "has an issuing distribution point that cannot be read");
  const bool authority = X509_check_ca(certificate) > 0;
  if (point->indirectCRL > 0 || point->onlyattr > 0 || point->onlysomereasons)
    return refuse("revocation_scope", "is indirect, or for some reasons or attribute certificates only");
  if ((authority && point->onlyuser > 0) || (!authority && point->onlyCA > 0))
    return refuse("revocation_scope", "is for certificates of another kind");
  return {};
}

Result<Revocation> entry_of(X509_CRL* list, X509* certificate, const RevocationQuestion& asked) {
  Revocation out;
  out.this_update = time_of(X509_CRL_get0_lastUpdate(list));
  out.state = RevocationState::good;
  out.detail = "revocation list of " + format_rfc3339(out.this_update);
  X509_REVOKED* entry = nullptr;
  if (X509_CRL_get0_by_cert(list, &entry, certificate) == 0 || !entry) return out;
  for (int i = 0; i < X509_REVOKED_get_ext_count(entry); ++i) {
    if (X509_EXTENSION_get_critical(X509_REVOKED_get_ext(entry, i)) != 0)
      return refuse("revocation_scope", "has an entry with a critical extension");
  }
  const EnumeratedPtr reason(
      static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr)));
  out.reason = revocation_reason_name(reason ? static_cast<int>(ASN1_ENUMERATED_get(reason.get())) : -1);
  out.revoked_at = time_of(X509_REVOKED_get0_revocationDate(entry));
  if (*out.revoked_at <= asked.at) out.state = RevocationState::revoked;
  return out;
}

}  // namespace

bool answer_algorithm_allowed(int signature_nid, EVP_PKEY* key) {
  int digest = NID_undef, its_key = NID_undef;
  return key && key_strong_enough(key) && OBJ_find_sigid_algs(signature_nid, &digest, &its_key) == 1 &&
         (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512) && its_key == EVP_PKEY_get_base_id(key);
}

Result<CrlPtr> read_revocation_list(std::string_view der) {
  if (der.size() > revocation_list_bytes_max)
    return fail(Errc::too_large, "revocation_list_too_large",
                "a revocation list of " + std::to_string(der.size()) + " bytes; at most " +
                    std::to_string(revocation_list_bytes_max) + " are read");
  ERR_clear_error();
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  CrlPtr list(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
  const bool strict = list && der_of<i2d_X509_CRL>(list.get()) == der;
  ERR_clear_error();
  if (!strict) return fail(Errc::invalid, "bad_revocation_list", "no revocation list in strict DER and nothing else");
  return list;
}

Result<Revocation> revocation_in_list(X509_CRL* list, X509* certificate, X509* issuer,
                                      const RevocationQuestion& asked) {
  ERR_clear_error();
  if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(issuer)) != 0 ||
      X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) != 0)
    return refuse("revocation_signature", "is not by the certificate's issuer");
  QUOTARY_TRY_VOID(check_scope(list, certificate));
  AnswerTimes times{time_of(X509_CRL_get0_lastUpdate(list)), std::nullopt};
  if (const ASN1_TIME* next = X509_CRL_get0_nextUpdate(list)) times.next_update = time_of(next);
  QUOTARY_TRY_VOID(check_fresh(times, not_after_of(certificate), asked));
  EVP_PKEY* const key = X509_get0_pubkey(issuer);
  if (!answer_algorithm_allowed(X509_CRL_get_signature_nid(list), key))
    return refuse("revocation_algorithm", "is signed by an algorithm or a key size that is not allowed");
  // Without the extension every use is allowed.
  if ((X509_get_key_usage(issuer) & KU_CRL_SIGN) == 0)
    return refuse("revocation_signature", "is by a certificate that may not sign one");
  if (X509_CRL_verify(list, key) != 1) return refuse("revocation_signature", "is not signed by the issuer's key");
  auto found = entry_of(list, certificate, asked);
  ERR_clear_error();
  return found;
}

}  // namespace quotary::signing
