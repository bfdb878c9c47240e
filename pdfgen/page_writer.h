// Text and lines as content-stream operators. Internal to pdfgen.
#pragma once

#include "pdfgen/face.h"

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::pdfgen {

struct Color {
  double red = 0, green = 0, blue = 0;
  friend bool operator==(const Color&, const Color&) = default;
};

inline constexpr Color ink{0.11, 0.14, 0.18};
inline constexpr Color grey{0.42, 0.46, 0.51};
inline constexpr Color accent{0.07, 0.25, 0.43};
inline constexpr Color hairline{0.80, 0.83, 0.87};
inline constexpr Color tint{0.93, 0.95, 0.97};
inline constexpr Color watermark_color{0.91, 0.92, 0.93};

struct Style {
  double size = 8.5;
  Weight weight = Weight::regular;
  Color color = ink;
};

// One line of text, ready to draw.
struct StyledLine {
  std::u32string text;
  Style style;
  double space_above = 0;
  [[nodiscard]] double height() const { return style.size * 1.42 + space_above; }
};
[[nodiscard]] inline double height_of(const std::vector<StyledLine>& lines) {
  double height = 0;
  for (const StyledLine& line : lines) height += line.height();
  return height;
}

// Measures text and remembers which glyphs a document uses. One per document, one thread.
class Typesetter {
 public:
  explicit Typesetter(const FaceSet& faces) : faces_(faces) {}

  [[nodiscard]] const FaceSet& faces() const { return faces_; }
  [[nodiscard]] const Face& face(Weight weight) const { return faces_.face(weight); }
  [[nodiscard]] double width(std::u32string_view text, const Style& style) const;
  [[nodiscard]] double width(std::string_view text, const Style& style) const;
  // Appends the text's lines; nothing for an empty text.
  void wrap(std::vector<StyledLine>& out, std::string_view text, const Style& style, double width_max) const;
  // The text on one line, ended by an ellipsis where it is too wide.
  [[nodiscard]] std::u32string cut(std::u32string characters, const Style& style, double width_max) const;
  [[nodiscard]] std::u32string cut(std::string_view text, const Style& style, double width_max) const;

  void use(Weight weight, std::uint16_t glyph, char32_t character) {
    const int at = static_cast<int>(weight);
    if (seen_[at][glyph]) return;
    seen_[at].set(glyph);
    use_[at].emplace_back(glyph, character);
  }
  void use(Weight weight, std::string_view text);
  void use_ascii(Weight weight);
  [[nodiscard]] GlyphUse used(Weight weight) const;

 private:
  const FaceSet& faces_;
  GlyphUse use_[2];               // in the order of use
  std::bitset<0x10000> seen_[2];  // what use_ holds; most glyphs of a text were there before
};

// The operators of one page or form. Coordinates are points from the lower left corner.
class Canvas {
 public:
  // Without a typesetter glyph use is not recorded: the glyphs are known to be there.
  explicit Canvas(const FaceSet& faces, Typesetter* typesetter = nullptr) : faces_(&faces), typesetter_(typesetter) {}

  void text(double x, double y, std::u32string_view text, const Style& style, double spacing = 0);
  void text(double x, double y, std::string_view text, const Style& style, double spacing = 0);
  void text_right(double right, double y, std::string_view text, const Style& style, double spacing = 0);
  void text_center(double center, double y, std::string_view text, const Style& style);
  // Smaller when the text would be wider than `width_max`. Negative alignment: left, zero: centred, positive: right of
  // x.
  void text_fitted(double x, double y, std::string_view text, Style style, double width_max, int alignment = -1);
  void rotated_text(double center_x, double center_y, double cosine, double sine, std::string_view text,
                    const Style& style);

  void line(double x0, double y0, double x1, double y1, double width, const Color& color);
  void fill(double x, double y, double width, double height, const Color& color);
  void frame(double x, double y, double width, double height, double line_width, const Color& color);
  void image(double x, double y, double width, double height);
  void form(std::string_view name);
  void raw(std::string_view operators) { out_ += operators; }

  [[nodiscard]] const std::string& operators() const { return out_; }
  [[nodiscard]] double width(std::u32string_view text, const Style& style, double spacing = 0) const;

 private:
  void set_fill(const Color& color);
  void set_stroke(const Color& color, double width);
  void set_font(const Style& style);
  void glyphs(std::u32string_view text, Weight weight);

  const FaceSet* faces_;
  Typesetter* typesetter_;
  std::string out_;
  Color fill_{-1, -1, -1}, stroke_{-1, -1, -1};
  double line_width_ = -1, font_size_ = -1;
  Weight font_ = Weight::regular;
};

// Two decimals at most, no exponent, no locale.
void append_number(std::string& out, double value);

}  // namespace quotary::pdfgen
