#include "ledger/health/month.h"

#include <cstdio>

namespace quotary::health {

Month next(Month month) { return month.month == 12 ? Month{month.year + 1, 1} : Month{month.year, month.month + 1}; }

Month previous(Month month) {
  return month.month == 1 ? Month{month.year - 1, 12} : Month{month.year, month.month - 1};
}

std::string format_month(Month month) {
  char out[32];
  (void)std::snprintf(out, sizeof out, "%04d-%02d", month.year, month.month);
  return out;
}

Result<Month> parse_month(std::string_view text) {
  // A month is well-formed when its first day is.
  if (const auto day = parse_date(std::string(text) + "-01")) return Month{day->year, day->month};
  return fail(Errc::invalid, "bad_month",
              "a month looks like 2026-11, with a year from 0001 and a month from 01 to 12");
}

Timestamp first_instant(Month month, const TimeZone& zone) { return zone.start_of_day({month.year, month.month, 1}); }

Timestamp last_instant(Month month, const TimeZone& zone) { return {first_instant(next(month), zone).unix_ms - 1}; }

Month month_of(Timestamp time, const TimeZone& zone) {
  const Date date = zone.local_date(time);
  const Month shown{date.year, date.month};
  // A clock that goes back over midnight shows the old month again (St. John's on 2009-11-01), which is over.
  return closed(shown, zone, time) ? next(shown) : shown;
}

bool closed(Month month, const TimeZone& zone, Timestamp now) { return now > last_instant(month, zone); }

}  // namespace quotary::health
