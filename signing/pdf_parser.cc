#include "signing/pdf_parser.h"

#include <algorithm>
#include <array>

namespace quotary::signing {

namespace {

constexpr int depth_max = 24;
constexpr std::size_t values_max = 50'000;  // in one object
constexpr std::size_t members_usual = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::array<signed char, 256> hex_digits = [] {
  std::array<signed char, 256> out{};
  out.fill(-1);
  for (int i = 0; i < 10; ++i) out['0' + i] = static_cast<signed char>(i);
  for (int i = 0; i < 6; ++i) out['a' + i] = out['A' + i] = static_cast<signed char>(10 + i);
  return out;
}();

int hex_digit(char c) { return hex_digits[static_cast<unsigned char>(c)]; }

}  // namespace

bool is_pdf_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0'; }

bool is_pdf_delimiter(char c) { return std::string_view("()<>[]{}/%").find(c) != std::string_view::npos; }

void PdfParser::skip_space() {
  while (at_ < bytes_.size()) {
    if (is_pdf_space(bytes_[at_])) {
      ++at_;
    } else if (bytes_[at_] == '%') {
      saw_comment_ = true;
      while (at_ < bytes_.size() && bytes_[at_] != '\n' && bytes_[at_] != '\r') ++at_;
    } else {
      return;
    }
  }
}

bool PdfParser::take(std::string_view keyword) {
  if (at_ > bytes_.size() || !bytes_.substr(at_).starts_with(keyword)) return false;
  const std::size_t after = at_ + keyword.size();
  if (after < bytes_.size() && !is_pdf_space(bytes_[after]) && !is_pdf_delimiter(bytes_[after])) return false;
  at_ = after;
  return true;
}

std::optional<std::uint64_t> PdfParser::take_digits() {
  constexpr std::size_t digits_max = 10;
  std::uint64_t number = 0;
  std::size_t count = 0;
  while (at_ < bytes_.size() && is_digit(bytes_[at_])) {
    if (++count > digits_max) return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(bytes_[at_++] - '0');
  }
  if (count == 0) return std::nullopt;
  return number;
}

Result<PdfValue> PdfParser::value(int depth) {
  if (depth > depth_max) return not_our_profile("values nested too deep");
  if (++values_ > values_max) return not_our_profile("an object with too many values");
  skip_space();
  if (at_ >= bytes_.size()) return not_our_profile("a value is cut off");
  const std::size_t begin = at_;
  const char c = bytes_[at_];
  auto parsed = [&]() -> Result<PdfValue> {
    if (c == '/') return name();
    if (c == '(') return literal_string();
    if (c == '[') return array(depth);
    if (c == '<') return bytes_.substr(at_).starts_with("<<") ? dictionary(depth) : hexadecimal_string();
    if (is_digit(c) || c == '-' || c == '+' || c == '.') return number_or_reference();
    PdfValue word;
    if (take("null")) return word;
    word.kind = PdfValue::Kind::boolean;
    if (take("true")) {
      word.number = 1;
      return word;
    }
    if (take("false")) return word;
    return not_our_profile("a token that is no value");
  }();
  if (parsed) {
    parsed->begin = begin;
    parsed->end = at_;
  }
  return parsed;
}

Result<PdfValue> PdfParser::number_or_reference() {
  PdfValue out;
  const std::size_t begin = at_;
  if (is_digit(bytes_[at_])) {
    const auto number = take_digits();
    const bool real = at_ < bytes_.size() && bytes_[at_] == '.';
    if (number && !real) {
      out.kind = PdfValue::Kind::integer;
      out.number = static_cast<std::int64_t>(*number);
      // "N G R" is a reference; our profile knows generation 0 only.
      const std::size_t after = at_;
      skip_space();
      const auto generation = take_digits();
      if (generation) {
        skip_space();
        if (take("R")) {
          if (*generation != 0 || *number == 0 || *number > UINT32_MAX)
            return not_our_profile("a reference with a generation");
          out.kind = PdfValue::Kind::reference;
          return out;
        }
      }
      at_ = after;
      return out;
    }
    at_ = begin;
  }
  bool point = false, digits = false;
  if (bytes_[at_] == '-' || bytes_[at_] == '+') ++at_;
  for (; at_ < bytes_.size() && (is_digit(bytes_[at_]) || bytes_[at_] == '.'); ++at_) {
    if (bytes_[at_] == '.') {
      if (point) return not_our_profile("a malformed number");
      point = true;
    } else {
      digits = true;
    }
  }
  constexpr std::size_t characters_max = 32;
  out.text = bytes_.substr(begin, at_ - begin);
  if (!digits || out.text.size() > characters_max) return not_our_profile("a malformed number");
  out.kind = PdfValue::Kind::real;
  if (!point) {
    out.kind = PdfValue::Kind::integer;
    std::int64_t magnitude = 0;
    for (const char c : out.text) {
      if (!is_digit(c)) continue;
      if (magnitude > 1'000'000'000'000) return not_our_profile("a number too large");
      magnitude = magnitude * 10 + (c - '0');
    }
    out.number = out.text.front() == '-' ? -magnitude : magnitude;
  }
  return out;
}

Result<PdfValue> PdfParser::name() {
  PdfValue out;
  out.kind = PdfValue::Kind::name;
  ++at_;
  while (at_ < bytes_.size() && !is_pdf_space(bytes_[at_]) && !is_pdf_delimiter(bytes_[at_])) {
    if (bytes_[at_] == '#') {
      const int high = at_ + 2 < bytes_.size() ? hex_digit(bytes_[at_ + 1]) : -1;
      const int low = high >= 0 ? hex_digit(bytes_[at_ + 2]) : -1;
      if (low < 0 || high * 16 + low == 0) return not_our_profile("a malformed name");
      out.text += static_cast<char>(high * 16 + low);
      at_ += 3;
    } else {
      out.text += bytes_[at_++];
    }
  }
  return out;
}

Result<PdfValue> PdfParser::literal_string() {
  PdfValue out;
  out.kind = PdfValue::Kind::string;
  std::size_t open = 1;
  for (++at_; at_ < bytes_.size(); ++at_) {
    const char c = bytes_[at_];
    if (c == ')' && --open == 0) {
      ++at_;
      return out;
    }
    if (c == '(') ++open;
    if (c != '\\') {
      out.text += c;
      continue;
    }
    if (++at_ >= bytes_.size()) break;
    const char escaped = bytes_[at_];
    constexpr std::string_view letters = "nrtbf", meanings = "\n\r\t\b\f";
    if (const auto letter = letters.find(escaped); letter != std::string_view::npos) {
      out.text += meanings[letter];
    } else if (escaped >= '0' && escaped <= '7') {
      int code = 0;
      std::size_t count = 0;
      for (; count < 3 && at_ < bytes_.size() && bytes_[at_] >= '0' && bytes_[at_] <= '7'; ++count, ++at_) {
        code = code * 8 + (bytes_[at_] - '0');
      }
      --at_;
      out.text += static_cast<char>(code & 0xff);
    } else if (escaped == '\r') {
      if (at_ + 1 < bytes_.size() && bytes_[at_ + 1] == '\n') ++at_;
    } else if (escaped != '\n') {
      out.text += escaped;
    }
  }
  return not_our_profile("a string is cut off");
}

Result<PdfValue> PdfParser::hexadecimal_string() {
  PdfValue out;
  out.kind = PdfValue::Kind::string;
  out.hexadecimal = true;
  ++at_;
  const std::size_t end = bytes_.find('>', at_);
  if (end == bytes_.npos) return not_our_profile("a string is cut off");
  // Stricter than the standard: an even count of digits and nothing between them, which is how we write them.
  bool digits = (end - at_) % 2 == 0;
  out.text.resize((end - at_) / 2);
  for (std::size_t i = 0; digits && i < out.text.size(); ++i) {
    const int high = hex_digit(bytes_[at_ + 2 * i]), low = hex_digit(bytes_[at_ + 2 * i + 1]);
    digits = (high | low) >= 0;
    out.text[i] = static_cast<char>(high << 4 | low);
  }
  if (!digits) return not_our_profile("a malformed hexadecimal string");
  at_ = end + 1;
  return out;
}

Result<PdfValue> PdfParser::array(int depth) {
  PdfValue out;
  out.kind = PdfValue::Kind::array;
  ++at_;
  for (;;) {
    skip_space();
    if (at_ < bytes_.size() && bytes_[at_] == ']') {
      ++at_;
      return out;
    }
    QUOTARY_TRY(item, value(depth + 1));
    out.items.push_back(std::move(item));
  }
}

Result<PdfValue> PdfParser::dictionary(int depth) {
  PdfValue out;
  out.kind = PdfValue::Kind::dictionary;
  at_ += 2;
  for (;;) {
    skip_space();
    if (bytes_.substr(std::min(at_, bytes_.size())).starts_with(">>")) {
      at_ += 2;
      break;
    }
    if (at_ >= bytes_.size() || bytes_[at_] != '/') return not_our_profile("a dictionary key that is no name");
    QUOTARY_TRY(key, name());
    QUOTARY_TRY(member, value(depth + 1));
    if (out.members.empty()) out.members.reserve(members_usual);
    out.members.push_back({std::move(key.text), std::move(member)});
  }
  // Readers differ in which of two equal keys they take.
  constexpr std::size_t few = 16;  // compared with each other quicker than sorted
  if (out.members.size() <= few) {
    for (auto member = out.members.begin(); member != out.members.end(); ++member) {
      const auto equal = [&](const PdfMember& other) { return other.key == member->key; };
      if (std::any_of(out.members.begin(), member, equal)) return not_our_profile("a dictionary with a key twice");
    }
    return out;
  }
  std::vector<std::string_view> keys;
  for (const auto& member : out.members) keys.push_back(member.key);
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end())
    return not_our_profile("a dictionary with a key twice");
  return out;
}

}  // namespace quotary::signing
