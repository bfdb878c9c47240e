// A validation as machines read it, the same from the API and from quotary-verify.
#pragma once

#include "ledger/base/json.h"
#include "signing/document_validation.h"

namespace quotary::signing {

// {"intact", "intact_bytes", "signatures", "revisions"}, with "code" and "reason" where something does not hold;
// revisions count from 1.
[[nodiscard]] json::object json_of(const DocumentValidation& validation);

}  // namespace quotary::signing
