#include "signing/signature_appearance.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace quotary::signing {

namespace {

constexpr std::size_t saved_states_max = 8;
constexpr std::size_t number_characters_max = 12;
constexpr std::size_t operands_max = 6;

Error invalid(const std::string& what) { return fail(Errc::invalid, "appearance_invalid", what); }

Error too_large(const std::string& what) { return fail(Errc::too_large, "appearance_too_large", what); }

// In hundredths of a unit, without a locale and without an exponent.
void put_number(std::string& out, double value) {
  auto hundredths = static_cast<std::int64_t>(std::llround(value * 100));
  if (hundredths < 0) out += '-';
  hundredths = std::abs(hundredths);
  out += std::to_string(hundredths / 100);
  if (hundredths % 100 != 0) {
    out += '.';
    out += static_cast<char>('0' + hundredths % 100 / 10);
    if (hundredths % 10 != 0) out += static_cast<char>('0' + hundredths % 10);
  }
  out += ' ';
}

// How the canvas lies in the box.
struct Placing {
  const SignatureAppearance& canvas;
  double scale = 1, left = 0, bottom = 0;

  void put(std::string& out, AppearancePoint point) const {
    put_number(out, left + scale * std::clamp(point.x, 0.0, canvas.width));
    put_number(out, bottom + scale * std::clamp(point.y, 0.0, canvas.height));
  }
};

Result<void> put_path(std::string& out, const AppearancePath& path, const Placing& placing) {
  if (path.steps.empty() || path.steps.front().kind != AppearanceStep::Kind::move)
    return invalid("a path of the signature's appearance does not begin with a move");
  if (!path.filled && !(path.pen_width >= 0 && path.pen_width <= appearance_side_max))
    return invalid("a pen of the signature's appearance has no width");
  for (const std::uint8_t part : path.colour) put_number(out, part / 255.0);
  out += path.filled ? "rg\n" : "RG\n";
  if (!path.filled) {
    put_number(out, placing.scale * path.pen_width);
    out += "w\n";
  }
  for (const AppearanceStep& step : path.steps) {
    const std::size_t points = step.kind == AppearanceStep::Kind::close   ? 0
                               : step.kind == AppearanceStep::Kind::curve ? 3
                                                                          : 1;
    for (std::size_t i = 0; i < points; ++i) {
      if (!std::isfinite(step.points[i].x) || !std::isfinite(step.points[i].y))
        return invalid("a point of the signature's appearance is no number");
      placing.put(out, step.points[i]);
    }
    constexpr std::string_view letters = "mlch";
    out += letters[static_cast<std::size_t>(step.kind)];
    out += '\n';
  }
  out += path.filled ? "f\n" : "S\n";
  return {};
}

struct Operator {
  std::string_view name;
  std::size_t operands;
};
constexpr Operator operators[] = {{"q", 0}, {"Q", 0}, {"cm", 6}, {"m", 2}, {"l", 2}, {"c", 6}, {"h", 0},  {"re", 4},
                                  {"S", 0}, {"f", 0}, {"f*", 0}, {"w", 1}, {"J", 1}, {"j", 1}, {"rg", 3}, {"RG", 3}};

bool is_number(std::string_view token) {
  if (token.size() > number_characters_max) return false;
  if (token.starts_with('-')) token.remove_prefix(1);
  const auto digits = std::count_if(token.begin(), token.end(), [](char c) { return c >= '0' && c <= '9'; });
  const auto points = std::count(token.begin(), token.end(), '.');
  return digits > 0 && points <= 1 && digits + points == std::ssize(token);
}

std::string printable(std::string_view token) {
  std::string out(token.substr(0, 16));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 0x21 || c > 0x7e; }, '?');
  return out;
}

}  // namespace

AppearancePath ink_stroke(const std::vector<AppearancePoint>& points, double pen_width,
                          std::array<std::uint8_t, 3> colour) {
  AppearancePath out;
  out.pen_width = pen_width;
  out.colour = colour;
  for (const AppearancePoint& point : points)
    out.steps.push_back({out.steps.empty() ? AppearanceStep::Kind::move : AppearanceStep::Kind::line, {point}});
  // A line without length, under round ends, is what viewers draw as a dot.
  if (points.size() == 1) out.steps.push_back({AppearanceStep::Kind::line, {points.front()}});
  return out;
}

std::optional<BoxSize> box_size(const PdfValue* rectangle) {
  if (!rectangle || !rectangle->is(PdfValue::Kind::array) || rectangle->items.size() != 4) return std::nullopt;
  double sides[4] = {};
  for (std::size_t i = 0; i < 4; ++i) {
    const PdfValue& item = rectangle->items[i];
    if (item.is(PdfValue::Kind::integer)) {
      sides[i] = static_cast<double>(item.number);
    } else if (item.is(PdfValue::Kind::real)) {
      std::string_view text = item.text;
      if (text.starts_with('+')) text.remove_prefix(1);
      const auto read = std::from_chars(text.data(), text.data() + text.size(), sides[i], std::chars_format::fixed);
      if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  const BoxSize out{sides[2] - sides[0], sides[3] - sides[1]};
  const bool fits =
      out.width >= 0 && out.height >= 0 && out.width <= appearance_side_max && out.height <= appearance_side_max;
  return fits ? std::optional(out) : std::nullopt;
}

Result<std::string> write_appearance(const SignatureAppearance& appearance, BoxSize box) {
  const auto sound = [](double side) { return side >= 1 && side <= appearance_side_max; };
  if (!sound(appearance.width) || !sound(appearance.height))
    return invalid("the canvas of the signature's appearance has sides of 1 to 10000");
  if (appearance.paths.empty()) return invalid("the signature's appearance has no path: draw or print something");
  std::size_t points = 0;
  for (const AppearancePath& path : appearance.paths) points += path.steps.size();
  if (appearance.paths.size() > appearance_paths_max || points > appearance_points_max) {
    return too_large("the signature's appearance has at most " + std::to_string(appearance_paths_max) + " paths and " +
                     std::to_string(appearance_points_max) + " steps, this one " +
                     std::to_string(appearance.paths.size()) + " and " + std::to_string(points));
  }
  Placing placing{appearance};
  placing.scale = std::min(box.width / appearance.width, box.height / appearance.height);
  placing.left = (box.width - placing.scale * appearance.width) / 2;
  placing.bottom = (box.height - placing.scale * appearance.height) / 2;
  std::string content = "q\n1 J\n1 j\n";
  for (const AppearancePath& path : appearance.paths) QUOTARY_TRY_VOID(put_path(content, path, placing));
  content += "Q\n";
  if (content.size() > appearance_bytes_max)
    return too_large("the signature's appearance has more than " + std::to_string(appearance_bytes_max) + " bytes");
  std::string out = "<<\n/Type /XObject\n/Subtype /Form\n/BBox [ 0 0 ";
  put_number(out, box.width);
  put_number(out, box.height);
  out += "]\n/Resources << >>\n/Length " + std::to_string(content.size()) + "\n>>\nstream\n";
  return out + content + "\nendstream";
}

Result<void> check_appearance_content(std::string_view content) {
  if (content.size() > appearance_bytes_max)
    return too_large("an appearance has at most " + std::to_string(appearance_bytes_max) + " bytes");
  std::size_t operands = 0, saved = 0;
  for (std::size_t at = 0; at < content.size();) {
    if (content[at] == ' ' || content[at] == '\n' || content[at] == '\r') {
      ++at;
      continue;
    }
    const std::size_t end = std::min(content.find_first_of(" \n\r", at), content.size());
    const std::string_view token = content.substr(at, end - at);
    at = end;
    if (is_number(token)) {
      if (++operands > operands_max)
        return fail(Errc::invalid, "appearance_operator", "the appearance has more numbers than an operator takes");
      continue;
    }
    const auto* known = std::find_if(std::begin(operators), std::end(operators),
                                     [&](const Operator& each) { return each.name == token; });
    if (known == std::end(operators))
      return fail(Errc::invalid, "appearance_operator",
                  "the appearance holds \"" + printable(token) + "\", which is no number and no path operator");
    if (known->operands != operands)
      return fail(Errc::invalid, "appearance_operator",
                  "the appearance's operator " + std::string(token) + " has " + std::to_string(operands) + " numbers");
    operands = 0;
    if (token == "q" && ++saved > saved_states_max)
      return fail(Errc::invalid, "appearance_operator", "the appearance saves its state too deep");
    if (token == "Q" && saved-- == 0)
      return fail(Errc::invalid, "appearance_operator", "the appearance restores a state that it did not save");
  }
  if (operands != 0 || saved != 0)
    return fail(Errc::invalid, "appearance_operator", "the appearance ends in the middle of something");
  return {};
}

}  // namespace quotary::signing
