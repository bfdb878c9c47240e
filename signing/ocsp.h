// The Online Certificate Status Protocol (RFC 6960): questions, and answers kept for later. The only door to OpenSSL's
// OCSP.
#pragma once

#include "signing/openssl_handles.h"
#include "signing/revocation.h"

#include <memory>

namespace quotary::signing {

inline constexpr std::size_t ocsp_answer_bytes_max = 64u << 10;
inline constexpr int ocsp_statements_max = 64;                                // of one answer, on as many certificates
inline constexpr int ocsp_certificates_max = 16;                              // that one answer brings along
inline constexpr const char* ocsp_request_type = "application/ocsp-request";  // RFC 6960 appendix A

// OCSPRequest, DER, on one certificate; its CertID is by SHA-1, which names and does not secure, because responders
// need know no other (RFC 5019 section 2.1.1). `nonce` (RFC 8954: 1 to 32 bytes) may be empty: none is sent.
// Errc::internal `ocsp_failed`.
[[nodiscard]] Result<std::string> make_ocsp_request(X509* certificate, X509* issuer, std::string_view nonce = {});

// An OCSPResponse with a signed answer. Immutable: safe to share between threads.
class OcspAnswer {
 public:
  // Errc::invalid `bad_ocsp_answer` for bytes that are not one successful OCSPResponse in strict DER with a
  // BasicOCSPResponse; Errc::unavailable `ocsp_refused` for one that says why there is none ("tryLater");
  // Errc::too_large `ocsp_answer_too_large`. Leaves the error queue empty.
  [[nodiscard]] static Result<OcspAnswer> read(std::string_view der);
  ~OcspAnswer();
  OcspAnswer(OcspAnswer&&) noexcept;
  OcspAnswer& operator=(OcspAnswer&&) noexcept;

  struct Finding {
    Revocation revocation;
    CertificatePtr responder;            // a delegated one; null: the issuer itself
    bool responder_needs_check = false;  // it has no id-pkix-ocsp-nocheck: its own revocation must be asked for
  };
  // What the answer says of a certificate that `issuer` issued. Errc::corrupt: `ocsp_other_certificate` (nothing of
  // this one, or two statements), `ocsp_responder` (signed neither by the issuer nor by one whom it authorised: section
  // 4.2.2.2), `revocation_algorithm`, `revocation_signature`, and those of check_fresh().
  [[nodiscard]] Result<Finding> revocation_of(X509* certificate, X509* issuer, const RevocationQuestion& asked) const;

  // Whether the answer is to the question with this nonce. Many responders leave the nonce out, and then freshness is
  // what thisUpdate says: that is no error. Errc::corrupt `ocsp_nonce` for another nonce.
  [[nodiscard]] Result<void> check_nonce(std::string_view nonce) const;

 private:
  struct State;
  explicit OcspAnswer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quotary::signing
