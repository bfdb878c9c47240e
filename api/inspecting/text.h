// Text out of files of any origin, made safe to keep and to show. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace quotary::inspecting {

// One line in NFC: ill-formed UTF-8 becomes U+FFFD; controls, noncharacters and what turns the direction of reading go;
// each run of white space becomes one blank, at the ends none. Cut at `code_points_max`.
[[nodiscard]] std::string clean_line(std::string_view bytes, std::size_t code_points_max);

// The longest beginning of well-formed UTF-8 with at most so many code points.
[[nodiscard]] std::string_view first_code_points(std::string_view text, std::size_t count);
[[nodiscard]] std::size_t count_code_points(std::string_view text);

}  // namespace quotary::inspecting
