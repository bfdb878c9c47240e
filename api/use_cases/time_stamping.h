// The figures of trusted time, for /metrics.
#pragma once

#include "api/time_stamping/pace.h"

#include <string>

namespace quotary::api {

// Prometheus text; empty when no authority is asked.
[[nodiscard]] std::string time_stamping_figures(const time_stamping::TimeStampingState& state);

}  // namespace quotary::api
