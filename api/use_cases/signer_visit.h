// Who a link leads to, and what the signer's calls do with it. Inside api/use_cases.
#pragma once

#include "api/use_cases/signer_calls.h"
#include "ledger/records/signing.h"

#include <algorithm>

namespace quotary::api {

struct Visited {
  records::SignatureRequestRecord request;
  records::SignerRecord signer;
  records::Signable document;

  // Of codes and proofs: another link needs another code.
  [[nodiscard]] std::string code_key() const {
    return request.id + "/" + signer.id + "/" + std::to_string(signer.links);
  }
  [[nodiscard]] bool demands(std::string_view factor) const {
    return std::find(signer.factors.begin(), signer.factors.end(), factor) != signer.factors.end();
  }
};

// Errc::not_found `signing_link_unknown`.
[[nodiscard]] Result<Visited> visited(const Organisation::Parts& parts, const SignerVisit& visit);
// Whether that signer may sign or decline now; the fold says it again at the write.
[[nodiscard]] Result<void> check_signable(const Organisation::Parts& parts, const Visited& at);
// Errc::invalid `factor_missing`; the factor's name stands in problems[0].
[[nodiscard]] Error missing_factor(const std::string& factor);
// A draft by the signer.
[[nodiscard]] Draft signer_draft(const Visited& at, std::string_view type);

}  // namespace quotary::api
