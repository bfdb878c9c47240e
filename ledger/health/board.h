// What a board shows of many small rows. Pure, and the same for any order of the rows. Times lie within RFC 3339's
// years.
#pragma once

#include "ledger/base/time.h"
#include "ledger/health/fraction.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::health {

struct StageCount {
  std::string stage;
  std::uint64_t cases = 0;
};
// How many cases stand in each stage: one item for each of `order`, in that order. Errc::invalid `unknown_stage` for a
// case in none of them, `duplicate_stage` for a stage that stands there twice.
[[nodiscard]] Result<std::vector<StageCount>> stage_distribution(std::span<const std::string_view> stages_of_cases,
                                                                 std::span<const std::string_view> order);

struct DueRow {
  std::string id;
  Timestamp due_at;
};
struct OverdueRow {
  std::string id;
  Timestamp due_at;
  std::uint64_t overdue_ms = 0;  // above zero
  friend bool operator==(const OverdueRow&, const OverdueRow&) = default;
};
// Of what was due before `now`, the `most` that have been so the longest, longest first; equal ones by id.
[[nodiscard]] std::vector<OverdueRow> top_overdue(std::span<const DueRow> rows, Timestamp now, std::size_t most);

inline constexpr std::size_t trend_days = 7;
struct DayCount {
  Date day;
  std::uint64_t count = 0;
  friend bool operator==(const DayCount&, const DayCount&) = default;
};
// How many of `times` fall on each of the trend_days local days that end with `last_day`, oldest first. Others are left
// out.
[[nodiscard]] std::array<DayCount, trend_days> day_trend(std::span<const Timestamp> times, Date last_day,
                                                         const TimeZone& zone);

struct PolicyCase {
  std::string_view policy;  // its name
  bool complete = false;
};
struct PolicyUse {
  std::string policy;
  Share complete;  // of the cases that used it
};
// One item a policy, by name.
[[nodiscard]] std::vector<PolicyUse> policy_use(std::span<const PolicyCase> cases);

}  // namespace quotary::health
