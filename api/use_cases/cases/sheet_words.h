// What a sheet of evidence says of doubts, places and differences: Chinese with English beside it. Pure.
#pragma once

#include "api/inspecting/difference.h"

#include <string>
#include <string_view>
#include <vector>

namespace quotary::api {

inline constexpr std::size_t changed_lines_told_max = 3;      // of a slide, added and removed each
inline constexpr std::size_t told_numbers_max = 30;           // of slides in one list
inline constexpr std::size_t told_line_characters_max = 120;  // of a slide's line

// A flag of a version; the code itself when it is none that is known.
[[nodiscard]] std::string doubt_in_words(std::string_view flag);

// Of {"latitude", "longitude", "accuracy_cm"?}: "31.298333, 120.585000 ± 12.50 m"; "" when it is none.
[[nodiscard]] std::string position_in_words(const json::object& position);

// Why no picture of a photo is shown, by the flags of what was tried.
[[nodiscard]] std::string no_picture_in_words(const std::set<inspecting::Flag>& flags);

// A line for what was added, removed and moved, and one for each part that changed. Empty: nothing was.
[[nodiscard]] std::vector<std::string> difference_in_words(const inspecting::Difference& difference);

// The first line of each part, in their order: what a slide is called.
[[nodiscard]] std::vector<std::string> part_titles(const inspecting::Document& document);

}  // namespace quotary::api
