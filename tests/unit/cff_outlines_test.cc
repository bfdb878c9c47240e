// Fonts put together by copying, with HarfBuzz as judge.
#include "pdfgen/cff_outlines.h"

#include <gtest/gtest.h>

#include <hb-subset.h>
#include <hb.h>

#include <random>
#include <set>

namespace quotary::pdfgen {
namespace {

std::string path_of(const char* weight) {
  return std::string("/usr/share/fonts/opentype/noto/NotoSansCJK-") + weight + ".ttc";
}

// A face as pdfgen opens it, and subsets of it by HarfBuzz.
class Judge {
 public:
  explicit Judge(const char* weight) {
    hb_blob_t* file = hb_blob_create_from_file_or_fail(path_of(weight).c_str());
    face_ = hb_face_create(file, 2);
    hb_blob_destroy(file);
    font_ = hb_font_create(face_);
  }
  ~Judge() {
    hb_font_destroy(font_);
    hb_face_destroy(face_);
  }
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  // 0 when the face has none.
  [[nodiscard]] std::uint16_t glyph(char32_t character) const {
    hb_codepoint_t glyph = 0;
    return static_cast<std::uint16_t>(hb_font_get_nominal_glyph(font_, character, &glyph) ? glyph : 0);
  }

  [[nodiscard]] bool has_variants(char32_t character) const {
    hb_codepoint_t glyph = 0;
    return hb_font_get_variation_glyph(font_, character, 0xfe00, &glyph) ||
           hb_font_get_variation_glyph(font_, character, 0xfe01, &glyph);
  }

  [[nodiscard]] std::string subset(const std::vector<char32_t>& characters, bool subroutines = false) const {
    hb_subset_input_t* input = hb_subset_input_create_or_fail();
    unsigned flags = HB_SUBSET_FLAGS_NO_HINTING | HB_SUBSET_FLAGS_NOTDEF_OUTLINE;
    if (!subroutines) flags |= HB_SUBSET_FLAGS_DESUBROUTINIZE;
    hb_subset_input_set_flags(input, flags);
    hb_set_t* drop = hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG);
    for (const char* tag : {"GSUB", "GPOS", "GDEF"}) hb_set_add(drop, HB_TAG(tag[0], tag[1], tag[2], tag[3]));
    for (const char32_t character : characters) hb_set_add(hb_subset_input_unicode_set(input), character);
    hb_face_t* result = hb_subset_or_fail(face_, input);
    hb_blob_t* table = hb_face_reference_table(result, HB_TAG('C', 'F', 'F', ' '));
    unsigned size = 0;
    const char* bytes = hb_blob_get_data(table, &size);
    std::string out(bytes, size);
    hb_blob_destroy(table);
    hb_face_destroy(result);
    hb_subset_input_destroy(input);
    return out;
  }

 private:
  hb_face_t* face_ = nullptr;
  hb_font_t* font_ = nullptr;
};

// Latin, punctuation, kana, Han and full-width characters, some of which share a glyph. Without those that have
// variants: HarfBuzz adds the variants' glyphs, which nothing can ask for once there is no character map.
std::vector<char32_t> some_characters(const Judge& judge) {
  std::vector<char32_t> out;
  for (const auto& [first, last] : {std::pair{U' ', U'~'},
                                    {U'\u00a0', U'\u017f'},
                                    {U'\u2f00', U'\u2fd5'},
                                    {U'\u3001', U'\u3011'},
                                    {U'\u3041', U'\u3096'},
                                    {U'\u4e00', U'\u5dff'},
                                    {U'\uff01', U'\uff5e'}})
    for (char32_t character = first; character <= last; ++character)
      if (judge.glyph(character) != 0 && !judge.has_variants(character)) out.push_back(character);
  EXPECT_GT(out.size(), 4000u);
  return out;
}

CffOutlines outlines_of(const Judge& judge) { return CffOutlines::read(judge.subset(some_characters(judge))).value(); }

TEST(CffOutlines, AreByteForByteWhatHarfBuzzSubsets) {
  constexpr unsigned seed = 20261125;
  std::mt19937 random(seed);
  for (const char* weight : {"Regular", "Bold"}) {
    const Judge judge(weight);
    const std::vector<char32_t> all = some_characters(judge);
    const CffOutlines outlines = outlines_of(judge);
    const auto ours = [&](const std::vector<char32_t>& characters) {
      std::set<std::uint16_t> glyphs;
      for (const char32_t character : characters) glyphs.insert(judge.glyph(character));
      return outlines.subset(std::vector<std::uint16_t>(glyphs.begin(), glyphs.end()));
    };
    for (std::size_t round = 0; round < 60; ++round) {
      const std::size_t count = round < 5 ? round : random() % (round < 30 ? 40 : 900), from = random() % all.size();
      std::vector<char32_t> characters;
      for (std::size_t i = 0; i < count; ++i)
        characters.push_back(all[(round % 3 == 0 ? from + i : random()) % all.size()]);
      ASSERT_TRUE(ours(characters) == judge.subset(characters))
          << weight << ", seed " << seed << ", round " << round << ", " << count << " characters";
    }
    ASSERT_TRUE(ours(all) == judge.subset(all)) << weight;
  }
}

TEST(CffOutlines, KnowWhichGlyphsTheyHold) {
  const Judge judge("Regular");
  const CffOutlines outlines = outlines_of(judge);
  EXPECT_TRUE(outlines.has(judge.glyph(U'A')));
  EXPECT_TRUE(outlines.has(judge.glyph(U'\uff21')));
  EXPECT_FALSE(outlines.has(judge.glyph(U'\u8000')));
  EXPECT_FALSE(outlines.has(0));
  EXPECT_FALSE(outlines.has(0xffff));
  EXPECT_FALSE(CffOutlines().has(1));
  EXPECT_DEATH(std::ignore = outlines.subset(std::vector<std::uint16_t>{judge.glyph(U'\u8000')}), "has");
}

TEST(CffOutlines, TakeNoProgramApartThatIsNotPlain) {
  const Judge judge("Regular");
  const auto refused = [](std::string program) {
    const auto read = CffOutlines::read(std::move(program));
    return !read && read.error().code == "font_subset_failed";
  };
  EXPECT_TRUE(refused(judge.subset(some_characters(judge), true)));  // subroutines
  const std::string program = judge.subset({U'A', U'B', U'C', U'\u4e00'});
  ASSERT_FALSE(refused(program));
  for (std::size_t size = 0; size < program.size(); ++size) EXPECT_TRUE(refused(program.substr(0, size))) << size;
  // Whatever a damaged byte leaves readable stays within its bounds.
  std::size_t refusals = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    std::string damaged = program;
    damaged[at] = static_cast<char>(~damaged[at]);
    const auto read = CffOutlines::read(damaged);
    if (!read) {
      ++refusals;
    } else if (read->has(judge.glyph(U'A'))) {
      EXPECT_GT(read->subset(std::vector<std::uint16_t>{judge.glyph(U'A')}).size(), 100u) << at;
    }
  }
  EXPECT_GT(refusals, 40u);
}

}  // namespace
}  // namespace quotary::pdfgen
