#include "ledger/health/board.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace quotary::health {

Result<std::vector<StageCount>> stage_distribution(std::span<const std::string_view> stages_of_cases,
                                                   std::span<const std::string_view> order) {
  std::vector<StageCount> out;
  std::map<std::string_view, std::size_t> places;
  for (const std::string_view stage : order) {
    if (!places.emplace(stage, out.size()).second)
      return fail(Errc::invalid, "duplicate_stage",
                  "stage '" + std::string(stage) + "' stands twice in the order of stages; name each once");
    out.push_back({std::string(stage), 0});
  }
  for (const std::string_view stage : stages_of_cases) {
    const auto place = places.find(stage);
    if (place == places.end())
      return fail(Errc::invalid, "unknown_stage",
                  "a case is in stage '" + std::string(stage) + "', which the order of stages does not have");
    ++out[place->second].cases;
  }
  return out;
}

std::vector<OverdueRow> top_overdue(std::span<const DueRow> rows, Timestamp now, std::size_t most) {
  std::vector<const DueRow*> overdue;
  for (const DueRow& row : rows) {
    if (row.due_at < now) overdue.push_back(&row);
  }
  const auto end = overdue.begin() + static_cast<std::ptrdiff_t>(std::min(most, overdue.size()));
  std::partial_sort(overdue.begin(), end, overdue.end(), [](const DueRow* left, const DueRow* right) {
    return std::tie(left->due_at, left->id) < std::tie(right->due_at, right->id);
  });
  std::vector<OverdueRow> out;
  std::transform(overdue.begin(), end, std::back_inserter(out), [now](const DueRow* row) {
    return OverdueRow{row->id, row->due_at, static_cast<std::uint64_t>(now.unix_ms - row->due_at.unix_ms)};
  });
  return out;
}

std::array<DayCount, trend_days> day_trend(std::span<const Timestamp> times, Date last_day, const TimeZone& zone) {
  // By the days' first instants, not by the date that a clock shows: one that goes back over midnight shows two.
  std::array<DayCount, trend_days> out;
  std::array<Timestamp, trend_days + 1> starts;
  for (std::size_t i = 0; i <= trend_days; ++i) {
    const Date day = add_days(last_day, static_cast<int>(i) - static_cast<int>(trend_days) + 1);
    starts[i] = zone.start_of_day(day);
    if (i < trend_days) out[i].day = day;
  }
  for (const Timestamp time : times) {
    const auto begun = std::upper_bound(starts.begin(), starts.end(), time) - starts.begin();
    if (begun > 0 && begun < std::ssize(starts)) ++out[static_cast<std::size_t>(begun) - 1].count;
  }
  return out;
}

std::vector<PolicyUse> policy_use(std::span<const PolicyCase> cases) {
  struct Uses {
    std::uint64_t used = 0, complete = 0;
  };
  std::map<std::string_view, Uses> policies;
  for (const PolicyCase& each : cases) {
    Uses& uses = policies[each.policy];
    ++uses.used;
    if (each.complete) ++uses.complete;
  }
  std::vector<PolicyUse> out;
  out.reserve(policies.size());
  for (const auto& [policy, uses] : policies)
    out.push_back({std::string(policy), make_share(uses.complete, uses.used)});
  return out;
}

}  // namespace quotary::health
