#include "ledger/base/time.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

Timestamp at(std::string_view text) { return parse_rfc3339(text).value(); }

TEST(Rfc3339, RoundTrips) {
  for (std::string_view text : {"2026-11-24T02:03:04.567Z", "1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z",
                                "2024-02-29T12:00:00.001Z", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z"}) {
    EXPECT_EQ(format_rfc3339(at(text)), text);
  }
  EXPECT_EQ(at("2026-11-24T02:03:04Z"), at("2026-11-24T02:03:04.000Z"));
}

TEST(Rfc3339, RefusesOtherForms) {
  for (std::string_view text : {"", "2026-11-24", "2026-11-24T02:03:04.567", "2026-11-24T02:03:04.567+00:00",
                                "2026-11-24t02:03:04.567z", "2026-11-24T02:03:04.56Z", "2026-02-29T00:00:00.000Z",
                                "2026-11-24T24:00:00.000Z", "2026-11-24T23:59:60.000Z", "2026-11-24 02:03:04.567Z",
                                "2026-11-24T02:03:04,567Z", "2026-11-24T02:03:04.5-7Z", "0000-01-01T00:00:00.000Z"}) {
    const auto result = parse_rfc3339(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, "bad_time");
  }
}

TEST(Dates, ParseAndAdd) {
  EXPECT_EQ(format_date(parse_date("2024-02-29").value()), "2024-02-29");
  EXPECT_EQ(format_date(add_days(parse_date("2026-12-31").value(), 1)), "2027-01-01");
  EXPECT_EQ(format_date(add_days(parse_date("2024-03-01").value(), -1)), "2024-02-29");
  for (std::string_view text :
       {"2026-02-29", "2026-13-01", "2026-00-01", "2026-1-1", "20261124", "2026-11-24 ", "0000-01-01"}) {
    ASSERT_FALSE(parse_date(text)) << text;
    EXPECT_EQ(parse_date(text).error().code, "bad_date");
  }
}

TEST(TimeZone, ShanghaiTurnsTheYearAt16Utc) {
  const TimeZone zone = TimeZone::find("Asia/Shanghai").value();
  EXPECT_EQ(format_date(zone.local_date(at("2026-12-31T15:59:59.999Z"))), "2026-12-31");
  EXPECT_EQ(format_date(zone.local_date(at("2026-12-31T16:00:00.000Z"))), "2027-01-01");
  EXPECT_EQ(format_rfc3339(zone.start_of_day({2027, 1, 1})), "2026-12-31T16:00:00.000Z");
  EXPECT_EQ(zone.format_local(at("2026-11-24T02:03:04.567Z")), "2026-11-24 10:03:04 +08:00");
  EXPECT_EQ(zone.offset_minutes(at("2026-11-24T02:03:04.567Z")), 480);
}

TEST(TimeZone, SkippedAndRepeatedMidnights) {
  // Santiago's clock jumps from 24:00 to 01:00.
  const TimeZone santiago = TimeZone::find("America/Santiago").value();
  const Timestamp start = santiago.start_of_day({2024, 9, 8});
  EXPECT_EQ(santiago.format_local(start), "2024-09-08 01:00:00 -03:00");
  EXPECT_EQ(format_date(santiago.local_date({start.unix_ms - 1})), "2024-09-07");
  // Havana's clock goes from 01:00 back to 00:00.
  const TimeZone havana = TimeZone::find("America/Havana").value();
  EXPECT_EQ(havana.format_local(havana.start_of_day({2024, 11, 3})), "2024-11-03 00:00:00 -04:00");
  const TimeZone kolkata = TimeZone::find("Asia/Kolkata").value();
  EXPECT_EQ(kolkata.offset_minutes({0}), 330);
}

TEST(TimeZone, RefusesUnknownNames) {
  for (std::string_view name : {"", "Mars/Olympus", "../etc/passwd"}) {
    ASSERT_FALSE(TimeZone::find(name)) << name;
    EXPECT_EQ(TimeZone::find(name).error().code, "unknown_time_zone");
  }
}

TEST(SystemClock, Moves) {
  const SystemClock clock;
  EXPECT_GT(clock.now().unix_ms, 1'700'000'000'000);
  EXPECT_LE(clock.steady_ms(), clock.steady_ms());
}

}  // namespace
}  // namespace quotary
