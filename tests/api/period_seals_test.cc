// Period seals: when a real organisation writes them, what they say, and that a verification finds those that lie.
#include "ledger/records/period_seal.h"
#include "tests/api/fixture.h"

#include <gtest/gtest.h>

namespace quotary::api {
namespace {

using testing::code_of;
using testing::price_error;
using testing::text;
using testing::World;

struct Sealing {
  explicit Sealing(std::string_view start) : w(start) {}
  std::string issue(const std::string& price = "100.00", const std::string& currency = "CNY",
                    const std::string& series = "SH-QT") {
    std::string body = World::quote(price);
    body.replace(body.find("2027-06-30"), 10, "2029-06-30");
    body.replace(body.find("CNY"), 3, currency);
    body.replace(body.find("SH-QT"), 5, series);
    const auto issued = w.issue("k" + std::to_string(++issued_), body);
    EXPECT_TRUE(issued) << issued.error().code << " " << issued.error().detail;
    return issued ? text(*issued, "number") : "";
  }
  void make_void(const std::string& number) {
    const auto request = w.organisation->request_void(w.rep, number, "", price_error);
    ASSERT_TRUE(request) << request.error().detail;
    ASSERT_TRUE(
        w.organisation->decide_void(w.manager, text(*request, "id"), Organisation::Decision::approve, "", "{}"));
  }
  std::uint64_t tick() {
    const auto done = w.organisation->run_due_events();
    EXPECT_TRUE(done) << done.error().code << " " << done.error().detail;
    return done ? *done : 999;
  }
  json::array seals(const std::string& series = "SH-QT") {
    const auto answer = w.organisation->list_period_seals(w.finance, series, {});
    EXPECT_TRUE(answer) << answer.error().detail;
    return answer ? answer->body.at("items").as_array() : json::array();
  }
  std::vector<std::string> periods(const std::string& series = "SH-QT") {
    std::vector<std::string> out;
    for (const auto& seal : seals(series)) out.emplace_back(seal.at("period").as_string());
    return out;
  }
  std::uint64_t size() { return w.organisation->ledger_state().tree_size; }

  World w;
  int issued_ = 0;
};

using Periods = std::vector<std::string>;

json::object sums(const char* exclusive, const char* tax, const char* inclusive) {
  return {{"tax_exclusive", exclusive}, {"tax", tax}, {"tax_inclusive", inclusive}};
}

TEST(PeriodSeals, AMonthIsSealedOnceAfterItsEndInTheOrganisationsZone) {
  Sealing s("2026-11-24T02:03:04.567Z");
  s.issue();
  s.w.clock->set("2026-11-30T15:59:59.999Z");
  const std::string last = s.issue("50.00");
  EXPECT_EQ(s.tick(), 0u);
  s.w.clock->set("2026-11-30T16:04:59.999Z");  // December in Shanghai, and within the grace
  EXPECT_EQ(s.tick(), 0u);
  s.w.clock->set("2026-11-30T16:05:00.000Z");
  const std::uint64_t size = s.size();
  EXPECT_EQ(s.tick(), 1u);
  EXPECT_EQ(s.tick(), 0u);
  ASSERT_EQ(s.size(), size + 1);
  s.w.reopen();
  EXPECT_EQ(s.tick(), 0u);
  ASSERT_EQ(s.size(), size + 1);
  const auto seals = s.seals();
  ASSERT_EQ(seals.size(), 1u);
  EXPECT_EQ(seals[0].as_object(), (json::object{{"series", "SH-QT"},
                                                {"kind", "month"},
                                                {"period", "2026-11"},
                                                {"first", "SHQT2026-000001"},
                                                {"first_sequence", 1},
                                                {"last", last},
                                                {"last_sequence", 2},
                                                {"count", 2},
                                                {"voided", 0},
                                                {"tree_size", size},
                                                {"sums", json::object{{"CNY", sums("600.00", "78.00", "678.00")}}},
                                                {"voided_sums", json::object()},
                                                {"index", size}}));
}

TEST(PeriodSeals, AMonthWithoutNumbersHasNoSealAndAYearEndsWithItsLastMonth) {
  Sealing s("2026-11-24T02:03:04.567Z");
  s.issue();
  s.w.clock->set("2026-12-31T16:10:00.000Z");  // nothing in December, nothing ever again
  EXPECT_EQ(s.tick(), 2u);
  EXPECT_EQ(s.periods(), (Periods{"2026", "2026-11"}));
  s.w.clock->set("2028-02-01T00:00:00.000Z");
  EXPECT_EQ(s.tick(), 0u);
}

TEST(PeriodSeals, OneTickCatchesUpAndTheYearCountsItsMonths) {
  Sealing s("2026-10-24T02:03:04.567Z");
  s.issue("1.00");
  s.w.clock->set("2026-11-24T02:03:04.567Z");
  s.issue("2.00");
  s.issue("3.00", "USD");
  s.w.clock->set("2026-12-31T15:59:59.999Z");
  s.issue("4.00");
  s.w.clock->set("2026-12-31T16:00:00.000Z");
  s.issue("5.00");  // of 2027
  s.w.clock->set("2027-01-02T00:00:00.000Z");
  EXPECT_EQ(s.tick(), 4u);
  EXPECT_EQ(s.tick(), 0u);
  EXPECT_EQ(s.periods(), (Periods{"2026", "2026-10", "2026-11", "2026-12"}));
  const auto seals = s.seals();
  EXPECT_EQ(seals[0].at("count"), 4);
  EXPECT_EQ(seals[0].at("first"), "SHQT2026-000001");
  EXPECT_EQ(seals[0].at("last"), "SHQT2026-000004");
  EXPECT_EQ(seals[0].at("sums"),
            (json::object{{"CNY", sums("28.00", "3.64", "31.64")}, {"USD", sums("12.00", "1.56", "13.56")}}));
  EXPECT_EQ(seals[2].at("count"), 2);
  EXPECT_EQ(seals[2].at("sums").at("USD"), sums("12.00", "1.56", "13.56"));
  EXPECT_EQ(seals[3].at("first_sequence"), 4);
}

TEST(PeriodSeals, AYearCountsWhatWasVoidedAfterItsMonthsWereSealed) {
  Sealing s("2026-10-24T02:03:04.567Z");
  const std::string first = s.issue("1.00"), second = s.issue("2.00");
  s.w.clock->set("2026-11-02T00:00:00.000Z");
  EXPECT_EQ(s.tick(), 1u);
  s.make_void(first);
  s.issue("4.00");
  s.w.clock->set("2027-01-02T00:00:00.000Z");
  EXPECT_EQ(s.tick(), 2u);
  s.make_void(second);  // of 2026, after its seal
  const std::string later = s.issue("8.00");
  s.w.clock->set("2028-01-02T00:00:00.000Z");
  EXPECT_EQ(s.tick(), 2u);
  ASSERT_EQ(s.periods(), (Periods{"2026", "2026-10", "2026-11", "2027", "2027-01"}));
  const auto seals = s.seals();
  EXPECT_EQ(seals[0].at("count"), 3);
  EXPECT_EQ(seals[0].at("voided"), 1);
  EXPECT_EQ(seals[0].at("sums").at("CNY"), sums("28.00", "3.64", "31.64"));
  EXPECT_EQ(seals[0].at("voided_sums").at("CNY"), sums("4.00", "0.52", "4.52"));
  EXPECT_EQ(seals[1].at("voided"), 0);
  EXPECT_EQ(seals[3].at("first").as_string(), later);
  EXPECT_EQ(seals[3].at("count"), 1);
  EXPECT_EQ(seals[3].at("voided"), 0);
  EXPECT_EQ(seals[3].at("voided_sums"), json::object());
}

TEST(PeriodSeals, MoreThanATickTakesIsSealedByTheNext) {
  Sealing s("2026-11-24T02:03:04.567Z");
  std::vector<std::string> names;
  for (std::size_t i = 0; i <= period_seals_max; ++i) {
    const std::string branch{static_cast<char>('A' + i / 26), static_cast<char>('A' + i % 26), 'X'};
    names.push_back(branch + "-QT");
    ASSERT_TRUE(s.w.organisation->add_series(Organisation::operator_principal(),
                                             {names.back(), branch, "quote", "{BR}QT{YYYY}-{SEQ:6}", "year"}));
    s.issue("1.00", "CNY", names.back());
  }
  s.w.clock->set("2026-12-02T00:00:00.000Z");
  EXPECT_EQ(s.tick(), period_seals_max);
  EXPECT_EQ(s.tick(), 1u);
  EXPECT_EQ(s.tick(), 0u);
  for (const auto& name : names) EXPECT_EQ(s.periods(name), Periods{"2026-11"}) << name;
}

TEST(PeriodSeals, VoidsCountAsOfTheSeal) {
  Sealing s("2026-11-24T02:03:04.567Z");
  const std::string before = s.issue("100.00"), after = s.issue("7.00");
  s.make_void(before);
  s.w.clock->set("2026-12-02T00:00:00.000Z");
  EXPECT_EQ(s.tick(), 1u);
  s.make_void(after);
  EXPECT_EQ(s.tick(), 0u);
  EXPECT_EQ(s.seals()[0].at("voided"), 1);
  EXPECT_EQ(s.seals()[0].at("voided_sums").at("CNY"), sums("400.00", "52.00", "452.00"));
  s.w.clock->set("2027-01-02T00:00:00.000Z");
  EXPECT_EQ(s.tick(), 1u);
  EXPECT_EQ(s.seals()[0].at("voided"), 2);  // the year's
  EXPECT_EQ(s.seals()[1].at("voided"), 1);
}

TEST(PeriodSeals, NothingMoreIsIssuedInASealedMonth) {
  Sealing s("2026-11-30T15:00:00.000Z");
  s.issue();
  s.w.clock->set("2026-12-02T00:00:00.000Z");
  EXPECT_EQ(s.tick(), 1u);
  s.w.clock->set("2026-11-30T15:30:00.000Z");  // the clock is set back
  const auto late = s.w.issue("late");
  EXPECT_FALSE(late);
}

TEST(PeriodSeals, AreReadByPageAndByTheRolesThatProveNumbers) {
  Sealing s("2026-11-24T02:03:04.567Z");
  s.issue();
  s.w.clock->set("2027-01-02T00:00:00.000Z");
  EXPECT_EQ(s.tick(), 2u);
  const auto page = s.w.organisation->list_period_seals(s.w.auditor, "SH-QT", {"", 1});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->body.at("items").as_array().size(), 1u);
  const auto next = s.w.organisation->list_period_seals(s.w.auditor, "SH-QT", {text(*page, "next_cursor"), 1});
  ASSERT_TRUE(next);
  EXPECT_EQ(next->body.at("items").at(0).at("period"), "2026-11");
  EXPECT_FALSE(next->body.contains("next_cursor"));
  EXPECT_EQ(code_of(s.w.organisation->list_period_seals(s.w.rep, "SH-QT", {})), "role_not_allowed");
  EXPECT_EQ(code_of(s.w.organisation->list_period_seals(s.w.auditor, "NONE", {})), "unknown_series");
}

}  // namespace
}  // namespace quotary::api
