// The figures of long-term proof, for /metrics.
#pragma once

#include "api/long_term/worker.h"

#include <string>

namespace quotary::api {

// Prometheus text; empty when nothing is done for later.
[[nodiscard]] std::string long_term_figures(const long_term::LongTermState& state);

}  // namespace quotary::api
