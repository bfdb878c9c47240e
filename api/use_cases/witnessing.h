// The figures of witnessing, for /metrics.
#pragma once

#include "api/witness/pace.h"

#include <string>

namespace quotary::api {

// Prometheus text; empty when no witness is asked.
[[nodiscard]] std::string witness_figures(const witness::WitnessingState& state);

}  // namespace quotary::api
