#include "ledger/base/canonical_scan.h"

#include <algorithm>
#include <bit>

namespace quotary {

namespace {

constexpr std::uint64_t integer_max = std::uint64_t{1} << 53;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

unsigned plain_bytes(const char* bytes) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  // Marks the high bit of a byte beyond ASCII, below a space, a quote or a backslash. A subtraction that borrows may
  // mark bytes above such a one, never below it.
  const std::uint64_t marks =
      word | (word - ones * 0x20) | ((word ^ (ones * '"')) - ones) | ((word ^ (ones * '\\')) - ones);
  return static_cast<unsigned>(std::countr_zero(marks & high)) / 8;
}

bool plain_block(const char* bytes) {
  // Signed, so that what lies beyond ASCII compares as less than a space too.
  using Vector [[gnu::vector_size(16)]] = signed char;
  Vector halves[2];
  static_assert(sizeof halves == plain_block_bytes);
  std::memcpy(halves, bytes, sizeof halves);
  const auto other = [](Vector half) { return (half < 0x20) | (half == '"') | (half == '\\'); };
  const auto found = other(halves[0]) | other(halves[1]);
  std::uint64_t words[2];
  static_assert(sizeof words == sizeof found);
  std::memcpy(words, &found, sizeof words);
  return (words[0] | words[1]) == 0;
}

bool utf16_less(std::string_view a, std::string_view b) {
  const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (right == b.end()) return false;
  if (left == a.end()) return true;
  // It equals UTF-8 byte order, but that surrogates (lead bytes F0..F4) come before U+E000..U+FFFF (lead bytes EE, EF).
  const auto rank = [](char c) {
    const unsigned byte = static_cast<unsigned char>(c);
    return byte == 0xee || byte == 0xef ? byte + 0x10 : byte;
  };
  return rank(*left) < rank(*right);
}

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
  const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return tail(1) ? 2 : 0;
  if (lead < 0xf0) {
    if (!tail(1) || !tail(2)) return 0;
    if (lead == 0xe0 && byte(1) < 0xa0) return 0;
    if (lead == 0xed && byte(1) >= 0xa0) return 0;
    return 3;
  }
  if (lead > 0xf4 || !tail(1) || !tail(2) || !tail(3)) return 0;
  if (lead == 0xf0 && byte(1) < 0x90) return 0;
  if (lead == 0xf4 && byte(1) >= 0x90) return 0;
  return 4;
}

std::string unescape(std::string_view raw) {
  std::string plain;
  plain.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      plain += raw[i];
      continue;
    }
    switch (raw[++i]) {
      case 'b': plain += '\b'; break;
      case 't': plain += '\t'; break;
      case 'n': plain += '\n'; break;
      case 'f': plain += '\f'; break;
      case 'r': plain += '\r'; break;
      case 'u': {  // \u00XY, which the scanner let pass for control characters only
        const auto digit = [](char c) { return is_digit(c) ? c - '0' : c - 'a' + 10; };
        plain += static_cast<char>(digit(raw[i + 3]) * 16 + digit(raw[i + 4]));
        i += 4;
        break;
      }
      default: plain += raw[i];
    }
  }
  return plain;
}

// Only the escapes that RFC 8785 section 3.2.2.2 writes.
bool CanonicalScanner::skip_escape() {
  const std::string_view rest = text_.substr(at_);
  if (rest.size() < 2) return false;
  if (std::string_view("\"\\btnfr").find(rest[1]) != rest.npos) {
    at_ += 2;
    return true;
  }
  if (rest.size() < 6 || !rest.starts_with("\\u00")) return false;
  const bool control = rest[4] == '0' || rest[4] == '1';
  const bool hexadecimal = is_digit(rest[5]) || (rest[5] >= 'a' && rest[5] <= 'f');
  if (!control || !hexadecimal) return false;
  // Those with a short form must use it.
  if (rest[4] == '0' && std::string_view("89acd").find(rest[5]) != rest.npos) return false;
  at_ += 6;
  return true;
}

bool CanonicalScanner::string(std::string_view& raw) {
  if (!literal("\"")) return false;
  const std::size_t begin = at_;
  for (;;) {
    while (at_ + plain_block_bytes <= text_.size() && plain_block(text_.data() + at_)) at_ += plain_block_bytes;
    while (at_ + 8 <= text_.size()) {
      const unsigned plain = plain_bytes(text_.data() + at_);
      at_ += plain;
      if (plain < 8) break;
    }
    if (at_ >= text_.size()) return false;
    const char c = text_[at_];
    if (c == '"') break;
    if (c == '\\') {
      if (!skip_escape()) return false;
      continue;
    }
    if (static_cast<unsigned char>(c) < 0x20) return false;
    const std::size_t length = utf8_length(text_.substr(at_, 4));
    if (length == 0) return false;
    at_ += length;
  }
  raw = text_.substr(begin, at_ - begin);
  ++at_;
  return true;
}

bool CanonicalScanner::skip_digits(std::uint64_t& value) {
  const std::size_t begin = at_;
  value = 0;
  while (at_ < text_.size() && is_digit(text_[at_])) {
    if (at_ - begin == 17) return false;  // over 2^53 whatever follows
    value = value * 10 + static_cast<std::uint64_t>(text_[at_++] - '0');
  }
  const std::size_t digits = at_ - begin;
  if (digits == 0 || (digits > 1 && text_[begin] == '0')) return false;
  return value <= integer_max;
}

bool CanonicalScanner::number(std::uint64_t& value) { return skip_digits(value); }

bool CanonicalScanner::skip_object(int depth_left) {
  ++at_;
  if (literal("}")) return true;
  std::string_view last;
  for (bool first = true;; first = false) {
    std::string_view name;
    if (!string(name) || !literal(":")) return false;
    if (!first) {
      const bool plain = last.find('\\') == last.npos && name.find('\\') == name.npos;
      if (plain ? !utf16_less(last, name) : !utf16_less(unescape(last), unescape(name))) return false;
    }
    last = name;
    if (!skip_value(depth_left)) return false;
    if (literal("}")) return true;
    if (!literal(",")) return false;
  }
}

bool CanonicalScanner::skip_array(int depth_left) {
  ++at_;
  if (literal("]")) return true;
  for (;;) {
    if (!skip_value(depth_left)) return false;
    if (literal("]")) return true;
    if (!literal(",")) return false;
  }
}

bool CanonicalScanner::skip_value(int depth_left) {
  if (at_ >= text_.size()) return false;
  std::string_view raw;
  std::uint64_t digits = 0;
  switch (text_[at_]) {
    case '"': return string(raw);
    case '{': return depth_left > 0 && skip_object(depth_left - 1);
    case '[': return depth_left > 0 && skip_array(depth_left - 1);
    case 't': return literal("true");
    case 'f': return literal("false");
    case '-': ++at_; return skip_digits(digits) && digits != 0;
    default: return skip_digits(digits);
  }
}

bool CanonicalScanner::value(std::string_view& raw, int depth_max) {
  const std::size_t begin = at_;
  if (!skip_value(depth_max)) return false;
  raw = text_.substr(begin, at_ - begin);
  return true;
}

}  // namespace quotary
