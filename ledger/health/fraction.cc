#include "ledger/health/fraction.h"

#include "ledger/base/result.h"
#include "ledger/health/limits.h"

#include <map>
#include <utility>
#include <vector>

namespace quotary::health {

namespace {

struct Unreduced {
  Integer numerator;
  Integer denominator;  // above zero
};

std::string rounded_text(const Unreduced& value, int decimals) {
  QUOTARY_CHECK(decimals >= 1);
  const bool negative = value.numerator < 0;
  const Integer scaled =
      Integer(abs(value.numerator)) * boost::multiprecision::pow(Integer(10), static_cast<unsigned>(decimals));
  Integer units, remainder;
  boost::multiprecision::divide_qr(scaled, value.denominator, units, remainder);
  if (remainder * 2 >= value.denominator) ++units;
  std::string digits = units.str();
  const auto behind_point = static_cast<std::size_t>(decimals);
  if (digits.size() <= behind_point) digits.insert(0, behind_point + 1 - digits.size(), '0');
  digits.insert(digits.size() - behind_point, 1, '.');
  return negative && units != 0 ? "-" + digits : digits;
}

}  // namespace

std::optional<Fraction> ratio(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return Fraction(Integer(part), Integer(whole));
}

std::string to_text(const Fraction& value, int decimals) {
  return rounded_text({numerator(value), denominator(value)}, decimals);
}

std::string mean_text(std::span<const Fraction> values, int decimals) {
  QUOTARY_CHECK(!values.empty());
  // People of one team share most denominators.
  std::map<Integer, Integer> numerators;
  for (const Fraction& value : values) numerators[denominator(value)] += numerator(value);
  std::vector<Unreduced> sums;
  sums.reserve(numerators.size());
  for (auto& [denominator, numerator] : numerators) sums.push_back({std::move(numerator), denominator});
  // In pairs: the numbers that are multiplied are then of like length, and there are few long ones.
  while (sums.size() > 1) {
    const std::size_t half = (sums.size() + 1) / 2;
    for (std::size_t i = 0; half + i < sums.size(); ++i) {
      Unreduced& left = sums[i];
      const Unreduced& right = sums[half + i];
      left.numerator = left.numerator * right.denominator + right.numerator * left.denominator;
      left.denominator *= right.denominator;
    }
    sums.resize(half);
  }
  sums.front().denominator *= values.size();
  return rounded_text(sums.front(), decimals);
}

Figure make_figure(Fraction exact, int decimals) {
  std::string text = to_text(exact, decimals);
  return {std::move(exact), std::move(text)};
}

Share make_share(std::uint64_t part, std::uint64_t whole) {
  Share out{part, whole, std::nullopt};
  if (auto exact = ratio(part, whole)) out.value = make_figure(std::move(*exact), limits::ratio_decimals);
  return out;
}

}  // namespace quotary::health
