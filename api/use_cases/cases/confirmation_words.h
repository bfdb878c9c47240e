// The words of a confirmation, from the private objects of its case. Inside api/use_cases.
#pragma once

#include "api/use_cases/parts.h"
#include "ledger/records/confirmations.h"

namespace quotary::api {

struct ConfirmationWords {
  std::string title;  // its own, else the case's
  std::string case_title, customer, site;
  std::string result, held_at, place;      // as they were given; may be empty
  std::string shown_title, version_label;  // of the version that was shown
  std::string seller;
};
// Of one that was made. Errc::gone `erased`.
[[nodiscard]] Result<ConfirmationWords> confirmation_words(const Organisation::Parts& parts,
                                                           const records::ConfirmationRecord& made);
// The same of a case and the version that is to be shown, without what the confirmation says itself. `shown`: the entry
// that added the version.
[[nodiscard]] Result<ConfirmationWords> words_of_shown(const Organisation::Parts& parts, std::uint64_t case_index,
                                                       std::uint64_t shown_index);

}  // namespace quotary::api
