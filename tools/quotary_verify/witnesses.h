// Were there enough witnesses? For who does not take the log's own signature as enough. Pure.
#pragma once

#include "ledger/log/policy.h"
#include "tools/quotary_verify/verdict.h"

#include <span>
#include <string_view>

namespace quotary::offline {

// `logs` are the keys that one log signed with. Adds who cosigned the checkpoint (a signed one, or the one that a
// .tlog-proof or a status proof ends in) to a verdict that holds, and refuses it when they are not enough for the
// policy: `too_few_witnesses`, or the codes of check_witnessed().
void require_witnesses(Verdict& verdict, std::string_view checkpoint_or_proof, std::span<const Vkey> logs,
                       const WitnessPolicy& policy);

}  // namespace quotary::offline
