// What a signature shows in its field: drawn paths and nothing else, so that it can be judged without a renderer.
#pragma once

#include "signing/pdf_reader.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::signing {

// Limits of this file, in one place.
inline constexpr std::size_t appearance_paths_max = 2'000;
inline constexpr std::size_t appearance_points_max = 20'000;
inline constexpr std::size_t appearance_bytes_max = 512u << 10;  // of the written stream
inline constexpr double appearance_side_max = 10'000;            // of a canvas or a box

struct AppearancePoint {
  double x = 0, y = 0;  // on the canvas, y upwards
};

// A path operator: move and line take one point, curve three (two controls, then the end), close none.
struct AppearanceStep {
  enum class Kind { move, line, curve, close };
  Kind kind = Kind::move;
  std::array<AppearancePoint, 3> points{};
};

struct AppearancePath {
  std::vector<AppearanceStep> steps;  // the first is a move
  bool filled = false;                // an outline of letters (non-zero winding); else a stroke with round ends
  double pen_width = 1;               // of a stroke, in canvas units
  std::array<std::uint8_t, 3> colour{};
};

// A drawing on a canvas of width x height units, which is scaled evenly into the field's box and centred there. What
// lies off the canvas is moved to its edge.
struct SignatureAppearance {
  double width = 0, height = 0;
  std::vector<AppearancePath> paths;
};

// The path of a pen. Empty for no points; a single point becomes a dot.
[[nodiscard]] AppearancePath ink_stroke(const std::vector<AppearancePoint>& points, double pen_width,
                                        std::array<std::uint8_t, 3> colour = {});

// Width and height of a rectangle [left bottom right top]; absent when it is none, or turned over.
struct BoxSize {
  double width = 0, height = 0;
  [[nodiscard]] bool empty() const { return width <= 0 || height <= 0; }
};
[[nodiscard]] std::optional<BoxSize> box_size(const PdfValue* rectangle);

// The body of a form XObject (ISO 32000-1 section 8.10) for a box of that size: no resources, no filter, no fonts and
// no images. Errc::invalid `appearance_invalid`; Errc::too_large `appearance_too_large`.
[[nodiscard]] Result<std::string> write_appearance(const SignatureAppearance& appearance, BoxSize box);

// Whether a content stream holds numbers and these operators only, each with its operands: q Q cm m l c h re S f f* w J
// j rg RG. Errc::invalid `appearance_operator` names what does not belong; Errc::too_large `appearance_too_large`.
[[nodiscard]] Result<void> check_appearance_content(std::string_view content);

}  // namespace quotary::signing
