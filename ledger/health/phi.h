// The process health index (PHI): how a person, team or region keeps to the process, month by month. Pure.
#pragma once

#include "ledger/health/counts.h"
#include "ledger/health/month.h"
#include "ledger/health/weights.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace quotary::health {

// What the index was computed from, its three ratios (0 to 1, limits::ratio_decimals) and the index itself (0 to 100,
// limits::percent_decimals). A ratio whose whole is zero is absent, and so is then the index. A value.
struct Phi {
  Counts counts;
  Weights weights;
  std::optional<Figure> response;      // leads that were answered in time
  std::optional<Figure> completion;    // due key actions that are complete
  std::optional<Figure> completeness;  // required fields that are filled
  std::optional<Figure> index;         // 100 x the weighted sum of the three
};

// The counts have passed check_counts() and the weights sum to 1, or it is a programmer's error.
[[nodiscard]] Phi phi(const Counts& counts, const Weights& weights);

// {"counts", "weights", "response_rate", "action_completion", "information_completeness", "phi"}: the last four as
// decimal strings or null.
[[nodiscard]] json::object to_json(const Phi& phi);

struct MonthlyPhi {
  Month month;
  bool closed = false;
  Phi phi;
};

inline constexpr int benchmark_index = 85;

// Whether somebody is a benchmark to others: two consecutive months, both closed, each with an index whose exact value
// is above benchmark_index.
[[nodiscard]] bool benchmark(const MonthlyPhi& previous, const MonthlyPhi& current);

// Of fewer people an average would tell each what the others have.
inline constexpr std::uint64_t team_people_min = 3;

struct TeamAverage {
  std::uint64_t people = 0;            // that have an index
  std::optional<std::string> average;  // limits::percent_decimals; absent for fewer than team_people_min
};
// The mean of the people's exact indices, rounded once; who has none is left out.
[[nodiscard]] TeamAverage team_average(std::span<const Phi> people);

}  // namespace quotary::health
