// A public key infrastructure in memory, wrong in whatever respect a test asks for: authorities, signers, revocation
// lists and OCSP answers.
#pragma once

#include "signing/openssl_handles.h"
#include "tests/support/seal_fixture.h"
#include "tests/support/time_fixture.h"

#include <optional>
#include <string>
#include <vector>

namespace quotary::testing {

inline constexpr std::int64_t year_ms = 365 * day_ms;

struct Identity {
  signing::KeyPtr key;
  signing::CertificatePtr certificate;
  [[nodiscard]] std::string der() const { return signing::certificate_der(certificate.get()); }
  [[nodiscard]] std::string pem() const { return signing::certificate_to_pem(certificate.get()); }
};

struct CertificateProfile {
  std::string name;
  Timestamp not_before{seal_time.unix_ms - year_ms}, not_after{seal_time.unix_ms + 2 * year_ms};
  int rsa_bits = 0;  // 0: ECDSA P-256
  const char* basic_constraints = "critical,CA:FALSE";
  const char* key_usage = "critical,digitalSignature";
  const char* extended_key_usage = nullptr;
  const char* list_points = nullptr;  // as in OpenSSL's x509v3_config: "URI:http://…"
  const char* access = nullptr;       // "OCSP;URI:http://…,caIssuers;URI:http://…"
  bool no_check = false;              // id-pkix-ocsp-nocheck
  const char* digest = "SHA256";
};
// Null issuer: self-signed.
[[nodiscard]] Identity issue(const Identity* issuer, const CertificateProfile& profile);
[[nodiscard]] CertificateProfile authority_profile(const std::string& name);

struct Revoked {
  const Identity* who = nullptr;
  Timestamp when;
  int reason = -1;  // CRLReason; -1: none given
};
struct ListProfile {
  Timestamp this_update{seal_time.unix_ms + 60'000};
  std::optional<Timestamp> next_update = Timestamp{seal_time.unix_ms + 7 * day_ms};
  std::vector<Revoked> revoked;
  const char* issuing_point = nullptr;  // "critical,onlyCA:TRUE"
  const char* digest = "SHA256";
};
// DER of a list in `issuer`'s name, signed by `signer`'s key (null: by the issuer's).
[[nodiscard]] std::string make_list(const Identity& issuer, const ListProfile& profile,
                                    const Identity* signer = nullptr);

struct AnswerProfile {
  int status = 0;  // 0 good, 1 revoked, 2 unknown
  Timestamp revoked_at;
  int reason = -1;
  Timestamp this_update{seal_time.unix_ms + 60'000};
  std::optional<Timestamp> next_update = Timestamp{seal_time.unix_ms + 7 * day_ms};
  std::string nonce;
  const char* digest = "SHA256";
};
// DER of an OCSPResponse on `subject`, which `issuer` issued, signed by `responder`.
[[nodiscard]] std::string make_answer(const Identity& subject, const Identity& issuer, const Identity& responder,
                                      const AnswerProfile& profile);

// Root, intermediate, signer, time-stamping authority and responder, as they should be.
struct TestAuthority {
  Identity root, intermediate, signer, time, responder;
  [[nodiscard]] std::string roots() const { return root.pem(); }
  // A token by `time` over an imprint at a time.
  [[nodiscard]] std::string token(const Hash& imprint, Timestamp at) const;
};
[[nodiscard]] TestAuthority test_authority();

// A seal whose chain is signer, intermediate, root.
[[nodiscard]] std::shared_ptr<const signing::Seal> seal_of(const TemporaryFolder& folder, const Identity& signer,
                                                           const TestAuthority& authority);

}  // namespace quotary::testing
