// The signatures of a document, each read within its own revision. For the sources of this folder only.
#pragma once

#include "signing/cms.h"
#include "signing/seal_level.h"

namespace quotary::signing {

// All revisions that signatures cover, together: a stranger's file must not make us hash it 64 times over.
inline constexpr std::size_t signed_bytes_max = 4 * pdf_bytes_max;

struct ReadSignature {
  LevelFinding finding;      // kind, field, object, covered, key, claimed_time; fault when it does not hold
  std::size_t revision = 0;  // that brought it
  std::vector<std::string> certificates;  // DER, the signer's first; empty when it does not hold
  // A time token that goes with it, its own or itself, and what it must be over; empty: none.
  std::string token;
  Hash imprint;
};

// In the order of their revisions. A signature that does not hold is there with its fault. Errc::invalid
// `not_our_profile`; Errc::too_large `file_too_large`.
[[nodiscard]] Result<std::vector<ReadSignature>> read_signatures(const PdfFile& file);

}  // namespace quotary::signing
