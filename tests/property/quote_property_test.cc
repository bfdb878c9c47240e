// Random quotes under every rounding policy. The seed is printed; QUOTARY_SEED=n runs one again.
#include "ledger/quote/money.h"
#include "ledger/quote/pricing.h"
#include "tests/support/settings.h"
#include "unit/quote_fixture.h"

#include <gtest/gtest.h>

#include <random>

namespace quotary {
namespace {

class QuoteProperty : public ::testing::Test {
 protected:
  void SetUp() override {
    seed_ = testing::chosen_seed();
    random_.seed(seed_);
  }

  std::uint64_t below(std::uint64_t n) { return std::uniform_int_distribution<std::uint64_t>(0, n - 1)(random_); }

  std::string decimal(std::uint64_t integer_below, int fraction_most) {
    std::string out = std::to_string(below(integer_below));
    const auto digits = below(static_cast<std::uint64_t>(fraction_most) + 1);
    if (digits > 0) out += '.';
    for (std::uint64_t i = 0; i < digits; ++i) out += static_cast<char>('0' + below(10));
    return out;
  }

  // Quantity, never zero.
  std::string quantity() {
    const std::string out = decimal(500, 6);
    return to_rational(out) == 0 ? "1" : out;
  }

  Quote quote() {
    static constexpr const char* currencies[] = {"CNY", "JPY", "KWD", "EUR"};
    Quote out;
    out.series = "SH-QT";
    out.language = {"zh-CN"};
    out.currency = currencies[below(4)];
    minor_ = minor_units(out.currency).value();
    out.validity = {{2026, 11, 24}, {2026, 12, 24}};
    out.rounding = {static_cast<RoundingMode>(below(3)), static_cast<RoundingScope>(below(2)),
                    static_cast<TaxScope>(below(2))};
    out.seller = test_seller();
    out.buyer.name = "苏州澄湖";
    const auto count = 1 + below(12);
    for (std::uint64_t i = 0; i < count; ++i) out.lines.push_back(line());
    for (auto* list : {&out.allowances, &out.charges}) {
      for (auto left = below(3); left > 0; --left) list->push_back({format_minor(Integer(below(5'000)), minor_), "r"});
    }
    return out;
  }

  QuoteLine line() {
    static constexpr const char* rates[] = {"13", "6.0", "9", "0.5", "22.1234"};
    static constexpr const char* bases[] = {"1", "3", "7", "100", "0.5"};
    QuoteLine out;
    out.item.name = "x";
    out.quantity = quantity();
    if (below(10) == 0) out.quantity = "-" + out.quantity;
    out.unit = {"C62", ""};
    out.unit_price = decimal(2'000, 13);
    out.price_base_quantity = bases[below(5)];
    if (below(3) == 0) out.discount = LineDiscount{decimal(99, 4), "", "r"};
    out.tax = below(6) == 0 ? TaxClass{"Z", "0"} : TaxClass{"S", rates[below(5)]};
    return out;
  }

  static Rational sum(const std::vector<TaxTotal>& totals, std::string TaxTotal::*member) {
    Rational out = 0;
    for (const TaxTotal& total : totals) out += to_rational(total.*member);
    return out;
  }

  std::uint64_t seed_ = 0;
  int minor_ = 2;
  std::mt19937_64 random_;
};

TEST_F(QuoteProperty, TotalsAgreeWithTheirParts) {
  int priced_count = 0;
  for (int round = 0; round < 2'000; ++round) {
    Quote quote = this->quote();
    const auto priced = price_quote(quote);
    if (!priced) {
      EXPECT_EQ(priced.error().code, "amount_out_of_range");
      continue;
    }
    ++priced_count;
    const Totals& t = quote.totals;
    const auto number = [](const std::string& text) { return to_rational(text); };
    ASSERT_EQ(number(t.line_extension) - number(t.allowance) + number(t.charge), number(t.tax_exclusive));
    ASSERT_EQ(sum(quote.tax_totals, &TaxTotal::taxable), number(t.tax_exclusive));
    ASSERT_EQ(sum(quote.tax_totals, &TaxTotal::tax), number(t.tax));
    ASSERT_EQ(number(t.tax_exclusive) + number(t.tax), number(t.tax_inclusive));
    ASSERT_EQ(number(t.tax_inclusive) + number(t.payable_rounding), number(t.payable));
    Rational lines = 0, exact = 0;
    for (const QuoteLine& line : quote.lines) {
      lines += number(line.line_extension);
      Rational net = number(line.quantity) * number(line.unit_price) / number(line.price_base_quantity);
      if (line.discount) net *= 1 - number(line.discount->percent) / 100;
      exact += net;
    }
    const Rational unit(1, power_of_ten(minor_));
    if (quote.rounding.scope == RoundingScope::line) {
      ASSERT_EQ(lines, number(t.line_extension));
    } else {
      ASSERT_LT(abs(exact - number(t.line_extension)), unit * static_cast<int>(quote.tax_totals.size()));
    }
    if (quote.currency != "CNY" || number(t.payable) < 0) {
      ASSERT_TRUE(quote.amount_in_words.empty());
    } else {
      ASSERT_EQ(quote.amount_in_words, amount_in_words(t.payable).value());
    }
  }
  EXPECT_GT(priced_count, 1'000);
}

// Prices the same lines with and without the allowance: what the groups lost is the allowance, to the unit, and every
// group's share is within one unit of its proportion.
TEST_F(QuoteProperty, GroupAllowancesSumToTheAllowance) {
  for (int round = 0; round < 2'000; ++round) {
    Quote with = quote();
    for (QuoteLine& line : with.lines) {
      if (line.quantity.front() == '-') line.quantity.erase(0, 1);
    }
    with.charges.clear();
    with.allowances = {{format_minor(Integer(1 + below(3'000)), minor_), ""}};
    Quote without = with;
    without.allowances.clear();
    if (!price_quote(with)) continue;
    ASSERT_TRUE(price_quote(without));
    ASSERT_EQ(with.tax_totals.size(), without.tax_totals.size());
    const Rational allowance = to_rational(with.totals.allowance);
    const Rational all = to_rational(without.totals.line_extension);
    Rational lost = 0;
    for (std::size_t i = 0; i < with.tax_totals.size(); ++i) {
      const Rational before = to_rational(without.tax_totals[i].taxable);
      const Rational share = before - to_rational(with.tax_totals[i].taxable);
      ASSERT_GE(share, 0);
      ASSERT_LT(abs(share - allowance * before / all), Rational(1, power_of_ten(minor_)));
      lost += share;
    }
    ASSERT_EQ(lost, allowance);
  }
}

TEST_F(QuoteProperty, CanonicalFormRoundTrips) {
  for (int round = 0; round < 500; ++round) {
    Quote quote = this->quote();
    if (!price_quote(quote)) continue;
    if (below(2) == 0) quote.notes = "行一\n\t\"行二\"\\ \xf0\x9f\x98\x80";
    if (below(2) == 0) quote.buyer.address = Address{{"a", "b"}, "c", "", "", "CN"};
    if (below(2) == 0) quote.buyer.bank = BankAccount{"招商银行", "", "1219", ""};
    Numbering numbering{"SHQT2026-" + std::to_string(below(1'000'000)),
                        1 + below(1'000'000),
                        "CODE",
                        "https://example.com",
                        Timestamp{static_cast<std::int64_t>(below(4'000'000'000'000))},
                        Date{2026, 11, 24}};
    const std::string bytes = canonical_quote(quote, &numbering).value();
    const auto back = parse_canonical_quote(bytes);
    ASSERT_TRUE(back) << bytes;
    ASSERT_EQ(canonical_quote(back->quote, &back->numbering).value(), bytes);
    // Pricing what was read gives what was stored: everything that the amounts depend on is in the bytes.
    Quote again = back->quote;
    ASSERT_TRUE(price_quote(again));
    ASSERT_EQ(canonical_quote(again, &back->numbering).value(), bytes);
  }
}

}  // namespace
}  // namespace quotary
