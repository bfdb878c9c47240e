// The boards: the process health index (PHI), what stands where, how newcomers begin and what a policy's new version
// changed. Figures and root of an answer are of one state. Thread-safe, as the organisation is; each may block on disk.
//
// Whom a board is about: api/use_cases/cases/board_units.h, with its errors.
#pragma once

#include "api/use_cases/cases/board_units.h"

namespace quotary::api {

struct PhiFilter {
  BoardUnitFilter unit;
  std::string month;   // "2026-11"; empty: the current one in the organisation's zone
  std::string cursor;  // of the list of people
  std::optional<std::uint64_t> limit;
};
// PHI of a month with counts, weights and rates, the month before, whether the two make a benchmark, the average of the
// people (from health::team_people_min on) and, where the unit is no single person, each of them. Errc::invalid
// `bad_month`, also for one that has not begun; too_large `board_too_large`.
[[nodiscard]] Result<Answer> phi_board(const Organisation::Parts& parts, const Principal& caller,
                                       const PhiFilter& filter);
// The people of the same as a table, all of them.
[[nodiscard]] Result<Bytes> phi_board_csv(const Organisation::Parts& parts, const Principal& caller,
                                          const PhiFilter& filter);

// Stages, the cases and leads that wait longest (`limit` of each), what was opened and completed in the last seven
// days, and how often each policy was used and with what success.
[[nodiscard]] Result<Answer> overview_board(const Organisation::Parts& parts, const Principal& caller,
                                            const BoardUnitFilter& unit, std::optional<std::uint64_t> limit);

// A person's first health::onboarding_days; empty: the caller's. Errc::not_found `person_not_found`.
[[nodiscard]] Result<Answer> onboarding_board(const Organisation::Parts& parts, const Principal& caller,
                                              std::string_view person);

// A policy's cases in the caller's reach in the health::comparison_days before a version was published and those after
// it. Absent version: the newest. Errc::not_found `policy_not_found`; too_large `comparison_too_large`.
[[nodiscard]] Result<Answer> policy_comparison(const Organisation::Parts& parts, const Principal& caller,
                                               std::string_view policy, std::optional<std::uint64_t> version);

}  // namespace quotary::api
