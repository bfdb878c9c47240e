// A time-stamping authority that can be made to answer wrongly in one respect at a time.
#pragma once

#include "signing/openssl_handles.h"
#include "signing/time_stamp.h"
#include "tests/support/temporary_folder.h"

#include <openssl/obj_mac.h>

#include <optional>
#include <string>
#include <vector>

namespace quotary::testing {

// A key with its self-signed certificate.
struct TimeSigner {
  signing::KeyPtr key;
  signing::CertificatePtr certificate;
  std::string pem;
};
// `extended_key_usage` as make_self_signed() takes it; the certificate is valid for ten years from `now`.
[[nodiscard]] TimeSigner make_time_signer(const TemporaryFolder& folder, const char* extended_key_usage, Timestamp now);

// What a forged token says. As it stands it is a genuine one, for the imprint and the nonce.
struct Forgery {
  Hash imprint;
  std::string nonce;                  // empty: none
  Timestamp time{1'795'485'784'567};  // 2026-11-24T02:03:04.567Z
  std::string gen_time;               // instead, as it stands
  int version = 1;
  int imprint_digest = NID_sha256;  // with an imprint of its length
  int signature_digest = NID_sha256;
  std::optional<int> accuracy_s;
  std::string behind_info;               // bytes behind TSTInfo, within what is signed
  bool ess = true, content_type = true;  // signed attributes
  std::string ess_certificate;           // DER of another one that the ESS reference names
  bool carries_certificate = true;
  bool critical_extension = false;
};
// DER of the token.
[[nodiscard]] std::string forge_token(const TimeSigner& signer, const Forgery& forgery);
// DER of an answer: with the token, or a refusal when `token` is empty.
[[nodiscard]] std::string forge_reply(int status, const std::string& token, std::optional<int> failure = {},
                                      const std::string& words = {});

}  // namespace quotary::testing
