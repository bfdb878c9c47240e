// Decimal strings and the exact numbers behind them. Nothing here touches binary floating point.
#pragma once

#include "ledger/base/result.h"
#include "ledger/quote/quote.h"

#include <boost/multiprecision/cpp_int.hpp>

#include <string>
#include <string_view>

namespace quotary {

// Without expression templates: those of abs() and pow() keep references to temporaries that are gone.
using Integer = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>, boost::multiprecision::et_off>;
using Rational =
    boost::multiprecision::number<boost::multiprecision::cpp_rational_backend, boost::multiprecision::et_off>;

// What a field's decimal may look like.
struct DecimalRule {
  int integer_digits = 18;
  int fraction_digits = 13;
  bool negative = false;
  bool zero = true;
  bool exact_fraction = false;  // exactly `fraction_digits`, as amounts have
};

// Plain decimals only: -?(0|[1-9][0-9]*)(\.[0-9]+)?, no "+", exponent, leading zero or negative zero. Errc::invalid
// `bad_decimal`, `too_many_integer_digits`, `too_many_fraction_digits`, `wrong_fraction_digits`, `negative_not_allowed`
// or `zero_not_allowed`.
[[nodiscard]] Result<void> check_decimal(std::string_view text, const DecimalRule& rule);

// The value of a string that passed check_decimal (a programmer's error otherwise).
[[nodiscard]] Rational to_rational(std::string_view decimal);

// "13.00" -> "13", "0.50" -> "0.5": two spellings of one rate are one tax group.
[[nodiscard]] std::string trim_decimal(std::string_view decimal);

// `value` in units of 10^-minor, rounded; half_up is half away from zero, down is towards zero.
[[nodiscard]] Integer round_to_minor(const Rational& value, int minor, RoundingMode mode);

// 123 with minor 2 -> "1.23"; always exactly `minor` fraction digits.
[[nodiscard]] std::string format_minor(const Integer& units, int minor);

[[nodiscard]] Integer power_of_ten(int exponent);

}  // namespace quotary
