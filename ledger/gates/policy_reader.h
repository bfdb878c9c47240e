// From a JSON value to a policy: what both written forms share. Inside ledger/gates.
#pragma once

#include "ledger/base/json.h"
#include "ledger/gates/policy.h"

namespace quotary::gates {

inline constexpr std::string_view policy_format = "quotary/policy/v1";

// Errc::too_large `policy_too_large`.
[[nodiscard]] Result<void> check_policy_size(std::string_view text);
// Errc::invalid `policy_invalid`, or `policy_too_large` for the canonical form.
[[nodiscard]] Result<Policy> read_policy(const json::value& value);

}  // namespace quotary::gates
