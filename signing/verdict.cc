#include "signing/verdict.h"

namespace quotary::signing {

DocumentFinding finding_of(const DocumentValidation& validation) {
  if (validation.intact) return DocumentFinding::intact;
  if (validation.sealed_bytes > 0) return DocumentFinding::changed_after;
  return validation.code == "seal_invalid" ? DocumentFinding::seal_broken : DocumentFinding::unreadable;
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::authentic_current: return "authentic_current";
    case Verdict::authentic_superseded: return "authentic_superseded";
    case Verdict::authentic_voided: return "authentic_voided";
    case Verdict::signed_prefix_with_unknown_update: return "signed_prefix_with_unknown_update";
    case Verdict::altered: return "altered";
    case Verdict::not_ours: return "not_ours";
    case Verdict::unreadable: return "unreadable";
  }
  return {};
}

Verdict verdict_of(DocumentFinding finding, LedgerKnowledge knowledge, CurrentStatus status) {
  switch (knowledge) {
    case LedgerKnowledge::whole:
      return status == CurrentStatus::current      ? Verdict::authentic_current
             : status == CurrentStatus::superseded ? Verdict::authentic_superseded
                                                   : Verdict::authentic_voided;
    case LedgerKnowledge::prefix:
      return finding == DocumentFinding::intact ? Verdict::signed_prefix_with_unknown_update : Verdict::altered;
    case LedgerKnowledge::claimed: return Verdict::altered;
    case LedgerKnowledge::none: return finding == DocumentFinding::unreadable ? Verdict::unreadable : Verdict::not_ours;
  }
  return Verdict::unreadable;
}

}  // namespace quotary::signing
