// Random counts, people and times. The seed is printed; QUOTARY_SEED=n runs one again.
#include "ledger/health/board.h"
#include "ledger/health/limits.h"
#include "ledger/health/phi.h"
#include "tests/support/settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace quotary::health {
namespace {

class HealthProperty : public ::testing::Test {
 protected:
  void SetUp() override { random_.seed(testing::chosen_seed()); }

  std::uint64_t up_to(std::uint64_t most) { return std::uniform_int_distribution<std::uint64_t>(0, most)(random_); }

  // Small ones often, so that zeros and ties come up.
  Counts counts(std::uint64_t most) {
    Counts out;
    for (const auto& [whole, part] : {std::pair{&Counts::leads, &Counts::answered_in_time},
                                      std::pair{&Counts::actions_due, &Counts::actions_complete},
                                      std::pair{&Counts::fields_required, &Counts::fields_filled}}) {
      out.*whole = up_to(up_to(1) == 0 ? 4 : most);
      out.*part = up_to(out.*whole);
    }
    return out;
  }

  Weights weights() {
    constexpr std::uint64_t parts = 1'000'000;
    const std::uint64_t first = up_to(parts), second = up_to(parts - first);
    return {1 + up_to(8), Fraction(first, parts), Fraction(second, parts), Fraction(parts - first - second, parts)};
  }

  std::mt19937_64 random_;
};

TEST_F(HealthProperty, IndexIsBetweenZeroAndOneHundred) {
  for (int i = 0; i < 3'000; ++i) {
    const Counts given = counts(limits::count_max);
    const Phi made = phi(given, weights());
    ASSERT_EQ(made.index.has_value(), given.leads > 0 && given.actions_due > 0 && given.fields_required > 0);
    if (!made.index) continue;
    ASSERT_GE(made.index->exact, 0);
    ASSERT_LE(made.index->exact, 100);
    // The text is the nearest.
    const std::string& text = made.index->text;
    const std::string digits = text.substr(0, text.size() - 3) + text.substr(text.size() - 2);
    const Fraction shown(Integer(std::stoull(digits)), Integer(100));
    ASSERT_LE(Fraction(abs(shown - made.index->exact)), Fraction(1, 200)) << text;
  }
}

TEST_F(HealthProperty, MoreDoneIsNeverLess) {
  for (int i = 0; i < 2'000; ++i) {
    const Counts given = counts(1'000);
    const Weights weighing = weights();
    const Phi before = phi(given, weighing);
    if (!before.index) continue;
    const auto raised = [&](std::uint64_t Counts::*whole, std::uint64_t Counts::*part, const Fraction& weight) {
      Counts more = given;
      if (more.*part == more.*whole) return;
      ++(more.*part);
      const Fraction difference = phi(more, weighing).index->exact - before.index->exact;
      EXPECT_EQ(difference, weight * 100 / more.*whole);
    };
    raised(&Counts::leads, &Counts::answered_in_time, weighing.response);
    raised(&Counts::actions_due, &Counts::actions_complete, weighing.completion);
    raised(&Counts::fields_required, &Counts::fields_filled, weighing.completeness);
    ASSERT_FALSE(HasFailure());
  }
}

TEST_F(HealthProperty, TeamsCountsAreTheSumOfItsPeoples) {
  for (int i = 0; i < 300; ++i) {
    std::vector<Counts> people(1 + up_to(20));
    for (Counts& person : people) person = counts(1'000'000);
    Counts sum;
    for (const Counts& person : people) sum = add(sum, person).value();
    std::shuffle(people.begin(), people.end(), random_);
    Counts shuffled;
    for (const Counts& person : people) shuffled = add(person, shuffled).value();
    ASSERT_EQ(shuffled, sum);
    ASSERT_TRUE(check_counts(sum));
    std::uint64_t leads = 0, filled = 0;
    for (const Counts& person : people) {
      leads += person.leads;
      filled += person.fields_filled;
    }
    ASSERT_EQ(sum.leads, leads);
    ASSERT_EQ(sum.fields_filled, filled);
    // A team does not do better than its best person, nor worse than its worst, at any of the three.
    std::optional<Fraction> best, worst;
    for (const Counts& person : people) {
      const auto rate = ratio(person.actions_complete, person.actions_due);
      if (rate && (!best || *rate > *best)) best = rate;
      if (rate && (!worst || *rate < *worst)) worst = rate;
    }
    if (const auto rate = ratio(sum.actions_complete, sum.actions_due)) {
      ASSERT_LE(*rate, *best);
      ASSERT_GE(*rate, *worst);
    }
  }
}

TEST_F(HealthProperty, MeanIsThatOfTheReducedSum) {
  for (int i = 0; i < 300; ++i) {
    std::vector<Fraction> values;
    for (auto left = 1 + up_to(40); left > 0; --left) {
      const std::uint64_t denominator = 1 + up_to(up_to(1) == 0 ? 9 : limits::count_max);
      values.push_back(Fraction(Integer(up_to(limits::count_max)), Integer(denominator)) - up_to(3));
    }
    Fraction sum = 0;
    for (const Fraction& value : values) sum += value;
    ASSERT_EQ(mean_text(values, 2), to_text(sum / values.size(), 2));
  }
}

TEST_F(HealthProperty, FormsReadBack) {
  for (int i = 0; i < 2'000; ++i) {
    const Counts given = counts(limits::count_max);
    ASSERT_EQ(parse_counts(parse_json(canonical_json(to_json(given)).value()).value()).value(), given);
    const Weights weighing = weights();
    ASSERT_EQ(parse_weights(parse_json(canonical_json(to_json(weighing)).value()).value()).value(), weighing);
  }
}

TEST_F(HealthProperty, EachInstantLiesInOneMonth) {
  constexpr std::uint64_t span_ms = std::uint64_t{60} * 366 * 24 * 3'600'000;  // from 1970
  for (const char* name : {"Asia/Shanghai", "America/St_Johns", "America/Asuncion", "Pacific/Apia", "Africa/Cairo"}) {
    const TimeZone zone = TimeZone::find(name).value();
    for (int i = 0; i < 2'000; ++i) {
      // Half of them near a border.
      Timestamp time{static_cast<std::int64_t>(up_to(span_ms))};
      if (up_to(1) == 0)
        time.unix_ms =
            first_instant(month_of(time, zone), zone).unix_ms + static_cast<std::int64_t>(up_to(7'200'000)) - 3'600'000;
      const Month month = month_of(time, zone);
      ASSERT_LE(first_instant(month, zone), time) << name;
      ASSERT_GE(last_instant(month, zone), time) << name;
      ASSERT_EQ(parse_month(format_month(month)).value(), month);
      ASSERT_EQ(previous(next(month)), month);
    }
  }
}

TEST_F(HealthProperty, BoardsDoNotDependOnTheOrderOfRows) {
  const TimeZone zone = TimeZone::find("Europe/Berlin").value();
  for (int i = 0; i < 100; ++i) {
    std::vector<DueRow> rows;
    std::vector<Timestamp> times;
    for (std::uint64_t id = 0; id < 30; ++id) {
      rows.push_back({std::to_string(id), {static_cast<std::int64_t>(up_to(10))}});
      times.push_back({static_cast<std::int64_t>(up_to(9 * 86'400'000ull))});
    }
    const auto overdue = top_overdue(rows, {8}, 12);
    const auto trend = day_trend(times, {1970, 1, 8}, zone);
    std::shuffle(rows.begin(), rows.end(), random_);
    std::shuffle(times.begin(), times.end(), random_);
    ASSERT_EQ(top_overdue(rows, {8}, 12), overdue);
    ASSERT_EQ(day_trend(times, {1970, 1, 8}, zone), trend);
  }
}

}  // namespace
}  // namespace quotary::health
