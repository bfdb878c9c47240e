// Did the log only grow since an earlier checkpoint? Pure: no network, no store, no clock.
#pragma once

#include "ledger/log/ports.h"
#include "tools/quotary_verify/verdict.h"

#include <optional>
#include <string>
#include <string_view>

namespace quotary::offline {

// Judges a signed checkpoint as judge_checkpoint() does, and whether it continues an earlier one: `earlier` is what
// open_earlier() takes, `earlier_name` its file. Of equal sizes the roots must be equal; else `consistency` must be the
// answer of GET /v1/log/proofs/consistency?from=&to= for the two sizes (RFC 6962 section 2.1.2). Two checkpoints that
// the log's key signed over different histories: `history_rewritten`. A proof that does not hold: `consistency`.
// Unchecked: an earlier one that cannot be used or is the later one (`earlier_too_late`), and a proof that is missing
// (`no_consistency_proof`), or is none or of other sizes (`bad_consistency_proof`).
[[nodiscard]] Verdict judge_growth(std::string_view note, std::string_view earlier, const std::string& earlier_name,
                                   const std::optional<std::string>& consistency, const CheckpointVerifier& log_key);

}  // namespace quotary::offline
