// Tables as spreadsheets read them.
#pragma once

#include <string>
#include <string_view>

namespace quotary::api {

// What a table begins with: the byte order mark makes spreadsheets read UTF-8.
inline constexpr std::string_view csv_begin = "\xEF\xBB\xBF";

// A cell that a spreadsheet would take for a formula becomes text.
[[nodiscard]] inline std::string csv_cell(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos) text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace quotary::api
