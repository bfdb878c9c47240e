#include "ledger/health/reader.h"

#include "ledger/health/limits.h"

#include <algorithm>

namespace quotary::health {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The value of 0, 1, or one of them with digits behind a point.
std::optional<Fraction> read_decimal(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  Integer units = text[0] - '0', scale = 1;
  if (text.size() > 1) {
    const std::string_view digits = text.substr(2);
    if (text[1] != '.' || digits.empty() || digits.size() > limits::weight_fraction_digits_max ||
        !std::all_of(digits.begin(), digits.end(), is_digit))
      return std::nullopt;
    for (const char digit : digits) {
      units = units * 10 + (digit - '0');
      scale *= 10;
    }
  }
  return Fraction(units, scale);
}

}  // namespace

void MemberReader::add(std::string_view name, std::string code, std::string detail) {
  faults_.add(name.empty() ? reader_.pointer() : reader_.at(name), std::move(code), std::move(detail));
}

std::optional<std::uint64_t> MemberReader::integer(std::string_view name, std::uint64_t least) {
  const json::value* value = reader_.member(name, Need::required);
  if (value == nullptr) return std::nullopt;
  std::optional<std::uint64_t> out;
  if (value->is_uint64()) out = value->get_uint64();
  if (value->is_int64() && value->get_int64() >= 0) out = static_cast<std::uint64_t>(value->get_int64());
  if (!value->is_uint64() && !value->is_int64()) {
    add(name, "wrong_type", "must be an integer, without point, exponent or quotes");
  } else if (!out || *out < least || *out > limits::count_max) {
    add(name, "out_of_range", "must be from " + std::to_string(least) + " to " + std::to_string(limits::count_max));
  } else {
    return out;
  }
  return std::nullopt;
}

std::optional<Fraction> MemberReader::decimal_to_one(std::string_view name) {
  const json::value* value = reader_.member(name, Need::required);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    add(name, "wrong_type", "must be a decimal in a string, such as \"0.3\"");
    return std::nullopt;
  }
  auto out = read_decimal(value->get_string());
  if (!out) {
    add(name, "bad_decimal",
        "must be a decimal from 0 to 1 such as \"0.3\": no sign, no exponent, no leading zero, at most " +
            std::to_string(limits::weight_fraction_digits_max) + " digits behind the point");
  } else if (*out > 1) {
    add(name, "out_of_range", "must be from 0 to 1");
    out.reset();
  }
  return out;
}

}  // namespace quotary::health
