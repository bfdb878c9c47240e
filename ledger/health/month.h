// Calendar months of the organisation's time zone. Pure. Times and months lie within RFC 3339's years, 0001 to 9999.
#pragma once

#include "ledger/base/time.h"

#include <compare>
#include <string>
#include <string_view>

namespace quotary::health {

// A month of the Gregorian calendar. A value.
struct Month {
  int year = 1;
  int month = 1;  // 1..12
  friend auto operator<=>(const Month&, const Month&) = default;
};

[[nodiscard]] Month next(Month month);
[[nodiscard]] Month previous(Month month);

// "2026-11".
[[nodiscard]] std::string format_month(Month month);
// Exactly that form, with a year from 0001; else Errc::invalid `bad_month`.
[[nodiscard]] Result<Month> parse_month(std::string_view text);

// Where midnight does not exist, the first instant after it; where it comes twice, the earlier one.
[[nodiscard]] Timestamp first_instant(Month month, const TimeZone& zone);
// The millisecond before the next month's first.
[[nodiscard]] Timestamp last_instant(Month month, const TimeZone& zone);
// The month that begins last of those that have begun: each instant lies in exactly one.
[[nodiscard]] Month month_of(Timestamp time, const TimeZone& zone);
// Whether it has ended: `now` is behind its last instant.
[[nodiscard]] bool closed(Month month, const TimeZone& zone, Timestamp now);

}  // namespace quotary::health
