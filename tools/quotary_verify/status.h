// What is a quote's status, as of which entry of the ledger? Pure: no network, no store, no clock.
#pragma once

#include "ledger/log/ports.h"
#include "ledger/records/entry_status.h"
#include "tools/quotary_verify/verdict.h"

#include <optional>
#include <string_view>

namespace quotary::offline {

// Whether the file is the document with that hash, or begins with it and carries its proof. Errc::corrupt
// `document_altered`.
[[nodiscard]] Result<void> check_quoted_document(std::string_view file, const Hash& document_sha256);
// Adds the status, and who made it so.
void tell_status(Verdict& verdict, const records::EntryStatus& status);
// What the status means, in Chinese and English.
struct StatusWords {
  std::string_view status, chinese, english;
};
[[nodiscard]] const StatusWords& words_of_status(std::string_view status);

// Judges a status proof. It holds whatever the status is; the verdict says which, and as of which entry and time: what
// came later is not in it. With a document, that must be the quote's sealed PDF (`document_altered`). Codes beside
// those of check_status_proof() and status_of_entries(): `not_a_quote`. Unchecked: `index_version`,
// `unknown_entry_type`, which a newer program knows.
[[nodiscard]] Verdict judge_status(std::string_view proof, const std::optional<std::string>& document,
                                   const CheckpointVerifier& log_key);

}  // namespace quotary::offline
