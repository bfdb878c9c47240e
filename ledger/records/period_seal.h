// Period seals: what was issued in a calendar month or year of a series, stated once in the ledger after its end.
// Values and rules of the fold; each call reads the state it is given and nothing else.
//
// A period is "2026-11" (a month) or "2026" (a year) of the days on which quotes were issued, in the organisation's
// time zone. It has nothing to do with the periods in which a series counts: those end in series.period_ended.
//
// Figures are found in the quotes' own records and nothing is added up beside them, so that issuing costs no more than
// before and ledgers from before period seals get theirs. Finding them looks at every quote that was issued in a month,
// some microseconds each, on the one thread that folds; whoever folds pays it once a seal, in constant memory. A year
// is added up from the seals of its months and from what was voided.
#pragma once

#include "ledger/records/views.h"

#include <set>
#include <utility>

namespace quotary::records {

inline constexpr std::string_view period_sealed_type = "series.period_sealed";

// Exact decimals.
struct PeriodSums {
  std::string tax_exclusive, tax, tax_inclusive;
  friend bool operator==(const PeriodSums&, const PeriodSums&) = default;
};

struct PeriodFigures {
  std::string first, last;  // numbers, in the order of issue
  std::uint64_t first_sequence = 0, last_sequence = 0;
  std::uint64_t count = 0, voided = 0;                  // voided: of `count`
  std::map<std::string, PeriodSums> sums, voided_sums;  // by currency; voided_sums: of the voided
  std::uint64_t size = 0;  // the smallest tree that holds every entry which these figures follow from
};

struct PeriodSeal {
  std::string series, period;
  PeriodFigures figures;        // `size`: not kept, 0
  std::uint64_t tree_size = 0;  // that they were computed at
  std::uint64_t index = 0;      // of the entry
};

// "month", "year" or, for a text that names neither, "".
[[nodiscard]] std::string_view kind_of_period(std::string_view period);
// Absent: nothing of the series was issued in the period.
[[nodiscard]] Found<PeriodFigures> period_figures(const StateReader& state, std::string_view series,
                                                  std::string_view period);
[[nodiscard]] Found<PeriodSeal> find_period_seal(const StateReader& state, std::string_view series,
                                                 std::string_view period);

// What the entry says, and its facts.
[[nodiscard]] json::object period_seal_body(const PeriodSeal& seal);
[[nodiscard]] json::object period_seal_facts(const PeriodSeal& seal);

// Periods that ended before the month "2026-12" and have something to seal, as (period, series): months, all series of
// one before the next month, at least `wanted` where there are as many; years once no month is left. Looks at the
// quotes issued since the newest sealed month, and at every seal.
[[nodiscard]] Result<std::set<std::pair<std::string, std::string>>> unsealed_periods(const StateReader& state,
                                                                                     std::string_view before_month,
                                                                                     std::size_t wanted);

// Rule of the fold. Errc::conflict `unknown_series`, `bad_period`, `period_sealed` (there is a seal),
// `period_not_ended`, `period_empty`, `period_differs` (a figure is not what the entries say).
[[nodiscard]] Result<void> period_sealed(const Entry& entry, const json::object& facts, StateWriter& state);
// Nothing more is issued on a day of a sealed month or year. Errc::conflict `period_sealed`.
[[nodiscard]] Result<void> refuse_sealed_day(const Entry& entry, std::string_view series, std::string_view issue_date,
                                             const StateReader& state);

}  // namespace quotary::records
