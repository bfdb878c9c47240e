#include "ledger/quote/text.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uloc.h>
#include <unicode/utf8.h>

#include <cstdio>
#include <set>

namespace quotary {

namespace {

bool is_refused(UChar32 c) {
  if (c == '\n' || c == '\t') return false;
  if (u_charType(c) == U_CONTROL_CHAR || U_IS_UNICODE_NONCHAR(c)) return true;
  return c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

std::string code_point_name(UChar32 c) {
  char out[16];
  std::snprintf(out, sizeof out, "U+%04X", static_cast<unsigned>(c));
  return out;
}

// Walks the code points; `visit` answers false to stop. False when the UTF-8 is ill-formed.
template <class Visit>
bool each_code_point(std::string_view text, Visit visit) {
  for (std::size_t i = 0; i < text.size();) {
    UChar32 c = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // ICU's macro narrows by design
    U8_NEXT(text.data(), i, text.size(), c);
#pragma GCC diagnostic pop
    if (c < 0) return false;
    if (!visit(c)) return true;
  }
  return true;
}

}  // namespace

Result<std::string> normalise_text(std::string_view text, std::size_t limit) {
  const auto too_long = [limit] {
    return fail(Errc::invalid, "too_long", "at most " + std::to_string(limit) + " characters");
  };
  // A code point has at most 4 bytes, and no language's text composes more than 4 into one: this bounds the work.
  if (text.size() > limit * 16) return too_long();
  UChar32 refused = -1;
  std::size_t count = 0;
  bool ascii = true;
  const bool well_formed = each_code_point(text, [&](UChar32 c) {
    ascii = ascii && c < 0x80;
    ++count;
    if (is_refused(c)) refused = c;
    return refused < 0;
  });
  if (!well_formed) return fail(Errc::invalid, "bad_utf8", "the text is not well-formed UTF-8");
  if (refused >= 0) {
    return fail(Errc::invalid, "control_character",
                code_point_name(refused) + " is not allowed: text holds no control characters but LF and TAB");
  }
  if (ascii) {
    if (count > limit) return too_long();
    return std::string(text);
  }
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) return fail(Errc::internal, "unicode_failed", u_errorName(status));
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  nfc->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr, status);
  if (U_FAILURE(status)) return fail(Errc::internal, "unicode_failed", u_errorName(status));
  count = 0;
  if (!each_code_point(out, [&](UChar32) { return ++count <= limit; })) {
    return fail(Errc::internal, "unicode_failed", "NFC gave ill-formed UTF-8");
  }
  if (count > limit) return too_long();
  return out;
}

bool is_blank(std::string_view text) {
  bool blank = true;
  each_code_point(text, [&](UChar32 c) { return blank = u_isUWhiteSpace(c); });
  return blank;
}

bool is_country(std::string_view code) {
  static const std::set<std::string, std::less<>> countries = [] {
    std::set<std::string, std::less<>> out;
    for (const char* const* at = uloc_getISOCountries(); *at != nullptr; ++at) out.emplace(*at);
    return out;
  }();
  return countries.contains(code);
}

}  // namespace quotary
