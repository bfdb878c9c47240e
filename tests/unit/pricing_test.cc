#include "ledger/quote/pricing.h"
#include "ledger/quote/money.h"
#include "quote_fixture.h"

#include <gtest/gtest.h>

#include <sstream>

namespace quotary {
namespace {

std::string text_of(const json::value& object, std::string_view name) {
  const json::value* member = object.as_object().if_contains(name);
  return member == nullptr ? "" : std::string(member->as_string());
}

json::object totals_json(const Quote& quote) { return quote_to_json(quote, nullptr).at("totals").as_object(); }

TEST(Pricing, RoundingExamples) {
  const json::value golden = golden_json("rounding.json");
  for (const json::value& test : golden.as_array()) {
    SCOPED_TRACE(text_of(test, "name"));
    json::value body = small_body();
    json::object& quote = body.as_object();
    quote["currency"] = test.at("currency");
    json::object& rounding = quote["rounding"].emplace_object();
    for (const char* name : {"mode", "scope", "tax_scope"}) {
      if (const auto* given = test.as_object().if_contains(name)) rounding[name] = *given;
    }
    json::array lines;
    for (const json::value& line : test.at("lines").as_array()) {
      json::value out = quote["lines"].as_array()[0];
      out.at("quantity") = line.at("quantity");
      out.at("unit_price") = line.at("unit_price");
      out.at("tax") = {{"category", line.at("rate").as_string() == "0" ? "Z" : "S"}, {"rate", line.at("rate")}};
      if (const auto* percent = line.as_object().if_contains("percent")) {
        out.as_object()["discount"] = {{"percent", *percent}};
      }
      lines.push_back(std::move(out));
    }
    quote["lines"] = std::move(lines);
    if (const auto* allowance = test.as_object().if_contains("allowance")) {
      quote["allowances"] = json::array{json::object{{"amount", *allowance}}};
    }
    const auto priced = parse_quote(body, test_seller());
    ASSERT_TRUE(priced) << priced.error().detail;
    const json::object totals = totals_json(*priced);
    for (const auto& [name, expected] : test.at("expect").as_object()) {
      EXPECT_EQ(totals.at(name).as_string(), expected.as_string()) << name;
    }
    if (const auto* taxable = test.as_object().if_contains("taxable")) {
      for (std::size_t i = 0; i < taxable->as_array().size(); ++i) {
        EXPECT_EQ(priced->tax_totals.at(i).taxable, taxable->as_array()[i].as_string());
      }
    }
  }
}

TEST(Pricing, CompleteQuotes) {
  for (const char* name : {"complete_cny.json", "complete_usd.json"}) {
    SCOPED_TRACE(name);
    const json::value golden = golden_json(name);
    const auto quote = parse_quote(golden.at("body"), test_seller());
    ASSERT_TRUE(quote) << quote.error().detail;
    const json::object out = quote_to_json(*quote, nullptr);
    const json::array& extensions = golden.at("line_extensions").as_array();
    ASSERT_EQ(quote->lines.size(), extensions.size());
    for (std::size_t i = 0; i < extensions.size(); ++i)
      EXPECT_EQ(quote->lines[i].line_extension, extensions[i].as_string());
    EXPECT_EQ(out.at("tax_totals"), golden.at("tax_totals"));
    if (const auto* totals = golden.as_object().if_contains("totals")) {
      EXPECT_EQ(out.at("totals"), *totals);
    }
    EXPECT_EQ(quote->amount_in_words, golden.at("amount_in_words").as_string());
  }
}

TEST(Words, Golden) {
  std::istringstream lines(read_golden("words.txt"));
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const std::size_t blank = line.find(' ');
    const auto words = amount_in_words(line.substr(0, blank));
    ASSERT_TRUE(words) << line;
    EXPECT_EQ(*words, "人民币" + line.substr(blank + 1)) << line;
    ++count;
  }
  EXPECT_GE(count, 30);
}

TEST(Words, RefusesWhatHasNone) {
  for (std::string_view amount : {"", "-0.01", "0.001", "10000000000000000", "1e3", "NaN", "1,000.00", "01.00", "-5"}) {
    const auto words = amount_in_words(amount);
    ASSERT_FALSE(words) << amount;
    EXPECT_EQ(words.error().code, "no_words");
  }
}

TEST(Decimal, Syntax) {
  const auto code = [](std::string_view text, DecimalRule rule = {.negative = true}) {
    const auto checked = check_decimal(text, rule);
    return checked ? std::string() : checked.error().code;
  };
  for (std::string_view good : {"0", "0.0", "1", "-1.5", "999999999999999999.9999999999999"})
    EXPECT_EQ(code(good), "") << good;
  for (std::string_view bad : {"",    "-",   ".",        "1.",  ".5",  "+1", "01", "00", "-0",    "-0.00", "1e3",
                               "1E3", "NaN", "Infinity", "0x1", "1,5", " 1", "1 ", "１", "1.2.3", "--1"}) {
    EXPECT_EQ(code(bad), "bad_decimal") << bad;
  }
  EXPECT_EQ(code("1.12345678901234"), "too_many_fraction_digits");
  EXPECT_EQ(code("1234567890123456789"), "too_many_integer_digits");
  EXPECT_EQ(code("-1", {}), "negative_not_allowed");
  EXPECT_EQ(code("0.000", {.zero = false}), "zero_not_allowed");
  EXPECT_EQ(code("1.5", {.fraction_digits = 2, .exact_fraction = true}), "wrong_fraction_digits");
  EXPECT_EQ(trim_decimal("13.00"), "13");
  EXPECT_EQ(trim_decimal("0.50"), "0.5");
  EXPECT_EQ(trim_decimal("100"), "100");
}

TEST(Decimal, RoundsEachWay) {
  const auto round = [](const char* text, RoundingMode mode) {
    return format_minor(round_to_minor(to_rational(text), 0, mode), 0);
  };
  EXPECT_EQ(round("2.5", RoundingMode::half_up), "3");
  EXPECT_EQ(round("-2.5", RoundingMode::half_up), "-3");
  EXPECT_EQ(round("2.5", RoundingMode::half_even), "2");
  EXPECT_EQ(round("-3.5", RoundingMode::half_even), "-4");
  EXPECT_EQ(round("-2.51", RoundingMode::half_even), "-3");
  EXPECT_EQ(round("-2.9", RoundingMode::down), "-2");
  EXPECT_EQ(round("2.49", RoundingMode::half_up), "2");
  EXPECT_EQ(format_minor(Integer(-5), 2), "-0.05");
  EXPECT_EQ(format_minor(Integer(0), 3), "0.000");
}

TEST(Currency, MinorUnits) {
  EXPECT_EQ(minor_units("JPY").value(), 0);
  EXPECT_EQ(minor_units("CNY").value(), 2);
  EXPECT_EQ(minor_units("KWD").value(), 3);
  for (std::string_view code : {"", "cny", "RMB", "XXX", "DEM"}) {
    ASSERT_FALSE(minor_units(code));
    EXPECT_EQ(minor_units(code).error().code, "unknown_currency");
  }
}

}  // namespace
}  // namespace quotary
