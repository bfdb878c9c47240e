#include "ledger/quote/pricing.h"

#include "ledger/quote/limits.h"
#include "ledger/quote/money.h"

#include <algorithm>
#include <map>
#include <utility>

namespace quotary {

namespace {

// Lines of one category and rate. Sums are in minor units; the exact ones matter under scope document only and are kept
// by base quantity, so that denominators stay small.
struct Group {
  std::string category, rate;
  Rational rate_fraction;
  Integer lines;
  std::map<std::string, Rational> exact;
  Integer line_tax;
  Integer allowance, charge, taxable, tax;
};

class Pricer {
 public:
  Pricer(Quote& quote, int minor)
      : quote_(quote), minor_(minor), limit_(power_of_ten(limits::amount_integer_digits + minor)) {}

  Result<void> run() {
    for (std::size_t i = 0; i < quote_.lines.size(); ++i) QUOTARY_TRY_VOID(price_line(i));
    const bool by_document = quote_.rounding.scope == RoundingScope::document;
    for (Group& group : groups_) {
      if (by_document) group.lines = round(exact_sum(group));
    }
    QUOTARY_TRY(allowance, sum_of(quote_.allowances, "/allowances"));
    QUOTARY_TRY(charge, sum_of(quote_.charges, "/charges"));
    split(allowance, &Group::allowance);
    split(charge, &Group::charge);
    Integer line_extension, tax;
    for (Group& group : groups_) {
      group.taxable = group.lines - group.allowance + group.charge;
      group.tax = group_tax(group);
      line_extension += group.lines;
      tax += group.tax;
    }
    const Integer exclusive = line_extension - allowance + charge;
    if (allowance > 0 && exclusive < 0) {
      return out_of_range("/allowances", "the allowances are greater than the lines and charges they reduce");
    }
    const Integer inclusive = exclusive + tax;
    for (const Integer& total : {line_extension, exclusive, tax, inclusive}) {
      if (abs(total) >= limit_) return out_of_range("/lines", "a total reaches 10^16");
    }
    return write_totals(line_extension, allowance, charge, exclusive, tax, inclusive);
  }

 private:
  Integer round(const Rational& value) const { return round_to_minor(value, minor_, quote_.rounding.mode); }
  std::string print(const Integer& units) const { return format_minor(units, minor_); }
  Rational exact(const Integer& units) const { return Rational(units, power_of_ten(minor_)); }

  static Error out_of_range(std::string pointer, const std::string& detail) {
    Error error = fail(Errc::invalid, "amount_out_of_range", detail);
    error.problems.push_back({std::move(pointer), "amount_out_of_range", detail});
    return error;
  }

  Group& group_of(const TaxClass& tax) {
    const std::string rate = trim_decimal(tax.rate);
    for (Group& group : groups_) {
      if (group.category == tax.category && group.rate == rate) return group;
    }
    Group& group = groups_.emplace_back();
    group.category = tax.category;
    group.rate = rate;
    group.rate_fraction = to_rational(rate) / 100;
    return group;
  }

  Result<void> price_line(std::size_t index) {
    QuoteLine& line = quote_.lines[index];
    const std::string pointer = "/lines/" + std::to_string(index);
    const bool by_line = quote_.rounding.scope == RoundingScope::line;
    const Rational gross =
        to_rational(line.quantity) * to_rational(line.unit_price) / to_rational(line.price_base_quantity);
    Rational discount = 0;
    line.discount_amount.clear();
    if (line.discount) {
      if (!line.discount->percent.empty()) {
        discount = gross * to_rational(line.discount->percent) / 100;
      } else {
        discount = to_rational(line.discount->amount);
        // Only a discount that leaves the sign of the line alone is one.
        if (discount > gross && discount != 0) {
          return out_of_range(pointer + "/discount/amount", "the discount is greater than the line it reduces");
        }
      }
      const Integer rounded = round(discount);
      line.discount_amount = print(rounded);
      if (by_line) discount = exact(rounded);
    }
    const Rational net = gross - discount;
    const Integer rounded = round(net);
    if (abs(rounded) >= limit_ || abs(round(gross)) >= limit_) {
      return out_of_range(pointer, "the line's amount reaches 10^16");
    }
    line.line_extension = print(rounded);
    Group& group = group_of(line.tax);
    if (by_line) {
      group.lines += rounded;
    } else {
      group.exact[trim_decimal(line.price_base_quantity)] += net;
    }
    if (quote_.rounding.tax_scope == TaxScope::line) {
      group.line_tax += round((by_line ? exact(rounded) : net) * group.rate_fraction);
    }
    return {};
  }

  static Rational exact_sum(const Group& group) {
    Rational sum = 0;
    for (const auto& [base, part] : group.exact) sum += part;
    return sum;
  }

  // Per line: the lines' rounded taxes, corrected by the tax on the group's share of allowances and charges. Per group:
  // the rate on the group's base, which stays exact under scope document.
  Integer group_tax(const Group& group) const {
    const Rational shares = exact(group.charge - group.allowance);
    if (quote_.rounding.tax_scope == TaxScope::line) return group.line_tax + round(shares * group.rate_fraction);
    if (quote_.rounding.scope == RoundingScope::document) {
      return round((exact_sum(group) + shares) * group.rate_fraction);
    }
    return round(exact(group.taxable) * group.rate_fraction);
  }

  Result<Integer> sum_of(const std::vector<DocumentAmount>& amounts, const char* pointer) const {
    Rational sum = 0;
    for (const DocumentAmount& amount : amounts) sum += to_rational(amount.amount);
    Integer units = round(sum);
    if (units >= limit_) return out_of_range(pointer, "the sum reaches 10^16");
    return units;
  }

  // Largest remainder, ties to the first group. Weights are the groups' positive line sums; without any, their absolute
  // values; without those, the first group takes all.
  void split(const Integer& total, Integer Group::*share) {
    if (total == 0 || groups_.empty()) return;
    std::vector<Integer> weights;
    Integer sum = 0;
    for (const Group& group : groups_) sum += weights.emplace_back(group.lines > 0 ? group.lines : Integer(0));
    if (sum == 0) {
      for (std::size_t i = 0; i < groups_.size(); ++i) sum += weights[i] = abs(groups_[i].lines);
    }
    if (sum == 0) sum = weights[0] = 1;
    std::vector<std::pair<Integer, std::size_t>> remainders;
    Integer left = total;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      Integer quotient, remainder;
      divide_qr(Integer(total * weights[i]), sum, quotient, remainder);
      groups_[i].*share = quotient;
      left -= quotient;
      remainders.emplace_back(std::move(remainder), i);
    }
    std::stable_sort(remainders.begin(), remainders.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (std::size_t i = 0; left > 0; ++i, --left) groups_[remainders[i].second].*share += 1;
  }

  Result<void> write_totals(const Integer& line_extension, const Integer& allowance, const Integer& charge,
                            const Integer& exclusive, const Integer& tax, const Integer& inclusive) {
    quote_.tax_totals.clear();
    for (const Group& group : groups_) {
      quote_.tax_totals.push_back({group.category, group.rate, print(group.taxable), print(group.tax)});
    }
    quote_.totals = Totals{print(line_extension), print(allowance),  print(charge),   print(exclusive), print(tax),
                           print(inclusive),      print(Integer(0)), print(inclusive)};
    quote_.amount_in_words.clear();
    if (quote_.currency == "CNY" && inclusive >= 0) {
      QUOTARY_TRY(words, amount_in_words(quote_.totals.payable));
      quote_.amount_in_words = std::move(words);
    }
    return {};
  }

  Quote& quote_;
  int minor_;
  Integer limit_;
  std::vector<Group> groups_;
};

}  // namespace

Result<void> price_quote(Quote& quote) {
  QUOTARY_TRY(minor, minor_units(quote.currency));
  return Pricer(quote, minor).run();
}

}  // namespace quotary
