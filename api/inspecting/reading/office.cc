// Office Open XML (ISO/IEC 29500): decks, documents and workbooks.
#include "api/inspecting/limits.h"
#include "api/inspecting/reading/civil_time.h"
#include "api/inspecting/reading/documents.h"
#include "api/inspecting/reading/xml.h"
#include "api/inspecting/text.h"

#include <algorithm>
#include <array>
#include <map>

namespace quotary::inspecting {

namespace {

struct Relation {
  std::string target;  // a name in the archive; empty: outside
  std::string type;    // the last part of its URI
};
using Relations = std::map<std::string, Relation>;

std::string folder_of(std::string_view part) {
  const auto slash = part.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(part.substr(0, slash + 1));
}

// "../media/image1.png" seen from "ppt/slides/slide1.xml" is "ppt/media/image1.png".
std::string resolved(std::string_view from, std::string_view target) {
  std::string out = target.starts_with('/') ? std::string() : folder_of(from);
  while (target.starts_with('/')) target.remove_prefix(1);
  for (; target.starts_with("../"); target.remove_prefix(3))
    out = folder_of(out.substr(0, out.empty() ? 0 : out.size() - 1));
  return out + std::string(target);
}

class Package {
 public:
  Package(Archive& archive, ReadDocument& out) : archive_(archive), out_(out) {}

  // Empty when it cannot be read, which is flagged; `needed`: also when it is not there.
  std::string part(const std::string& name, bool needed) {
    auto bytes = archive_.read(name);
    if (!bytes && needed && archive_.fault() == Archive::Fault::none) out_.flags.insert(Flag::damaged);
    return bytes.value_or(std::string());
  }

  void walk(const std::string& xml, const XmlEvents& events) {
    if (!xml.empty() && !read_xml(xml, events)) out_.flags.insert(Flag::damaged);
  }

  Relations relations(const std::string& of) {
    const std::string name = folder_of(of) + "_rels/" + of.substr(folder_of(of).size()) + ".rels";
    Relations found;
    XmlEvents events;
    events.begin = [&](const XmlElement& element) {
      if (element.name != "Relationship") return;
      const std::string_view type = element.attribute("Type");
      Relation relation{{}, std::string(type.substr(type.rfind('/') + 1))};
      if (element.attribute("TargetMode") != "External") relation.target = resolved(of, element.attribute("Target"));
      found.emplace(element.attribute("Id"), std::move(relation));
    };
    walk(part(name, false), events);
    return found;
  }

  // Pictures and sounds are on several slides: each is hashed once.
  const Hash& hash_of(const std::string& name) {
    const auto known = hashes_.find(name);
    if (known != hashes_.end()) return known->second;
    return hashes_.emplace(name, sha256(part(name, true))).first->second;
  }

  Archive& archive() { return archive_; }

 private:
  Archive& archive_;
  ReadDocument& out_;
  std::map<std::string, Hash> hashes_;
};

// The text of a part, a line for each paragraph.
void read_lines(Package& package, const std::string& xml, LineBudget& budget, Part& part) {
  std::string line;
  bool in_text = false;
  XmlEvents events;
  events.begin = [&](const XmlElement& element) {
    if (element.name == "t") in_text = true;
    if (element.name == "tab" || element.name == "br") line += ' ';
  };
  events.text = [&](std::string_view text) {
    // A line that is cut anyway needs no more.
    if (in_text && line.size() < 16 * limits::line) line += text;
  };
  events.end = [&](std::string_view name) {
    if (name == "t") in_text = false;
    if (name != "p" && name != "si") return;
    budget.add(line, part);
    line.clear();
  };
  package.walk(xml, events);
  part.text = hash_of_lines(part.lines);
}

// Its own bytes, and those of what it shows; layouts and notes are not its own.
Hash content_of(Package& package, const std::string& name, const std::string& xml) {
  Sha256 out;
  out.update(sha256(xml).view());
  for (const auto& [id, relation] : package.relations(name)) {
    const bool shown = relation.type == "image" || relation.type == "media" || relation.type == "video" ||
                       relation.type == "audio" || relation.type == "chart" || relation.type == "diagramData";
    if (!shown || relation.target.empty()) continue;
    out.update(id);
    out.update(package.hash_of(relation.target).view());
  }
  return out.finish();
}

struct Listed {
  std::string id, relation;
};

// The slides or sheets in the order in which they are shown.
std::vector<Listed> listed(Package& package, const std::string& main, std::string_view element, std::string_view id) {
  std::vector<Listed> found;
  XmlEvents events;
  events.begin = [&](const XmlElement& each) {
    if (each.name == element) found.push_back({std::string(each.attribute(id)), std::string(each.attribute("r:id"))});
  };
  package.walk(package.part(main, true), events);
  return found;
}

void read_parts(Package& package, const std::string& main, ReadDocument& out) {
  const bool deck = out.kind == Kind::deck;
  const auto all = deck ? listed(package, main, "sldId", "id") : listed(package, main, "sheet", "sheetId");
  const Relations relations = package.relations(main);
  out.document.count = static_cast<std::uint32_t>(all.size());
  LineBudget budget(out.document);
  if (all.size() > limits::parts_max) out.flags.insert(Flag::over_limits);
  for (std::size_t i = 0; i < std::min(all.size(), limits::parts_max); ++i) {
    Part part;
    part.id = clean_line(all[i].id, 20);
    const auto relation = relations.find(all[i].relation);
    if (relation == relations.end()) {
      out.flags.insert(Flag::damaged);
    } else {
      const std::string xml = package.part(relation->second.target, true);
      // A sheet's text stands in a table that all sheets share.
      if (deck) read_lines(package, xml, budget, part);
      part.content = content_of(package, relation->second.target, xml);
    }
    if (!deck || relation == relations.end()) part.text = hash_of_lines({});
    out.document.parts.push_back(std::move(part));
  }
}

void read_whole_text(Package& package, const std::string& main, ReadDocument& out) {
  Part part;
  LineBudget budget(out.document);
  const std::string xml = package.part(main, true);
  read_lines(package, xml, budget, part);
  part.content = content_of(package, main, xml);
  out.document.parts.push_back(std::move(part));
}

void read_properties(Package& package, const std::string& name, Document& document) {
  std::string text;
  XmlEvents events;
  events.begin = [&](const XmlElement&) { text.clear(); };
  events.text = [&](std::string_view more) {
    if (text.size() < 16 * limits::title) text += more;
  };
  events.end = [&](std::string_view element) {
    if (element == "title") document.title = clean_line(text, limits::title);
    if (element == "creator") document.author = clean_line(text, limits::title);
    if (element == "created") document.created_at = parse_office_time(text);
    if (element == "modified") document.modified_at = parse_office_time(text);
    text.clear();
  };
  package.walk(package.part(name, false), events);
}

struct Family {
  std::string_view marks, type, type_with_macros;
  Kind kind;
};
constexpr std::array<Family, 3> families{{
    {"presentationml.", "application/vnd.openxmlformats-officedocument.presentationml.presentation",
     "application/vnd.ms-powerpoint.presentation.macroenabled.12", Kind::deck},
    {"wordprocessingml.", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
     "application/vnd.ms-word.document.macroenabled.12", Kind::document},
    {"spreadsheetml.", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     "application/vnd.ms-excel.sheet.macroenabled.12", Kind::workbook},
}};

// What the content type of the main part says: "…presentationml.presentation.main+xml",
// "…ms-excel.sheet.macroEnabled…".
const Family* family_of(std::string_view content_type) {
  static constexpr std::array<std::string_view, 3> makers{"ms-powerpoint.", "ms-word.", "ms-excel."};
  for (std::size_t i = 0; i < families.size(); ++i)
    for (const std::string_view mark : {families[i].marks, makers[i]})
      if (content_type.find(mark) != std::string_view::npos) return &families[i];
  return nullptr;
}

bool is_program(std::string_view name) {
  return name.ends_with("vbaProject.bin") || name.ends_with("vbaData.xml") || name.find("/macrosheets/") != name.npos;
}

}  // namespace

ReadDocument read_office(Archive& archive) {
  ReadDocument out;
  static const std::string types = "[Content_Types].xml";
  if (!archive.has(types)) return out;
  Package package(archive, out);
  std::string main, properties = "docProps/core.xml";
  for (const auto& [id, relation] : package.relations("")) {
    if (relation.type == "officeDocument") main = relation.target;
    if (relation.type == "core-properties") properties = relation.target;
  }
  const Family* family = nullptr;
  XmlEvents events;
  events.begin = [&](const XmlElement& element) {
    const std::string_view name = element.attribute("PartName");
    if (element.name == "Override" && !name.empty() && name.substr(1) == main)
      family = family_of(element.attribute("ContentType"));
  };
  package.walk(package.part(types, true), events);
  if (family == nullptr) {
    add_fault(archive, out.flags);
    return out;
  }
  const auto& names = archive.names();
  const bool programs = std::any_of(names.begin(), names.end(), is_program);
  if (programs) out.flags.insert(Flag::macro);
  out.kind = family->kind;
  out.media_type = programs ? family->type_with_macros : family->type;
  read_properties(package, properties, out.document);
  if (out.kind == Kind::document) {
    read_whole_text(package, main, out);
  } else {
    read_parts(package, main, out);
  }
  add_fault(archive, out.flags);
  return out;
}

}  // namespace quotary::inspecting
