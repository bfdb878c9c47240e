// Does this export hold? For who has the folder and the log's key.
#pragma once

#include "ledger/log/export_check.h"
#include "tools/quotary_verify/verdict.h"

namespace quotary::offline {

// For check_export(): what an organisation's entry erases (ledger/records/erasure.h), or "".
[[nodiscard]] std::string erased_by_entry(const EntryView& entry, std::string_view canonical);

// What was found, as a verdict: does not hold (`export_damaged`) with a problem or more. The checkpoint's witnesses are
// for require_witnesses().
[[nodiscard]] Verdict judge_export(const ExportReport& report);

}  // namespace quotary::offline
