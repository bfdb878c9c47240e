// Exact fractions and their decimal texts. Nothing here touches binary floating point. Pure.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace quotary::health {

// Without expression templates: a const auto would keep references to temporaries that are gone.
using Integer = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>, boost::multiprecision::et_off>;
using Fraction =
    boost::multiprecision::number<boost::multiprecision::cpp_rational_backend, boost::multiprecision::et_off>;

// part / whole; nothing when `whole` is zero: there was nothing to do, which is neither good nor bad.
[[nodiscard]] std::optional<Fraction> ratio(std::uint64_t part, std::uint64_t whole);

// With exactly `decimals` digits (from 1) behind the point, rounded half away from zero; zero has no sign.
[[nodiscard]] std::string to_text(const Fraction& value, int decimals);

// The mean of one value or more, rounded once, as to_text() does. Many values of unlike denominators stay cheap: no
// fraction is reduced on the way.
[[nodiscard]] std::string mean_text(std::span<const Fraction> values, int decimals);

// A value, and how it is shown. What is compared or computed with is always the exact one.
struct Figure {
  Fraction exact;
  std::string text;
};
[[nodiscard]] Figure make_figure(Fraction exact, int decimals);

// So many of so many. `value` is from 0 to 1 with limits::ratio_decimals, and absent when `whole` is zero.
struct Share {
  std::uint64_t part = 0, whole = 0;
  std::optional<Figure> value;
};
[[nodiscard]] Share make_share(std::uint64_t part, std::uint64_t whole);

}  // namespace quotary::health
