// A case folded anew from entries alone, in memory: how its gate stood after each, and whether that leads to what a
// ledger's state says of it.
#pragma once

#include "ledger/records/cases.h"
#include "ledger/records/fold.h"
#include "ledger/records/memory_state.h"

namespace quotary::records {

// How a case stands.
struct CaseStanding {
  std::string stage;
  gates::GateState gate;
  friend bool operator==(const CaseStanding&, const CaseStanding&) = default;
};

// What a state says of one case, to be compared with what another says.
struct CaseInState {
  CaseStanding standing;
  gates::Policy policy;                                    // that it stands under
  std::map<std::string, std::string, std::less<>> values;  // all that is kept under the case's own keys
  friend bool operator==(const CaseInState&, const CaseInState&) = default;
};
// Errc::not_found `case_not_found`; corrupt `state_damaged`.
[[nodiscard]] Result<CaseInState> case_in_state(const StateReader& state, std::string_view id);

// Folds by the ledger's own rules. For one thread.
class CaseReplay {
 public:
  explicit CaseReplay(std::string id) : id_(std::move(id)) {}

  // The next entry: first those about the case's policy, from its version 1 to the one that the case stands under, then
  // those about the case, each in the log's order. Errors of the rules of cases.h: the entry could not stand there.
  [[nodiscard]] Result<void> apply(const Entry& entry, std::string_view facts) {
    return fold_.apply(entry, facts, state_);
  }
  // As the entries so far leave it.
  [[nodiscard]] Result<CaseInState> stands() const { return case_in_state(state_, id_); }

 private:
  std::string id_;
  RecordsFold fold_;
  MemoryState state_;
};

}  // namespace quotary::records
