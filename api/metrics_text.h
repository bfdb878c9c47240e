// Lines of metrics in Prometheus' text form (exposition format 0.0.4).
#pragma once

#include <cstdint>
#include <string>

namespace quotary {

// What stands before a family's values. `kind` is gauge or counter.
[[nodiscard]] inline std::string metrics_head(const std::string& name, const char* kind, const char* help) {
  return "# HELP " + name + " " + help + "\n# TYPE " + name + " " + kind + "\n";
}
// A family of one value without labels.
[[nodiscard]] inline std::string metrics_line(const std::string& name, const char* kind, const char* help,
                                              std::uint64_t value) {
  return metrics_head(name, kind, help) + name + " " + std::to_string(value) + "\n";
}

}  // namespace quotary
