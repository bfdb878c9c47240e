// OFD (GB/T 33190): fixed-layout documents, as Chinese authorities use them.
#include "api/inspecting/limits.h"
#include "api/inspecting/reading/civil_time.h"
#include "api/inspecting/reading/documents.h"
#include "api/inspecting/reading/xml.h"
#include "api/inspecting/text.h"

#include <algorithm>

namespace quotary::inspecting {

namespace {

struct Roots {
  std::vector<std::string> documents;  // a file may hold several
  bool is_ofd = false;
};

std::string inside(std::string_view folder, std::string_view location) {
  if (location.starts_with('/')) return std::string(location.substr(1));
  return std::string(folder) + std::string(location);
}

std::string folder_of(std::string_view name) {
  const auto slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(name.substr(0, slash + 1));
}

bool walk(const std::optional<std::string>& xml, const XmlEvents& events) { return xml && read_xml(*xml, events); }

Roots read_root(const std::string& xml, ReadDocument& out) {
  Roots roots;
  std::string text;
  Document& document = out.document;
  XmlEvents events;
  events.begin = [&](const XmlElement& element) {
    if (element.name == "OFD") roots.is_ofd = true;
    text.clear();
  };
  events.text = [&](std::string_view more) {
    if (text.size() < 16 * limits::title) text += more;
  };
  events.end = [&](std::string_view name) {
    const std::string line = clean_line(text, limits::title);
    text.clear();
    if (name == "DocRoot" && roots.documents.size() < limits::parts_max) roots.documents.push_back(line);
    if (name == "Title" && document.title.empty()) document.title = line;
    if (name == "Author" && document.author.empty()) document.author = line;
    if (name == "CreationDate" && !document.created_at) document.created_at = parse_office_time(line);
    if (name == "ModDate" && !document.modified_at) document.modified_at = parse_office_time(line);
  };
  if (!read_xml(xml, events)) out.flags.insert(Flag::damaged);
  return roots;
}

void read_page(Archive& archive, const std::string& name, LineBudget& budget, ReadDocument& out) {
  Part part;
  const auto xml = archive.read(name);
  std::string line;
  bool in_text = false;
  XmlEvents events;
  events.begin = [&](const XmlElement& element) { in_text = element.name == "TextCode"; };
  events.text = [&](std::string_view text) {
    if (in_text && line.size() < 16 * limits::line) line += text;
  };
  events.end = [&](std::string_view element) {
    if (element == "TextCode") budget.add(line, part);
    in_text = false;
    line.clear();
  };
  if (!walk(xml, events)) out.flags.insert(Flag::damaged);
  part.content = sha256(xml.value_or(std::string()));
  part.text = hash_of_lines(part.lines);
  out.document.parts.push_back(std::move(part));
}

}  // namespace

ReadDocument read_ofd(Archive& archive) {
  ReadDocument out;
  static const std::string root_name = "OFD.xml";
  const auto root = archive.read(root_name);
  if (!root) {
    // An archive that is not read at all may be one all the same.
    if (archive.has(root_name)) out.kind = Kind::ofd;
    add_fault(archive, out.flags);
    return out;
  }
  const Roots roots = read_root(*root, out);
  if (!roots.is_ofd) return out;
  out.kind = Kind::ofd;
  out.media_type = "application/ofd";
  LineBudget budget(out.document);
  std::uint32_t count = 0;
  for (const std::string& location : roots.documents) {
    const std::string name = inside("", location);
    std::vector<std::string> pages;
    XmlEvents events;
    events.begin = [&](const XmlElement& element) {
      if (element.name == "Page") pages.push_back(inside(folder_of(name), element.attribute("BaseLoc")));
    };
    if (!walk(archive.read(name), events)) out.flags.insert(Flag::damaged);
    count += static_cast<std::uint32_t>(pages.size());
    for (const std::string& page : pages)
      if (out.document.parts.size() < limits::parts_max) read_page(archive, page, budget, out);
  }
  if (count > out.document.parts.size()) out.flags.insert(Flag::over_limits);
  out.document.count = count;
  add_fault(archive, out.flags);
  return out;
}

}  // namespace quotary::inspecting
