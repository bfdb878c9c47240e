#include "api/inspecting/text.h"

#include "ledger/base/result.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace quotary::inspecting {

namespace {

// What a font shows nothing for: controls, directions, joiners' likes, private marks of others.
bool is_dropped(UChar32 c) {
  if (U_IS_UNICODE_NONCHAR(c)) return true;
  const auto type = u_charType(c);
  return type == U_CONTROL_CHAR || type == U_FORMAT_CHAR || type == U_SURROGATE;
}

void append(std::string& out, UChar32 c) {
  char bytes[U8_MAX_LENGTH];
  std::int32_t size = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // ICU's macros narrow by design
  U8_APPEND_UNSAFE(bytes, size, c);
#pragma GCC diagnostic pop
  out.append(bytes, static_cast<std::size_t>(size));
}

UChar32 next(std::string_view text, std::size_t& at) {
  UChar32 c = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
  U8_NEXT_OR_FFFD(text.data(), at, text.size(), c);
#pragma GCC diagnostic pop
  return c;
}

std::string nfc(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFCInstance(status);
  QUOTARY_CHECK(U_SUCCESS(status));
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  normalizer->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr,
                            status);
  QUOTARY_CHECK(U_SUCCESS(status));
  return out;
}

}  // namespace

std::string clean_line(std::string_view bytes, std::size_t code_points_max) {
  // No language composes more than 4 code points into one: this bounds the work.
  const std::size_t read_max = code_points_max * 16;
  std::string kept;
  bool ascii = true, blank = false;
  for (std::size_t at = 0; at < bytes.size() && kept.size() < read_max;) {
    const UChar32 c = next(bytes, at);
    if (u_isUWhiteSpace(c)) {
      blank = !kept.empty();
      continue;
    }
    if (is_dropped(c)) continue;
    if (blank) kept += ' ';
    blank = false;
    ascii = ascii && c < 0x80;
    append(kept, c);
  }
  if (!ascii) kept = nfc(kept);
  kept.resize(first_code_points(kept, code_points_max).size());
  while (kept.ends_with(' ')) kept.pop_back();
  return kept;
}

std::string_view first_code_points(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) next(text, at);
  return text.substr(0, at);
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) next(text, at);
  return count;
}

}  // namespace quotary::inspecting
