// Confirmations (试用确认书) of cases: what they are of and what came of them. Values and rules of the fold; each call
// reads the state it is given and nothing else.
//
// A confirmation is bound to one version of one item of its case. It is signed as quotes are (signing.h); the entry of
// the last signature is followed, in the same write, by the one that makes the signed document evidence of the case.
#pragma once

#include "ledger/gates/gate.h"
#include "ledger/records/views.h"

#include <vector>

namespace quotary::records {

inline constexpr std::size_t confirmations_max = 100;  // of a case
inline constexpr std::string_view confirmation_made_type = "confirmation.made",
                                  confirmation_subject_prefix = "confirmation:";

struct ConfirmationRecord : Signable {
  std::string case_id;
  gates::Target target;     // what was shown
  std::string content;      // the target's commitment, lower-case hex
  std::string requirement;  // that it was made for; empty: none by name
  Timestamp made_at;
  std::string evidence;  // the item of its case that it became once all had signed
};
[[nodiscard]] Found<ConfirmationRecord> find_confirmation(const StateReader& state, std::string_view id);
// Of a case, in the order of making.
[[nodiscard]] Result<std::vector<ConfirmationRecord>> find_confirmations(const StateReader& state,
                                                                         std::string_view case_id);
// The document that is named.
[[nodiscard]] Found<Signable> find_signable(const StateReader& state, const SignableName& name);
// Writes back what the flow changed in a document that is there.
[[nodiscard]] Result<void> put_signable(const Entry& entry, StateWriter& state, Signable& document);

// Rules of the fold: Errc::conflict with a stable code; Errc::invalid `bad_case_entry` for an entry whose body has not
// the form that FORMAT.md says.
[[nodiscard]] Result<void> confirmation_made(const Entry& entry, StateWriter& state);
// evidence.added that names a confirmation: it is signed by all, of that case and target, and becomes evidence once.
[[nodiscard]] Result<void> confirmation_recorded(const Entry& entry, const gates::EvidenceVersion& version,
                                                 StateWriter& state);
// The end of a case ends the requests to sign its confirmations.
[[nodiscard]] Result<void> close_confirmations(const Entry& entry, std::string_view case_id, StateWriter& state);

}  // namespace quotary::records
