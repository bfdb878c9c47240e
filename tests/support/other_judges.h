// The signatures of a PDF as somebody cuts them out who knows nothing of Quotary, and what openssl's commands say of
// them.
#pragma once

#include "tests/support/seal_fixture.h"

#include <string>
#include <vector>

namespace quotary::testing {

struct CutSignature {
  std::string der;      // what stands in /Contents, without the zeros behind
  std::string content;  // what /ByteRange says
  bool document_time = false;
};
// By their /ByteRange alone, in the order of the file.
[[nodiscard]] std::vector<CutSignature> cut_signatures(const std::string& pdf);

// The value of the one signature in a CMS, and its signature time-stamp; empty when there is none.
struct SignatureTime {
  std::string value, token;
};
[[nodiscard]] SignatureTime signature_time(const std::string& cms);

// `openssl cms -verify -cades`, at a time, with these roots alone.
[[nodiscard]] Outcome openssl_cms(const CutSignature& signature, const std::string& roots_pem, Timestamp at);
// `openssl ts -verify` of a token over data; `others_pem` may be empty.
[[nodiscard]] Outcome openssl_ts(const std::string& token, const std::string& data, const std::string& roots_pem,
                                 const std::string& others_pem, Timestamp at);

}  // namespace quotary::testing
