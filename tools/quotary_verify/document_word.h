// The one word for a PDF (FORMAT.md, "Verdicts"), as far as it can be told without the ledger. Pure.
#pragma once

#include "ledger/log/ports.h"
#include "signing/verdict.h"
#include "tools/quotary_verify/verdict.h"

#include <optional>
#include <string>
#include <string_view>

namespace quotary::offline {

// The quote's status as a status proof shows it, told in the verdict as of its entry. Ends the verdict, and answers
// nothing, where the proof does not hold (codes of judge_status()) or is about another subject than `subject`:
// `status_of_another_quote`.
[[nodiscard]] std::optional<signing::CurrentStatus> hold_status(Verdict& verdict, std::string_view proof,
                                                                std::string_view subject,
                                                                const CheckpointVerifier& log_key);

// Tells the word: the fact "verdict". Without the ledger, what no proof speaks of may be anybody's, and whether a
// document still stands takes a status proof: then it is null, and "verdict_needs" says which proof is missing,
// `proof` or `status_proof`.
void tell_word(Verdict& verdict, signing::DocumentFinding finding, signing::LedgerKnowledge knowledge,
               std::optional<signing::CurrentStatus> status);

}  // namespace quotary::offline
