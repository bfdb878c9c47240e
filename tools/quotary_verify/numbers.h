// What became of each number of a series? Pure: no network, no store, no clock.
#pragma once

#include "ledger/log/ports.h"
#include "tools/quotary_verify/verdict.h"

#include <string>
#include <string_view>
#include <vector>

namespace quotary::offline {

inline constexpr std::size_t numbers_proofs_max = 1'000;

// Judges numbers proofs (ledger/numbers/numbers_proof.h) of one period of a series, which together hold every number
// from 1 to the last: the parts in any order, each under an index.root of its own. Codes are those of
// check_numbers_proof(); `numbers_gap` where the parts leave numbers out or are of different periods; unchecked:
// `numbers_open` when no part shows that nothing follows the last number, `index_version`, `unknown_entry_type`.
[[nodiscard]] Verdict judge_numbers(const std::vector<std::string>& proofs, const CheckpointVerifier& log_key);

}  // namespace quotary::offline
