#include "pdfgen/page_writer.h"

#include "pdfgen/line_break.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace quotary::pdfgen {
namespace {

// White space of any kind prints as a blank where a text stands on one line.
char32_t printed(char32_t c) { return c == U'\t' || c == U'\n' ? U' ' : c; }

double measure(const Face& face, std::u32string_view text, double size) {
  unsigned total = 0;
  for (const char32_t c : text) total += face.width(face.glyph(printed(c)));
  return total * size / 1000;
}

void append_hex4(std::string& out, unsigned value) {
  static constexpr char digits[] = "0123456789ABCDEF";
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back(digits[value >> shift & 15]);
}

}  // namespace

void append_number(std::string& out, double value) {
  long long hundredths = std::llround(value * 100);
  if (hundredths < 0) {
    out += '-';
    hundredths = -hundredths;
  }
  char digits[24];
  const auto whole = std::to_chars(digits, digits + sizeof digits, hundredths / 100);
  out.append(digits, whole.ptr);
  const int rest = static_cast<int>(hundredths % 100);
  if (rest == 0) return;
  out += '.';
  out += static_cast<char>('0' + rest / 10);
  if (rest % 10) out += static_cast<char>('0' + rest % 10);
}

namespace {

void numbers(std::string& out, std::initializer_list<double> values) {
  for (const double value : values) {
    append_number(out, value);
    out += ' ';
  }
}

}  // namespace

double Typesetter::width(std::u32string_view text, const Style& style) const {
  return measure(face(style.weight), text, style.size);
}
double Typesetter::width(std::string_view text, const Style& style) const { return width(decode_utf8(text), style); }

void Typesetter::wrap(std::vector<StyledLine>& out, std::string_view text, const Style& style, double width_max) const {
  if (text.empty()) return;
  const std::u32string characters = decode_utf8(text);
  std::vector<double> widths;
  widths.reserve(characters.size());
  const Face& set_in = face(style.weight);
  for (const char32_t c : characters) widths.push_back(set_in.width(set_in.glyph(printed(c))) * style.size / 1000);
  for (const LineSpan& span : break_lines(characters, widths, width_max))
    out.push_back({characters.substr(span.begin, span.end - span.begin), style, 0});
}

std::u32string Typesetter::cut(std::string_view text, const Style& style, double width_max) const {
  return cut(decode_utf8(text), style, width_max);
}

std::u32string Typesetter::cut(std::u32string characters, const Style& style, double width_max) const {
  if (width(characters, style) <= width_max) return characters;
  while (!characters.empty() && width(characters + U'\u2026', style) > width_max) characters.pop_back();
  while (!characters.empty() && printed(characters.back()) == U' ') characters.pop_back();
  return characters + U'\u2026';
}

GlyphUse Typesetter::used(Weight weight) const {
  GlyphUse out = use_[static_cast<int>(weight)];
  std::sort(out.begin(), out.end());
  return out;
}

void Typesetter::use_ascii(Weight weight) {
  for (char32_t c = 0x20; c < 0x7f; ++c) use(weight, face(weight).glyph(c), c);
}

void Typesetter::use(Weight weight, std::string_view text) {
  for (const char32_t c : decode_utf8(text)) use(weight, face(weight).glyph(c), c);
}

double Canvas::width(std::u32string_view text, const Style& style, double spacing) const {
  return measure(faces_->face(style.weight), text, style.size) + spacing * static_cast<double>(text.size());
}

void Canvas::set_fill(const Color& color) {
  if (color == fill_) return;
  fill_ = color;
  numbers(out_, {color.red, color.green, color.blue});
  out_ += "rg\n";
}

void Canvas::set_stroke(const Color& color, double width) {
  if (color != stroke_) {
    stroke_ = color;
    numbers(out_, {color.red, color.green, color.blue});
    out_ += "RG\n";
  }
  if (width != line_width_) {
    line_width_ = width;
    numbers(out_, {width});
    out_ += "w\n";
  }
}

// Fonts stay set from one text to the next (ISO 32000-1, 9.3.1).
void Canvas::set_font(const Style& style) {
  if (style.size == font_size_ && style.weight == font_) return;
  font_size_ = style.size;
  font_ = style.weight;
  out_ += style.weight == Weight::bold ? "/F1 " : "/F0 ";
  numbers(out_, {style.size});
  out_ += "Tf ";
}

void Canvas::glyphs(std::u32string_view text, Weight weight) {
  const Face& face = faces_->face(weight);
  out_ += '<';
  for (const char32_t character : text) {
    const char32_t c = printed(character);
    const std::uint16_t glyph = face.glyph(c);
    QUOTARY_CHECK(glyph != 0);
    if (typesetter_) typesetter_->use(weight, glyph, c);
    append_hex4(out_, glyph);
  }
  out_ += "> Tj";
}

void Canvas::text(double x, double y, std::u32string_view text, const Style& style, double spacing) {
  if (text.empty()) return;
  set_fill(style.color);
  out_ += "BT ";
  set_font(style);
  if (spacing != 0) {
    numbers(out_, {spacing});
    out_ += "Tc ";
  }
  numbers(out_, {x, y});
  out_ += "Td ";
  glyphs(text, style.weight);
  out_ += spacing != 0 ? " 0 Tc ET\n" : " ET\n";
}

void Canvas::text(double x, double y, std::string_view string, const Style& style, double spacing) {
  text(x, y, decode_utf8(string), style, spacing);
}

void Canvas::text_right(double right, double y, std::string_view string, const Style& style, double spacing) {
  const std::u32string characters = decode_utf8(string);
  text(right - width(characters, style, spacing) + spacing, y, characters, style, spacing);
}

void Canvas::text_center(double center, double y, std::string_view string, const Style& style) {
  const std::u32string characters = decode_utf8(string);
  text(center - width(characters, style) / 2, y, characters, style);
}

void Canvas::text_fitted(double x, double y, std::string_view string, Style style, double width_max, int alignment) {
  const std::u32string characters = decode_utf8(string);
  double wide = width(characters, style);
  if (wide > width_max && wide > 0) {
    style.size = std::floor(style.size * width_max / wide * 100) / 100;
    wide = width(characters, style);
  }
  text(alignment < 0 ? x : alignment == 0 ? x - wide / 2 : x - wide, y, characters, style);
}

void Canvas::rotated_text(double center_x, double center_y, double cosine, double sine, std::string_view string,
                          const Style& style) {
  const std::u32string characters = decode_utf8(string);
  const double half = width(characters, style) / 2, drop = style.size * 0.35;
  set_fill(style.color);
  out_ += "BT ";
  set_font(style);
  numbers(out_, {cosine, sine, -sine, cosine, center_x - half * cosine + drop * sine,
                 center_y - half * sine - drop * cosine});
  out_ += "Tm ";
  glyphs(characters, style.weight);
  out_ += " ET\n";
}

void Canvas::line(double x0, double y0, double x1, double y1, double width, const Color& color) {
  set_stroke(color, width);
  numbers(out_, {x0, y0});
  out_ += "m ";
  numbers(out_, {x1, y1});
  out_ += "l S\n";
}

void Canvas::fill(double x, double y, double width, double height, const Color& color) {
  set_fill(color);
  numbers(out_, {x, y, width, height});
  out_ += "re f\n";
}

void Canvas::frame(double x, double y, double width, double height, double line_width, const Color& color) {
  set_stroke(color, line_width);
  numbers(out_, {x, y, width, height});
  out_ += "re S\n";
}

void Canvas::image(double x, double y, double width, double height) {
  out_ += "q ";
  numbers(out_, {width, 0, 0, height, x, y});
  out_ += "cm /Im0 Do Q\n";
}

void Canvas::form(std::string_view name) {
  out_ += '/';
  out_ += name;
  out_ += " Do\n";
}

}  // namespace quotary::pdfgen
