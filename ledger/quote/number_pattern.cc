#include "ledger/quote/number_pattern.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace quotary {

namespace {

constexpr std::size_t number_max = 40;       // bytes of a number
constexpr std::size_t sequence_digits = 12;  // a series ends before 10^12 numbers

bool is_literal(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; }

// What one byte of a number can be.
struct Place {
  char low = 0, high = 0;
};

// The places before the sequence, and the sequence's least width.
struct Shape {
  std::vector<Place> places;
  std::size_t width = 0;
  bool branch = false, year = false, month = false;
};

Error refuse(const std::string& why) { return fail(Errc::invalid, "bad_pattern", why); }

// One pass over the pattern; the token after the last is {SEQ:n}.
Result<Shape> read_shape(std::string_view pattern, std::string_view branch) {
  Shape shape;
  for (std::size_t i = 0; i < pattern.size();) {
    if (shape.width > 0) return refuse("nothing may follow {SEQ:n}, and it stands once");
    if (pattern[i] != '{') {
      if (!is_literal(pattern[i])) return refuse("literals are of A-Z, 0-9 and -");
      shape.places.push_back({pattern[i], pattern[i]});
      ++i;
      continue;
    }
    const std::size_t close = pattern.find('}', i);
    if (close == std::string_view::npos) return refuse("a { without its }");
    const std::string_view token = pattern.substr(i + 1, close - i - 1);
    if (token == "BR") {
      for (const char c : branch) shape.places.push_back({c, c});
      shape.branch = true;
    } else if (token == "YYYY" || token == "YY") {
      shape.places.insert(shape.places.end(), token.size(), {'0', '9'});
      shape.year = true;
    } else if (token == "MM") {
      shape.places.push_back({'0', '1'});
      shape.places.push_back({'0', '9'});
      shape.month = true;
    } else if (token.starts_with("SEQ:") && token.size() <= 6) {
      const std::string_view digits = token.substr(4);
      for (const char c : digits) {
        if (c < '0' || c > '9') return refuse("SEQ's width is a number, as in {SEQ:6}");
        shape.width = shape.width * 10 + static_cast<std::size_t>(c - '0');
      }
      if (digits.empty() || digits.front() == '0' || shape.width > sequence_digits) {
        return refuse("SEQ's width is 1 to 12");
      }
    } else {
      return refuse("unknown token {" + std::string(token) + "}: known are BR, YYYY, YY, MM and SEQ:n");
    }
    i = close + 1;
  }
  if (shape.width == 0) return refuse("the pattern ends in {SEQ:n}");
  return shape;
}

// True when both shapes have a number of `length` bytes that could be the same.
bool overlap(const Shape& a, const Shape& b, std::size_t length) {
  const auto place = [length](const Shape& shape, std::size_t i) {
    if (i < shape.places.size()) return shape.places[i];
    // A sequence longer than its width has no leading zero.
    const bool grown = length - shape.places.size() > shape.width;
    return Place{i == shape.places.size() && grown ? '1' : '0', '9'};
  };
  for (std::size_t i = 0; i < length; ++i) {
    const Place left = place(a, i), right = place(b, i);
    if (std::max(left.low, right.low) > std::min(left.high, right.high)) return false;
  }
  return true;
}

void append_padded(std::string& out, std::uint64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

}  // namespace

Result<SeriesPeriod> parse_series_period(std::string_view name) {
  if (name == "none") return SeriesPeriod::none;
  if (name == "year") return SeriesPeriod::year;
  if (name == "month") return SeriesPeriod::month;
  return fail(Errc::invalid, "bad_period", "a series' period is none, year or month, not " + std::string(name));
}

Result<NumberPattern> NumberPattern::parse(std::string_view pattern, SeriesPeriod period, std::string_view branch) {
  if (!std::all_of(branch.begin(), branch.end(), is_literal)) return refuse("a branch is of A-Z, 0-9 and -");
  QUOTARY_TRY(shape, read_shape(pattern, branch));
  if (!branch.empty() && !shape.branch) return refuse("the series has a branch, so the pattern holds {BR}");
  if (branch.empty() && shape.branch) return refuse("the pattern holds {BR}, so the series needs a branch");
  if (period != SeriesPeriod::none && !shape.year)
    return refuse("the series has a period, so the pattern holds {YYYY} or {YY}");
  if (period == SeriesPeriod::month && !shape.month)
    return refuse("the series turns each month, so the pattern holds {MM}");
  if (shape.places.size() + std::max(shape.width, sequence_digits) > number_max) {
    return refuse("a number could pass 40 bytes (the sequence may grow to 12 digits)");
  }
  NumberPattern out;
  out.text_ = pattern;
  out.branch_ = branch;
  out.period_ = period;
  return out;
}

std::string NumberPattern::format(Date date, std::uint64_t sequence) const {
  std::string out;
  const std::string_view text = text_;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '{') {
      out += text[i++];
      continue;
    }
    const std::size_t close = text.find('}', i);
    const std::string_view token = text.substr(i + 1, close - i - 1);
    if (token == "BR") {
      out += branch_;
    } else if (token == "YYYY") {
      append_padded(out, static_cast<std::uint64_t>(date.year), 4);
    } else if (token == "YY") {
      append_padded(out, static_cast<std::uint64_t>(date.year % 100), 2);
    } else if (token == "MM") {
      append_padded(out, static_cast<std::uint64_t>(date.month), 2);
    } else {
      append_padded(out, sequence, static_cast<std::size_t>(std::stoi(std::string(token.substr(4)))));
    }
    i = close + 1;
  }
  return out;
}

std::string NumberPattern::period_key(Date date) const {
  switch (period_) {
    case SeriesPeriod::none: return "";
    case SeriesPeriod::year: return format_date(date).substr(0, 4);
    case SeriesPeriod::month: return format_date(date).substr(0, 7);
  }
  return "";
}

bool NumberPattern::may_collide(const NumberPattern& other) const {
  const auto mine = read_shape(text_, branch_), theirs = read_shape(other.text_, other.branch_);
  if (!mine || !theirs) return true;
  const std::size_t shortest = std::max(mine->places.size() + mine->width, theirs->places.size() + theirs->width);
  for (std::size_t length = shortest; length <= number_max; ++length) {
    if (overlap(*mine, *theirs, length)) return true;
  }
  return false;
}

namespace {

// Crockford's base 32, then the five signs that only a check can be.
constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";
constexpr std::size_t code_signs = 16;

// The check sign of 16 signs: the number they spell, modulo 37.
std::optional<char> check_sign(std::string_view signs) {
  std::size_t rest = 0;
  for (const char c : signs) {
    const std::size_t value = crockford.find(c);
    if (value >= 32) return std::nullopt;
    rest = (rest * 32 + value) % 37;
  }
  return crockford[rest];
}

}  // namespace

std::string make_verify_code(Random& random) {
  std::array<unsigned char, 10> bytes{};
  random.fill(bytes.data(), bytes.size());
  std::string out;
  unsigned bits = 0, held = 0;
  for (const unsigned char byte : bytes) {
    bits = (bits << 8) | byte;
    held += 8;
    for (; held >= 5; held -= 5) out += crockford[bits >> (held - 5) & 31];
    bits &= 31;
  }
  out += *check_sign(out);
  return out;
}

Result<std::string> normalise_verify_code(std::string_view typed) {
  std::string out;
  for (char c : typed) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'I' || c == 'L') c = '1';
    if (c == 'O') c = '0';
    out += c;
    if (out.size() > code_signs + 1) break;
  }
  const auto check =
      out.size() == code_signs + 1 ? check_sign(std::string_view(out).substr(0, code_signs)) : std::nullopt;
  if (!check || *check != out.back()) {
    return fail(Errc::invalid, "bad_code", "the code is 17 letters and digits as printed; check it for a typing error");
  }
  return out;
}

}  // namespace quotary
