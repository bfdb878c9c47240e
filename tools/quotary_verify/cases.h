// How does this case of a demonstration stand, by an export alone? Its gate is evaluated anew from the entries.
#pragma once

#include "ledger/log/export_check.h"
#include "ledger/records/cases.h"
#include "tools/quotary_verify/verdict.h"

#include <optional>
#include <string>

namespace quotary::offline {

// One export. One thread.
class ExportedCase {
 public:
  explicit ExportedCase(std::string id) : id_(std::move(id)) {}

  // The state that the export's entries lead to.
  [[nodiscard]] Result<void> read(const StateReader& state);
  // Adds the case to the verdict of judge_export(): its policy, each requirement with what it lacks, each version of
  // evidence with the index of its entry. Nothing of an export that does not hold. Refused: `case_unknown`. Unchecked:
  // `facts_withheld` when the export does not hold what the answer follows from.
  void tell(Verdict& verdict, const ExportReport& report) const;

 private:
  void tell_gate(Verdict& verdict) const;
  void tell_items(Verdict& verdict) const;

  const std::string id_;
  bool read_ = false;
  std::optional<records::CaseRecord> found_;
  records::PolicyRecord policy_;
  std::vector<records::ItemRecord> items_;
  gates::GateState gate_;
};

}  // namespace quotary::offline
