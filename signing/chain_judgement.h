// A chain of certificates, from a signer to a trust anchor, with the revocation of each at a given time (RFC 5280
// section 6, EN 319 102-1 section 5.2), and what is still to be fetched to say so.
#pragma once

#include "signing/revocation.h"
#include "signing/validation_material.h"

namespace quotary::signing {

inline constexpr std::size_t fetch_places_max = 4;        // of one certificate and kind; further ones are not named
inline constexpr std::size_t fetch_url_bytes_max = 2048;  // a longer one is passed over

// A place that a certificate names, where the missing part may be had; several places for one part are alternatives.
struct Fetch {
  enum class Kind { issuer_certificate, revocation_list, ocsp_answer };
  Kind kind = Kind::revocation_list;
  std::string url;      // http or https, printable ASCII. A stranger's words: the caller guards where it connects to
  std::string request;  // an OCSP question, DER, to be sent by POST as ocsp_request_type; empty: a GET
  std::string nonce;    // that stands in it, for add_ocsp_answer()
  std::string subject, certificate_sha256;  // of the certificate that lacks it
};

struct CertificateFinding {
  std::string der;
  std::string subject, sha256;  // one line; hexadecimal
  Timestamp not_before, not_after;
  std::string key;        // "ECDSA P-256"
  int security_bits = 0;  // of the key, NIST SP 800-57 part 1 table 2
  Revocation revocation;
};

// Its revocation is not asked about. Errc::invalid `bad_material`.
[[nodiscard]] Result<CertificateFinding> certificate_facts(std::string_view der);

enum class ChainPurpose { signing, time_stamping };

struct ChainQuestion {
  std::string_view trust_anchors_pem;  // roots, or certificates that are trusted themselves; may be empty
  ChainPurpose purpose = ChainPurpose::signing;
  Timestamp at;            // the certificates are judged as of then
  Timestamp now;           // our clock
  std::string ocsp_nonce;  // put into OCSP questions; empty: none
};

struct ChainFinding {
  std::vector<CertificateFinding> certificates;  // the signer's first; as far as the material leads
  // Why it does not lead to an anchor at that time: `certificate_expired`, `certificate_not_yet_valid`,
  // `certificate_weak` (a key or a digest below 112 bits), `certificate_purpose`, `certificate_untrusted`.
  std::optional<Error> fault;
  std::vector<Fetch> wanted;
  ValidationMaterial used;  // what the finding rests on: what is to be kept with the document

  // It leads to an anchor, and no certificate on the way is revoked or of an unknown state.
  [[nodiscard]] bool complete() const;
  // The first certificate that was revoked at the time asked about, or null.
  [[nodiscard]] const CertificateFinding* revoked() const;
};

// `leaf` and `others` (of its CMS, say) are DER; `others` that cannot be read are passed over. Pure: no network, no
// clock. Errc::invalid `bad_material` when the leaf is no certificate, `bad_certificates` for anchors that are not PEM.
[[nodiscard]] Result<ChainFinding> judge_chain(std::string_view leaf, const std::vector<std::string>& others,
                                               const MaterialPool& pool, const ChainQuestion& question);

}  // namespace quotary::signing
