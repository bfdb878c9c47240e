// The value of a label in the text form of metrics (Prometheus exposition format 0.0.4): its three escapes.
#pragma once

#include <string>
#include <string_view>

namespace quotary {

[[nodiscard]] inline std::string metrics_label(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? std::string_view("\\n") : std::string_view(&c, 1);
  }
  return out;
}

}  // namespace quotary
