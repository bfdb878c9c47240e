#include "signing/pdf_reader.h"

#include "signing/pdf_parser.h"

#include <algorithm>

namespace quotary::signing {

namespace {

constexpr std::size_t xref_line_bytes = 20;

// "startxref", the offset, "%%EOF" and an optional line end, ending exactly at `end`; answers the offset.
Result<std::size_t> read_tail(std::string_view pdf, std::size_t end) {
  constexpr std::string_view eof = "%%EOF";
  constexpr std::size_t tail_max = 64;
  const auto bad = [] { return not_our_profile("a revision that does not end with startxref and %%EOF"); };
  std::string_view tail = pdf.substr(0, end);
  if (tail.ends_with("\r\n")) {
    tail.remove_suffix(2);
  } else if (tail.ends_with('\n') || tail.ends_with('\r')) {
    tail.remove_suffix(1);
  }
  if (!tail.ends_with(eof)) return bad();
  // Looked for where it must be: a file may have many marks, and no keyword to be found before any.
  const std::size_t from = tail.size() > tail_max ? tail.size() - tail_max : 0;
  const std::size_t near = tail.substr(from).rfind("startxref");
  if (near == tail.npos) return bad();
  const std::size_t keyword = from + near;
  PdfParser parser(tail, keyword);
  if (!parser.take("startxref")) return bad();
  parser.skip_space();
  const auto offset = parser.take_digits();
  if (!offset || *offset >= keyword) return bad();
  // Only white space may stand between the number and the mark.
  for (std::size_t at = parser.position(); at < tail.size() - eof.size(); ++at) {
    if (!is_pdf_space(tail[at])) return bad();
  }
  return static_cast<std::size_t>(*offset);
}

Result<void> read_subsection(std::string_view pdf, PdfParser& parser, PdfRevision& revision, std::uint64_t first,
                             std::uint64_t count) {
  const auto bad = [] { return not_our_profile("a malformed cross-reference table"); };
  if (first + count > pdf_objects_max) return not_our_profile("too many objects");
  parser.skip_space();
  std::size_t at = parser.position();
  if (count * xref_line_bytes > pdf.size() - at) return bad();
  for (std::uint64_t i = 0; i < count; ++i, at += xref_line_bytes) {
    const std::string_view line = pdf.substr(at, xref_line_bytes);
    PdfParser numbers(line, 0);
    const auto offset = numbers.take_digits();
    if (numbers.position() != 10 || line[10] != ' ' || line[16] != ' ') return bad();
    PdfParser generations(line, 11);
    const auto generation = generations.take_digits();
    if (!offset || !generation || generations.position() != 16) return bad();
    const std::string_view line_end = line.substr(18);
    if (line_end != " \n" && line_end != "\r\n" && line_end != " \r") return bad();
    const auto number = static_cast<std::uint32_t>(first + i);
    // Readers differ in which of two entries they take.
    if (revision.offsets.contains(number) || revision.freed.contains(number)) return bad();
    if (line[17] == 'n') {
      if (*generation != 0 || number == 0 || *offset >= revision.xref) return bad();
      revision.offsets.emplace_hint(revision.offsets.end(), number, static_cast<std::size_t>(*offset));
    } else if (line[17] == 'f') {
      if (number != 0) revision.freed.insert(number);
    } else {
      return bad();
    }
  }
  parser = PdfParser(pdf, at);
  return {};
}

Result<PdfRevision> read_revision(std::string_view pdf, std::size_t xref, std::size_t end) {
  PdfRevision revision;
  revision.xref = xref;
  revision.end = end;
  const std::string_view part = pdf.substr(0, end);
  PdfParser parser(part, xref);
  if (!parser.take("xref")) return not_our_profile("startxref that names no cross-reference table");
  for (;;) {
    parser.skip_space();
    if (parser.take("trailer")) break;
    const auto first = parser.take_digits();
    parser.skip_space();
    const auto count = parser.take_digits();
    if (!first || !count) return not_our_profile("a malformed cross-reference table");
    QUOTARY_TRY_VOID(read_subsection(part, parser, revision, *first, *count));
  }
  QUOTARY_TRY(trailer, parser.value());
  if (!trailer.is(PdfValue::Kind::dictionary)) return not_our_profile("a trailer that is no dictionary");
  if (trailer.find("Encrypt") || trailer.find("XRefStm"))
    return not_our_profile("encryption or a hybrid cross-reference");
  if (!trailer.reference("Root")) return not_our_profile("a trailer without Root");
  revision.trailer = std::move(trailer);
  // Nothing between a trailer and its startxref: bytes there would belong to nobody.
  parser.skip_space();
  if (!parser.take("startxref")) return not_our_profile("bytes between trailer and startxref");
  parser.skip_space();
  if (parser.take_digits() != xref) return not_our_profile("a startxref that is not its table's");
  return revision;
}

// The end of the revision whose table stands at `xref`: after the first %%EOF behind it.
std::size_t end_of(std::string_view pdf, std::size_t xref) {
  std::size_t at = pdf.find("%%EOF", xref);
  if (at == pdf.npos) return pdf.npos;
  at += 5;
  if (at < pdf.size() && pdf[at] == '\r') ++at;
  if (at < pdf.size() && pdf[at] == '\n') ++at;
  return at;
}

}  // namespace

Error not_our_profile(std::string_view what) {
  return fail(Errc::invalid, "not_our_profile", "not a PDF as Quotary writes it: " + std::string(what));
}

const PdfValue* PdfValue::find(std::string_view key) const {
  if (kind != Kind::dictionary) return nullptr;
  for (const auto& [name, value] : members) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::optional<std::uint32_t> PdfValue::reference(std::string_view key) const {
  const PdfValue* value = find(key);
  if (!value || !value->is(Kind::reference)) return std::nullopt;
  return static_cast<std::uint32_t>(value->number);
}

Result<PdfFile> PdfFile::read(std::string_view pdf) {
  if (pdf.size() > pdf_bytes_max) return fail(Errc::too_large, "file_too_large", "a file has at most 64 MB");
  if (!pdf.starts_with("%PDF-1.7\n")) return not_our_profile("it does not begin with %PDF-1.7");
  PdfFile file;
  file.pdf_ = pdf;
  QUOTARY_TRY(xref, read_tail(pdf, pdf.size()));
  std::size_t end = pdf.size(), entries = 0;
  for (;;) {
    if (file.revisions_.size() >= pdf_revisions_max) return not_our_profile("too many revisions");
    QUOTARY_TRY(revision, read_revision(pdf, xref, end));
    // Sixty-four full tables would cost more memory than the file that holds them.
    entries += revision.offsets.size() + revision.freed.size();
    if (entries > pdf_objects_max) return not_our_profile("too many objects");
    const PdfValue* previous = revision.trailer.find("Prev");
    const bool first = previous == nullptr;
    if (!first && !previous->is(PdfValue::Kind::integer)) return not_our_profile("a Prev that is no integer");
    const std::int64_t earlier = first ? 0 : previous->number;
    if (!first && (earlier <= 0 || static_cast<std::size_t>(earlier) >= xref))
      return not_our_profile("a Prev that does not lie before its table");
    file.revisions_.push_back(std::move(revision));
    if (first) break;
    // The earlier revision is whole in itself, and this one's objects all lie behind it.
    xref = static_cast<std::size_t>(earlier);
    end = end_of(pdf, xref);
    if (end == pdf.npos || end > file.revisions_.back().xref) return not_our_profile("revisions that overlap");
    QUOTARY_TRY(own, read_tail(pdf, end));
    if (own != xref) return not_our_profile("a revision that does not end behind its table");
    for (const auto& [number, offset] : file.revisions_.back().offsets) {
      if (offset < end) return not_our_profile("an object that lies outside its revision");
    }
  }
  std::reverse(file.revisions_.begin(), file.revisions_.end());
  return file;
}

Result<PdfObject> PdfFile::object(std::uint32_t number) const { return object_at(revisions_.size() - 1, number); }

Result<PdfObject> PdfFile::object_at(std::size_t index, std::uint32_t number) const {
  QUOTARY_CHECK(index < revisions_.size());
  for (std::size_t i = index + 1; i-- > 0;) {
    const PdfRevision& revision = revisions_[i];
    if (revision.freed.contains(number)) break;
    const auto found = revision.offsets.find(number);
    if (found == revision.offsets.end()) continue;
    PdfObject object;
    object.number = number;
    object.begin = found->second;
    // An object ends before its revision's table, so that no value reaches into another revision.
    PdfParser parser(pdf_.substr(0, std::min(revision.xref, found->second + pdf_object_bytes_max)), found->second);
    const auto own = parser.take_digits();
    parser.skip_space();
    const auto generation = parser.take_digits();
    parser.skip_space();
    if (own != number || generation != 0u || !parser.take("obj"))
      return not_our_profile("a cross-reference that does not name its object");
    QUOTARY_TRY(value, parser.value());
    object.value = std::move(value);
    parser.skip_space();
    object.stream = parser.take("stream");
    if (!object.stream && !parser.take("endobj")) return not_our_profile("an object without its end");
    object.end = parser.position();
    object.comment = parser.saw_comment();
    return object;
  }
  return not_our_profile("object " + std::to_string(number) + " is missing");
}

}  // namespace quotary::signing
