// What is said of a version of evidence, decided from what its file shows and what was declared. Safe from any thread.
#pragma once

#include "api/inspecting/inspection.h"
#include "api/inspecting/question.h"
#include "api/use_cases/cases/evidence_request.h"
#include "api/use_cases/cases/upload_calls.h"
#include "ledger/records/cases.h"

namespace quotary::api {

struct DecidedFacts {
  gates::EvidenceVersion version;  // without number and what only the write knows
  std::string about;               // the private object (FORMAT.md), canonical JSON
};

// A file that is looked at shows when and where before anybody's word does: the declared time and position stand only
// where it shows none, and each says its source. A declared time is held against the clock, a declared position
// against the site, as the inspection does with the file's own.
[[nodiscard]] DecidedFacts decide_facts(const EvidenceRequest& request, const EvidenceUpload& upload,
                                        const inspecting::Inspection& inspection, const inspecting::Question& question,
                                        const Hash& plain_sha256);

// Errc::invalid `kind_mismatch` at /kind for a file that cannot be of that kind. What is locked, or too long to be
// opened, may still be one, if its container is: then its flags say so.
[[nodiscard]] Result<void> check_kind(gates::EvidenceKind kind, const inspecting::Inspection& inspection);

// Where the case's site is, if its opening said that.
[[nodiscard]] std::optional<inspecting::Site> site_of(const Organisation::Parts& parts,
                                                      const records::CaseRecord& found);

}  // namespace quotary::api
