// The figures of the subject index, for /metrics.
#pragma once

#include "ledger/log/index_pace.h"

#include <string>

namespace quotary::api {

// Prometheus text; empty when no index is kept.
[[nodiscard]] std::string index_figures(const IndexRootsState& state);

}  // namespace quotary::api
