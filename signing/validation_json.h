// A validation as machines read it, the same from the API and from quotary-verify.
#pragma once

#include "ledger/base/json.h"
#include "signing/document_validation.h"
#include "signing/seal_level.h"

namespace quotary::signing {

// {"intact", "intact_bytes", "signatures", "revisions"}, with "code" and "reason" where something does not hold;
// revisions count from 1. With levels (of the same document; may be null) each signature has "level", and where there
// is one "proved_time" and "level_fault"; "chain" has its certificates, its own first, with the revocation of each as
// of "judged_at". Whatever a stranger's file calls itself, the texts are UTF-8.
[[nodiscard]] json::object json_of(const DocumentValidation& validation, const DocumentLevels* levels);

}  // namespace quotary::signing
