#include "ledger/base/time.h"

#include <date/date.h>
#include <date/tz.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <stdexcept>

namespace quotary {

namespace {

using std::chrono::milliseconds;
using SysMs = date::sys_time<milliseconds>;

SysMs to_sys(Timestamp time) { return SysMs(milliseconds(time.unix_ms)); }

date::local_days to_local(Date date) { return date::local_days(date::year(date.year) / date.month / date.day); }

template <class Days>
Date from_days(Days days) {
  const date::year_month_day ymd(days);
  return Date{static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
              static_cast<int>(static_cast<unsigned>(ymd.day()))};
}

const date::time_zone* zone_of(const void* zone) { return static_cast<const date::time_zone*>(zone); }

bool two_digits(std::string_view text, std::size_t at, int& out) {
  const char a = text[at], b = text[at + 1];
  if (a < '0' || a > '9' || b < '0' || b > '9') return false;
  out = (a - '0') * 10 + (b - '0');
  return true;
}

// YYYY-MM-DD at the start of `text`, of a day that exists.
std::optional<Date> read_date(std::string_view text) {
  int century = 0, year = 0, month = 0, day = 0;
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  if (!two_digits(text, 0, century) || !two_digits(text, 2, year) || !two_digits(text, 5, month) ||
      !two_digits(text, 8, day)) {
    return std::nullopt;
  }
  year += century * 100;
  const date::year_month_day ymd = date::year(year) / month / day;
  if (year < 1 || !ymd.ok()) return std::nullopt;
  return Date{year, month, day};
}

template <class... Numbers>
std::string print(const char* format, Numbers... numbers) {
  char out[80];
  const int size = std::snprintf(out, sizeof out, format, numbers...);
  return std::string(out, static_cast<std::size_t>(std::clamp(size, 0, static_cast<int>(sizeof out) - 1)));
}

}  // namespace

std::string format_rfc3339(Timestamp time) {
  const SysMs instant = to_sys(time);
  const auto day = date::floor<date::days>(instant);
  const Date date = from_days(day);
  const int ms = static_cast<int>((instant - day).count());
  std::string text = "0000-00-00T00:00:00.000Z";
  const auto put = [&text](std::size_t end, int digits, int number) {
    for (; digits > 0; --digits, number /= 10) text[--end] = static_cast<char>('0' + number % 10);
  };
  put(4, 4, date.year);
  put(7, 2, date.month);
  put(10, 2, date.day);
  put(13, 2, ms / 3'600'000);
  put(16, 2, ms / 60'000 % 60);
  put(19, 2, ms / 1000 % 60);
  put(23, 3, ms % 1000);
  return text;
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  const auto refuse = [&] {
    return fail(Errc::invalid, "bad_time", "a time looks like 2026-11-24T02:03:04.567Z, in UTC");
  };
  if (text.size() != 20 && text.size() != 24) return refuse();
  const auto date = read_date(text);
  int hour = 0, minute = 0, second = 0, fraction = 0;
  if (!date || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z') return refuse();
  if (!two_digits(text, 11, hour) || !two_digits(text, 14, minute) || !two_digits(text, 17, second)) return refuse();
  if (hour > 23 || minute > 59 || second > 59) return refuse();
  if (text.size() == 24) {
    if (text[19] != '.' || text[22] < '0' || text[22] > '9' || !two_digits(text, 20, fraction)) return refuse();
    fraction = fraction * 10 + (text[22] - '0');
  }
  const std::int64_t days = to_local(*date).time_since_epoch().count();
  return Timestamp{(((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + fraction};
}

std::string format_date(Date date) { return print("%04d-%02d-%02d", date.year, date.month, date.day); }

Result<Date> parse_date(std::string_view text) {
  if (text.size() == 10) {
    if (const auto date = read_date(text)) return *date;
  }
  return fail(Errc::invalid, "bad_date", "a date looks like 2026-11-24 and names a day that exists");
}

Date add_days(Date date, int days) { return from_days(to_local(date) + date::days(days)); }

Result<TimeZone> TimeZone::find(std::string_view name) {
  try {
    return TimeZone(std::string(name), date::locate_zone(name));
  } catch (const std::runtime_error&) {
    return fail(Errc::invalid, "unknown_time_zone",
                "time zone '" + std::string(name) + "' is not in the system's database");
  }
}

Date TimeZone::local_date(Timestamp time) const {
  return from_days(date::floor<date::days>(zone_of(zone_)->to_local(to_sys(time))));
}

Timestamp TimeZone::start_of_day(Date date) const {
  const auto midnight = date::local_time<milliseconds>(to_local(date));
  const date::local_info info = zone_of(zone_)->get_info(midnight);
  // Repeated midnight: the earlier one begins the day. Skipped midnight: the clock's jump begins it.
  const SysMs start = info.result == date::local_info::nonexistent
                          ? date::floor<milliseconds>(info.first.end)
                          : SysMs(midnight.time_since_epoch() - info.first.offset);
  return Timestamp{start.time_since_epoch().count()};
}

int TimeZone::offset_minutes(Timestamp time) const {
  const auto offset = zone_of(zone_)->get_info(to_sys(time)).offset;
  return static_cast<int>(date::floor<std::chrono::minutes>(offset).count());
}

std::string TimeZone::format_local(Timestamp time) const {
  const auto local = zone_of(zone_)->to_local(to_sys(time));
  const auto day = date::floor<date::days>(local);
  const Date date = from_days(day);
  const int seconds = static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(local - day).count());
  const int offset = offset_minutes(time);
  const int east = offset < 0 ? -offset : offset;
  return print("%04d-%02d-%02d %02d:%02d:%02d %c%02d:%02d", date.year, date.month, date.day, seconds / 3600,
               seconds / 60 % 60, seconds % 60, offset < 0 ? '-' : '+', east / 60, east % 60);
}

Timestamp SystemClock::now() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp{date::floor<milliseconds>(now).count()};
}

std::int64_t SystemClock::steady_ms() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(now).count();
}

}  // namespace quotary
