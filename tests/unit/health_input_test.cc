#include "ledger/health/counts.h"
#include "ledger/health/limits.h"
#include "ledger/health/weights.h"
#include "ledger/quote/limits.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace quotary::health {
namespace {

json::value parsed(std::string_view text) { return parse_json(text).value(); }

std::vector<std::string> faults_of(const Error& error) {
  std::vector<std::string> out;
  for (const Problem& problem : error.problems) out.push_back(problem.pointer + " " + problem.code);
  return out;
}

TEST(Weights, TheFirstVersion) {
  const Weights weights = first_weights();
  EXPECT_EQ(weights.version, 1u);
  EXPECT_EQ(weights.response + weights.completion + weights.completeness, 1);
  EXPECT_EQ(canonical_json(to_json(weights)).value(),
            R"({"completeness":"0.3","completion":"0.4","response":"0.3","version":1})");
  EXPECT_EQ(parse_weights(to_json(weights)).value(), weights);
}

TEST(Weights, ReadsDecimals) {
  const auto weights =
      parse_weights(parsed(R"({"version":7,"response":"0.333333","completion":"0.333333","completeness":"0.333334"})"));
  ASSERT_TRUE(weights);
  EXPECT_EQ(weights->completeness, Fraction(333334, 1'000'000));
  EXPECT_EQ(parse_weights(to_json(*weights)).value(), *weights);
  const auto whole = parse_weights(parsed(R"({"version":2,"response":"1.0","completion":"0","completeness":"0.00"})"));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->response, 1);
  EXPECT_EQ(to_json(*whole).at("response"), "1");
}

TEST(Weights, MustSumToExactlyOne) {
  for (const char* last : {"0.299999", "0.300001", "0", "1"}) {
    const json::object given{{"version", 1}, {"response", "0.3"}, {"completion", "0.4"}, {"completeness", last}};
    const auto weights = parse_weights(given, "/weights");
    ASSERT_FALSE(weights) << last;
    EXPECT_EQ(weights.error().code, "bad_weights");
    EXPECT_EQ(faults_of(weights.error()), std::vector<std::string>{"/weights weights_not_one"});
  }
}

TEST(Weights, RefusesOtherSpellings) {
  for (const char* text : {"", ".3", "0.", "00.3", "+0.3", "-0.3", "0,3", "3e-1", "0.3 ", " 0.3", "0.3000000", "2",
                           "0x1", "1/3", "NaN", "0.３", "01"}) {
    const json::object given{{"version", 1}, {"response", text}, {"completion", "0.4"}, {"completeness", "0.3"}};
    const auto weights = parse_weights(given);
    ASSERT_FALSE(weights) << text;
    EXPECT_EQ(faults_of(weights.error()), std::vector<std::string>{"/response bad_decimal"}) << text;
  }
  const auto several = parse_weights(
      parsed(R"({"version":0,"response":0.3,"completion":"1.000001","spare/~":null,"completeness":null})"), "/w");
  ASSERT_FALSE(several);
  EXPECT_EQ(faults_of(several.error()),
            (std::vector<std::string>{"/w/version out_of_range", "/w/response wrong_type", "/w/completion out_of_range",
                                      "/w/completeness wrong_type", "/w/spare~1~0 unknown_member"}));
}

TEST(Counts, ReadBack) {
  const Counts counts{9, 8, 7, 6, limits::count_max, 4};
  const std::string text = canonical_json(to_json(counts)).value();
  EXPECT_EQ(parse_counts(parsed(text)).value(), counts);
  EXPECT_EQ(parse_counts(to_json(Counts{})).value(), Counts{});
}

TEST(Counts, RefuseWhatIsNoCount) {
  for (const char* text : {"-1", "1.0", "1e2", "\"1\"", "null", "true", "[]", "{}", "9007199254740993",
                           "18446744073709551615", "18446744073709551616"}) {
    json::object given = to_json(Counts{});
    given["actions_due"] = parsed(text);
    const auto counts = parse_counts(given, "/counts");
    ASSERT_FALSE(counts) << text;
    ASSERT_EQ(counts.error().problems.size(), 1u) << text;
    EXPECT_EQ(counts.error().problems[0].pointer, "/counts/actions_due");
  }
  for (const char* text : {"null", "[]", "\"leads\"", "0"}) {
    const auto counts = parse_counts(parsed(text));
    ASSERT_FALSE(counts) << text;
    EXPECT_EQ(faults_of(counts.error()), std::vector<std::string>{" wrong_type"});
  }
  const auto empty = parse_counts(json::object());
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().problems.size(), 6u);
  EXPECT_EQ(faults_of(empty.error())[5], "/fields_filled required");
}

TEST(Counts, NoPartIsMoreThanItsWhole) {
  for (const auto& [part, whole] : {std::pair{&Counts::answered_in_time, "/answered_in_time"},
                                    std::pair{&Counts::actions_complete, "/actions_complete"},
                                    std::pair{&Counts::fields_filled, "/fields_filled"}}) {
    Counts counts{5, 5, 5, 5, 5, 5};
    EXPECT_TRUE(check_counts(counts));
    counts.*part = 6;
    const auto checked = check_counts(counts);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, "bad_counts");
    EXPECT_EQ(faults_of(checked.error()), std::vector<std::string>{std::string(whole) + " more_than_whole"});
  }
  EXPECT_FALSE(check_counts({limits::count_max + 1, 0, 0, 0, 0, 0}));
}

TEST(Counts, HostileNamesStayShort) {
  json::object given = to_json(Counts{});
  for (int i = 0; i < 1'000; ++i) given[std::string(99, 'x') + "数" + std::to_string(i)] = i;
  const auto counts = parse_counts(given);
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().problems.size(), quotary::limits::problems_max);
  EXPECT_EQ(counts.error().problems[0].pointer, "/" + std::string(99, 'x'));
  EXPECT_NE(counts.error().detail.find("1000 faults"), std::string::npos);
}

TEST(Counts, SumsOverflowIsRefused) {
  EXPECT_EQ(add({1, 2, 3, 4, 5, 6}, {10, 20, 30, 40, 50, 60}).value(), (Counts{11, 22, 33, 44, 55, 66}));
  for (const auto count : {&Counts::leads, &Counts::answered_in_time, &Counts::actions_due, &Counts::actions_complete,
                           &Counts::fields_required, &Counts::fields_filled}) {
    Counts left, right;
    left.*count = limits::count_max - 1;
    right.*count = 1;
    EXPECT_EQ(add(left, right).value().*count, limits::count_max);
    right.*count = 2;
    ASSERT_FALSE(add(left, right));
    EXPECT_EQ(add(left, right).error().code, "count_overflow");
    left.*count = right.*count = ~std::uint64_t{0};
    EXPECT_FALSE(add(left, right));
    right = {};
    EXPECT_FALSE(add(left, right));
    EXPECT_FALSE(add(right, left));
  }
}

}  // namespace
}  // namespace quotary::health
