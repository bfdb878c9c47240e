// A copy of a quote's document that was signed elsewhere, with a certificate of the signer's own. Inside api/use_cases.
#pragma once

#include "api/use_cases/parts.h"
#include "ledger/records/signing.h"

namespace quotary::api {

// What was signed in a copy, behind the document that it is a copy of.
struct SignedCopy {
  std::vector<std::string> fields;  // of the document, in the order of signing
  bool trusted = false;             // the certificates of all lead to what the organisation trusts
  bool buyers = false;              // they do, and each names whom the document is for
  json::array signatures;           // the findings on them, as evidence
};

// The copy has `base`, which is the newest revision of the document, as its front, and behind it signatures of
// reserved fields, with what programs add to them for later proof, and nothing else. Errc::invalid `not_this_document`,
// `change_not_allowed` (problems[0] has the validator's code), `no_signature`, `proof_inside`; Errc::conflict
// `document_changed` (it is a copy of an earlier revision), `nothing_added`; errors of judge_document().
[[nodiscard]] Result<SignedCopy> read_signed_copy(const Organisation::Parts& parts, const records::Signable& document,
                                                  std::string_view base, std::string_view pdf);

// buyer, trusted, unknown (FORMAT.md, "Signatures without a request").
[[nodiscard]] inline std::string_view assurance_of(const SignedCopy& copy) {
  return copy.buyers    ? records::assurance_buyer
         : copy.trusted ? records::assurance_trusted
                        : records::assurance_unknown;
}

}  // namespace quotary::api
