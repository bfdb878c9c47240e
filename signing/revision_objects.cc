#include "signing/revision_objects.h"

#include "signing/pdf_parser.h"

#include <algorithm>

namespace quotary::signing {

namespace {

Error malformed(std::uint32_t number, const std::string& what) {
  return fail(Errc::invalid, "object_malformed", "object " + std::to_string(number) + " " + what);
}

Error hidden(const std::string& where) {
  return fail(Errc::invalid, "bytes_hidden", "bytes that belong to nothing stand " + where);
}

bool blank(std::string_view bytes) { return std::all_of(bytes.begin(), bytes.end(), is_pdf_space); }

// The stream whose keyword ends at `at`; moves `at` behind "endobj". Readers that look for "endstream" and readers that
// count bytes must find the same end.
Result<std::string_view> stream_data(std::string_view part, const PdfObject& object, std::size_t& at) {
  const PdfValue* length = object.value.find("Length");
  if (!length || !length->is(PdfValue::Kind::integer) || length->number < 0)
    return malformed(object.number, "is a stream without a direct length");
  const std::string_view rest = part.substr(at);
  const std::size_t line_end = rest.starts_with("\r\n") ? 2 : rest.starts_with('\n') ? 1 : 0;
  const auto size = static_cast<std::size_t>(length->number);
  if (line_end == 0 || size > rest.size() - line_end)
    return malformed(object.number, "is a stream that does not begin on its own line, or is longer than the revision");
  const std::string_view data = rest.substr(line_end, size);
  constexpr std::string_view end_keyword = "endstream";
  if (data.find(end_keyword) != data.npos) return malformed(object.number, "is a stream that seems to end twice");
  const std::string_view behind = rest.substr(line_end + size);
  const std::size_t end_line = behind.starts_with("\r\n")                             ? 2
                               : behind.starts_with('\n') || behind.starts_with('\r') ? 1
                                                                                      : 0;
  PdfParser parser(part, at + line_end + size + end_line);
  if (!parser.take(end_keyword)) return malformed(object.number, "is a stream that does not end where its length says");
  parser.skip_space();
  if (!parser.take("endobj") || parser.saw_comment()) return malformed(object.number, "has no end");
  at = parser.position();
  return data;
}

// The object at `begin`, of at most `syntax_max` bytes without its stream.
Result<RevisionObject> read_object(std::string_view part, std::uint32_t number, std::size_t begin,
                                   std::size_t syntax_max) {
  RevisionObject out;
  PdfObject& object = out.object;
  object.number = number;
  object.begin = begin;
  const std::size_t limit = begin + std::min(syntax_max, part.size() - begin);
  PdfParser parser(part.substr(0, limit), begin);
  // Written in one way only: readers differ about zeros and blanks.
  const std::string opening = std::to_string(number) + " 0 obj";
  if (!part.substr(begin).starts_with(opening)) return malformed(number, "does not stand where its table says");
  parser = PdfParser(part.substr(0, limit), begin + opening.size());
  auto value = parser.value();
  if (!value) return malformed(number, "cannot be read: " + value.error().detail);
  object.value = std::move(*value);
  parser.skip_space();
  object.stream = parser.take("stream");
  if (!object.stream && !parser.take("endobj")) return malformed(number, "has no end, or is too long");
  if (parser.saw_comment()) return hidden("as a comment in object " + std::to_string(number));
  object.end = parser.position();
  if (!object.stream) return out;
  if (!object.value.is(PdfValue::Kind::dictionary)) return malformed(number, "is a stream without a dictionary");
  QUOTARY_TRY(data, stream_data(part, object, object.end));
  out.data = data;
  return out;
}

// Sorted, so that the order of members does not matter; keys are unique.
std::vector<const PdfMember*> sorted_members(const PdfValue& dictionary) {
  std::vector<const PdfMember*> out;
  out.reserve(dictionary.members.size());
  for (const PdfMember& member : dictionary.members) out.push_back(&member);
  std::sort(out.begin(), out.end(), [](const PdfMember* a, const PdfMember* b) { return a->key < b->key; });
  return out;
}

// Depth is the parser's.
bool any_reference_from(const PdfValue& value, std::int64_t size) {
  if (value.is(PdfValue::Kind::reference)) return value.number >= size;
  const auto item_does = [size](const PdfValue& item) { return any_reference_from(item, size); };
  const auto member_does = [size](const PdfMember& member) { return any_reference_from(member.value, size); };
  return std::any_of(value.items.begin(), value.items.end(), item_does) ||
         std::any_of(value.members.begin(), value.members.end(), member_does);
}

}  // namespace

Result<std::map<std::uint32_t, RevisionObject>> read_revision_objects(const PdfFile& file, std::size_t index) {
  QUOTARY_CHECK(index > 0 && index < file.revisions().size());
  const PdfRevision& revision = file.revisions()[index];
  if (revision.offsets.size() > revision_objects_max)
    return fail(Errc::invalid, "revision_too_large",
                "an added revision has at most " + std::to_string(revision_objects_max) + " objects, this one " +
                    std::to_string(revision.offsets.size()));
  std::vector<std::pair<std::size_t, std::uint32_t>> places;
  for (const auto& [number, offset] : revision.offsets) places.emplace_back(offset, number);
  std::sort(places.begin(), places.end());

  std::map<std::uint32_t, RevisionObject> out;
  const std::string_view part = file.bytes().substr(0, revision.xref);
  std::size_t at = file.revisions()[index - 1].end, syntax = 0;
  for (const auto& [offset, number] : places) {
    if (offset < at) return malformed(number, "begins within another");
    if (!blank(part.substr(at, offset - at))) return hidden("before object " + std::to_string(number));
    QUOTARY_TRY(object, read_object(part, number, offset, pdf_object_bytes_max));
    at = object.object.end;
    syntax += at - offset - object.data.size();
    if (syntax > revision_syntax_bytes_max)
      return fail(Errc::invalid, "revision_too_large", "an added revision has at most 1 MB of objects without streams");
    out.emplace(number, std::move(object));
  }
  if (!blank(part.substr(at))) return hidden("before the revision's table");
  const std::string_view table = file.bytes().substr(revision.xref, revision.end - revision.xref);
  if (table.find('%') != table.rfind("%%EOF")) return hidden("as a comment in the revision's table or trailer");
  return out;
}

bool same_value(const PdfValue& a, const PdfValue& b) {
  if (a.kind != b.kind || a.number != b.number || a.text != b.text || a.items.size() != b.items.size() ||
      a.members.size() != b.members.size())
    return false;
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (!same_value(a.items[i], b.items[i])) return false;
  }
  if (a.members.empty()) return true;
  const auto of_a = sorted_members(a), of_b = sorted_members(b);
  return std::equal(of_a.begin(), of_a.end(), of_b.begin(), [](const PdfMember* left, const PdfMember* right) {
    return left->key == right->key && same_value(left->value, right->value);
  });
}

Result<bool> refers_beyond(const PdfFile& file, std::size_t revisions, std::int64_t size) {
  std::size_t syntax = 0;
  for (std::size_t i = 0; i < revisions; ++i) {
    for (const auto& [number, offset] : file.revisions()[i].offsets) {
      const auto object = file.object_at(i, number);
      if (!object) return fail(Errc::invalid, "object_malformed", object.error().detail);
      syntax += object->end - object->begin;
      if (syntax > document_syntax_bytes_max)
        return fail(Errc::invalid, "document_too_large", "the sealed document has more objects than are looked at");
      if (any_reference_from(object->value, size)) return true;
    }
  }
  return false;
}

std::string describe_object(const PdfObject& object) {
  const std::string number = " (object " + std::to_string(object.number) + ")";
  const PdfValue* type = object.value.find("Type");
  const PdfValue* subtype = object.value.find("Subtype");
  const PdfValue* name = object.value.find("T");
  const auto is = [](const PdfValue* value, std::string_view text) { return value && value->is_name(text); };
  if (name && name->is(PdfValue::Kind::string)) {
    const bool printable =
        name->text.size() <= revision_words_bytes_max &&
        std::all_of(name->text.begin(), name->text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    return printable ? "the field " + name->text + number : "a field" + number;
  }
  if (is(type, "Catalog")) return "the catalog" + number;
  if (is(type, "Pages")) return "the page tree" + number;
  if (is(type, "Page")) return "a page" + number;
  if (is(type, "Annot")) return "an annotation" + number;
  if (is(type, "Sig") || is(type, "DocTimeStamp") || object.value.find("ByteRange")) return "a signature" + number;
  if (is(type, "DSS")) return "the store of validation data" + number;
  if (is(type, "Font")) return "a font" + number;
  if (is(type, "Metadata")) return "the document's metadata" + number;
  if (object.value.find("Fields")) return "the form" + number;
  if (is(subtype, "Form")) return "a form that is drawn" + number;
  if (is(subtype, "Image")) return "an image" + number;
  return (object.stream ? "a stream" : "an object") + number;
}

}  // namespace quotary::signing
