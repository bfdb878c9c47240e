// The state that an export's entries lead to, folded while they are checked. Inside ledger/log.
#pragma once

#include "ledger/log/export_inputs.h"
#include "ledger/log/scratch.h"

namespace quotary {

// One thread. Takes the entries one behind the other; what one of them may not say becomes a problem of the kinds that
// a verification of the ledger has.
class ExportFold {
 public:
  ExportFold(const Fold& fold, const Scratch& scratch, ExportProblems& problems)
      : fold_(fold), problems_(problems), state_(scratch) {}

  // Whether this object is what the fold reads beside an entry.
  [[nodiscard]] static bool reads(const ObjectView& object);
  // The next entry, with what the export holds of its payloads, in `file`. One whose facts are not there ends the fold:
  // what follows cannot be told.
  void apply(const EntryView& entry, std::string_view canonical, const std::vector<ExportedObject>& objects,
             const std::string& file);
  void end() { ended_ = true; }

  // Behind the last entry: whether each was folded, which is told to `folded` with the state. Errors of the disk that
  // the state is kept on, where no problem was found that comes first, and of `folded`.
  [[nodiscard]] Result<void> finish(const std::function<Result<void>(const StateReader&)>& folded);

 private:
  const Fold& fold_;
  ExportProblems& problems_;
  ScratchState state_;
  bool ended_ = false;
  std::uint64_t refused_ = 0;
};

}  // namespace quotary
