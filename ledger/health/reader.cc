#include "ledger/health/reader.h"

#include "ledger/health/limits.h"

#include <algorithm>

namespace quotary::health {

namespace {

constexpr std::size_t shown_name_bytes_max = 100;  // the name is the caller's: it must not blow up the answer

std::string escape_token(std::string_view token) {
  std::string out;
  for (const char c : token) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view shorten(std::string_view name) {
  std::size_t shown = std::min(name.size(), shown_name_bytes_max);
  while (shown < name.size() && shown > 0 && (name[shown] & 0xc0) == 0x80) --shown;
  return name.substr(0, shown);
}

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

MemberReader::MemberReader(const json::value& value, std::string_view pointer)
    : object_(value.if_object()), pointer_(pointer) {
  if (object_ == nullptr) add("", "wrong_type", "must be an object");
}

void MemberReader::add(std::string_view name, std::string code, std::string detail) {
  ++faults_;
  if (problems_.size() == limits::problems_max) return;
  std::string pointer = pointer_;
  if (!name.empty()) pointer += "/" + escape_token(name);
  problems_.push_back({std::move(pointer), std::move(code), std::move(detail)});
}

const json::value* MemberReader::member(std::string_view name) {
  known_.push_back(name);
  if (object_ == nullptr) return nullptr;
  const json::value* value = object_->if_contains(name);
  if (value == nullptr) add(name, "required", "this member is required");
  return value;
}

std::optional<std::uint64_t> MemberReader::integer(std::string_view name, std::uint64_t least) {
  const json::value* value = member(name);
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
  const json::value* value = member(name);
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

void MemberReader::finish() {
  if (object_ == nullptr) return;
  std::string detail = "no such member here; known are";
  for (const std::string_view known : known_) detail += " " + std::string(known);
  for (const auto& entry : *object_) {
    const std::string_view name = entry.key();
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) add(shorten(name), "unknown_member", detail);
  }
}

Error MemberReader::error(std::string code) && {
  Error out = fail(Errc::invalid, std::move(code), std::to_string(faults_) + (faults_ == 1 ? " fault" : " faults"));
  if (!problems_.empty()) {
    const Problem& first = problems_.front();
    out.detail += "; the first: " + (first.pointer.empty() ? "the whole" : first.pointer) + ": " + first.detail;
  }
  out.problems = std::move(problems_);
  return out;
}

}  // namespace quotary::health
