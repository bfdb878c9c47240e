// Numbers proofs from an open ledger.
#pragma once

#include "ledger/log/index_roots.h"
#include "ledger/numbers/numbers_proof.h"
#include "ledger/records/log_succession.h"

namespace quotary {

// Of the places `first` to `last` of a period; `ends`: also that the next one has no number, if the newest index.root
// says so. `begun` is the time of the series' first entry.
struct NumbersAsked {
  NumberSeries series;
  Timestamp begun;
  std::string period;
  std::uint64_t first = 1, last = 0;  // at most numbers_in_proof_max; last first - 1: none
  bool ends = false;
  std::vector<records::BurnedNumbers> burned;  // of the period
};

// Under the newest index.root and the signed checkpoint that `covering(entry)` gives for the index of its entry.
// Errc::unavailable `index_behind` when the index.root does not know one of the places yet, or a number after the last
// was given since; Errc::too_large `numbers_too_many` when the places can have too many spellings; errors of
// make_status_proof() and number_spellings().
[[nodiscard]] Result<NumbersProof> make_numbers_proof(const Ledger& ledger, const IndexRoots& index,
                                                      const NumbersAsked& asked,
                                                      const std::function<std::string(std::uint64_t entry)>& covering);

}  // namespace quotary
