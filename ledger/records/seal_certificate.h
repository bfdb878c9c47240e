// The certificate that seals, as the entries tell it. A rule of the fold and its reader.
#pragma once

#include "ledger/records/views.h"

namespace quotary::records {

// Subject "seal:certificate"; body `certificate`, the SHA-256 of its DER in hexadecimal, `not_after`, and `previous`,
// the index of the entry before it about another certificate; the fact `certificate` is it and its chain as PEM.
inline constexpr std::string_view seal_adopted_type = "seal.certificate_adopted",
                                  seal_certificate_subject = "seal:certificate";

struct SealCertificate {
  std::string sha256;
  std::uint64_t index = 0;  // of its entry
};
[[nodiscard]] Found<SealCertificate> find_seal_certificate(const StateReader& state);

// Rule of the fold.
[[nodiscard]] Result<void> seal_adopted(const Entry& entry, StateWriter& state);

}  // namespace quotary::records
