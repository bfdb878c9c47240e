// What a PDF is, said in one word, from what its bytes show and what the ledger knows. Pure.
#pragma once

#include "signing/document_validation.h"

#include <string_view>

namespace quotary::signing {

// What the bytes show.
enum class DocumentFinding {
  unreadable,     // no PDF of our profile with a certifying signature
  seal_broken,    // it has one, and that does not hold
  changed_after,  // the seal holds, and something that is not allowed follows
  intact,         // sealed front and allowed revisions, to the last byte
};
[[nodiscard]] DocumentFinding finding_of(const DocumentValidation& validation);

// What the ledger knows of them; the first that is true.
enum class LedgerKnowledge {
  whole,    // the SHA-256 of the whole file is that of a document or a revision in the ledger
  prefix,   // that of a front which ends with a revision is
  claimed,  // the number and code that the file names are a quote's
  none,
};

enum class CurrentStatus { current, superseded, voided };

enum class Verdict {
  authentic_current,
  authentic_superseded,
  authentic_voided,
  signed_prefix_with_unknown_update,
  altered,
  not_ours,
  unreadable,
};
[[nodiscard]] std::string_view name_of(Verdict verdict);

// The table (FORMAT.md, "Verdicts"). `status` counts where the ledger knows the whole file; it is that of the quote
// now.
//
//   ledger knows  unreadable   seal_broken  changed_after  intact
//   whole         authentic_ + status, whatever the bytes show: they are the ledger's
//   prefix        altered      altered      altered        signed_prefix_with_unknown_update
//   claimed       altered      altered      altered        altered
//   none          unreadable   not_ours     not_ours       not_ours
[[nodiscard]] Verdict verdict_of(DocumentFinding finding, LedgerKnowledge knowledge, CurrentStatus status);

}  // namespace quotary::signing
