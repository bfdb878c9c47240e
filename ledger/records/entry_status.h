// What the entries about a quote say of it without anything beside them: for who holds entries and no ledger. Pure.
#pragma once

#include "ledger/base/time.h"
#include "ledger/log/sequencer.h"

#include <optional>
#include <span>
#include <string>

namespace quotary::records {

inline constexpr std::string_view quote_subject_prefix = "quote:";

// Whether it expired cannot be said: the end of its validity is a fact beside the entry, and in the document.
struct EntryStatus {
  std::string number;
  // voided | superseded | accepted | declined | void_requested | issued: the first that applies.
  std::string status;
  Timestamp issued_at;
  Hash document_sha256;            // of the sealed PDF
  std::optional<Timestamp> since;  // of the entry that made it so; absent for issued
  std::string reason_code;         // voided, void_requested
  std::string superseded_by;
  // voided, void_requested: who asked for it; voided: and who approved it, which is someone else.
  std::optional<Timestamp> requested_at;
  std::string requested_by, requested_role, approved_by, approved_role;
};
// Of all entries about one quote, oldest first. Errc::invalid `unknown_entry_type` for one that may say more than this
// program knows; Errc::corrupt `bad_history` where they are none of a quote's or cannot follow each other, `four_eyes`
// where who asked for a void decided on it.
[[nodiscard]] Result<EntryStatus> status_of_entries(std::span<const Entry> entries);

}  // namespace quotary::records
