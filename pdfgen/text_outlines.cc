#include "pdfgen/text_outlines.h"

#include "pdfgen/face.h"

namespace quotary::pdfgen {

namespace {

// The next character of well-formed UTF-8; takes its bytes.
char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t out = length == 1 ? lead : lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length && i < text.size(); ++i)
    out = out << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
  text.remove_prefix(std::min(length, text.size()));
  return out;
}

}  // namespace

Result<TextOutlines> text_outlines(const Fonts& fonts, std::string_view text, std::size_t characters_max) {
  const auto* const set = dynamic_cast<const FaceSet*>(&fonts);
  QUOTARY_CHECK(set != nullptr);
  const Face& face = set->face(Weight::regular);
  TextOutlines out;
  for (std::size_t taken = 0; taken < characters_max && !text.empty(); ++taken) {
    const char32_t character = take_character(text);
    const std::uint16_t glyph = face.glyph(character);
    if (glyph == 0)
      return fail(Errc::invalid, "character_not_printable",
                  "no face has a character of the signature's text (code point " +
                      std::to_string(static_cast<unsigned>(character)) + ")");
    face.draw(glyph, out.width, out.steps);
    out.width += face.width(glyph);
  }
  return out;
}

}  // namespace quotary::pdfgen
