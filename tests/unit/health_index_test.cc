#include "ledger/health/phi.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace quotary::health {
namespace {

json::value parsed(std::string_view text) { return parse_json(text).value(); }

// 85 exactly, and just above: 100 x (0.3 + 0.4 x 0.625 + 0.3), and with one more action in a billion.
constexpr Counts exactly_85{1, 1, 8, 5, 1, 1};
constexpr Counts just_above_85{1, 1, 8'000'000'000, 5'000'000'001, 1, 1};

MonthlyPhi in(Month month, const Counts& counts, bool closed = true) {
  return {month, closed, phi(counts, first_weights())};
}

TEST(Phi, WorkedExamples) {
  const Phi first = phi({100, 92, 100, 85, 100, 78}, first_weights());
  EXPECT_EQ(first.response->text, "0.9200");
  EXPECT_EQ(first.completion->text, "0.8500");
  EXPECT_EQ(first.completeness->text, "0.7800");
  EXPECT_EQ(first.index->text, "85.00");
  EXPECT_EQ(first.index->exact, 85);
  const Phi second = phi({10, 9, 8, 7, 20, 17}, first_weights());
  EXPECT_EQ(second.completion->text, "0.8750");
  EXPECT_EQ(second.index->text, "87.50");
  EXPECT_EQ(second.index->exact, Fraction(175, 2));
}

TEST(Phi, WithoutAWholeNothingIsSaid) {
  const Phi none = phi({}, first_weights());
  EXPECT_FALSE(none.response || none.completion || none.completeness || none.index);
  const Phi no_leads = phi({0, 0, 1, 1, 1, 1}, first_weights());
  EXPECT_FALSE(no_leads.response);
  EXPECT_EQ(no_leads.completion->text, "1.0000");
  EXPECT_FALSE(no_leads.index);
  EXPECT_FALSE(phi({1, 1, 0, 0, 1, 1}, first_weights()).index);
  EXPECT_FALSE(phi({1, 1, 1, 1, 0, 0}, first_weights()).index);
  // Zero of something is a zero.
  EXPECT_EQ(phi({1, 0, 1, 0, 1, 0}, first_weights()).index->text, "0.00");
  // Nor by a weight of nothing.
  EXPECT_FALSE(phi({0, 0, 1, 1, 1, 1}, {2, 0, Fraction(1, 2), Fraction(1, 2)}).index);
}

TEST(Phi, TellsWhatItWasComputedFrom) {
  const json::object told = to_json(phi({100, 92, 100, 85, 0, 0}, first_weights()));
  EXPECT_EQ(told, parsed(R"({"counts":{"leads":100,"answered_in_time":92,"actions_due":100,"actions_complete":85,
      "fields_required":0,"fields_filled":0},
      "weights":{"version":1,"response":"0.3","completion":"0.4","completeness":"0.3"},
      "response_rate":"0.9200","action_completion":"0.8500","information_completeness":null,"phi":null})"));
  EXPECT_EQ(to_json(phi({1, 1, 1, 1, 1, 1}, first_weights())).at("phi"), "100.00");
}

TEST(PhiDeathTest, RefusesWhatNoCallerMayGive) {
  EXPECT_DEATH((void)phi({1, 2, 1, 1, 1, 1}, first_weights()), "part <= whole");
  EXPECT_DEATH((void)phi({}, {1, Fraction(1, 2), Fraction(1, 2), Fraction(1, 2)}), "== 1");
}

TEST(Rounding, TiesGoAwayFromZero) {
  EXPECT_EQ(to_text(Fraction(1, 200), 2), "0.01");
  EXPECT_EQ(to_text(Fraction(-1, 200), 2), "-0.01");
  EXPECT_EQ(to_text(Fraction(-1, 201), 2), "0.00");
  EXPECT_EQ(to_text(Fraction(0), 2), "0.00");
  EXPECT_EQ(to_text(Fraction(17, 200), 2), "0.09");  // 0.085: no even neighbour is preferred, no float is near
  EXPECT_EQ(to_text(Fraction(2001, 200), 2), "10.01");
  EXPECT_EQ(to_text(Fraction(99995, 10), 1), "9999.5");
  EXPECT_EQ(to_text(Fraction(999995, 100'000), 4), "10.0000");
  // 30 + 40 x 1/8000 is 30.005.
  EXPECT_EQ(phi({1, 1, 8'000, 1, 1, 0}, first_weights()).index->text, "30.01");
  EXPECT_EQ(phi({1, 1, 8'001, 1, 1, 0}, first_weights()).index->text, "30.00");
  EXPECT_EQ(phi({3, 2, 1, 1, 1, 1}, first_weights()).response->text, "0.6667");
}

TEST(Benchmark, IsForTwoClosedMonthsAbove) {
  const Counts all{1, 1, 1, 1, 1, 1};
  const Month october{2026, 10}, november{2026, 11}, december{2026, 12}, january{2027, 1};
  EXPECT_TRUE(benchmark(in(october, all), in(november, all)));
  EXPECT_TRUE(benchmark(in(december, all), in(january, all)));
  EXPECT_FALSE(benchmark(in(october, all), in(november, all, false)));
  EXPECT_FALSE(benchmark(in(october, all, false), in(november, all)));
  EXPECT_FALSE(benchmark(in(october, all), in(december, all)));
  EXPECT_FALSE(benchmark(in(november, all), in(october, all)));
  EXPECT_FALSE(benchmark(in(november, all), in(november, all)));
  EXPECT_FALSE(benchmark(in(october, all), in(november, {})));
  EXPECT_FALSE(benchmark(in(october, {}), in(november, all)));
}

TEST(Benchmark, ComparesTheExactValue) {
  const Month october{2026, 10}, november{2026, 11};
  EXPECT_EQ(in(october, exactly_85).phi.index->text, "85.00");
  EXPECT_EQ(in(october, just_above_85).phi.index->text, "85.00");
  EXPECT_FALSE(benchmark(in(october, exactly_85), in(november, exactly_85)));
  EXPECT_TRUE(benchmark(in(october, just_above_85), in(november, just_above_85)));
  EXPECT_FALSE(benchmark(in(october, just_above_85), in(november, exactly_85)));
  EXPECT_FALSE(benchmark(in(october, exactly_85), in(november, just_above_85)));
}

TEST(TeamAverage, IsShownForThreeOrMore) {
  const Phi full = phi({1, 1, 1, 1, 1, 1}, first_weights()), zero = phi({1, 0, 1, 0, 1, 0}, first_weights());
  const Phi none = phi({}, first_weights());
  const auto of = [](std::vector<Phi> people) { return team_average(people); };
  EXPECT_EQ(of({}).people, 0u);
  EXPECT_FALSE(of({}).average);
  EXPECT_EQ(of({full, zero}).people, 2u);
  EXPECT_FALSE(of({full, zero}).average);
  // Who has no index neither makes a third nor counts as zero.
  EXPECT_EQ(of({full, none, zero, none}).people, 2u);
  EXPECT_FALSE(of({full, none, zero, none}).average);
  EXPECT_EQ(of({full, zero, full}).average, "66.67");
  EXPECT_EQ(of({full, zero, none, full}).people, 3u);
  EXPECT_EQ(of({full, zero, none, full}).average, "66.67");
}

TEST(TeamAverage, RoundsOnce) {
  // 30.004 twice and 30.008: their mean is 30.0053…, that of the rounded ones 30.0033….
  const Phi low = phi({1, 1, 10'000, 1, 1, 0}, first_weights());
  const Phi high = phi({1, 1, 10'000, 2, 1, 0}, first_weights());
  EXPECT_EQ(low.index->text, "30.00");
  EXPECT_EQ(high.index->text, "30.01");
  const std::vector<Phi> people{low, low, high};
  EXPECT_EQ(team_average(people).average, "30.01");
}

}  // namespace
}  // namespace quotary::health
