#include "api/inspecting/reading/xml.h"

#include "api/inspecting/limits.h"

#include <expat.h>

#include <algorithm>
#include <memory>
#include <type_traits>

namespace quotary::inspecting {

namespace {

std::string_view local(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

struct Reading {
  XML_Parser parser = nullptr;
  const XmlEvents* events = nullptr;
  std::uint64_t depth = 0;
};

void XMLCALL begin(void* at, const XML_Char* name, const XML_Char** attributes) {
  auto& reading = *static_cast<Reading*>(at);
  if (++reading.depth > limits::xml_depth_max) {
    XML_StopParser(reading.parser, XML_FALSE);
    return;
  }
  XmlElement element{local(name), {}};
  for (; attributes[0] != nullptr; attributes += 2) element.attributes.emplace_back(attributes[0], attributes[1]);
  reading.events->begin(element);
}

void XMLCALL end(void* at, const XML_Char* name) {
  auto& reading = *static_cast<Reading*>(at);
  --reading.depth;
  reading.events->end(local(name));
}

void XMLCALL text(void* at, const XML_Char* characters, int count) {
  static_cast<Reading*>(at)->events->text({characters, static_cast<std::size_t>(count)});
}

void XMLCALL refuse_document_type(void* at, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  XML_StopParser(static_cast<Reading*>(at)->parser, XML_FALSE);
}

}  // namespace

std::string_view XmlElement::attribute(std::string_view wanted) const {
  std::string_view out;
  for (const auto& [name_here, value] : attributes) {
    if (name_here == wanted) return value;
    if (local(name_here) == wanted) out = value;
  }
  return out;
}

bool read_xml(std::string_view xml, const XmlEvents& events) {
  const std::unique_ptr<std::remove_pointer_t<XML_Parser>, void (*)(XML_Parser)> parser(XML_ParserCreate(nullptr),
                                                                                        XML_ParserFree);
  if (!parser) return false;
  Reading reading{parser.get(), &events};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), begin, end);
  XML_SetCharacterDataHandler(parser.get(), text);
  XML_SetStartDoctypeDeclHandler(parser.get(), refuse_document_type);
  // A part has at most 64 MiB.
  return XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE) == XML_STATUS_OK;
}

}  // namespace quotary::inspecting
