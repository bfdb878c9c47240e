#include "quote_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace quotary {
namespace {

// The faults of a body as "pointer code", sorted as found.
std::vector<std::string> faults_of(const json::value& body) {
  const auto quote = parse_quote(body, test_seller());
  std::vector<std::string> out;
  if (quote) return out;
  EXPECT_EQ(quote.error().kind, Errc::invalid);
  for (const Problem& problem : quote.error().problems) {
    EXPECT_FALSE(problem.detail.empty());
    out.push_back(problem.pointer + " " + problem.code);
  }
  return out;
}

std::vector<std::string> faults_after(const std::function<void(json::object&)>& change) {
  json::value body = small_body();
  change(body.as_object());
  return faults_of(body);
}

json::object& line(json::object& body) { return body["lines"].as_array()[0].as_object(); }

using ::testing::ElementsAre;

TEST(QuoteInput, SmallestBodyTakesTheDefaults) {
  const Quote quote = parse_quote(small_body(), test_seller()).value();
  EXPECT_EQ(quote.seller.tax_id, test_seller().tax_id);
  EXPECT_EQ(quote.language, std::vector<std::string>{"zh-CN"});
  EXPECT_EQ(quote.rounding.mode, RoundingMode::half_up);
  EXPECT_EQ(quote.rounding.scope, RoundingScope::line);
  EXPECT_EQ(quote.rounding.tax_scope, TaxScope::tax_group);
  EXPECT_EQ(quote.lines[0].price_base_quantity, "1");
  EXPECT_EQ(quote.totals.payable, "390980.00");
}

struct BadValue {
  const char* name;
  std::function<void(json::object&)> change;
  const char* fault;
};

TEST(QuoteInput, EachFaultHasItsPointerAndCode) {
  const BadValue table[] = {
      {"unknown member", [](auto& b) { b["discount"] = "5"; }, "/discount unknown_member"},
      {"unknown nested", [](auto& b) { line(b)["item"].as_object()["a/b~"] = 1; },
       "/lines/0/item/a~1b~0 unknown_member"},
      {"number, not text", [](auto& b) { line(b)["quantity"] = 4; }, "/lines/0/quantity wrong_type"},
      {"float", [](auto& b) { line(b)["unit_price"] = 1.5; }, "/lines/0/unit_price wrong_type"},
      {"null", [](auto& b) { b["notes"] = nullptr; }, "/notes wrong_type"},
      {"array for object", [](auto& b) { b["buyer"] = json::array(); }, "/buyer wrong_type"},
      {"object for array", [](auto& b) { b["lines"] = json::object(); }, "/lines wrong_type"},
      {"exponent", [](auto& b) { line(b)["unit_price"] = "1e3"; }, "/lines/0/unit_price bad_decimal"},
      {"NaN", [](auto& b) { line(b)["unit_price"] = "NaN"; }, "/lines/0/unit_price bad_decimal"},
      {"plus", [](auto& b) { line(b)["quantity"] = "+4"; }, "/lines/0/quantity bad_decimal"},
      {"leading zero", [](auto& b) { line(b)["quantity"] = "04"; }, "/lines/0/quantity bad_decimal"},
      {"14 fraction digits", [](auto& b) { line(b)["unit_price"] = "1.12345678901234"; },
       "/lines/0/unit_price too_many_fraction_digits"},
      {"19 integer digits", [](auto& b) { line(b)["unit_price"] = "1234567890123456789"; },
       "/lines/0/unit_price too_many_integer_digits"},
      {"7 quantity digits", [](auto& b) { line(b)["quantity"] = "1.1234567"; },
       "/lines/0/quantity too_many_fraction_digits"},
      {"quantity 0", [](auto& b) { line(b)["quantity"] = "0.00"; }, "/lines/0/quantity zero_not_allowed"},
      {"base quantity 0", [](auto& b) { line(b)["price_base_quantity"] = "0"; },
       "/lines/0/price_base_quantity zero_not_allowed"},
      {"amount too large", [](auto& b) { line(b)["unit_price"] = "9999999999999999"; }, "/lines/0 amount_out_of_range"},
      {"percent over 100",
       [](auto& b) {
         line(b)["discount"] = {{"percent", "100.01"}};
       },
       "/lines/0/discount/percent percent_out_of_range"},
      {"two discounts",
       [](auto& b) {
         line(b)["discount"] = {{"percent", "1"}, {"amount", "1.00"}};
       },
       "/lines/0/discount discount_form"},
      {"discount above the line",
       [](auto& b) {
         line(b)["discount"] = {{"amount", "346000.01"}};
       },
       "/lines/0/discount/amount amount_out_of_range"},
      {"category",
       [](auto& b) {
         line(b)["tax"] = {{"category", "X"}, {"rate", "0"}};
       },
       "/lines/0/tax/category not_allowed"},
      {"rate of Z",
       [](auto& b) {
         line(b)["tax"] = {{"category", "Z"}, {"rate", "13"}};
       },
       "/lines/0/tax/rate rate_not_allowed"},
      {"unit",
       [](auto& b) {
         line(b)["unit"] = {{"code", "c62"}};
       },
       "/lines/0/unit/code bad_unit"},
      {"no lines", [](auto& b) { b["lines"] = json::array(); }, "/lines too_few"},
      {"10,001 lines",
       [](auto& b) {
         const json::value one = b["lines"].as_array()[0];
         b["lines"] = json::array(10'001, one);
       },
       "/lines too_many"},
      {"over-long text", [](auto& b) { b["notes"] = std::string(8'001, 'x'); }, "/notes too_long"},
      {"over-long name", [](auto& b) { b["buyer"].as_object()["name"] = std::string(201, 'x'); },
       "/buyer/name too_long"},
      {"blank name", [](auto& b) { b["buyer"].as_object()["name"] = " \xe3\x80\x80\t"; }, "/buyer/name blank"},
      {"NUL", [](auto& b) { b["notes"] = std::string_view("a\0b", 3); }, "/notes control_character"},
      {"CR", [](auto& b) { b["notes"] = "a\r\nb"; }, "/notes control_character"},
      {"C1", [](auto& b) { b["notes"] = "a\xc2\x85"; }, "/notes control_character"},
      {"bidi override",
       [](auto& b) {
         b["notes"] =
             "\xe2\x80\xae"
             "00.1";
       },
       "/notes control_character"},
      {"bad UTF-8", [](auto& b) { b["notes"] = "\xff"; }, "/notes bad_utf8"},
      {"surrogate", [](auto& b) { b["notes"] = "\xed\xa0\x80"; }, "/notes bad_utf8"},
      {"currency", [](auto& b) { b["currency"] = "RMB"; }, "/currency unknown_currency"},
      {"language", [](auto& b) { b["language"] = {"fr"}; }, "/language/0 unsupported_language"},
      {"language twice",
       [](auto& b) {
         b["language"] = {"en", "en"};
       },
       "/language/1 repeated"},
      {"no language", [](auto& b) { b["language"] = json::array(); }, "/language too_few"},
      {"three languages",
       [](auto& b) {
         b["language"] = {"en", "zh-CN", "en"};
       },
       "/language too_many"},
      {"date", [](auto& b) { b["validity"].as_object()["end"] = "2026-02-30"; }, "/validity/end bad_date"},
      {"validity backwards", [](auto& b) { b["validity"].as_object()["end"] = "2026-11-23"; },
       "/validity/end validity_end_before_start"},
      {"rounding",
       [](auto& b) {
         b["rounding"] = {{"mode", "up"}};
       },
       "/rounding/mode not_allowed"},
      {"series", [](auto& b) { b["series"] = "SH QT"; }, "/series bad_token"},
      {"country",
       [](auto& b) {
         b["buyer"].as_object()["address"] = {{"country", "ZZ"}};
       },
       "/buyer/address/country unknown_country"},
      {"email",
       [](auto& b) {
         b["buyer"].as_object()["contact"] = {{"email", "a@b@c"}};
       },
       "/buyer/contact/email bad_email"},
      {"allowance digits",
       [](auto& b) {
         b["allowances"] = json::array{{{"amount", "5"}}};
       },
       "/allowances/0/amount wrong_fraction_digits"},
      {"allowance above all",
       [](auto& b) {
         b["allowances"] = json::array{{{"amount", "346000.01"}}};
       },
       "/allowances amount_out_of_range"},
      {"totals form",
       [](auto& b) {
         b["totals"] = {{"tax", "44980"}};
       },
       "/totals/tax wrong_fraction_digits"},
      {"seller", [](auto& b) { b["seller"] = json::object(); }, "/seller/name required"},
  };
  for (const BadValue& test : table) {
    EXPECT_THAT(faults_after(test.change), ElementsAre(test.fault)) << test.name;
  }
}

TEST(QuoteInput, ListsEveryFaultAtOnce) {
  const auto faults = faults_after([](json::object& body) {
    body.erase("series");
    body["extra"] = 1;
    line(body)["quantity"] = "0";
    line(body)["tax"].as_object().erase("rate");
    body["validity"].as_object()["start"] = "tomorrow";
  });
  EXPECT_THAT(faults, ::testing::UnorderedElementsAre("/series required", "/extra unknown_member",
                                                      "/lines/0/quantity zero_not_allowed",
                                                      "/lines/0/tax/rate required", "/validity/start bad_date"));
}

TEST(QuoteInput, ListsAtMostFifty) {
  json::value body = small_body();
  for (int i = 0; i < 200; ++i) body.as_object()["m" + std::to_string(i)] = 1;
  const auto quote = parse_quote(body, test_seller());
  ASSERT_FALSE(quote);
  EXPECT_EQ(quote.error().problems.size(), 50u);
  EXPECT_THAT(quote.error().detail, ::testing::HasSubstr("200 faults"));
}

TEST(QuoteInput, OtherBodies) {
  for (const char* text : {"null", "[]", "\"x\"", "1", "true"}) {
    EXPECT_THAT(faults_of(parse_json(text).value()), ::testing::Contains(" wrong_type")) << text;
  }
  EXPECT_GE(faults_of(parse_json("{}").value()).size(), 5u);
}

TEST(QuoteInput, TotalsThatDifferSayByHowMuch) {
  json::value body = small_body();
  body.as_object()["totals"] = {{"tax", "44980.01"}, {"payable", "390979.00"}, {"tax_exclusive", "346000.00"}};
  const auto quote = parse_quote(body, test_seller());
  ASSERT_FALSE(quote);
  EXPECT_EQ(quote.error().code, "totals_differ");
  ASSERT_EQ(quote.error().problems.size(), 2u);
  EXPECT_EQ(quote.error().problems[0].pointer, "/totals/tax");
  EXPECT_EQ(quote.error().problems[0].detail, "sent 44980.01, computed 44980.00: differs by 0.01");
  EXPECT_THAT(quote.error().problems[1].detail, ::testing::HasSubstr("differs by -1.00"));
}

TEST(QuoteInput, TextIsNfcAndCountedInCodePoints) {
  json::value body = small_body();
  body.as_object()["notes"] = "Cafe\xcc\x81\n\t\xe2\x84\xab";
  body.as_object()["buyer"].as_object()["name"] = [] {
    std::string name;
    for (int i = 0; i < 200; ++i) name += "\xf0\xa0\xae\xb7";
    return name;
  }();
  const auto quote = parse_quote(body, test_seller());
  ASSERT_TRUE(quote) << quote.error().detail;
  EXPECT_EQ(quote->notes, "Caf\xc3\xa9\n\t\xc3\x85");
}

TEST(QuoteInput, ManyBaseQuantitiesAreRefused) {
  json::value body = small_body();
  json::array& lines = body.as_object()["lines"].as_array();
  const json::value one = lines[0];
  for (int i = 2; i < 40; ++i) {
    json::value other = one;
    other.as_object()["price_base_quantity"] = std::to_string(i);
    lines.push_back(std::move(other));
  }
  EXPECT_THAT(faults_of(body), ElementsAre("/lines/16/price_base_quantity too_many"));
}

// The costliest body: full decimals, every allowed base quantity, exact sums.
TEST(QuoteInput, TheCostliestBodyIsPriced) {
  json::value body = small_body();
  json::object& quote = body.as_object();
  const json::value one = quote["lines"].as_array()[0];
  json::array lines;
  for (int i = 0; i < 10'000; ++i) {
    json::object other = one.as_object();
    other["quantity"] = "999999.999999";
    other["unit_price"] = "999.9999999999999";
    other["price_base_quantity"] = "9999999999999999" + std::to_string(11 + i % 16) + ".999999";
    other["discount"] = {{"percent", "33.3333"}};
    other["tax"] = {{"category", "S"}, {"rate", std::to_string(1 + i % 50)}};
    lines.push_back(std::move(other));
  }
  quote["lines"] = std::move(lines);
  quote["rounding"] = {{"scope", "document"}, {"tax_scope", "line"}};
  const auto priced = parse_quote(body, test_seller());
  ASSERT_TRUE(priced) << priced.error().detail;
  EXPECT_EQ(priced->tax_totals.size(), 50u);
}

TEST(QuoteInput, TenThousandLinesArePriced) {
  json::value body = small_body();
  const json::value one = body.as_object()["lines"].as_array()[0];
  body.as_object()["lines"] = json::array(10'000, one);
  const auto quote = parse_quote(body, test_seller());
  ASSERT_TRUE(quote) << quote.error().detail;
  EXPECT_EQ(quote->totals.line_extension, "3460000000.00");
}

TEST(Party, ReadsTheProfile) {
  const auto party = parse_party(
      parse_json(R"({"name":"上海衡拓","bank":{"bank_name":"招商银行","account_number":"1219"}})").value(), "/seller");
  ASSERT_TRUE(party);
  EXPECT_EQ(party->bank->account_number, "1219");
  const auto bad = parse_party(parse_json(R"({"name":"","phone":"1"})").value(), "/seller");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().problems.size(), 2u);
  EXPECT_EQ(bad.error().problems[0].pointer, "/seller/name");
}

Numbering test_numbering() {
  return {"SHQT2026-000001",
          1,
          "0123456789ABCDEFG",
          "https://example.com/v/SHQT2026-000001?code=0123456789ABCDEFG",
          parse_rfc3339("2026-11-24T02:03:04.567Z").value(),
          Date{2026, 11, 24}};
}

TEST(CanonicalQuote, RoundTrips) {
  for (const char* name : {"complete_cny.json", "complete_usd.json"}) {
    const Quote quote = parse_quote(golden_json(name).at("body"), test_seller()).value();
    const Numbering numbering = test_numbering();
    const std::string bytes = canonical_quote(quote, &numbering).value();
    const auto back = parse_canonical_quote(bytes);
    ASSERT_TRUE(back) << back.error().detail;
    EXPECT_EQ(back->numbering.number, numbering.number);
    EXPECT_EQ(back->numbering.sequence, 1u);
    EXPECT_EQ(back->numbering.issued_at, numbering.issued_at);
    EXPECT_EQ(back->quote.totals.payable, quote.totals.payable);
    EXPECT_EQ(canonical_quote(back->quote, &back->numbering).value(), bytes);
    const std::string draft = canonical_quote(quote, nullptr).value();
    ASSERT_TRUE(parse_canonical_quote(draft));
    EXPECT_TRUE(parse_canonical_quote(draft)->numbering.number.empty());
  }
}

TEST(CanonicalQuote, NothingHidesInIt) {
  const Numbering numbering = test_numbering();
  const std::string bytes = canonical_quote(parse_quote(small_body(), test_seller()).value(), &numbering).value();
  ASSERT_TRUE(parse_canonical_quote(bytes));
  const auto code = [](const std::string& text) {
    const auto back = parse_canonical_quote(text);
    return back ? std::string() : back.error().code;
  };
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string out = bytes;
    const std::size_t at = out.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return out.replace(at, from.size(), to);
  };
  EXPECT_EQ(code(with("{\"allowances\"", "{\"aaa\":\"x\",\"allowances\"")), "quote_not_canonical");
  EXPECT_EQ(code(with("\"charges\":", "\"charges\": ")), "quote_not_canonical");
  EXPECT_EQ(code(with("\"mode\":\"half_up\"", "\"mode\":\"sideways\"")), "quote_not_canonical");
  EXPECT_EQ(code(with("\"sequence\":1", "\"sequence\":\"1\"")), "quote_not_canonical");
  EXPECT_EQ(code(with("\"2026-12-24\"", "\"2026-13-24\"")), "quote_not_canonical");
  EXPECT_EQ(code(with("quotary/quote/v1", "quotary/quote/v9")), "quote_not_canonical");
  EXPECT_EQ(code(with("\"lines\":[{", "\"lines\":[{},{")), "quote_not_canonical");
  EXPECT_EQ(code(bytes + " "), "quote_not_canonical");
  EXPECT_EQ(code(bytes.substr(0, bytes.size() - 1)), "bad_json");
}

}  // namespace
}  // namespace quotary
