// Instants, civil dates and the organisation's time zone.
#pragma once

#include "ledger/base/result.h"

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace quotary {

// An instant in whole milliseconds since 1970-01-01T00:00:00Z.
struct Timestamp {
  std::int64_t unix_ms = 0;
  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

// A civil date of the proleptic Gregorian calendar, years 1..9999.
struct Date {
  int year = 1;
  int month = 1;
  int day = 1;
  friend auto operator<=>(const Date&, const Date&) = default;
};

// RFC 3339 in UTC with exactly three fraction digits: 2026-11-24T02:03:04.567Z.
[[nodiscard]] std::string format_rfc3339(Timestamp time);
// Accepts exactly the form above (the fraction may be absent); else Errc::invalid `bad_time`.
[[nodiscard]] Result<Timestamp> parse_rfc3339(std::string_view text);

// YYYY-MM-DD.
[[nodiscard]] std::string format_date(Date date);
// YYYY-MM-DD of a day that exists, else Errc::invalid `bad_date`.
[[nodiscard]] Result<Date> parse_date(std::string_view text);
[[nodiscard]] Date add_days(Date date, int days);

// An IANA time zone. Immutable: safe to share between threads.
class TimeZone {
 public:
  // Errc::invalid `unknown_time_zone` when the system's database does not know the name.
  [[nodiscard]] static Result<TimeZone> find(std::string_view name);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Date local_date(Timestamp time) const;
  // The first instant of the local day; where midnight does not exist, the first instant after it.
  [[nodiscard]] Timestamp start_of_day(Date date) const;
  // "2026-11-24 10:03:04 +08:00".
  [[nodiscard]] std::string format_local(Timestamp time) const;
  // Minutes east of UTC in force at the instant.
  [[nodiscard]] int offset_minutes(Timestamp time) const;

 private:
  explicit TimeZone(std::string name, const void* zone) : name_(std::move(name)), zone_(zone) {}
  std::string name_;
  const void* zone_;  // owned by the process-wide time zone database
};

// The source of time. Implementations are safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
  // Monotonic, for durations only.
  [[nodiscard]] virtual std::int64_t steady_ms() const = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
  [[nodiscard]] std::int64_t steady_ms() const override;
};

}  // namespace quotary
