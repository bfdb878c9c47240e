#include "ledger/health/onboarding.h"

#include "ledger/health/limits.h"

namespace quotary::health {

namespace {

constexpr std::int64_t day_ms = std::int64_t{24} * 60 * 60 * 1000;

}  // namespace

WindowShare complete_within(const Window& window, std::span<const CaseTimes> cases) {
  std::uint64_t opened = 0, complete = 0;
  for (const CaseTimes& each : cases) {
    if (!window.holds(each.opened_at)) continue;
    ++opened;
    if (each.completed_at && window.holds(*each.completed_at)) ++complete;
  }
  return {window, make_share(complete, opened)};
}

WindowShare onboarding_rate(Timestamp added_at, std::span<const CaseTimes> cases, const TimeZone& zone) {
  const Date first = zone.local_date(added_at);
  const Window window{zone.start_of_day(first), zone.start_of_day(add_days(first, onboarding_days))};
  return complete_within(window, cases);
}

PolicyComparison compare_policy(Timestamp published_at, std::span<const CaseTimes> cases) {
  constexpr std::int64_t length_ms = comparison_days * day_ms;
  const Timestamp from{published_at.unix_ms - length_ms}, until{published_at.unix_ms + length_ms};
  PolicyComparison out{complete_within({from, published_at}, cases), complete_within({published_at, until}, cases),
                       std::nullopt};
  const auto &before = out.before.complete.value, &after = out.after.complete.value;
  if (before && after) out.difference = make_figure((after->exact - before->exact) * 100, limits::percent_decimals);
  return out;
}

}  // namespace quotary::health
