// Files that are derived from evidence when they are asked for, and kept nowhere. Safe from any thread; calls block on
// disk, the process that reads photos, and the seal.
#pragma once

#include "api/use_cases/parts.h"

namespace quotary::api {

// The sheet of one version (pdfgen/evidence_sheet.h), sealed: of a photo with a picture of it, of a deck or document
// with its contents and what changed since the version that it came from. The page says what was recorded, and its date
// is that of the version's entry, or of its withdrawal; the seal says when it was made, so that no two are the same
// bytes.
//
// Errc::forbidden `role_not_allowed`; not_found `evidence_not_found`, `version_not_found`; gone `erased`; unavailable
// `inspecting_unavailable`, and overloaded `inspecting_busy`, for photos alone; corrupt `blob_missing`, `blob_damaged`;
// what no seal, and sealing, can answer.
[[nodiscard]] Result<Bytes> evidence_sheet(const Organisation::Parts& parts, const Principal& caller,
                                           std::string_view item, std::string_view version);

}  // namespace quotary::api
