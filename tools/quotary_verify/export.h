// Does this export hold? For who has the folder and the log's key.
#pragma once

#include "ledger/log/export_check.h"
#include "ledger/log/scratch.h"
#include "ledger/records/fold.h"
#include "tools/quotary_verify/verdict.h"

#include <string>
#include <string_view>

namespace quotary::offline {

// Which entries of an organisation erase, by the ledger's own rules (ledger/records/erasure.h): those that approve what
// someone else asked for, with no legal hold on it, and those that a log restates right behind its succession. One
// export, each entry once and in order; needs no facts.
class ExportedErasures {
 public:
  // `scratch` is for people, requests and holds.
  explicit ExportedErasures(Scratch scratch) : state_(std::move(scratch)) {}

  // For check_export(): what the entry erases, or "".
  [[nodiscard]] std::string erased_by(const EntryView& entry, std::string_view canonical);

 private:
  void note_subject(const EntryView& entry);

  const RecordsFold fold_;
  ScratchState state_;
};

// What was found, as a verdict. With a problem or more it does not hold: `history_rewritten`, `records_refused` when
// the export is what the log signed and only what it says cannot be, else `export_damaged`. The checkpoint's witnesses
// are for require_witnesses().
[[nodiscard]] Verdict judge_export(const ExportReport& report);

}  // namespace quotary::offline
