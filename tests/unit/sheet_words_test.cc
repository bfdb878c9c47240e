// What sheets of evidence say in words.
#include "api/use_cases/cases/sheet_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quotary::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST(SheetWords, EveryDoubtHasThem) {
  std::vector<std::string> codes{"duplicate_of", "near_duplicate_of"};
  for (int i = 0; i <= static_cast<int>(inspecting::last_flag); ++i)
    codes.emplace_back(inspecting::name_of(static_cast<inspecting::Flag>(i)));
  for (const std::string& code : codes) {
    const std::string words = doubt_in_words(code);
    EXPECT_NE(words, code);
    EXPECT_GT(words.size(), code.size()) << code;
  }
  EXPECT_EQ(doubt_in_words("of_a_later_program"), "of_a_later_program");
}

TEST(SheetWords, PlacesCarryTheirAccuracy) {
  EXPECT_EQ(position_in_words({{"latitude", "31.298333"}, {"longitude", "120.585000"}, {"accuracy_cm", 1'205}}),
            "31.298333, 120.585000 ± 12.05 m");
  EXPECT_EQ(position_in_words({{"latitude", "31.298333"}, {"longitude", "120.585000"}}), "31.298333, 120.585000");
  EXPECT_EQ(position_in_words({}), "");
  EXPECT_EQ(position_in_words({{"latitude", 31}, {"longitude", "120.585000"}}), "");
}

TEST(SheetWords, DifferencesAreToldPartByPart) {
  inspecting::Difference difference;
  EXPECT_THAT(difference_in_words(difference), SizeIs(0));
  difference.added = {9};
  difference.removed = {2, 3};
  difference.moved = {{4, 6}};
  difference.changed = {{5, 5, {"90", "until June"}, {"100"}, false}, {1, 1, {}, {}, false}};
  const auto words = difference_in_words(difference);
  ASSERT_THAT(words, SizeIs(5));
  EXPECT_EQ(words[0], "新增 Added: 9");
  EXPECT_EQ(words[1], "删除 Removed: 2, 3");
  EXPECT_EQ(words[2], "移动 Moved: 4 → 6");
  EXPECT_THAT(words[3], HasSubstr("增加 2 行，删除 1 行"));
  EXPECT_THAT(words[3], HasSubstr("\n+ until June\n− 100"));
  EXPECT_THAT(words[4], HasSubstr("文字未变"));
}

TEST(SheetWords, LongDifferencesAreCutAndSayIt) {
  inspecting::Difference difference;
  for (std::uint32_t i = 1; i <= 100; ++i) difference.added.push_back(i);
  inspecting::ChangedPart part{1, 1, std::vector<std::string>(9, std::string(500, 'a')), {}, true};
  difference.changed = {part};
  difference.text_cut = true;
  const auto words = difference_in_words(difference);
  ASSERT_THAT(words, SizeIs(3));
  EXPECT_THAT(words[0], HasSubstr(", 30, …"));
  EXPECT_THAT(words[1], HasSubstr("≥ 9"));
  EXPECT_THAT(words[1], HasSubstr("\n+ …"));
  EXPECT_LT(words[1].size(), 600U);
  EXPECT_THAT(words[2], HasSubstr("only what was read"));
  difference.comparable = false;
  EXPECT_THAT(difference_in_words(difference), ElementsAre(HasSubstr("无法比较")));
}

TEST(SheetWords, ASlideIsCalledByItsFirstLine) {
  inspecting::Document deck;
  deck.parts = {{"1", {}, {}, {"", "封面", "副标题"}}, {"2", {}, {}, {}}};
  EXPECT_THAT(part_titles(deck), ElementsAre("封面", ""));
}

TEST(SheetWords, WhyThereIsNoPicture) {
  using inspecting::Flag;
  std::set<std::string> all;
  for (const auto& flags : {std::set<Flag>{},
                            {Flag::damaged},
                            {Flag::over_limits},
                            {Flag::inspection_stopped},
                            {Flag::too_large_to_inspect}})
    all.insert(no_picture_in_words(flags));
  EXPECT_THAT(all, SizeIs(5));
}

}  // namespace
}  // namespace quotary::api
