#include "pdfgen/line_break.h"

namespace quotary::pdfgen {
namespace {

constexpr std::u32string_view no_start_latin = U",.;:?!)]}%/";
constexpr std::u32string_view no_start =
    U"，。、；：？！）］｝〕〉》」』】〗’”…‥·—～％℃°‰¢〞ー々〻ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ";
constexpr std::u32string_view no_end = U"([{（［｛〔〈《「『【〖‘“$¥￥£€〝";

bool contains(std::u32string_view set, char32_t c) { return set.find(c) != std::u32string_view::npos; }

// Han characters, Latin letters and digits stand in none of the sets, and most of a text is of them.
bool in_no_set(char32_t c) {
  return (c >= 0x3400 && c <= 0x9fff) || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') ||
         (c >= U'0' && c <= U'9');
}

bool is_blank(char32_t c) { return c == U' ' || c == U'\t' || c == 0x3000; }

// Scripts that break between any two characters.
bool is_ideographic(char32_t c) {
  return (c >= 0x2e80 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0xfe30 && c <= 0xfe4f) || (c >= 0xff00 && c <= 0xffef) || c >= 0x20000;
}

// Where a word too long for a line may end rather than anywhere: behind the joints of addresses and codes.
bool is_joint(char32_t c) { return !in_no_set(c) && contains(U"/-_.?&=@:", c); }

}  // namespace

std::u32string decode_utf8(std::string_view text) {
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};  // by length: below it the form is overlong
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xc2 && lead < 0xe0 ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    if (length == 0 || i + length > text.size()) {
      out.push_back(0xfffd);
      ++i;
      continue;
    }
    char32_t value = length == 1 ? lead : lead & (0x7fu >> length);
    bool whole = true;
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      whole = whole && (next & 0xc0) == 0x80;
      value = value << 6 | (next & 0x3f);
    }
    whole = whole && value >= least[length] && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
    out.push_back(whole ? value : char32_t{0xfffd});
    i += whole ? length : 1;
  }
  return out;
}

std::string encode_utf8(char32_t c) {
  std::string out;
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
  return out;
}

bool may_break_between(char32_t before, char32_t after) {
  if (is_blank(after)) return false;  // blanks hang at the line's end
  if (!in_no_set(after) && (contains(no_start_latin, after) || contains(no_start, after))) return false;
  if (is_blank(before)) return true;
  const bool plain = in_no_set(before);
  if (!plain && contains(no_end, before)) return false;
  return is_ideographic(before) || is_ideographic(after) || (!plain && contains(no_start, before));
}

std::vector<LineSpan> break_lines(std::u32string_view text, const std::vector<double>& widths, double width_max) {
  std::vector<LineSpan> lines;
  std::size_t begin = 0;
  for (;;) {
    // The paragraph's text that fits, and the last place in it where a line may end.
    double width = 0;
    std::size_t end = begin, opportunity = begin, joint = begin;
    while (end < text.size() && text[end] != U'\n') {
      if (end > begin && may_break_between(text[end - 1], text[end])) opportunity = end;
      if (end > begin && is_joint(text[end - 1]) && !is_joint(text[end])) joint = end;
      const double next = widths[end];
      if (width + next > width_max && end > begin && !is_blank(text[end])) break;
      width += next;
      ++end;
    }
    const bool paragraph_ends = end == text.size() || text[end] == U'\n';
    const std::size_t cut = paragraph_ends ? end : opportunity > begin ? opportunity : joint > begin ? joint : end;
    std::size_t trimmed = cut;
    while (trimmed > begin && is_blank(text[trimmed - 1])) --trimmed;
    lines.push_back({begin, trimmed});
    if (cut >= text.size()) return lines;
    begin = paragraph_ends ? cut + 1 : cut;
    if (paragraph_ends && begin >= text.size()) return lines;
  }
}

}  // namespace quotary::pdfgen
