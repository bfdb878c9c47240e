// One font face: glyphs, widths and subsets. Internal to pdfgen.
#pragma once

#include "pdfgen/cff_outlines.h"
#include "pdfgen/fonts.h"
#include "pdfgen/podofo_container.h"
#include "pdfgen/text_outlines.h"

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

struct hb_face_t;

namespace quotary::pdfgen {

enum class Weight { regular = 0, bold = 1 };

// The glyphs that a document uses of one face, ascending, each once and with a character it stands for.
using GlyphUse = std::vector<std::pair<std::uint16_t, char32_t>>;

// Tables are read once; immutable and shared by threads afterwards.
class Face {
 public:
  Face() = default;
  Face(Face&& other) noexcept { swap(other); }
  Face& operator=(Face&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Face();

  [[nodiscard]] static Result<Face> load(const std::string& path, std::string base_name);

  // 0 when the face has none. Characters past the BMP are looked up in an ordered table.
  [[nodiscard]] std::uint16_t glyph(char32_t character) const {
    if (character < bmp_.size()) return bmp_[character];
    const auto found = astral_.find(character);
    return found == astral_.end() ? std::uint16_t{0} : found->second;
  }
  // In thousandths of the size.
  [[nodiscard]] std::uint16_t width(std::uint16_t glyph) const {
    return glyph < widths_.size() ? widths_[glyph] : std::uint16_t{1000};
  }

  // Adds the glyph's outline, moved to the right by `x` thousandths of the size.
  void draw(std::uint16_t glyph, double x, std::vector<OutlineStep>& steps) const;

  // An embeddable font of exactly these glyphs.
  [[nodiscard]] Result<EmbeddedFont> subset(const GlyphUse& use) const;

 private:
  void swap(Face& other) noexcept;

  [[nodiscard]] Result<std::string> program(const GlyphUse& use) const;

  CffOutlines common_;         // GB2312 and Latin
  hb_face_t* full_ = nullptr;  // mapped; for documents with characters outside the common set
  std::vector<std::uint16_t> bmp_, widths_;
  std::map<char32_t, std::uint16_t> astral_;
  std::string base_name_;
};

class FaceSet final : public Fonts {
 public:
  Face faces[2];
  [[nodiscard]] const Face& face(Weight weight) const { return faces[static_cast<int>(weight)]; }
};

}  // namespace quotary::pdfgen
