// The template of a trial's confirmation (试用确认书): what was shown to a customer and what they confirm, with places
// to sign as a quote has them -> PDF/A-3u bytes. Pure, as quote_document.h.
#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "pdfgen/fonts.h"

#include <memory>
#include <string>
#include <vector>

namespace quotary::pdfgen {

// Every text is printed as it is, so its characters must be in the faces. An empty one is left out but where it says
// otherwise.
struct Confirmation {
  struct Participant {
    std::string organisation, legal_id, representative, contact;
  };
  // A version of an item that was on the table.
  struct Shown {
    std::string title;
    std::uint64_t version = 1;
    std::string version_label;
    std::string commitment_sha256;  // hex
    std::uint64_t entry_index = 0;
  };

  std::string id;  // of A-Z a-z 0-9 -
  std::string case_id, case_title;
  Participant seller, customer;
  std::vector<Shown> shown;            // at least one
  std::string held_at, place;          // when, in the organisation's zone, and where; empty: ruled room to write it
  std::vector<std::string> confirmed;  // what the customer confirms, a statement each; empty: the standard three
  std::string result;                  // what came of the trial; empty: ruled room to write it
  std::string verify_url;
  Timestamp created;
};

// Chinese first and English beside it, with the QR of verify_url, the field Seal and the unsigned fields Rep and
// Customer1 to Customer3, which are signed as those of a quote are. Errc::invalid `character_not_printable` with the
// member's pointer; `nothing_shown`.
[[nodiscard]] Result<std::string> confirmation(std::shared_ptr<const Fonts> fonts, const Confirmation& confirmation);

}  // namespace quotary::pdfgen
