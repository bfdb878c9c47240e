// XML as a stream of elements and text, by Expat. Document types are refused, and with them all entities but the five
// that XML has itself.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quotary::inspecting {

// Names are without their prefix; nothing here means two things by one name.
struct XmlElement {
  std::string_view name;
  std::vector<std::pair<std::string_view, std::string_view>> attributes;  // with their prefix

  // By its name without prefix, unless there is one with exactly this. Empty: not there.
  [[nodiscard]] std::string_view attribute(std::string_view name) const;
};

struct XmlEvents {
  std::function<void(const XmlElement&)> begin = [](const XmlElement&) {};
  std::function<void(std::string_view)> text = [](std::string_view) {};
  std::function<void(std::string_view)> end = [](std::string_view) {};
};

// False when it is not well-formed, has a document type or nests deeper than xml_depth_max; then only what stood before
// was told.
[[nodiscard]] bool read_xml(std::string_view xml, const XmlEvents& events);

}  // namespace quotary::inspecting
