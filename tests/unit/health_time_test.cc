#include "ledger/health/month.h"
#include "ledger/health/response.h"

#include <gtest/gtest.h>

#include <limits>

namespace quotary::health {
namespace {

Timestamp at(std::string_view text) { return parse_rfc3339(text).value(); }
TimeZone zone(std::string_view name) { return TimeZone::find(name).value(); }

// Both borders, by instants and by months.
void expect_month(const TimeZone& where, Month month, std::string_view first, std::string_view last) {
  EXPECT_EQ(format_rfc3339(first_instant(month, where)), first);
  EXPECT_EQ(format_rfc3339(last_instant(month, where)), last);
  EXPECT_EQ(month_of(at(first), where), month);
  EXPECT_EQ(month_of({at(first).unix_ms - 1}, where), previous(month));
  EXPECT_EQ(month_of(at(last), where), month);
  EXPECT_EQ(month_of({at(last).unix_ms + 1}, where), next(month));
  EXPECT_FALSE(closed(month, where, at(first)));
  EXPECT_FALSE(closed(month, where, at(last)));
  EXPECT_TRUE(closed(month, where, {at(last).unix_ms + 1}));
}

TEST(Month, BordersAreLocal) {
  const TimeZone shanghai = zone("Asia/Shanghai");
  expect_month(shanghai, {2026, 11}, "2026-10-31T16:00:00.000Z", "2026-11-30T15:59:59.999Z");
  expect_month(shanghai, {2027, 1}, "2026-12-31T16:00:00.000Z", "2027-01-31T15:59:59.999Z");
  expect_month(zone("UTC"), {2024, 2}, "2024-02-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z");
  // Summer time begins and ends within a month.
  expect_month(zone("Europe/Berlin"), {2026, 3}, "2026-02-28T23:00:00.000Z", "2026-03-31T21:59:59.999Z");
  expect_month(zone("Europe/Berlin"), {2026, 10}, "2026-09-30T22:00:00.000Z", "2026-10-31T22:59:59.999Z");
  expect_month(zone("America/New_York"), {2026, 11}, "2026-11-01T04:00:00.000Z", "2026-12-01T04:59:59.999Z");
}

TEST(Month, BordersWhereTheClockChangesAtThem) {
  // Asuncion's clock went from 24:00 on 30 September 1995 to 01:00, Havana's on 1 November 2015 from 01:00 to 00:00.
  expect_month(zone("America/Asuncion"), {1995, 10}, "1995-10-01T04:00:00.000Z", "1995-11-01T02:59:59.999Z");
  expect_month(zone("America/Havana"), {2015, 11}, "2015-11-01T04:00:00.000Z", "2015-12-01T04:59:59.999Z");
  EXPECT_EQ(month_of(at("2015-11-01T05:30:00.000Z"), zone("America/Havana")), (Month{2015, 11}));
  // The clock of St. John's went from 00:01 on 1 November 2009 to 23:01 on 31 October: a month that ended stays so.
  const TimeZone st_johns = zone("America/St_Johns");
  expect_month(st_johns, {2009, 11}, "2009-11-01T02:30:00.000Z", "2009-12-01T03:29:59.999Z");
  EXPECT_EQ(format_date(st_johns.local_date(at("2009-11-01T03:00:00.000Z"))), "2009-10-31");
  EXPECT_EQ(month_of(at("2009-11-01T03:00:00.000Z"), st_johns), (Month{2009, 11}));
}

TEST(Month, Neighbours) {
  EXPECT_EQ(next({2026, 12}), (Month{2027, 1}));
  EXPECT_EQ(previous({2027, 1}), (Month{2026, 12}));
  EXPECT_EQ(previous({2026, 12}), (Month{2026, 11}));
  EXPECT_LT((Month{2026, 12}), (Month{2027, 1}));
}

TEST(Month, Texts) {
  for (const char* text : {"2026-11", "0001-01", "9999-12"}) EXPECT_EQ(format_month(parse_month(text).value()), text);
  for (const char* text : {"", "2026", "2026-1", "2026-00", "2026-13", "0000-01", "2026/11", "2026-11-", "2026-011",
                           "26-11", "+026-11", "2026-1a", " 2026-11", "2026-11\n"}) {
    ASSERT_FALSE(parse_month(text)) << text;
    EXPECT_EQ(parse_month(text).error().code, "bad_month");
  }
  EXPECT_FALSE(parse_month(std::string_view("2026-1\0", 7)));
}

constexpr std::int64_t hour_ms = 3'600'000;

std::string_view answered_after(std::int64_t time_ms) {
  const Timestamp received = at("2026-11-01T00:00:00.000Z");
  return to_text(classify_response(received, Timestamp{received.unix_ms + time_ms}, received).value());
}

std::string_view not_answered_after(std::int64_t time_ms) {
  const Timestamp received = at("2026-11-01T00:00:00.000Z");
  return to_text(classify_response(received, std::nullopt, {received.unix_ms + time_ms}).value());
}

TEST(Response, BordersToTheMillisecond) {
  EXPECT_EQ(answered_after(0), "green");
  EXPECT_EQ(answered_after(12 * hour_ms - 1), "green");
  EXPECT_EQ(answered_after(12 * hour_ms), "yellow");
  EXPECT_EQ(answered_after(24 * hour_ms), "yellow");
  EXPECT_EQ(answered_after(24 * hour_ms + 1), "red");
}

TEST(Response, WaitsUntilItIsTooLate) {
  EXPECT_EQ(not_answered_after(-1), "waiting");  // the caller's clock may be behind
  EXPECT_EQ(not_answered_after(0), "waiting");
  EXPECT_EQ(not_answered_after(24 * hour_ms), "waiting");
  EXPECT_EQ(not_answered_after(24 * hour_ms + 1), "red");
}

TEST(Response, InTimeIsAnsweredAndNotRed) {
  EXPECT_TRUE(in_time(Promptness::green));
  EXPECT_TRUE(in_time(Promptness::yellow));
  EXPECT_FALSE(in_time(Promptness::red));
  EXPECT_FALSE(in_time(Promptness::waiting));
}

TEST(Response, RefusesATouchBeforeTheLead) {
  const Timestamp received = at("2026-11-01T00:00:00.000Z");
  const auto early = classify_response(received, Timestamp{received.unix_ms - 1}, received);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, "touched_before_received");
  EXPECT_NE(early.error().detail.find("2026-10-31T23:59:59.999Z"), std::string::npos);
  constexpr auto least = std::numeric_limits<std::int64_t>::min(), most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(response_ms({least}, {most}).value(), std::numeric_limits<std::uint64_t>::max());
}

TEST(Quantiles, AreNearestRanks) {
  constexpr std::uint64_t minute_ms = 60'000;
  EXPECT_EQ(response_times({}).responses, 0u);
  EXPECT_FALSE(response_times({}).p50_minutes || response_times({}).p90_minutes);
  EXPECT_EQ(response_times({7 * minute_ms}).p50_minutes, 7u);
  EXPECT_EQ(response_times({7 * minute_ms}).p90_minutes, 7u);
  // Ranks 5 and 9 of ten, 6 and 10 of eleven; never something between two.
  std::vector<std::uint64_t> times;
  for (std::uint64_t i = 10; i >= 1; --i) times.push_back(i * 100 * minute_ms);
  EXPECT_EQ(response_times(times).p50_minutes, 500u);
  EXPECT_EQ(response_times(times).p90_minutes, 900u);
  times.push_back(1'100 * minute_ms);
  EXPECT_EQ(response_times(times).responses, 11u);
  EXPECT_EQ(response_times(times).p50_minutes, 600u);
  EXPECT_EQ(response_times(times).p90_minutes, 1'000u);
  // Ranks 51 and 91 of 101.
  times.clear();
  for (std::uint64_t i = 1; i <= 101; ++i) times.push_back(i * minute_ms);
  EXPECT_EQ(response_times(times).p50_minutes, 51u);
  EXPECT_EQ(response_times(times).p90_minutes, 91u);
}

TEST(Quantiles, RoundToWholeMinutes) {
  EXPECT_EQ(response_times({29'999}).p50_minutes, 0u);
  EXPECT_EQ(response_times({30'000}).p50_minutes, 1u);
  EXPECT_EQ(response_times({89'999}).p50_minutes, 1u);
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(response_times({most}).p50_minutes, most / 60'000 + 1);
}

}  // namespace
}  // namespace quotary::health
