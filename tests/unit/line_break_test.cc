#include "pdfgen/line_break.h"

#include <gtest/gtest.h>

namespace quotary::pdfgen {
namespace {

// Lines of `text` where ideographs count 2 and everything else 1.
std::vector<std::u32string> lines(std::u32string_view text, double width) {
  std::vector<double> widths;
  for (const char32_t c : text) widths.push_back(c > 0x2e80 ? 2 : 1);
  std::vector<std::u32string> out;
  for (const LineSpan& span : break_lines(text, widths, width))
    out.emplace_back(text.substr(span.begin, span.end - span.begin));
  return out;
}

using Lines = std::vector<std::u32string>;

TEST(LineBreak, NoLineStartsWithClosingPunctuation) {
  EXPECT_EQ(lines(U"一二三四，五六", 8), (Lines{U"一二三", U"四，五六"}));
  EXPECT_EQ(lines(U"一二三四》。五", 8), (Lines{U"一二三", U"四》。五"}));
}

TEST(LineBreak, NoLineEndsWithOpeningPunctuation) {
  EXPECT_EQ(lines(U"一二三（四五）六", 8), (Lines{U"一二三", U"（四五）", U"六"}));
}

TEST(LineBreak, LatinWordsAndNumbersStayTogether) {
  EXPECT_EQ(lines(U"安装 EtherCAT 模块", 10), (Lines{U"安装", U"EtherCAT", U"模块"}));
  EXPECT_EQ(lines(U"精度 0.005% 以内", 8), (Lines{U"精度", U"0.005%", U"以内"}));
}

TEST(LineBreak, ForcedWhereAWordIsWiderThanTheLine) {
  EXPECT_EQ(lines(U"ABCDEFGHIJ", 4), (Lines{U"ABCD", U"EFGH", U"IJ"}));
}

TEST(LineBreak, LongWordsEndAtTheirJoints) {
  EXPECT_EQ(lines(U"HT-PRESS-SAFETY", 10), (Lines{U"HT-PRESS-", U"SAFETY"}));
  EXPECT_EQ(lines(U"https://a.example/sheet", 12), (Lines{U"https://a.", U"example/", U"sheet"}));
  EXPECT_EQ(lines(U"远程 I/O 模块", 8), (Lines{U"远程 I/O", U"模块"})) << "not where a blank will do";
}

TEST(LineBreak, LineFeedsAndBlanks) {
  EXPECT_EQ(lines(U"一\n\n二  \n", 8), (Lines{U"一", U"", U"二"}));
  EXPECT_EQ(lines(U"", 8), (Lines{U""}));
}

TEST(LineBreak, EveryRuleHoldsOnAllWidths) {
  const std::u32string text =
      U"预付 30%，发货前 30%（电汇），「验收合格」后 15 日内付 35%；质保金 5%——于验收满 12 个月后付清。";
  for (double width = 8; width < 60; ++width) {
    std::u32string joined;
    for (const std::u32string& line : lines(text, width)) {
      ASSERT_FALSE(line.empty());
      EXPECT_EQ(std::u32string_view(U"，。；）」%").find(line.front()), std::u32string_view::npos) << width;
      EXPECT_EQ(std::u32string_view(U"（「").find(line.back()), std::u32string_view::npos) << width;
      joined += line;
    }
    std::u32string expected;
    for (const char32_t c : text)
      if (c != U' ') expected += c;
    std::erase(joined, U' ');
    EXPECT_EQ(joined, expected);
  }
}

TEST(Utf8, DecodesAndMarksDamage) {
  EXPECT_EQ(decode_utf8("a报𠮷"), U"a报𠮷");
  EXPECT_EQ(decode_utf8("\xe6\x8a"), U"\xfffd\xfffd");
  EXPECT_EQ(decode_utf8("\xff"
                        "b"),
            U"\xfffd"
            U"b");
  for (const char* bad : {"\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80"})  // overlong, a surrogate, beyond U+10FFFF
    EXPECT_EQ(decode_utf8(bad), std::u32string(std::string_view(bad).size(), U'\xfffd')) << bad;
}

}  // namespace
}  // namespace quotary::pdfgen
