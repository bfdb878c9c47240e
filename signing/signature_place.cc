#include "signing/signature_place.h"

#include "signing/cms.h"

#include <algorithm>

namespace quotary::signing {

namespace {

Error broken(const std::string& what) { return fail(Errc::invalid, "seal_invalid", what); }

}  // namespace

Result<SignaturePlace> locate_signature(std::string_view pdf, const PdfObject& object) {
  const PdfValue* range = object.value.find("ByteRange");
  const PdfValue* contents = object.value.find("Contents");
  if (!range || !range->is(PdfValue::Kind::array) || range->items.size() != 4)
    return broken("ByteRange is not four numbers");
  std::size_t numbers[4];
  for (std::size_t i = 0; i < 4; ++i) {
    const PdfValue& item = range->items[i];
    if (!item.is(PdfValue::Kind::integer) || item.number < 0 || static_cast<std::size_t>(item.number) > pdf.size())
      return broken("ByteRange leaves the file");
    numbers[i] = static_cast<std::size_t>(item.number);
  }
  if (numbers[0] != 0) return broken("ByteRange does not begin at the file's first byte");
  if (numbers[2] + numbers[3] > pdf.size()) return broken("ByteRange leaves the file");
  if (numbers[1] >= numbers[2]) return broken("ByteRange leaves no gap for the signature");
  if (!contents || !contents->is(PdfValue::Kind::string) || !contents->hexadecimal)
    return broken("Contents is no hexadecimal string");
  if (contents->begin != numbers[1] || contents->end != numbers[2])
    return broken("Contents does not fill the gap of ByteRange");
  // These digits are all that no signature covers: one way of writing them is enough.
  const std::string_view digits = pdf.substr(contents->begin + 1, contents->end - contents->begin - 2);
  if (std::count_if(digits.begin(), digits.end(), [](char c) { return c >= 'A' && c <= 'F'; }) > 0)
    return broken("Contents is not in lower-case digits");
  if (numbers[2] + numbers[3] != pdf.size()) return broken("ByteRange does not reach the end of its revision");
  const std::size_t size = der_size(contents->text);
  if (size == 0) return broken("Contents holds no DER value");
  const std::string_view behind = std::string_view(contents->text).substr(size);
  if (std::count(behind.begin(), behind.end(), '\0') != std::ssize(behind))
    return broken("Contents holds bytes behind its CMS");
  return SignaturePlace{contents->begin, contents->end, numbers[2] + numbers[3], contents->text.substr(0, size)};
}

}  // namespace quotary::signing
