#include "ledger/quote/difference.h"
#include "quote_fixture.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

Quote priced(const json::value& body) {
  auto quote = parse_quote(body, test_seller());
  EXPECT_TRUE(quote) << quote.error().detail;
  return *quote;
}

json::value line(const char* id, const char* name, const char* price) {
  json::value out = small_body().at("lines").at(0);
  out.at("item") = {{"seller_id", id}, {"name", name}};
  out.at("unit_price") = price;
  return out;
}

json::value body_of(json::array lines) {
  json::value out = small_body();
  out.at("lines") = std::move(lines);
  return out;
}

TEST(QuoteDifference, TheSameQuoteHasNone) {
  const auto quote = priced(golden_json("complete_cny.json").at("body"));
  const auto found = difference_between(quote, quote);
  EXPECT_TRUE(found.totals.empty() && found.lines.empty() && found.fields.empty());
}

TEST(QuoteDifference, LinesAreFollowedByWhatTheySell) {
  const auto before = priced(body_of({line("A", "甲", "100.00"), line("B", "乙", "10.00"), line("C", "丙", "1.00")}));
  const auto after = priced(body_of({line("C", "丙", "1.00"), line("A", "甲", "99.50"), line("D", "丁", "5.00")}));
  const auto found = difference_between(before, after);
  ASSERT_EQ(found.lines.size(), 3u);  // C moved, and is the same
  EXPECT_EQ(found.lines[0].item, "甲");
  EXPECT_EQ(found.lines[0].before, 0u);
  EXPECT_EQ(found.lines[0].after, 1u);
  ASSERT_EQ(found.lines[0].fields.size(), 1u);
  EXPECT_EQ(found.lines[0].fields[0].pointer, "/unit_price");
  EXPECT_EQ(found.lines[0].amount.difference, "-2.00");
  EXPECT_EQ(found.lines[1].item, "丁");
  EXPECT_FALSE(found.lines[1].before);
  EXPECT_EQ(found.lines[1].amount.difference, "20.00");
  EXPECT_EQ(found.lines[2].item, "乙");
  EXPECT_FALSE(found.lines[2].after);
  EXPECT_EQ(found.lines[2].amount.difference, "-40.00");
  const auto payable = std::find_if(found.totals.begin(), found.totals.end(),
                                    [](const AmountDifference& each) { return each.name == "payable"; });
  ASSERT_NE(payable, found.totals.end());
  EXPECT_EQ(payable->before, "501.72");
  EXPECT_EQ(payable->after, "476.86");
  EXPECT_EQ(payable->difference, "-24.86");
}

TEST(QuoteDifference, OfEqualLinesEachIsTakenOnce) {
  const auto before = priced(body_of({line("A", "甲", "1.00"), line("A", "甲", "2.00")}));
  const auto after = priced(body_of({line("A", "甲", "1.00"), line("A", "甲", "2.00"), line("A", "甲", "2.00")}));
  const auto found = difference_between(before, after);
  ASSERT_EQ(found.lines.size(), 1u);
  EXPECT_EQ(found.lines[0].after, 2u);
  EXPECT_FALSE(found.lines[0].before);
}

TEST(QuoteDifference, FieldsAreNamedByPointerAndWhatIsAbsentIsNull) {
  json::value before = small_body(), after = small_body();
  after.at("buyer").as_object()["legal_id"] = "91320500MA1N0X0X0X";
  after.at("validity").at("end") = "2026-12-31";
  before.as_object()["payment_terms"] = "3-5-2";
  const auto found = difference_between(priced(before), priced(after));
  ASSERT_EQ(found.fields.size(), 3u);
  const auto field = [&](std::string_view pointer) {
    for (const auto& each : found.fields)
      if (each.pointer == pointer) return each;
    ADD_FAILURE() << "no " << pointer;
    return FieldDifference();
  };
  EXPECT_TRUE(field("/payment_terms").after.is_null());
  EXPECT_TRUE(field("/buyer/legal_id").before.is_null());
  EXPECT_EQ(field("/validity/end").after.as_string(), "2026-12-31");
  EXPECT_TRUE(found.totals.empty() && found.lines.empty());
}

TEST(QuoteDifference, OfAnotherCurrencyNothingIsSubtracted) {
  json::value dollars = small_body();
  dollars.at("currency") = "USD";
  const auto found = difference_between(priced(small_body()), priced(dollars));
  ASSERT_FALSE(found.totals.empty());
  for (const auto& each : found.totals) EXPECT_EQ(each.difference, "") << each.name;
}

}  // namespace
}  // namespace quotary
