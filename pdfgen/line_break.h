// Where a line of mixed Chinese and Latin text may end. Knows widths and characters, nothing of fonts or pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quotary::pdfgen {

// UTF-8 to code points; an ill-formed byte becomes U+FFFD.
[[nodiscard]] std::u32string decode_utf8(std::string_view text);
[[nodiscard]] std::string encode_utf8(char32_t character);

// True when a line may end between two neighbours: no closing punctuation at a line's start, no opening punctuation at
// its end, Latin words and numbers kept together.
[[nodiscard]] bool may_break_between(char32_t before, char32_t after);

struct LineSpan {
  std::size_t begin = 0, end = 0;  // blanks at the break belong to no line
};

// Greedy lines of at most `width_max`; `widths` has one entry per character, in the unit of `width_max`. LF ends a
// line. A word wider than a line is cut where it overflows. At least one line, empty for an empty text.
[[nodiscard]] std::vector<LineSpan> break_lines(std::u32string_view text, const std::vector<double>& widths,
                                                double width_max);

}  // namespace quotary::pdfgen
