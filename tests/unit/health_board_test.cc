#include "ledger/health/board.h"
#include "ledger/health/onboarding.h"

#include <gtest/gtest.h>

#include <vector>

namespace quotary::health {
namespace {

Timestamp at(std::string_view text) { return parse_rfc3339(text).value(); }
TimeZone zone(std::string_view name) { return TimeZone::find(name).value(); }

CaseTimes open_case(std::string_view opened) { return {at(opened), std::nullopt}; }
CaseTimes complete_case(std::string_view opened, std::string_view completed) { return {at(opened), at(completed)}; }

TEST(Onboarding, CountsThirtyLocalDays) {
  // Added at 07:00 on 2 November in Shanghai: from that day's midnight to that of 2 December.
  const std::vector<CaseTimes> cases{
      complete_case("2026-11-01T15:59:59.999Z", "2026-11-03T00:00:00.000Z"),  // the day before
      complete_case("2026-11-01T16:00:00.000Z", "2026-11-03T00:00:00.000Z"),
      open_case("2026-11-10T00:00:00.000Z"),
      complete_case("2026-11-20T00:00:00.000Z", "2026-12-01T15:59:59.999Z"),
      complete_case("2026-11-20T00:00:00.000Z", "2026-12-01T16:00:00.000Z"),  // too late
      complete_case("2026-12-01T15:59:59.998Z", "2026-12-01T15:59:59.999Z"),
      complete_case("2026-12-01T16:00:00.000Z", "2026-12-01T17:00:00.000Z"),  // day 31
  };
  const WindowShare rate = onboarding_rate(at("2026-11-01T23:00:00.000Z"), cases, zone("Asia/Shanghai"));
  EXPECT_EQ(format_rfc3339(rate.window.from), "2026-11-01T16:00:00.000Z");
  EXPECT_EQ(format_rfc3339(rate.window.until), "2026-12-01T16:00:00.000Z");
  EXPECT_EQ(rate.complete.part, 3u);
  EXPECT_EQ(rate.complete.whole, 5u);
  EXPECT_EQ(rate.complete.value->text, "0.6000");
}

TEST(Onboarding, DaysAreTheCalendars) {
  // Across the end of summer time thirty days are an hour longer.
  const WindowShare rate = onboarding_rate(at("2026-10-10T10:00:00.000Z"), {}, zone("Europe/Berlin"));
  EXPECT_EQ(format_rfc3339(rate.window.from), "2026-10-09T22:00:00.000Z");
  EXPECT_EQ(format_rfc3339(rate.window.until), "2026-11-08T23:00:00.000Z");
  EXPECT_EQ(rate.complete.whole, 0u);
  EXPECT_FALSE(rate.complete.value);
}

TEST(PolicyComparison, OfTheDaysBeforeAndAfter) {
  const Timestamp published = at("2026-11-01T12:00:00.000Z");
  const std::vector<CaseTimes> cases{
      complete_case("2026-10-02T11:59:59.999Z", "2026-10-05T00:00:00.000Z"),  // 30 days and a millisecond before
      complete_case("2026-10-02T12:00:00.000Z", "2026-10-05T00:00:00.000Z"),
      complete_case("2026-11-01T11:59:59.999Z", "2026-11-01T12:00:00.000Z"),  // complete when it was published
      open_case("2026-10-20T00:00:00.000Z"),
      complete_case("2026-11-01T12:00:00.000Z", "2026-11-02T00:00:00.000Z"),
      complete_case("2026-12-01T11:59:59.998Z", "2026-12-01T11:59:59.999Z"),
      open_case("2026-11-20T00:00:00.000Z"),
      complete_case("2026-12-01T12:00:00.000Z", "2026-12-01T13:00:00.000Z"),  // day 31
  };
  const PolicyComparison rise = compare_policy(published, cases);
  EXPECT_EQ(rise.before.complete.part, 1u);
  EXPECT_EQ(rise.before.complete.whole, 3u);
  EXPECT_EQ(rise.after.complete.part, 2u);
  EXPECT_EQ(rise.after.complete.whole, 3u);
  EXPECT_EQ(rise.after.complete.value->text, "0.6667");
  EXPECT_EQ(rise.difference->exact, Fraction(100, 3));
  EXPECT_EQ(rise.difference->text, "33.33");
}

TEST(PolicyComparison, FallsAndWhatCannotBeCompared) {
  const Timestamp published = at("2026-11-01T12:00:00.000Z");
  const CaseTimes good_before = complete_case("2026-10-10T00:00:00.000Z", "2026-10-11T00:00:00.000Z");
  const CaseTimes bad_after = open_case("2026-11-10T00:00:00.000Z");
  const std::vector<CaseTimes> fall{good_before, bad_after}, only_before{good_before}, only_after{bad_after};
  EXPECT_EQ(compare_policy(published, fall).difference->text, "-100.00");
  EXPECT_FALSE(compare_policy(published, only_before).difference);
  EXPECT_FALSE(compare_policy(published, only_after).difference);
  EXPECT_EQ(compare_policy(published, only_after).after.complete.value->text, "0.0000");
}

constexpr std::string_view order[] = {"open", "pending", "complete"};

TEST(Stages, KeepTheirOrder) {
  const std::vector<std::string_view> stages{"complete", "open", "complete"};
  const auto counts = stage_distribution(stages, order);
  ASSERT_TRUE(counts);
  ASSERT_EQ(counts->size(), 3u);
  EXPECT_EQ(counts->at(0).stage, "open");
  EXPECT_EQ(counts->at(0).cases, 1u);
  EXPECT_EQ(counts->at(1).stage, "pending");
  EXPECT_EQ(counts->at(1).cases, 0u);
  EXPECT_EQ(counts->at(2).cases, 2u);
}

TEST(Stages, NoneIsDroppedUnseen) {
  const std::vector<std::string_view> stages{"open", "lost"};
  const auto unknown = stage_distribution(stages, order);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, "unknown_stage");
  EXPECT_NE(unknown.error().detail.find("'lost'"), std::string::npos);
  const std::vector<std::string_view> twice{"open", "open"};
  ASSERT_FALSE(stage_distribution({}, twice));
  EXPECT_EQ(stage_distribution({}, twice).error().code, "duplicate_stage");
}

TEST(Overdue, LongestFirstThenById) {
  const Timestamp now{1'000};
  const std::vector<DueRow> rows{{"e", {999}}, {"c", {10}}, {"due now", {1'000}}, {"b", {500}},
                                 {"a", {10}},  {"d", {10}}, {"later", {1'001}}};
  const std::vector<OverdueRow> all{
      {"a", {10}, 990}, {"c", {10}, 990}, {"d", {10}, 990}, {"b", {500}, 500}, {"e", {999}, 1}};
  EXPECT_EQ(top_overdue(rows, now, 10), all);
  EXPECT_EQ(top_overdue(rows, now, 2), (std::vector<OverdueRow>{all[0], all[1]}));
  EXPECT_TRUE(top_overdue(rows, now, 0).empty());
  EXPECT_TRUE(top_overdue({}, now, 3).empty());
}

std::vector<std::uint64_t> counts_of(const std::array<DayCount, trend_days>& trend) {
  std::vector<std::uint64_t> out;
  for (const DayCount& day : trend) out.push_back(day.count);
  return out;
}

TEST(Trend, HasANumberForEachLocalDay) {
  const std::vector<Timestamp> times{
      at("2026-11-23T15:59:59.999Z"),  // 24 November begins at 16:00Z
      at("2026-11-23T16:00:00.000Z"), at("2026-11-30T15:59:59.999Z"), at("2026-11-29T16:00:00.000Z"),
      at("2026-11-30T16:00:00.000Z"),  // 1 December
      at("2026-11-26T00:00:00.000Z"),
  };
  const auto trend = day_trend(times, {2026, 11, 30}, zone("Asia/Shanghai"));
  EXPECT_EQ(trend.front().day, (Date{2026, 11, 24}));
  EXPECT_EQ(trend.back().day, (Date{2026, 11, 30}));
  EXPECT_EQ(counts_of(trend), (std::vector<std::uint64_t>{1, 0, 1, 0, 0, 0, 2}));
  EXPECT_EQ(counts_of(day_trend({}, {2026, 11, 30}, zone("UTC"))), std::vector<std::uint64_t>(7, 0));
}

TEST(Trend, DaysOfOtherLengths) {
  // A day of 25 hours counts its last one.
  const std::vector<Timestamp> berlin{at("2026-10-24T22:00:00.000Z"), at("2026-10-25T22:59:59.999Z")};
  EXPECT_EQ(counts_of(day_trend(berlin, {2026, 10, 25}, zone("Europe/Berlin"))).back(), 2u);
  // Apia had no 30 December 2011.
  const std::vector<Timestamp> apia{at("2011-12-30T09:59:59.999Z"), at("2011-12-30T10:00:00.000Z")};
  EXPECT_EQ(counts_of(day_trend(apia, {2011, 12, 31}, zone("Pacific/Apia"))),
            (std::vector<std::uint64_t>{0, 0, 0, 0, 1, 0, 1}));
}

TEST(PolicyUse, TellsUseAndSuccess) {
  const std::vector<PolicyCase> cases{{"visit", true}, {"demonstration", true}, {"visit", false}, {"visit", false}};
  const auto uses = policy_use(cases);
  ASSERT_EQ(uses.size(), 2u);
  EXPECT_EQ(uses[0].policy, "demonstration");
  EXPECT_EQ(uses[0].complete.value->text, "1.0000");
  EXPECT_EQ(uses[1].policy, "visit");
  EXPECT_EQ(uses[1].complete.part, 1u);
  EXPECT_EQ(uses[1].complete.whole, 3u);
  EXPECT_EQ(uses[1].complete.value->text, "0.3333");
  EXPECT_TRUE(policy_use({}).empty());
}

}  // namespace
}  // namespace quotary::health
