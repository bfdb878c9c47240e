#include "api/signature/document_signing.h"

#include "pdfgen/signature_box.h"
#include "pdfgen/text_outlines.h"

#include <algorithm>

namespace quotary::signature {

namespace {

// The box in points: the signature above, two or three lines of small print below.
constexpr double margin = 3, pen_width = 1.1;
constexpr double first_line = 3, line_step = 5.4, ink_gap = 2;
constexpr double role_size_min = 3.4;  // smaller, a line is not worth the role in it
constexpr double stroke_extent = 10'000;
constexpr double room = pdfgen::signature_box_width - 2 * margin;

struct LineStyle {
  double size;  // the largest
  std::size_t characters_max, steps_max;
  std::array<std::uint8_t, 3> colour;
};
constexpr LineStyle ink{22, 40, 8'000, {0x12, 0x2b, 0x6b}}, print{4.6, 90, 3'900, {0x44, 0x44, 0x44}};
// Three lines and a typed name, or the most strokes, fit into an appearance: the densest name stops nobody at the end.
static_assert(3 * print.steps_max + ink.steps_max < signing::appearance_points_max);

signing::AppearanceStep placed(const pdfgen::OutlineStep& step, double scale, double left, double bottom) {
  using From = pdfgen::OutlineStep::Kind;
  using To = signing::AppearanceStep::Kind;
  signing::AppearanceStep out;
  out.kind = step.kind == From::move    ? To::move
             : step.kind == From::line  ? To::line
             : step.kind == From::curve ? To::curve
                                        : To::close;
  for (std::size_t i = 0; i < step.points.size(); ++i)
    out.points[i] = {left + step.points[i].first * scale, bottom + step.points[i].second * scale};
  return out;
}

// The front of a line that the drawing has room for.
Result<pdfgen::TextOutlines> outlined(const pdfgen::Fonts& fonts, std::string_view text, const LineStyle& style) {
  for (std::size_t characters = style.characters_max;; characters -= characters / 8 + 1) {
    QUOTARY_TRY(outlines, pdfgen::text_outlines(fonts, text, characters));
    if (outlines.steps.size() <= style.steps_max) return outlines;
  }
}

// One line of text, as large as fits.
Result<signing::AppearancePath> line_of(const pdfgen::Fonts& fonts, std::string_view text, const LineStyle& style,
                                        double bottom) {
  QUOTARY_TRY(outlines, outlined(fonts, text, style));
  const double scale = outlines.width > 0 ? std::min(style.size / 1000, room / outlines.width) : style.size / 1000;
  signing::AppearancePath path;
  path.filled = true;
  path.colour = style.colour;
  for (const auto& step : outlines.steps) path.steps.push_back(placed(step, scale, margin, bottom));
  return path;
}

signing::AppearancePath path_of(const Stroke& stroke, double ink_bottom) {
  const double height = pdfgen::signature_box_height - ink_bottom - margin;
  std::vector<signing::AppearancePoint> points;
  for (const auto& [x, y] : stroke)
    points.push_back({margin + x / stroke_extent * room, ink_bottom + (1 - y / stroke_extent) * height});
  return signing::ink_stroke(points, pen_width, ink.colour);
}

// The name, with the role behind it where both can still be read.
Result<std::string> name_line(const pdfgen::Fonts& fonts, const DocumentSignature& signature) {
  if (signature.role.empty()) return signature.name;
  auto both = signature.name + "，" + signature.role;
  QUOTARY_TRY(whole, pdfgen::text_outlines(fonts, both, both.size()));
  QUOTARY_TRY(shown, outlined(fonts, both, print));
  const bool fits = shown.steps.size() == whole.steps.size() && whole.width * role_size_min / 1000 <= room;
  if (!fits) return signature.name;
  return both;
}

// The small print, from below.
Result<std::vector<std::string>> print_of(const pdfgen::Fonts& fonts, const DocumentSignature& signature) {
  std::vector<std::string> out;
  if (!signature.proven.empty()) out.push_back(signature.proven);
  out.push_back(format_rfc3339(signature.time).substr(0, 19) + "Z  " + signature.reason);
  QUOTARY_TRY(name, name_line(fonts, signature));
  out.push_back(std::move(name));
  return out;
}

Result<signing::SignatureAppearance> appearance_of(const pdfgen::Fonts& fonts, const DocumentSignature& signature) {
  signing::SignatureAppearance out;
  out.width = pdfgen::signature_box_width;
  out.height = pdfgen::signature_box_height;
  QUOTARY_TRY(print_lines, print_of(fonts, signature));
  const double ink_bottom = first_line + line_step * static_cast<double>(print_lines.size()) + ink_gap;
  for (const Stroke& stroke : signature.strokes) out.paths.push_back(path_of(stroke, ink_bottom));
  if (signature.strokes.empty()) {
    QUOTARY_TRY(typed, line_of(fonts, signature.typed_name, ink, ink_bottom + 8));
    out.paths.push_back(std::move(typed));
  }
  double bottom = first_line;
  for (const std::string& text : print_lines) {
    QUOTARY_TRY(line, line_of(fonts, text, print, bottom));
    out.paths.push_back(std::move(line));
    bottom += line_step;
  }
  // A line of blanks has no outline.
  std::erase_if(out.paths, [](const signing::AppearancePath& path) { return path.steps.empty(); });
  return out;
}

// The front of a text that a signature's dictionary takes, cut between characters.
std::string fitting(std::string text) {
  if (text.size() <= signing::approval_text_bytes_max) return text;
  std::size_t end = signing::approval_text_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

}  // namespace

SignDocument document_signing(std::shared_ptr<const signing::DocumentSigner> service,
                              std::shared_ptr<const pdfgen::Fonts> fonts) {
  return [service = std::move(service), fonts = std::move(fonts)](
             std::string_view base, const DocumentSignature& signature) -> Result<std::string> {
    signing::ApprovalRequest request;
    request.field = signature.field;
    request.base = sha256(base);
    request.time = signature.time;
    request.name = fitting(signature.name);
    request.reason = fitting(signature.reason + (signature.proven.empty() ? "" : "；" + signature.proven));
    QUOTARY_TRY(appearance, appearance_of(*fonts, signature));
    request.appearance = std::move(appearance);
    return signing::sign_approval(base, request, *service);
  };
}

}  // namespace quotary::signature
