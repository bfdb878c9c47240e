// Status proofs from an open ledger.
#pragma once

#include "ledger/log/index_roots.h"
#include "ledger/log/status_proof.h"

namespace quotary {

// The proof of a subject under what an index.root says of it and a signed checkpoint of this ledger that covers that
// index.root. Each way is checked before it is handed out. Errc::too_large `history_too_long` over status_entries_max;
// Errc::unavailable `index_behind` when the checkpoint does not cover the index.root; errors of reading the ledger.
[[nodiscard]] Result<StatusProof> make_status_proof(const Ledger& ledger, std::string_view subject,
                                                    const IndexRoots::Said& said, std::string_view checkpoint);

}  // namespace quotary
