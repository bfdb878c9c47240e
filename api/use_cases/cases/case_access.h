// What every call about a case begins with. Thread-safe, as the organisation is.
#pragma once

#include "api/use_cases/parts.h"
#include "ledger/records/cases.h"

namespace quotary::api {

// A case that lies in the caller's scope for the call, as it stands now. Errc::forbidden `role_not_allowed`; not_found
// `case_not_found`, the same for one that is not there and one out of scope.
[[nodiscard]] Result<records::CaseRecord> case_for(const Organisation::Parts& parts, const Principal& caller, Call call,
                                                   std::string_view id);

// The subject and key subject of all entries and private objects about a case.
[[nodiscard]] std::string case_subject(std::string_view id);

}  // namespace quotary::api
