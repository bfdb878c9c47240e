#include "pdfgen/fonts.h"

#include "ledger/base/hash.h"
#include "pdfgen/face.h"

#include <hb-subset.h>
#include <hb.h>
#include <iconv.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace quotary::pdfgen {
namespace {

constexpr unsigned collection_index = 2;  // Noto Sans CJK SC in Debian's collection

struct InputDeleter {
  void operator()(hb_subset_input_t* input) const { hb_subset_input_destroy(input); }
};

// Only the outlines are embedded; what else a font file has to have is left out, and hints with it.
void keep_outlines_only(hb_subset_input_t* input) {
  hb_set_t* drop = hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG);
  for (const char* tag : {"GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "name", "DSIG", "cmap", "hmtx",
                          "hhea", "OS/2", "post", "head", "maxp"})
    hb_set_add(drop, HB_TAG(tag[0], tag[1], tag[2], tag[3]));
  hb_subset_input_set_flags(
      input, HB_SUBSET_FLAGS_NO_HINTING | HB_SUBSET_FLAGS_NO_PRUNE_UNICODE_RANGES | HB_SUBSET_FLAGS_NOTDEF_OUTLINE);
}

// The CFF table of a subset.
Result<std::string> outlines_of(hb_face_t* face, const hb_subset_input_t* input) {
  hb_face_t* subset = hb_subset_or_fail(face, input);
  if (!subset) return fail(Errc::internal, "font_subset_failed", "the font cannot be subset");
  hb_blob_t* table = hb_face_reference_table(subset, HB_TAG('C', 'F', 'F', ' '));
  unsigned size = 0;
  const char* bytes = hb_blob_get_data(table, &size);
  std::string out(bytes, size);
  hb_blob_destroy(table);
  hb_face_destroy(subset);
  if (out.empty()) return fail(Errc::internal, "font_subset_failed", "the font's subset has no outlines");
  return out;
}

// GB2312 (with its symbols and full-width forms), Latin, general punctuation and currency signs.
void add_common_characters(hb_set_t* set) {
  hb_set_add_range(set, 0x20, 0x7e);
  hb_set_add_range(set, 0xa0, 0x17f);
  hb_set_add_range(set, 0x2010, 0x2044);
  hb_set_add_range(set, 0x20a0, 0x20bf);
  hb_set_add_range(set, 0x2100, 0x2122);
  iconv_t converter = iconv_open("UTF-32LE", "GB2312");
  if (reinterpret_cast<std::intptr_t>(converter) == -1) {
    hb_set_add_range(set, 0x4e00, 0x9fa5);  // a system without the table: more memory, same documents
    return;
  }
  for (int row = 0xa1; row <= 0xf7; ++row)
    for (int cell = 0xa1; cell <= 0xfe; ++cell) {
      char in[2] = {static_cast<char>(row), static_cast<char>(cell)};
      unsigned char out[4] = {};
      char* from = in;
      char* to = reinterpret_cast<char*>(out);
      std::size_t from_left = 2, to_left = 4;
      if (iconv(converter, &from, &from_left, &to, &to_left) != std::size_t(-1) && to_left == 0)
        hb_set_add(set, out[0] | unsigned{out[1]} << 8 | unsigned{out[2]} << 16);
    }
  iconv_close(converter);
}

void append_hex4(std::string& out, unsigned value) {
  static constexpr char digits[] = "0123456789ABCDEF";
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back(digits[value >> shift & 15]);
}

void append_utf16(std::string& out, char32_t character) {
  if (character < 0x10000) {
    append_hex4(out, character);
  } else {
    append_hex4(out, 0xd800 + ((character - 0x10000) >> 10));
    append_hex4(out, 0xdc00 + ((character - 0x10000) & 0x3ff));
  }
}

// Glyphs that follow each other as their characters do, as most of ASCII does.
struct GlyphRun {
  std::uint16_t first = 0;
  char32_t character = 0;
  unsigned count = 0;
};

// The next glyph and character of the run; only the last byte of either may change within it.
bool follows(const GlyphRun& run, std::uint16_t glyph, char32_t character) {
  return glyph == run.first + run.count && character == run.character + run.count && (glyph & 0xff) != 0 &&
         (character & 0xff) != 0 && character < 0x10000;
}

// One kind of entries, in blocks of the size that PDF allows.
void append_map_entries(std::string& out, const std::vector<GlyphRun>& runs, bool ranges) {
  constexpr std::size_t block_max = 100;
  const std::string_view kind = ranges ? "bfrange\n" : "bfchar\n";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (i % block_max == 0) (out += std::to_string(std::min(runs.size() - i, block_max)) + " begin") += kind;
    out += '<';
    append_hex4(out, runs[i].first);
    if (ranges) {
      out += "> <";
      append_hex4(out, runs[i].first + runs[i].count - 1);
    }
    out += "> <";
    append_utf16(out, runs[i].character);
    out += ">\n";
    if (i % block_max == block_max - 1 || i + 1 == runs.size()) (out += "end") += kind;
  }
}

std::string to_unicode_map(const GlyphUse& use) {
  std::vector<GlyphRun> single, ranges;
  GlyphRun run;
  const auto end_run = [&] {
    if (run.count > 0) (run.count == 1 ? single : ranges).push_back(run);
  };
  for (const auto& [glyph, character] : use) {
    if (run.count > 0 && follows(run, glyph, character)) {
      ++run.count;
    } else {
      end_run();
      run = {glyph, character, 1};
    }
  }
  end_run();
  std::string out =
      "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
      "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
      "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n";
  append_map_entries(out, ranges, true);
  append_map_entries(out, single, false);
  return out + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";
}

// Six letters from the glyph set: same glyphs, same tag.
std::string subset_tag(const GlyphUse& use) {
  std::string text;
  for (const auto& entry : use) put_u16(text, entry.first);
  const Hash hash = sha256(text);
  std::string tag;
  for (int i = 0; i < 6; ++i) tag.push_back(static_cast<char>('A' + hash.bytes[static_cast<std::size_t>(i)] % 26));
  return tag;
}

}  // namespace

namespace {

// What HarfBuzz calls for each part of an outline.
struct Pen {
  double x = 0;
  std::vector<OutlineStep>* steps = nullptr;

  void add(OutlineStep::Kind kind, std::initializer_list<std::pair<float, float>> points) const {
    OutlineStep step;
    step.kind = kind;
    std::size_t at = 0;
    for (const auto& [left, bottom] : points) step.points[at++] = {x + static_cast<double>(left), bottom};
    steps->push_back(step);
  }
};
const Pen& pen_of(void* data) { return *static_cast<const Pen*>(data); }

// Made once for the process and never freed. The faces' outlines are cubic.
hb_draw_funcs_t* draw_functions() {
  static hb_draw_funcs_t* const functions = [] {
    hb_draw_funcs_t* out = hb_draw_funcs_create();
    hb_draw_funcs_set_move_to_func(
        out,
        [](hb_draw_funcs_t*, void* data, hb_draw_state_t*, float x, float y, void*) {
          pen_of(data).add(OutlineStep::Kind::move, {{x, y}});
        },
        nullptr, nullptr);
    hb_draw_funcs_set_line_to_func(
        out,
        [](hb_draw_funcs_t*, void* data, hb_draw_state_t*, float x, float y, void*) {
          pen_of(data).add(OutlineStep::Kind::line, {{x, y}});
        },
        nullptr, nullptr);
    hb_draw_funcs_set_cubic_to_func(
        out,
        [](hb_draw_funcs_t*, void* data, hb_draw_state_t*, float ax, float ay, float bx, float by, float x, float y,
           void*) {
          pen_of(data).add(OutlineStep::Kind::curve, {{ax, ay}, {bx, by}, {x, y}});
        },
        nullptr, nullptr);
    hb_draw_funcs_set_close_path_func(
        out,
        [](hb_draw_funcs_t*, void* data, hb_draw_state_t*, void*) { pen_of(data).add(OutlineStep::Kind::close, {}); },
        nullptr, nullptr);
    hb_draw_funcs_make_immutable(out);
    return out;
  }();
  return functions;
}

}  // namespace

void Face::draw(std::uint16_t glyph, double x, std::vector<OutlineStep>& steps) const {
  Pen pen{x, &steps};
  hb_font_t* const font = hb_font_create(full_);
  hb_font_get_glyph_shape(font, glyph, draw_functions(), &pen);
  hb_font_destroy(font);
}

Face::~Face() { hb_face_destroy(full_); }

void Face::swap(Face& other) noexcept {
  std::swap(common_, other.common_);
  std::swap(full_, other.full_);
  bmp_.swap(other.bmp_);
  widths_.swap(other.widths_);
  astral_.swap(other.astral_);
  base_name_.swap(other.base_name_);
}

Result<Face> Face::load(const std::string& path, std::string base_name) {
  const Error missing = fail(Errc::unavailable, "font_missing",
                             path + " cannot be read as a font; the Debian package fonts-noto-cjk brings it");
  hb_blob_t* file = hb_blob_create_from_file_or_fail(path.c_str());
  if (!file) return missing;
  Face out;
  out.base_name_ = std::move(base_name);
  out.full_ = hb_face_create(file, collection_index);
  hb_blob_destroy(file);
  hb_blob_t* cff = hb_face_reference_table(out.full_, HB_TAG('C', 'F', 'F', ' '));
  const bool usable = hb_blob_get_length(cff) > 0 && hb_face_get_upem(out.full_) == 1000;
  hb_blob_destroy(cff);
  if (!usable) return missing;
  hb_face_make_immutable(out.full_);

  hb_font_t* font = hb_font_create(out.full_);
  const unsigned glyph_count = hb_face_get_glyph_count(out.full_);
  out.widths_.resize(glyph_count);
  for (unsigned glyph = 0; glyph < glyph_count; ++glyph)
    out.widths_[glyph] = static_cast<std::uint16_t>(hb_font_get_glyph_h_advance(font, glyph));
  hb_font_destroy(font);

  out.bmp_.assign(0x10000, 0);
  hb_set_t* characters = hb_set_create();
  hb_face_collect_unicodes(out.full_, characters);
  font = hb_font_create(out.full_);
  hb_codepoint_t character = HB_SET_VALUE_INVALID;
  while (hb_set_next(characters, &character)) {
    hb_codepoint_t glyph = 0;
    if (!hb_font_get_nominal_glyph(font, character, &glyph)) continue;
    if (character < 0x10000)
      out.bmp_[character] = static_cast<std::uint16_t>(glyph);
    else
      out.astral_[character] = static_cast<std::uint16_t>(glyph);
  }
  hb_font_destroy(font);
  hb_set_destroy(characters);

  std::unique_ptr<hb_subset_input_t, InputDeleter> input(hb_subset_input_create_or_fail());
  if (!input) return fail(Errc::internal, "font_subset_failed", "no memory for a font subset");
  keep_outlines_only(input.get());
  // Without subroutines a glyph's outline can be copied into a document's font as it stands.
  hb_subset_input_set_flags(input.get(), hb_subset_input_get_flags(input.get()) | HB_SUBSET_FLAGS_DESUBROUTINIZE);
  add_common_characters(hb_subset_input_unicode_set(input.get()));
  QUOTARY_TRY(outlines, outlines_of(out.full_, input.get()));
  QUOTARY_TRY(common, CffOutlines::read(std::move(outlines)));
  out.common_ = std::move(common);
  return out;
}

Result<std::string> Face::program(const GlyphUse& use) const {
  if (std::all_of(use.begin(), use.end(), [&](const auto& entry) { return common_.has(entry.first); })) {
    std::vector<std::uint16_t> glyphs;
    glyphs.reserve(use.size());
    for (const auto& entry : use) glyphs.push_back(entry.first);
    return common_.subset(glyphs);
  }
  std::unique_ptr<hb_subset_input_t, InputDeleter> input(hb_subset_input_create_or_fail());
  if (!input) return fail(Errc::internal, "font_subset_failed", "no memory for a font subset");
  keep_outlines_only(input.get());
  hb_set_t* characters = hb_subset_input_unicode_set(input.get());
  for (const auto& entry : use) hb_set_add(characters, entry.second);
  return outlines_of(full_, input.get());
}

Result<EmbeddedFont> Face::subset(const GlyphUse& use) const {
  QUOTARY_TRY(outlines, program(use));
  EmbeddedFont out;
  out.name = subset_tag(use) + "+" + base_name_;
  out.program = std::move(outlines);
  out.to_unicode = deflate(to_unicode_map(use), level_waited_for);
  for (const auto& entry : use)
    if (const std::uint16_t wide = width(entry.first); wide != 1000) out.widths.emplace_back(entry.first, wide);
  out.box = {-1000, -1050, 2930, 1810};
  out.ascent = 880;
  out.descent = -120;
  out.cap_height = 733;
  out.stem = base_name_.ends_with("Bold") ? 140 : 80;
  return out;
}

Result<std::shared_ptr<const Fonts>> Fonts::load(const Paths& paths) {
  auto set = std::make_shared<FaceSet>();
  QUOTARY_TRY(regular, Face::load(paths.regular, "NotoSansCJKsc-Regular"));
  QUOTARY_TRY(bold, Face::load(paths.bold, "NotoSansCJKsc-Bold"));
  set->faces[0] = std::move(regular);
  set->faces[1] = std::move(bold);
  return std::shared_ptr<const Fonts>(std::move(set));
}

}  // namespace quotary::pdfgen
