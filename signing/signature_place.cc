#include "signing/signature_place.h"

#include "signing/cms.h"

#include <algorithm>
#include <array>

namespace quotary::signing {

namespace {

Error bad_range(const char* what) { return fail(Errc::invalid, "byte_range", std::string("ByteRange ") + what); }

Error bad_contents(const char* what) {
  return fail(Errc::invalid, "contents_malformed", std::string("Contents ") + what);
}

Result<std::array<std::size_t, 4>> byte_range(const PdfValue& dictionary, std::size_t file_size) {
  const PdfValue* range = dictionary.find("ByteRange");
  if (!range || !range->is(PdfValue::Kind::array) || range->items.size() != 4) return bad_range("is not four numbers");
  std::array<std::size_t, 4> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const PdfValue& item = range->items[i];
    if (!item.is(PdfValue::Kind::integer) || item.number < 0 || static_cast<std::size_t>(item.number) > file_size)
      return bad_range("leaves the file");
    out[i] = static_cast<std::size_t>(item.number);
  }
  if (out[2] + out[3] > file_size) return bad_range("leaves the file");
  return out;
}

}  // namespace

Result<SignaturePlace> locate_any_signature(std::string_view pdf, std::size_t begin, const PdfValue& dictionary) {
  QUOTARY_TRY(range, byte_range(dictionary, pdf.size()));
  if (range[0] != 0) return bad_range("does not begin at the file's first byte");
  if (range[1] >= range[2]) return bad_range("leaves no gap for the signature");
  if (range[2] + range[3] != pdf.size()) return bad_range("does not reach the end of its revision");
  const PdfValue* contents = dictionary.find("Contents");
  if (!contents || !contents->is(PdfValue::Kind::string) || !contents->hexadecimal)
    return bad_contents("is no hexadecimal string");
  if (contents->begin != range[1] || contents->end != range[2] || contents->begin < begin)
    return bad_range("leaves a gap that Contents does not fill");
  const std::size_t size = foreign_cms_size(contents->text);
  if (size == 0) return bad_contents("holds no signature that can be read");
  const std::string_view behind = std::string_view(contents->text).substr(size);
  if (std::count(behind.begin(), behind.end(), '\0') != std::ssize(behind))
    return bad_contents("holds bytes behind its value");
  return SignaturePlace{range[1], range[2], contents->text.substr(0, size)};
}

bool is_in_lower_case(std::string_view pdf, const SignaturePlace& place) {
  const std::string_view digits = pdf.substr(place.gap_begin, place.gap_end - place.gap_begin);
  return std::none_of(digits.begin(), digits.end(), [](char c) { return c >= 'A' && c <= 'F'; });
}

Result<SignaturePlace> locate_signature(std::string_view pdf, const PdfObject& object) {
  auto place = locate_any_signature(pdf, 0, object.value);
  if (!place) return fail(Errc::invalid, "seal_invalid", place.error().detail);
  // These digits are all that no signature covers: one way of writing them is enough.
  if (!is_in_lower_case(pdf, *place))
    return fail(Errc::invalid, "seal_invalid", "Contents is not in lower-case digits");
  return place;
}

}  // namespace quotary::signing
