#include "ledger/quote/money.h"

namespace quotary {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error refuse(const char* code, std::string detail) { return fail(Errc::invalid, code, std::move(detail)); }

}  // namespace

Integer power_of_ten(int exponent) {
  QUOTARY_CHECK(exponent >= 0 && exponent <= 64);
  return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent));
}

Result<void> check_decimal(std::string_view text, const DecimalRule& rule) {
  constexpr const char* form =
      "a decimal is a string such as \"1234.50\": digits, at most one point, no sign but \"-\", "
      "no exponent, no leading zero";
  const bool negative = !text.empty() && text.front() == '-';
  const std::string_view body = negative ? text.substr(1) : text;
  const std::size_t point = body.find('.');
  const std::string_view integer = body.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : body.substr(point + 1);
  if (integer.empty() || (point != std::string_view::npos && fraction.empty())) return refuse("bad_decimal", form);
  bool zero = true;
  for (const std::string_view part : {integer, fraction}) {
    for (const char c : part) {
      if (!is_digit(c)) return refuse("bad_decimal", form);
      zero = zero && c == '0';
    }
  }
  if (integer.size() > 1 && integer.front() == '0') return refuse("bad_decimal", form);
  if (negative && zero) return refuse("bad_decimal", "zero has no sign");
  if (integer.size() > static_cast<std::size_t>(rule.integer_digits)) {
    return refuse("too_many_integer_digits",
                  "at most " + std::to_string(rule.integer_digits) + " digits before the point");
  }
  if (rule.exact_fraction && fraction.size() != static_cast<std::size_t>(rule.fraction_digits)) {
    return refuse("wrong_fraction_digits", "an amount in this currency has exactly " +
                                               std::to_string(rule.fraction_digits) + " fraction digits");
  }
  if (fraction.size() > static_cast<std::size_t>(rule.fraction_digits)) {
    return refuse("too_many_fraction_digits",
                  "at most " + std::to_string(rule.fraction_digits) + " digits after the point");
  }
  if (negative && !rule.negative) return refuse("negative_not_allowed", "must not be below zero");
  if (zero && !rule.zero) return refuse("zero_not_allowed", "must not be zero");
  return {};
}

Rational to_rational(std::string_view decimal) {
  Integer units = 0;
  int fraction_digits = 0;
  bool after_point = false, negative = false;
  for (const char c : decimal) {
    if (c == '-') {
      negative = true;
    } else if (c == '.') {
      after_point = true;
    } else {
      QUOTARY_CHECK(is_digit(c));
      units = units * 10 + (c - '0');
      if (after_point) ++fraction_digits;
    }
  }
  if (negative) units = -units;
  return Rational(units, power_of_ten(fraction_digits));
}

std::string trim_decimal(std::string_view decimal) {
  if (decimal.find('.') != std::string_view::npos) {
    decimal = decimal.substr(0, decimal.find_last_not_of('0') + 1);
    if (decimal.back() == '.') decimal.remove_suffix(1);
  }
  return std::string(decimal);
}

Integer round_to_minor(const Rational& value, int minor, RoundingMode mode) {
  const Integer denominator = boost::multiprecision::denominator(value);
  const Integer scaled = boost::multiprecision::numerator(value) * power_of_ten(minor);
  Integer quotient, remainder;
  boost::multiprecision::divide_qr(scaled, denominator, quotient, remainder);  // truncates towards zero
  const int side = Integer(abs(remainder) * 2).compare(denominator);
  bool away = false;
  switch (mode) {
    case RoundingMode::half_up: away = side >= 0; break;
    case RoundingMode::half_even: away = side > 0 || (side == 0 && bit_test(abs(quotient), 0)); break;
    case RoundingMode::down: break;
  }
  if (away && remainder != 0) quotient += scaled < 0 ? -1 : 1;
  return quotient;
}

std::string format_minor(const Integer& units, int minor) {
  std::string digits = Integer(abs(units)).str();
  const auto fraction = static_cast<std::size_t>(minor);
  if (digits.size() <= fraction) digits.insert(0, fraction + 1 - digits.size(), '0');
  if (minor > 0) digits.insert(digits.size() - fraction, 1, '.');
  return units < 0 ? "-" + digits : digits;
}

}  // namespace quotary
