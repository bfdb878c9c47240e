// The figures of trusted time, for /metrics.
#pragma once

#include "api/time_stamping/pace.h"
#include "api/time_stamping/seal_times.h"

#include <string>

namespace quotary::api {

// Prometheus text; empty when no authority is asked.
[[nodiscard]] std::string time_stamping_figures(const time_stamping::TimeStampingState& state);

// The same of seals' own time-stamps; empty when they wait for none.
[[nodiscard]] std::string seal_time_figures(const std::optional<time_stamping::SealTimesState>& state);

}  // namespace quotary::api
