// A signature of an appended revision: where it stands, what it covers, and whether it holds. Internal to signing.
#pragma once

#include "signing/cms.h"
#include "signing/revision_check.h"
#include "signing/signature_place.h"

#include <optional>
#include <string>
#include <string_view>

namespace quotary::signing {

enum class SignatureKind { seal, approval, document_timestamp, ledger_proof };
[[nodiscard]] std::string_view name_of(SignatureKind kind);

struct CheckedSignature {
  SignatureKind kind = SignatureKind::approval;
  bool foreign = false;  // not written by Quotary
  std::string signer, certificate_sha256, algorithm;
  std::vector<std::string> names;    // subject_names() of the signer's certificate
  std::optional<Timestamp> claimed;  // /M, or a time-stamp's own time
  bool trusted = false;
  std::string carried;  // the .tlog-proof of a ledger_proof; whether it holds is for who has the log's key
};

struct SignatureRoots {
  std::string_view signer_roots_pem, time_roots_pem;  // may be empty: then nothing is trusted
};

// `pdf` ends with the revision that brings the signature. Errc::invalid `second_certification`, `signature_malformed`,
// `signature_kind`, `signature_time`, `signature_invalid` (the CMS or token does not hold), and those of
// locate_any_signature().
[[nodiscard]] Result<CheckedSignature> check_new_signature(std::string_view pdf, std::size_t begin,
                                                           const NewSignature& signature, const SignatureRoots& roots);

// A date of ISO 32000-1 section 7.9.4, with a zone or in UTC. Absent when it is none.
[[nodiscard]] std::optional<Timestamp> read_pdf_date(std::string_view text);

}  // namespace quotary::signing
