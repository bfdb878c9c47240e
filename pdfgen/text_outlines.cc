#include "pdfgen/text_outlines.h"

#include "pdfgen/face.h"
#include "pdfgen/line_break.h"

namespace quotary::pdfgen {

Result<TextOutlines> text_outlines(const Fonts& fonts, std::string_view text, std::size_t characters_max) {
  const auto* const set = dynamic_cast<const FaceSet*>(&fonts);
  QUOTARY_CHECK(set != nullptr);
  const Face& face = set->face(Weight::regular);
  TextOutlines out;
  const std::u32string characters = decode_utf8(text);
  for (const char32_t character : std::u32string_view(characters).substr(0, characters_max)) {
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
