#include "ledger/health/phi.h"

#include "ledger/health/limits.h"

#include <utility>
#include <vector>

namespace quotary::health {

namespace {

std::optional<Figure> part_of(std::uint64_t part, std::uint64_t whole) {
  QUOTARY_CHECK(part <= whole);
  return make_share(part, whole).value;
}

json::value text_or_null(const std::optional<Figure>& figure) {
  return figure ? json::value(figure->text) : json::value(nullptr);
}

bool above_benchmark(const MonthlyPhi& month) {
  return month.closed && month.phi.index && month.phi.index->exact > benchmark_index;
}

}  // namespace

Phi phi(const Counts& counts, const Weights& weights) {
  QUOTARY_CHECK(weights.response + weights.completion + weights.completeness == 1);
  Phi out{counts,
          weights,
          part_of(counts.answered_in_time, counts.leads),
          part_of(counts.actions_complete, counts.actions_due),
          part_of(counts.fields_filled, counts.fields_required),
          std::nullopt};
  if (out.response && out.completion && out.completeness) {
    const Fraction sum = weights.response * out.response->exact + weights.completion * out.completion->exact +
                         weights.completeness * out.completeness->exact;
    out.index = make_figure(sum * 100, limits::percent_decimals);
  }
  return out;
}

json::object to_json(const Phi& phi) {
  return {{"counts", to_json(phi.counts)},
          {"weights", to_json(phi.weights)},
          {"response_rate", text_or_null(phi.response)},
          {"action_completion", text_or_null(phi.completion)},
          {"information_completeness", text_or_null(phi.completeness)},
          {"phi", text_or_null(phi.index)}};
}

bool benchmark(const MonthlyPhi& previous, const MonthlyPhi& current) {
  return next(previous.month) == current.month && above_benchmark(previous) && above_benchmark(current);
}

TeamAverage team_average(std::span<const Phi> people) {
  std::vector<Fraction> indices;
  for (const Phi& person : people) {
    if (person.index) indices.push_back(person.index->exact);
  }
  TeamAverage out{indices.size(), std::nullopt};
  if (out.people >= team_people_min) out.average = mean_text(indices, limits::percent_decimals);
  return out;
}

}  // namespace quotary::health
