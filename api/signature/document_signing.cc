#include "api/signature/document_signing.h"

#include "pdfgen/signature_box.h"
#include "pdfgen/text_outlines.h"

#include <algorithm>

namespace quotary::signature {

namespace {

// The box in points: the signature above, two lines of small print below.
constexpr double margin = 3, ink_bottom = 16, pen_width = 1.1;
constexpr double print_size = 4.6, name_line = 9, how_line = 3;
constexpr double typed_size_max = 22;
constexpr std::size_t print_characters_max = 90, typed_characters_max = 40;
constexpr double stroke_extent = 10'000;
constexpr std::array<std::uint8_t, 3> ink{0x12, 0x2b, 0x6b}, print{0x44, 0x44, 0x44};

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

// One line of text, as large as fits and at most `size`.
Result<signing::AppearancePath> line_of(const pdfgen::Fonts& fonts, std::string_view text, std::size_t characters_max,
                                        double size, double bottom, std::array<std::uint8_t, 3> colour) {
  QUOTARY_TRY(outlines, pdfgen::text_outlines(fonts, text, characters_max));
  const double room = pdfgen::signature_box_width - 2 * margin;
  const double scale = outlines.width > 0 ? std::min(size / 1000, room / outlines.width) : size / 1000;
  signing::AppearancePath path;
  path.filled = true;
  path.colour = colour;
  for (const auto& step : outlines.steps) path.steps.push_back(placed(step, scale, margin, bottom));
  return path;
}

signing::AppearancePath path_of(const Stroke& stroke) {
  const double height = pdfgen::signature_box_height - ink_bottom - margin;
  std::vector<signing::AppearancePoint> points;
  for (const auto& [x, y] : stroke)
    points.push_back({margin + x / stroke_extent * (pdfgen::signature_box_width - 2 * margin),
                      ink_bottom + (1 - y / stroke_extent) * height});
  return signing::ink_stroke(points, pen_width, ink);
}

Result<signing::SignatureAppearance> appearance_of(const pdfgen::Fonts& fonts, const DocumentSignature& signature) {
  signing::SignatureAppearance out;
  out.width = pdfgen::signature_box_width;
  out.height = pdfgen::signature_box_height;
  for (const Stroke& stroke : signature.strokes) out.paths.push_back(path_of(stroke));
  if (signature.strokes.empty()) {
    QUOTARY_TRY(typed, line_of(fonts, signature.typed_name, typed_characters_max, typed_size_max, ink_bottom + 8, ink));
    out.paths.push_back(std::move(typed));
  }
  QUOTARY_TRY(name, line_of(fonts, signature.name, print_characters_max, print_size, name_line, print));
  out.paths.push_back(std::move(name));
  const std::string how = format_rfc3339(signature.time).substr(0, 19) + "Z  " + signature.reason;
  QUOTARY_TRY(method, line_of(fonts, how, print_characters_max, print_size, how_line, print));
  out.paths.push_back(std::move(method));
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
    request.reason = fitting(signature.reason);
    QUOTARY_TRY(appearance, appearance_of(*fonts, signature));
    request.appearance = std::move(appearance);
    return signing::sign_approval(base, request, *service);
  };
}

}  // namespace quotary::signature
