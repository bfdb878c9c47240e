#include "signing/incremental_update.h"

#include "ledger/base/bytes.h"

#include <algorithm>

namespace quotary::signing {

namespace {

// Wide enough for files of up to 99 MB; the values are padded to it with blanks.
constexpr std::size_t range_digits = 8;
constexpr std::string_view range_hole = "/ByteRange [0 00000000 00000000 00000000]";

// How the dictionary of a PAdES signature begins.
constexpr std::string_view pades_signature =
    "<<\n/Type /Sig\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.CAdES.detached\n";

// The members ByteRange and Contents, to be filled once the file is whole.
std::string empty_signature(std::size_t size) {
  return std::string(range_hole) + "\n/Contents <" + std::string(2 * size, '0') + ">\n";
}

std::string padded(std::size_t number, std::size_t width, char fill) {
  std::string digits = std::to_string(number);
  return digits.size() < width ? std::string(width - digits.size(), fill) + digits : digits;
}

std::string reference_to(std::uint32_t number) { return std::to_string(number) + " 0 R"; }

Error field_error(const std::string& what) { return fail(Errc::invalid, "seal_field", what); }

std::string signature_dictionary(const SignatureText& text) {
  std::string out = std::string(pades_signature) + empty_signature(contents_bytes);
  out += "/M (" + pdf_date(text.time) + ")\n";
  if (!text.name.empty()) out += "/Name " + pdf_text_string(text.name) + "\n";
  if (!text.reason.empty()) out += "/Reason " + pdf_text_string(text.reason) + "\n";
  if (!text.location.empty()) out += "/Location " + pdf_text_string(text.location) + "\n";
  // P 2: later signatures and validation data may come, nothing else.
  out +=
      "/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >>]\n>>";
  return out;
}

// The objects in order of their numbers, their table and trailer.
void append_objects(std::string& out, std::vector<NewObject> objects, const PdfFile& file, std::uint32_t size,
                    const std::string& identifier) {
  std::sort(objects.begin(), objects.end(), [](const NewObject& a, const NewObject& b) { return a.number < b.number; });
  std::string table;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (i == 0 || objects[i].number != objects[i - 1].number + 1) {
      std::size_t run = 1;
      while (i + run < objects.size() && objects[i + run].number == objects[i].number + run) ++run;
      table += std::to_string(objects[i].number) + " " + std::to_string(run) + "\n";
    }
    table += padded(out.size(), 10, '0') + " 00000 n \n";
    out += std::to_string(objects[i].number) + " 0 obj\n" + objects[i].body + "\nendobj\n";
  }
  const std::size_t xref = out.size();
  out += "xref\n" + table + "trailer\n<<\n";
  if (!identifier.empty()) out += identifier;
  if (const auto info = file.trailer().reference("Info")) out += "/Info " + reference_to(*info) + "\n";
  out += "/Prev " + std::to_string(file.revisions().back().xref) + "\n/Root " +
         reference_to(*file.trailer().reference("Root")) + "\n";
  out += "/Size " + std::to_string(size) + "\n>>\nstartxref\n" + std::to_string(xref) + "\n%%EOF\n";
}

// The first half of /ID stays for the file's life; the second changes with each revision.
std::string next_identifier(const PdfFile& file, const Hash& base) {
  const PdfValue* id = file.trailer().find("ID");
  if (!id || !id->is(PdfValue::Kind::array) || id->items.size() != 2 || !id->items[0].is(PdfValue::Kind::string))
    return {};
  return "/ID [ <" + to_hex(id->items[0].text) + "> <" + to_hex(base.view().substr(0, 16)) + "> ]\n";
}

// The form with SigFlags 3 (signatures exist; append only), or nothing when it says so already.
Result<std::string> form_with_flags(std::string_view pdf, const PdfValue& form) {
  const PdfValue* flags = form.find("SigFlags");
  if (!flags) return with_members(pdf, form, "/SigFlags 3\n");
  if (!flags->is(PdfValue::Kind::integer)) return not_our_profile("SigFlags that is no integer");
  if (flags->number == 3) return std::string();
  std::string out(pdf.substr(form.begin, flags->begin - form.begin));
  out += "3";
  return out + std::string(pdf.substr(flags->end, form.end - flags->end));
}

// Read by people in their viewer's list of signatures.
constexpr std::string_view ledger_proof_name = "账本证明 Ledger proof";
constexpr std::string_view ledger_proof_reason =
    "携带账本对本盖章文件的证明，不改变文件内容 Carries the ledger's proof of the sealed document and changes nothing in it";

std::string invisible_widget(const InvisibleSignature& text, std::uint32_t page, std::uint32_t signature) {
  return "<<\n/Type /Annot\n/Subtype /Widget\n/FT /Sig\n/T (" + text.field + ")\n/TU " +
         pdf_text_string(text.description) + "\n/F 132\n/P " + reference_to(page) + "\n/Rect [ 0 0 0 0 ]\n/V " +
         reference_to(signature) + "\n>>";
}

// The dictionary as it stands in the file, with one more reference in its array `key`, which may be missing.
Result<std::string> with_reference(std::string_view pdf, const PdfValue& dictionary, std::string_view key,
                                   std::uint32_t number) {
  const PdfValue* array = dictionary.find(key);
  if (!array) return with_members(pdf, dictionary, "/" + std::string(key) + " [ " + reference_to(number) + " ]\n");
  if (!array->is(PdfValue::Kind::array)) return not_our_profile(std::string(key) + " that is no array");
  const std::size_t bracket = array->end - 1;
  std::string out(pdf.substr(dictionary.begin, bracket - dictionary.begin));
  out += " " + reference_to(number) + " ";
  return out + std::string(pdf.substr(bracket, dictionary.end - bracket));
}

Result<PdfObject> first_page(const PdfFile& file, const PdfValue& catalog) {
  const auto tree = catalog.reference("Pages");
  if (!tree) return not_our_profile("a catalog without Pages");
  QUOTARY_TRY(pages, file.object(*tree));
  const PdfValue* kids = pages.value.find("Kids");
  if (!kids || !kids->is(PdfValue::Kind::array) || kids->items.empty() ||
      !kids->items.front().is(PdfValue::Kind::reference))
    return not_our_profile("Pages without Kids");
  QUOTARY_TRY(page, file.object(static_cast<std::uint32_t>(kids->items.front().number)));
  const PdfValue* type = page.value.find("Type");
  if (page.stream || !type || !type->is_name("Page")) return not_our_profile("a first kid that is no page");
  return page;
}

// A file with one more revision, and the hash that has read what stood before it.
struct Revision {
  std::string pdf;
  Sha256 base;
};

Result<Revision> write_revision(const PdfFile& file, std::vector<NewObject> objects) {
  const std::string_view pdf = file.bytes();
  if (file.revisions().size() >= pdf_revisions_max)
    return fail(Errc::too_large, "too_many_revisions",
                "a document has at most " + std::to_string(pdf_revisions_max) + " revisions");
  QUOTARY_TRY(size, next_object_number(file));
  std::size_t added = 0;
  for (const NewObject& object : objects) {
    size = std::max(size, object.number + 1);
    added += object.body.size();
  }
  constexpr std::size_t table_bytes_usual = 1024;
  Revision out;
  out.base.update(pdf);
  out.pdf.reserve(pdf.size() + added + table_bytes_usual);
  out.pdf = pdf;
  if (!out.pdf.ends_with('\n')) out.pdf += '\n';
  append_objects(out.pdf, std::move(objects), file, size, next_identifier(file, out.base.peek()));
  if (out.pdf.size() > pdf_bytes_max || size > pdf_objects_max)
    return fail(Errc::too_large, "file_too_large", "a document has at most 64 MB and 100,000 objects");
  return out;
}

// Fills the byte range of the empty signature in the revision's new objects, and hashes what it covers.
PreparedSignature with_byte_range(Revision revision, std::size_t base_size, std::size_t size) {
  PreparedSignature out;
  const std::string opening = std::string(range_hole) + "\n/Contents <";
  const std::size_t range = revision.pdf.find(opening, base_size);
  QUOTARY_CHECK(range != std::string::npos);
  out.gap_begin = range + opening.size() - 1;
  out.gap_end = out.gap_begin + 2 * size + 2;
  const std::string filled = "/ByteRange [0 " + padded(out.gap_begin, range_digits, ' ') + " " +
                             padded(out.gap_end, range_digits, ' ') + " " +
                             padded(revision.pdf.size() - out.gap_end, range_digits, ' ') + "]";
  static_assert(pdf_bytes_max < 100'000'000);  // as wide as the hole
  QUOTARY_CHECK(filled.size() == range_hole.size());
  revision.pdf.replace(range, filled.size(), filled);
  const std::string_view whole = revision.pdf;
  revision.base.update(whole.substr(base_size, out.gap_begin - base_size));
  revision.base.update(whole.substr(out.gap_end));
  out.digest = revision.base.finish();
  out.pdf = std::move(revision.pdf);
  return out;
}

}  // namespace

std::string pdf_date(Timestamp time) {
  const std::string text = format_rfc3339(time);
  std::string out = "D:";
  for (const char c : text.substr(0, 19)) {
    if (c >= '0' && c <= '9') out += c;
  }
  return out + "Z";
}

std::optional<Timestamp> parse_pdf_date(std::string_view text) {
  if (text.size() != 17 || !text.starts_with("D:") || text.back() != 'Z') return std::nullopt;
  const std::string_view digits = text.substr(2, 14);
  const auto part = [&](std::size_t at, std::size_t count) { return std::string(digits.substr(at, count)); };
  const auto time = parse_rfc3339(part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(8, 2) + ":" +
                                  part(10, 2) + ":" + part(12, 2) + "Z");
  if (!time) return std::nullopt;
  return *time;
}

std::string pdf_text_string(std::string_view utf8) {
  const bool ascii = std::all_of(utf8.begin(), utf8.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (ascii) {
    std::string out = "(";
    for (const char c : utf8) {
      if (c == '(' || c == ')' || c == '\\') out += '\\';
      out += c;
    }
    return out + ")";
  }
  std::string units = "\xfe\xff";
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::uint32_t code = length == 1 ? lead : lead & (0xffu >> (length + 1));
    for (std::size_t j = 1; j < length && i + j < utf8.size(); ++j)
      code = code << 6 | (static_cast<unsigned char>(utf8[i + j]) & 0x3fu);
    i += length;
    if (code >= 0x10000) {
      put_u16(units, static_cast<std::uint16_t>(0xd800 + ((code - 0x10000) >> 10 & 0x3ff)));
      code = 0xdc00 + (code & 0x3ff);
    }
    put_u16(units, static_cast<std::uint16_t>(code));
  }
  return "<" + to_hex(units) + ">";
}

std::string with_members(std::string_view pdf, const PdfValue& dictionary, std::string_view members) {
  std::string out(pdf.substr(dictionary.begin, dictionary.end - dictionary.begin - 2));
  out += members;
  return out + ">>";
}

Result<std::uint32_t> next_object_number(const PdfFile& file) {
  const PdfValue* size = file.trailer().find("Size");
  if (!size || !size->is(PdfValue::Kind::integer) || size->number < 1 ||
      size->number > static_cast<std::int64_t>(pdf_objects_max)) {
    return not_our_profile("a trailer without Size");
  }
  for (const PdfRevision& revision : file.revisions()) {
    if (!revision.offsets.empty() && revision.offsets.rbegin()->first >= size->number)
      return not_our_profile("objects beyond Size");
  }
  return static_cast<std::uint32_t>(size->number);
}

Result<std::string> append_revision(const PdfFile& file, std::vector<NewObject> objects) {
  QUOTARY_TRY(revision, write_revision(file, std::move(objects)));
  return std::move(revision.pdf);
}

Result<std::vector<FormField>> form_fields(const PdfFile& file, const PdfValue& catalog) {
  std::vector<FormField> out;
  if (!catalog.find("AcroForm")) return out;
  const auto form_number = catalog.reference("AcroForm");
  if (!form_number) return not_our_profile("an AcroForm within the catalog");
  QUOTARY_TRY(form, file.object(*form_number));
  if (form.value.find("XFA") || form.value.find("NeedAppearances"))
    return not_our_profile("a form with XFA or NeedAppearances");
  const PdfValue* fields = form.value.find("Fields");
  if (!fields || !fields->is(PdfValue::Kind::array)) return not_our_profile("a form without Fields");
  if (fields->items.size() > fields_max) return not_our_profile("too many fields");
  for (const PdfValue& item : fields->items) {
    if (!item.is(PdfValue::Kind::reference)) return not_our_profile("a field that is no reference");
    FormField field;
    field.number = static_cast<std::uint32_t>(item.number);
    const auto same = [&](const FormField& other) { return other.number == field.number; };
    if (std::any_of(out.begin(), out.end(), same)) return not_our_profile("a field that is listed twice");
    QUOTARY_TRY(object, file.object(field.number));
    const PdfValue* type = object.value.find("FT");
    const PdfValue* name = object.value.find("T");
    if (!type || !type->is_name("Sig") || object.value.find("Kids") || object.value.find("Parent"))
      return not_our_profile("a field that is no signature's");
    if (!name || !name->is(PdfValue::Kind::string)) return not_our_profile("a field without a name");
    field.object = std::move(object);
    out.push_back(std::move(field));
  }
  return out;
}

Result<PreparedSignature> prepare_signature(std::string_view pdf, const SignatureText& text) {
  QUOTARY_TRY(file, PdfFile::read(pdf));
  QUOTARY_TRY(signature, next_object_number(file));
  const std::uint32_t root = *file.trailer().reference("Root");
  QUOTARY_TRY(catalog, file.object(root));
  if (catalog.value.find("Perms")) return field_error("the document is certified already");
  QUOTARY_TRY(fields, form_fields(file, catalog.value));
  const FormField* field = nullptr;
  for (const FormField& candidate : fields) {
    if (candidate.object.value.find("V"))
      return field_error("the document has a signature already: the seal must be the first");
    if (candidate.object.value.find("T")->text == text.field) field = &candidate;
  }
  if (!field) return field_error("the document has no signature field " + text.field);
  const std::uint32_t form_number = *catalog.value.reference("AcroForm");
  QUOTARY_TRY(form, file.object(form_number));
  QUOTARY_TRY(new_form, form_with_flags(pdf, form.value));

  std::vector<NewObject> objects;
  objects.push_back({signature, signature_dictionary(text)});
  objects.push_back({field->number, with_members(pdf, field->object.value, "/V " + reference_to(signature) + "\n")});
  objects.push_back({root, with_members(pdf, catalog.value, "/Perms << /DocMDP " + reference_to(signature) + " >>\n")});
  if (!new_form.empty()) objects.push_back({form_number, new_form});

  QUOTARY_TRY(revision, write_revision(file, std::move(objects)));
  return with_byte_range(std::move(revision), pdf.size(), contents_bytes);
}

Result<PreparedSignature> prepare_invisible_signature(std::string_view pdf, const InvisibleSignature& text) {
  QUOTARY_TRY(file, PdfFile::read(pdf));
  QUOTARY_TRY(signature, next_object_number(file));
  QUOTARY_TRY(catalog, file.object(*file.trailer().reference("Root")));
  const auto form_number = catalog.value.reference("AcroForm");
  if (!form_number) return not_our_profile("no form");
  QUOTARY_TRY(fields, form_fields(file, catalog.value));
  if (fields.size() >= fields_max)
    return fail(Errc::too_large, "too_many_fields", "a document has at most " + std::to_string(fields_max) + " fields");
  const std::uint32_t widget = signature + 1;
  QUOTARY_TRY(page, first_page(file, catalog.value));
  QUOTARY_TRY(new_page, with_reference(pdf, page.value, "Annots", widget));
  QUOTARY_TRY(form, file.object(*form_number));
  QUOTARY_TRY(new_form, with_reference(pdf, form.value, "Fields", widget));

  const std::string dictionary = "<<\n" + text.before + empty_signature(text.contents_bytes) + text.behind + ">>";
  QUOTARY_TRY(revision, write_revision(file, {{signature, dictionary},
                                              {widget, invisible_widget(text, page.number, signature)},
                                              {page.number, new_page},
                                              {*form_number, new_form}}));
  return with_byte_range(std::move(revision), pdf.size(), text.contents_bytes);
}

Result<PreparedSignature> prepare_ledger_proof(std::string_view sealed, Timestamp time) {
  QUOTARY_TRY(file, PdfFile::read(sealed));
  QUOTARY_TRY(catalog, file.object(*file.trailer().reference("Root")));
  QUOTARY_TRY(fields, form_fields(file, catalog.value));
  for (const FormField& field : fields) {
    if (field.object.value.find("T")->text == ledger_proof_field)
      return fail(Errc::conflict, "ledger_proof_exists", "the document carries a ledger proof already");
  }
  if (fields.empty()) return not_our_profile("no form");
  InvisibleSignature text;
  text.field = ledger_proof_field;
  text.description = ledger_proof_name;
  text.before = pades_signature.substr(std::string_view("<<\n").size());
  text.behind = "/M (" + pdf_date(time) + ")\n/Reason " + pdf_text_string(ledger_proof_reason) + "\n";
  text.contents_bytes = contents_bytes;
  return prepare_invisible_signature(sealed, text);
}

Result<PreparedSignature> prepare_field_signature(const PdfFile& file, const FieldSignature& text) {
  QUOTARY_TRY(signature, next_object_number(file));
  QUOTARY_TRY(field, file.object(text.field));
  std::vector<NewObject> objects{
      {signature, std::string(pades_signature) + empty_signature(contents_bytes) + text.members + ">>"}};
  std::string widget = with_members(file.bytes(), field.value, "/V " + reference_to(signature) + "\n");
  if (!text.appearance.empty()) {
    objects.push_back({signature + 1, text.appearance});
    const std::string appearance = "<< /N " + reference_to(signature + 1) + " >>";
    if (const PdfValue* old = field.value.find("AP")) {
      widget.replace(old->begin - field.value.begin, old->end - old->begin, appearance);
    } else {
      widget.insert(widget.size() - 2, "/AP " + appearance + "\n");
    }
  }
  objects.push_back({text.field, std::move(widget)});

  QUOTARY_TRY(revision, write_revision(file, std::move(objects)));
  return with_byte_range(std::move(revision), file.bytes().size(), contents_bytes);
}

Result<void> put_signature(PreparedSignature& prepared, std::string_view cms) {
  if (cms.size() > contents_bytes) {
    return fail(Errc::internal, "seal_too_large",
                "the signature has " + std::to_string(cms.size()) +
                    " bytes; 16384 are reserved (is the certificate chain too long?)");
  }
  const std::string digits = to_hex(cms);
  prepared.pdf.replace(prepared.gap_begin + 1, digits.size(), digits);
  return {};
}

}  // namespace quotary::signing
