#include "signing/revision_check.h"

#include "signing/appearance_check.h"
#include "signing/incremental_update.h"

#include <algorithm>

namespace quotary::signing {

namespace {

constexpr std::int64_t widget_flags = 132;  // Print and Locked
constexpr std::size_t field_name_bytes_max = 64;
constexpr std::size_t date_bytes_max = 32;

Error refuse(const char* code, const std::string& what) { return fail(Errc::invalid, code, what); }

using Names = std::initializer_list<std::string_view>;

bool among(std::string_view name, Names names) { return std::find(names.begin(), names.end(), name) != names.end(); }

// The first member, of either, that differs and is not one of `allowed`; empty when there is none.
std::string difference(const PdfValue& before, const PdfValue& after, Names allowed) {
  if (!after.is(PdfValue::Kind::dictionary)) return "its kind";
  for (const PdfMember& member : before.members) {
    if (among(member.key, allowed)) continue;
    const PdfValue* now = after.find(member.key);
    if (!now || !same_value(member.value, *now)) return "/" + member.key.substr(0, revision_words_bytes_max);
  }
  for (const PdfMember& member : after.members) {
    if (!among(member.key, allowed) && !before.find(member.key))
      return "/" + member.key.substr(0, revision_words_bytes_max);
  }
  return {};
}

bool same_member(const PdfValue& before, const PdfValue& after, std::string_view key) {
  const PdfValue *a = before.find(key), *b = after.find(key);
  return a && b ? same_value(*a, *b) : a == b;
}

// The one reference that `after` has behind all that `before` has (which may be missing); 0 when they are the same.
std::optional<std::uint32_t> appended(const PdfValue* before, const PdfValue* after) {
  if (!after) return before ? std::nullopt : std::optional<std::uint32_t>(0);
  const std::size_t known = before ? before->items.size() : 0;
  if (!after->is(PdfValue::Kind::array) || (before && !before->is(PdfValue::Kind::array))) return std::nullopt;
  if (after->items.size() < known || after->items.size() > known + 1) return std::nullopt;
  for (std::size_t i = 0; i < known; ++i) {
    if (!same_value(before->items[i], after->items[i])) return std::nullopt;
  }
  if (after->items.size() == known) return 0;
  const PdfValue& last = after->items.back();
  if (!last.is(PdfValue::Kind::reference)) return std::nullopt;
  return static_cast<std::uint32_t>(last.number);
}

bool is_name(const PdfValue* value, std::string_view name) { return value && value->is_name(name); }

}  // namespace

std::vector<ObjectChange> list_changes(const PdfFile& file, std::size_t index, std::size_t count_max) {
  std::vector<ObjectChange> out;
  const PdfRevision& revision = file.revisions()[index];
  for (const auto& [number, offset] : revision.offsets) {
    if (out.size() >= count_max) return out;
    ObjectChange change{number, true, {}};
    for (std::size_t i = 0; i < index; ++i)
      change.added = change.added && !file.revisions()[i].offsets.contains(number);
    const auto object = file.object_at(index, number);
    change.what = object ? describe_object(*object) : "an object that cannot be read (" + std::to_string(number) + ")";
    out.push_back(std::move(change));
  }
  for (const std::uint32_t number : revision.freed) {
    if (out.size() >= count_max) return out;
    out.push_back({number, false, "object " + std::to_string(number) + ", which is deleted"});
  }
  return out;
}

// One revision against the state before it.
struct RevisionCheck::Step {
  RevisionCheck& state;
  const std::size_t index;
  std::map<std::uint32_t, RevisionObject> objects{};
  std::set<std::uint32_t> fresh{};    // numbers that no earlier revision has
  std::set<std::uint32_t> claimed{};  // of them, those that an allowed change leads to
  std::optional<std::uint32_t> in_form{}, in_page{};
  RevisionChanges out{};

  Result<void> trailer() const {
    const PdfValue &before = state.file_->revisions()[index - 1].trailer,
                   &after = state.file_->revisions()[index].trailer;
    const std::string other = difference(before, after, {"Size", "ID", "Prev"});
    if (!other.empty()) return refuse("trailer_changed", "the revision's trailer changes " + other);
    const PdfValue *size = after.find("Size"), *old_size = before.find("Size");
    const bool grows = size && old_size && size->is(PdfValue::Kind::integer) && old_size->is(PdfValue::Kind::integer) &&
                       size->number >= old_size->number && size->number <= static_cast<std::int64_t>(pdf_objects_max) &&
                       (objects.empty() || objects.rbegin()->first < size->number);
    if (!grows) return refuse("trailer_changed", "the revision's trailer has a /Size that does not fit its objects");
    const PdfValue *id = after.find("ID"), *old_id = before.find("ID");
    if (!id && !old_id) return {};
    const auto pair = [](const PdfValue* value) {
      return value && value->is(PdfValue::Kind::array) && value->items.size() == 2 &&
             value->items[0].is(PdfValue::Kind::string) && value->items[1].is(PdfValue::Kind::string);
    };
    if (!pair(id) || !pair(old_id) || id->items[0].text != old_id->items[0].text)
      return refuse("trailer_changed", "the revision's trailer has another document's /ID");
    return {};
  }

  Result<void> replaced(const RevisionObject& found) {
    const PdfObject& object = found.object;
    const std::string what = describe_object(object);
    if (object.number == state.root_) return catalog(object);
    if (state.form_ != 0 && object.number == state.form_) return form(object);
    if (object.number == state.page_) return page(object);
    if (state.info_ != 0 && object.number == state.info_) return info(object);
    if (state.fields_.contains(object.number)) return field(object);
    if (state.signatures_.contains(object.number))
      return refuse("signature_replaced",
                    "the revision replaces the signature in object " + std::to_string(object.number));
    if (state.store_.parts.contains(object.number) && !object.stream) return {};  // check_store() looks at it
    return refuse("object_changed", "the revision replaces " + what);
  }

  Result<void> catalog(const PdfObject& object) {
    const std::string other =
        object.stream ? "its kind" : difference(state.catalog_, object.value, {"DSS", "Extensions"});
    if (!other.empty()) return refuse("catalog_changed", "the revision changes " + other + " in the catalog");
    if (!same_member(state.catalog_, object.value, "Extensions")) QUOTARY_TRY_VOID(extensions(object.value));
    if (state.catalog_.find("DSS") && !object.value.find("DSS"))
      return refuse("store_entries_lost", "the revision takes the store of validation data away");
    return {};
  }

  // ISO 32000-1 section 7.12: which extensions of the standard the file uses. Only ETSI's may come.
  Result<void> extensions(const PdfValue& catalog) {
    const PdfValue *before = state.catalog_.find("Extensions"), *after = catalog.find("Extensions");
    const auto bad = [] { return refuse("catalog_changed", "the revision changes /Extensions beyond /ESIC"); };
    const PdfValue nothing;
    if (!after || !after->is(PdfValue::Kind::dictionary) || (before && !before->is(PdfValue::Kind::dictionary)))
      return bad();
    if (!difference(before ? *before : nothing, *after, before ? Names{"ESIC"} : Names{"ESIC", "Type"}).empty())
      return bad();
    const PdfValue *type = after->find("Type"), *own = after->find("ESIC");
    const bool fits = own && own->is(PdfValue::Kind::dictionary) && is_name(own->find("BaseVersion"), "1.7") &&
                      own->find("ExtensionLevel") && own->find("ExtensionLevel")->is(PdfValue::Kind::integer) &&
                      own->members.size() == 2u + (is_name(own->find("Type"), "DeveloperExtensions") ? 1 : 0);
    if (!fits || (type && !type->is_name("Extensions"))) return bad();
    out.store = true;
    return {};
  }

  Result<void> store() {
    const auto replaced_catalog = objects.find(state.root_);
    const PdfValue& catalog =
        replaced_catalog == objects.end() ? state.catalog_ : replaced_catalog->second.object.value;
    const PdfValue* now = catalog.find("DSS");
    const bool touched = !same_member(state.catalog_, catalog, "DSS") ||
                         std::any_of(objects.begin(), objects.end(),
                                     [&](const auto& each) { return state.store_.parts.contains(each.first); });
    if (!now || !touched) return {};
    QUOTARY_TRY(grown, check_store(*now, state.store_, objects, claimed));
    for (const auto& [number, object] : objects) {
      if (state.store_.parts.contains(number) && !grown.parts.contains(number))
        return refuse("store_malformed", "the revision replaces " + describe_object(object.object) +
                                             ", which the store of validation data no longer names");
    }
    state.store_ = std::move(grown);
    out.store = true;
    return {};
  }

  Result<void> form(const PdfObject& object) {
    const std::string other = object.stream ? "its kind" : difference(state.form_value_, object.value, {"Fields"});
    if (!other.empty()) return refuse("form_changed", "the revision changes " + other + " in the form");
    in_form = appended(state.form_value_.find("Fields"), object.value.find("Fields"));
    if (!in_form) return refuse("form_changed", "the revision takes fields away, or adds more than one");
    return {};
  }

  Result<void> page(const PdfObject& object) {
    const std::string other = object.stream ? "its kind" : difference(state.page_value_, object.value, {"Annots"});
    if (!other.empty()) return refuse("page_changed", "the revision changes " + other + " of the first page");
    in_page = appended(state.page_value_.find("Annots"), object.value.find("Annots"));
    if (!in_page) return refuse("page_changed", "the revision takes annotations away, or adds more than one");
    return {};
  }

  Result<void> info(const PdfObject& object) {
    const std::string other = object.stream ? "its kind" : difference(state.info_value_, object.value, {"ModDate"});
    if (!other.empty())
      return refuse("info_changed", "the revision changes " + other + " in the document's information");
    const PdfValue* date = object.value.find("ModDate");
    if (!date || !date->is(PdfValue::Kind::string) || date->text.size() > date_bytes_max ||
        !date->text.starts_with("D:"))
      return refuse("info_changed", "the revision changes the document's information to something that is no date");
    out.info = out.info || !same_member(state.info_value_, object.value, "ModDate");
    return {};
  }

  // A reserved field gets its value.
  Result<void> field(const PdfObject& object) {
    const Field& before = state.fields_.at(object.number);
    const std::string what = describe_object(object);
    if (!object.stream && same_value(before.value, object.value)) return {};
    if (before.value.find("V")) return refuse("field_signed", "the revision changes " + what + ", which is signed");
    const std::string other = object.stream ? "its kind" : difference(before.value, object.value, {"V", "AP", "M"});
    if (!other.empty()) return refuse("field_changed", "the revision changes " + other + " of " + what);
    const PdfValue* date = object.value.find("M");
    if (date && (!date->is(PdfValue::Kind::string) || date->text.size() > date_bytes_max))
      return refuse("field_changed", "the revision gives " + what + " a date that is none");
    QUOTARY_TRY_VOID(signature(object, true));
    return appearance(object, before.value, what);
  }

  Result<void> appearance(const PdfObject& object, const PdfValue& before, const std::string& what) {
    if (same_member(before, object.value, "AP")) return {};
    const auto box = box_size(object.value.find("Rect"));
    if (!box || box->empty())
      return refuse("field_changed", "the revision gives " + what + " an appearance, and it has no area");
    const PdfValue* states = object.value.find("AP");
    const auto normal = states ? states->reference("N") : std::nullopt;
    if (!normal || states->members.size() != 1)
      return refuse("appearance_missing", "the revision gives " + what + " an appearance that is not one /N");
    QUOTARY_TRY(foreign, check_appearance(*normal, *box, objects, fresh, claimed));
    out.signature->foreign = foreign;
    return {};
  }

  Result<void> signature(const PdfObject& field, bool reserved) {
    const std::string what = describe_object(field);
    const auto number = field.value.reference("V");
    const auto found = number ? objects.find(*number) : objects.end();
    if (found == objects.end() || !fresh.contains(*number))
      return refuse("signature_malformed", what + " has a value that is no new signature of its revision");
    const PdfObject& dictionary = found->second.object;
    if (dictionary.stream || !dictionary.value.is(PdfValue::Kind::dictionary))
      return refuse("signature_malformed", "the signature of " + what + " is no dictionary");
    if (out.signature) return refuse("two_signatures", "the revision signs a second field, " + what);
    if (!claimed.insert(*number).second)
      return refuse("signature_malformed", "the signature of " + what + " is also something else");
    out.signature = NewSignature{field.number, *number, field.value.find("T")->text, reserved, false, dictionary.value};
    return {};
  }

  // A field that came with the revision: nothing of it may be seen.
  Result<void> invisible_field() {
    if (!in_form.value_or(0) && !in_page.value_or(0)) return {};
    if (in_form.value_or(0) == 0)
      return refuse("annotation_added", "the revision adds an annotation to the first page that is no field");
    if (in_page != in_form)
      return refuse("annotation_added",
                    "the revision adds a field to the form and not, or not alone, to the first page");
    const auto found = objects.find(*in_form);
    if (found == objects.end() || !fresh.contains(*in_form) || found->second.object.stream)
      return refuse("field_malformed", "the revision lists a field that is not new in it");
    const PdfObject& object = found->second.object;
    const std::string what = describe_object(object);
    for (const PdfMember& member : object.value.members) {
      if (!among(member.key, {"Type", "Subtype", "FT", "T", "TU", "F", "P", "Rect", "V"}))
        return refuse("field_malformed", what + " has a member that no invisible signature needs");
    }
    const PdfValue *flags = object.value.find("F"), *name = object.value.find("T"), *type = object.value.find("Type"),
                   *description = object.value.find("TU");
    const auto box = box_size(object.value.find("Rect"));
    if (!box || box->width != 0 || box->height != 0)
      return refuse("field_visible", "the revision adds " + what + ", which has an area");
    const bool is_widget = is_name(object.value.find("Subtype"), "Widget") && is_name(object.value.find("FT"), "Sig") &&
                           (!type || type->is_name("Annot")) && flags && flags->is(PdfValue::Kind::integer) &&
                           flags->number == widget_flags && object.value.reference("P") == state.page_ &&
                           (!description || description->is(PdfValue::Kind::string));
    const bool is_named =
        name && name->is(PdfValue::Kind::string) && !name->text.empty() && name->text.size() <= field_name_bytes_max &&
        std::all_of(name->text.begin(), name->text.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '.'; });
    if (!is_widget || !is_named)
      return refuse("field_malformed", "the revision adds " + what + ", which is not the widget of a signature");
    for (const auto& [number, known] : state.fields_) {
      if (known.value.find("T")->text == name->text)
        return refuse("field_name_taken", "the revision adds a second field " + name->text);
    }
    if (state.fields_.size() >= fields_max) return refuse("form_changed", "the document has too many fields");
    claimed.insert(object.number);
    return signature(object, false);
  }

  Result<void> no_orphans() const {
    for (const std::uint32_t number : fresh) {
      if (!claimed.contains(number))
        return refuse("orphan_object", "the revision adds " + describe_object(objects.at(number).object) +
                                           ", to which no allowed change leads");
    }
    return {};
  }

  void take_over() {
    for (auto& [number, found] : objects) {
      PdfValue& value = found.object.value;
      if (number == state.root_)
        state.catalog_ = std::move(value);
      else if (number == state.form_)
        state.form_value_ = std::move(value);
      else if (number == state.page_)
        state.page_value_ = std::move(value);
      else if (number == state.info_)
        state.info_value_ = std::move(value);
      else if (out.signature && number == out.signature->field)
        state.fields_[number] = {std::move(value), out.signature->reserved};
    }
    if (out.signature) state.signatures_.insert(out.signature->dictionary);
    state.index_ = index;
  }
};

bool RevisionCheck::existed(std::uint32_t number) const {
  for (std::size_t i = 0; i <= index_; ++i) {
    if (file_->revisions()[i].offsets.contains(number)) return true;
  }
  return false;
}

Result<RevisionCheck> RevisionCheck::begin(const PdfFile& file, std::size_t sealed) {
  QUOTARY_CHECK(sealed < file.revisions().size());
  RevisionCheck out(file);
  out.index_ = sealed;
  const PdfValue& trailer = file.revisions()[sealed].trailer;
  const PdfValue* size = trailer.find("Size");
  if (!size || !size->is(PdfValue::Kind::integer)) return not_our_profile("a trailer without Size");
  QUOTARY_TRY(dangling, refers_beyond(file, sealed + 1, size->number));
  if (dangling)
    return refuse("dangling_reference",
                  "the sealed document refers to objects that it does not have: what comes later "
                  "under their numbers would be drawn into it");
  out.root_ = *trailer.reference("Root");
  QUOTARY_TRY(catalog, file.object_at(sealed, out.root_));
  out.catalog_ = std::move(catalog.value);
  out.form_ = out.catalog_.reference("AcroForm").value_or(0);
  if (out.form_ == 0) return not_our_profile("no form");
  QUOTARY_TRY(form, file.object_at(sealed, out.form_));
  out.form_value_ = std::move(form.value);
  out.info_ = trailer.reference("Info").value_or(0);
  if (out.info_ != 0) {
    QUOTARY_TRY(info, file.object_at(sealed, out.info_));
    out.info_value_ = std::move(info.value);
  }
  const PdfValue* fields = out.form_value_.find("Fields");
  if (!fields || !fields->is(PdfValue::Kind::array) || fields->items.size() > fields_max)
    return not_our_profile("a form without Fields");
  for (const PdfValue& item : fields->items) {
    if (!item.is(PdfValue::Kind::reference)) return not_our_profile("a field that is no reference");
    const auto number = static_cast<std::uint32_t>(item.number);
    QUOTARY_TRY(object, file.object_at(sealed, number));
    const PdfValue* name = object.value.find("T");
    if (!name || !name->is(PdfValue::Kind::string)) return not_our_profile("a field without a name");
    if (const auto signature = object.value.reference("V")) out.signatures_.insert(*signature);
    out.fields_[number] = {std::move(object.value), true};
  }
  const auto tree = out.catalog_.reference("Pages");
  if (!tree) return not_our_profile("a catalog without Pages");
  QUOTARY_TRY(pages, file.object_at(sealed, *tree));
  const PdfValue* kids = pages.value.find("Kids");
  if (!kids || kids->items.empty() || !kids->items.front().is(PdfValue::Kind::reference))
    return not_our_profile("Pages without Kids");
  out.page_ = static_cast<std::uint32_t>(kids->items.front().number);
  QUOTARY_TRY(page, file.object_at(sealed, out.page_));
  if (page.stream || !is_name(page.value.find("Type"), "Page")) return not_our_profile("a first kid that is no page");
  out.page_value_ = std::move(page.value);
  return out;
}

Result<RevisionChanges> RevisionCheck::next() {
  Step step{*this, index_ + 1};
  const PdfRevision& revision = file_->revisions().at(step.index);
  if (!revision.freed.empty())
    return refuse("object_freed", "the revision deletes object " + std::to_string(*revision.freed.begin()));
  QUOTARY_TRY(objects, read_revision_objects(*file_, step.index));
  step.objects = std::move(objects);
  QUOTARY_TRY_VOID(step.trailer());
  const PdfValue* size = file_->revisions()[index_].trailer.find("Size");
  for (const auto& [number, object] : step.objects) {
    if (existed(number)) continue;
    // A number that was left free may be named already by what was signed.
    if (number < size->number)
      return refuse("object_number_reused", "the revision brings " + describe_object(object.object) +
                                                " under a number that the document had left free");
    step.fresh.insert(number);
  }
  for (const auto& [number, object] : step.objects) {
    if (!step.fresh.contains(number)) QUOTARY_TRY_VOID(step.replaced(object));
  }
  QUOTARY_TRY_VOID(step.invisible_field());
  QUOTARY_TRY_VOID(step.store());
  QUOTARY_TRY_VOID(step.no_orphans());
  if (!step.out.signature && !step.out.store && !step.out.info)
    return refuse("revision_empty", "the revision adds nothing that a revision is for");
  step.take_over();
  return std::move(step.out);
}

}  // namespace quotary::signing
