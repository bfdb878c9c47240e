// Reads canonical JSON (json.h) in place: nothing is copied, and any other spelling of the same values is refused.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace quotary {

// A place in a text that must be canonical JSON throughout. Every call either takes what it names and answers true, or
// answers false and leaves the place undefined. One thread; the text must outlive the scanner.
class CanonicalScanner {
 public:
  explicit CanonicalScanner(std::string_view text) : text_(text) {}

  // Exactly these bytes.
  [[nodiscard]] bool literal(std::string_view expected) {
    // Compared in place, for a size that the compiler mostly knows.
    if (text_.size() - at_ < expected.size() || std::memcmp(text_.data() + at_, expected.data(), expected.size()) != 0)
      return false;
    at_ += expected.size();
    return true;
  }
  // A string: `raw` is what stands between the quotes, escapes as they are. Equal strings have equal raw bytes.
  [[nodiscard]] bool string(std::string_view& raw);
  // The same of exactly `bytes` bytes, which are not looked at: for who then takes nothing but plain ones.
  [[nodiscard]] bool unread_string(std::string_view& raw, std::size_t bytes) {
    if (text_.size() - at_ < bytes + 2 || text_[at_] != '"' || text_[at_ + 1 + bytes] != '"') return false;
    raw = text_.substr(at_ + 1, bytes);
    at_ += bytes + 2;
    return true;
  }
  // An integer from 0 to 2^53.
  [[nodiscard]] bool number(std::uint64_t& value);
  // Any value, at most `depth_max` containers deep; `raw` is its text.
  [[nodiscard]] bool value(std::string_view& raw, int depth_max);
  // Whether the next byte is this one; takes nothing.
  [[nodiscard]] bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  [[nodiscard]] bool skip_value(int depth_left);
  [[nodiscard]] bool skip_object(int depth_left);
  [[nodiscard]] bool skip_array(int depth_left);
  [[nodiscard]] bool skip_escape();
  [[nodiscard]] bool skip_digits(std::uint64_t& value);

  std::string_view text_;
  std::size_t at_ = 0;
};

// Whether all of the plain_block_bytes bytes at `bytes` are ASCII that stands for itself in a canonical string.
inline constexpr std::size_t plain_block_bytes = 32;
[[nodiscard]] bool plain_block(const char* bytes);
// How many of the eight bytes at `bytes`, from the first on, are ASCII that stands for itself in a canonical string.
[[nodiscard]] unsigned plain_bytes(const char* bytes);
// The order of members: RFC 8785 section 3.2.3, UTF-16 code units. Takes and compares the plain (unescaped) names.
[[nodiscard]] bool utf16_less(std::string_view a, std::string_view b);
// Length of the well-formed UTF-8 sequence (RFC 3629) at the front of `text`, 0 when ill-formed or empty.
[[nodiscard]] std::size_t utf8_length(std::string_view text);
// The plain bytes of a raw string that the scanner took.
[[nodiscard]] std::string unescape(std::string_view raw);

}  // namespace quotary
