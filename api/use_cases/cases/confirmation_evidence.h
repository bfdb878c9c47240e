// How a confirmation that all have signed becomes evidence of its case: by an entry in the same write as the last
// signature, so that neither is ever there without the other. Inside api/use_cases.
#pragma once

#include "api/use_cases/cases/evidence_store.h"
#include "api/use_cases/signature_rules.h"
#include "api/use_cases/signer_visit.h"
#include "ledger/records/cases.h"
#include "ledger/records/confirmations.h"

namespace quotary::api {

// The signed document as a content that is on the disk, and the entry that names it. What no entry comes to name is
// taken away again: at the end of this value the upload, and the content when orphans are looked for.
class ConfirmationEvidence {
 public:
  // `signing`: the body of the last signature's entry. `whole`: the document with it. Errors of Uploads; Errc::gone
  // `erased`, unavailable `ledger_read_only`.
  [[nodiscard]] static Result<std::unique_ptr<ConfirmationEvidence>> make(const Organisation::Parts& parts,
                                                                          const Visited& at,
                                                                          const SignatureDetails& details,
                                                                          const json::object& signing,
                                                                          std::string_view whole, Timestamp signed_at);
  ~ConfirmationEvidence();
  ConfirmationEvidence(const ConfirmationEvidence&) = delete;
  ConfirmationEvidence& operator=(const ConfirmationEvidence&) = delete;

  [[nodiscard]] const Draft& draft() const { return draft_; }

 private:
  ConfirmationEvidence(blobs::Uploads& uploads, std::string upload) : uploads_(uploads), upload_(std::move(upload)) {}

  blobs::Uploads& uploads_;
  std::string upload_;
  Draft draft_;
};

// How much the entry of one signature shows of who signed: its body as FORMAT.md has it.
[[nodiscard]] gates::SignatureGrade grade_of(const json::object& signing);

}  // namespace quotary::api
