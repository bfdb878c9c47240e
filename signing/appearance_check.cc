#include "signing/appearance_check.h"

#include <algorithm>
#include <cmath>

namespace quotary::signing {

namespace {

constexpr int resource_depth_max = 12;

Error bad_form(const std::string& what) { return fail(Errc::invalid, "appearance_form", "the appearance " + what); }

Error bad_resources(const std::string& what) {
  return fail(Errc::invalid, "appearance_resources", "the appearance uses " + what);
}

bool named(const PdfValue& dictionary, std::string_view key, std::string_view value) {
  const PdfValue* member = dictionary.find(key);
  return member && member->is_name(value);
}

bool is_identity(const PdfValue& matrix) {
  constexpr std::int64_t identity[] = {1, 0, 0, 1, 0, 0};
  if (!matrix.is(PdfValue::Kind::array) || matrix.items.size() != std::size(identity)) return false;
  return std::equal(std::begin(identity), std::end(identity), matrix.items.begin(),
                    [](std::int64_t one, const PdfValue& item) {
                      if (item.is(PdfValue::Kind::integer)) return item.number == one;
                      return item.is(PdfValue::Kind::real) && (one == 1 ? item.text == "1.0" : item.text == "0.0");
                    });
}

// [0 0 width height] of the box, as exact as it is written.
bool fills(const PdfValue& bounds, BoxSize box) {
  const auto size = box_size(&bounds);
  constexpr double rounding = 0.011;
  const auto zero = [](const PdfValue& item) { return item.is(PdfValue::Kind::integer) && item.number == 0; };
  return size && zero(bounds.items[0]) && zero(bounds.items[1]) && std::abs(size->width - box.width) < rounding &&
         std::abs(size->height - box.height) < rounding;
}

// What another program's appearance draws with: every object new, and none that reaches outside the file or the box.
class ResourceWalk {
 public:
  ResourceWalk(const std::map<std::uint32_t, RevisionObject>& added, const std::set<std::uint32_t>& fresh,
               std::set<std::uint32_t>& claimed)
      : added_(added), fresh_(fresh), claimed_(claimed) {}

  Result<void> walk(const PdfValue& value, int depth) {
    if (depth > resource_depth_max) return bad_resources("resources that are nested too deep");
    if (value.is(PdfValue::Kind::reference)) return object(static_cast<std::uint32_t>(value.number), depth);
    for (const PdfValue& item : value.items) QUOTARY_TRY_VOID(walk(item, depth + 1));
    for (const PdfMember& member : value.members) QUOTARY_TRY_VOID(walk(member.value, depth + 1));
    return {};
  }

 private:
  Result<void> object(std::uint32_t number, int depth) {
    const auto found = added_.find(number);
    if (found == added_.end() || !fresh_.contains(number))
      return bad_resources("object " + std::to_string(number) + ", which is not new in its revision");
    if (!claimed_.insert(number).second) return {};  // walked already, or another's: then it reaches nothing of ours
    const PdfObject& object = found->second.object;
    constexpr std::string_view outside[] = {"FFilter", "FDecodeParms", "OPI", "Ref", "PS",     "OC", "AF",
                                            "EF",      "JS",           "AA",  "URI", "Annots", "V"};
    for (const std::string_view key : outside) {
      if (object.value.find(key))
        return bad_resources(describe_object(object) + " with /" + std::string(key) + ", which reaches beyond drawing");
    }
    if (object.stream && object.value.find("F")) return bad_resources("a stream in another file");
    if (named(object.value, "Subtype", "PS") || named(object.value, "Type", "Annot") ||
        named(object.value, "Type", "Page") || named(object.value, "Type", "Catalog"))
      return bad_resources(describe_object(object) + ", which is nothing to draw with");
    return walk(object.value, depth + 1);
  }

  const std::map<std::uint32_t, RevisionObject>& added_;
  const std::set<std::uint32_t>& fresh_;
  std::set<std::uint32_t>& claimed_;
};

bool only_members(const PdfValue& dictionary, std::initializer_list<std::string_view> allowed) {
  return std::all_of(dictionary.members.begin(), dictionary.members.end(), [&](const PdfMember& member) {
    return std::find(allowed.begin(), allowed.end(), member.key) != allowed.end();
  });
}

}  // namespace

Result<bool> check_appearance(std::uint32_t number, BoxSize box, const std::map<std::uint32_t, RevisionObject>& added,
                              const std::set<std::uint32_t>& fresh, std::set<std::uint32_t>& claimed) {
  const auto found = added.find(number);
  if (found == added.end() || !fresh.contains(number) || !found->second.object.stream)
    return fail(Errc::invalid, "appearance_missing", "the appearance is no new stream of its revision");
  if (!claimed.insert(number).second) return bad_form("is also something else");
  const PdfValue& form = found->second.object.value;
  if (!named(form, "Subtype", "Form") || (form.find("Type") && !named(form, "Type", "XObject")))
    return bad_form("is no form XObject");
  const PdfValue* bounds = form.find("BBox");
  const PdfValue* resources = form.find("Resources");
  const auto size = box_size(bounds);
  if (!size || size->empty()) return bad_form("has no bounds");
  // Without resources of its own a form takes those of the page.
  if (!resources || !resources->is(PdfValue::Kind::dictionary)) return bad_form("has no resources of its own");
  if (resources->members.empty() && !form.find("Filter")) {
    if (!only_members(form, {"Type", "Subtype", "FormType", "BBox", "Matrix", "Resources", "Length"}))
      return bad_form("says more than a form of paths does");
    if (form.find("Matrix") && !is_identity(*form.find("Matrix"))) return bad_form("is turned or moved by a matrix");
    if (!fills(*bounds, box)) return bad_form("has other bounds than its field");
    QUOTARY_TRY_VOID(check_appearance_content(found->second.data));
    return false;
  }
  if (!only_members(form, {"Type", "Subtype", "FormType", "BBox", "Matrix", "Resources", "Length", "Filter",
                           "DecodeParms", "Group"}))
    return bad_form("says more than a form does");
  if (form.find("Matrix") && !is_identity(*form.find("Matrix"))) return bad_form("is turned or moved by a matrix");
  ResourceWalk walk(added, fresh, claimed);
  QUOTARY_TRY_VOID(walk.walk(form, 0));
  return true;
}

}  // namespace quotary::signing
