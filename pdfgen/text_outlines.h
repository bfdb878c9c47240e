// A line of text as the outlines of its letters, for whoever draws without fonts. Pure.
#pragma once

#include "pdfgen/fonts.h"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace quotary::pdfgen {

struct OutlineStep {
  enum class Kind { move, line, curve, close };  // curve: two controls, then the end
  Kind kind = Kind::move;
  std::array<std::pair<double, double>, 3> points{};
};

// In thousandths of the size: from the line's begin on the base line, y upwards. To be filled, non-zero winding.
struct TextOutlines {
  std::vector<OutlineStep> steps;
  double width = 0;
};

// The first `characters_max` characters of one line, in the regular face. Errc::invalid `character_not_printable` names
// one that no face has.
[[nodiscard]] Result<TextOutlines> text_outlines(const Fonts& fonts, std::string_view text, std::size_t characters_max);

}  // namespace quotary::pdfgen
