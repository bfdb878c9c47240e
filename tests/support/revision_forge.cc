#include "tests/support/revision_forge.h"

#include "pdfgen/quote_document.h"
#include "signing/cms.h"
#include "signing/incremental_update.h"
#include "signing/pdf_reader.h"
#include "tests/support/sample_quotes.h"

#include <algorithm>

namespace quotary::testing {

namespace {

constexpr std::string_view range_hole = "/ByteRange [0 00000000 00000000 00000000]";

std::string padded(std::size_t number, std::size_t width, char fill) {
  const std::string digits = std::to_string(number);
  return digits.size() < width ? std::string(width - digits.size(), fill) + digits : digits;
}

class FixedClock final : public Clock {
 public:
  Timestamp now() const override { return approval_time; }
  std::int64_t steady_ms() const override { return 0; }
};

std::size_t size_of(const std::string& pdf) {
  return static_cast<std::size_t>(signing::PdfFile::read(pdf)->trailer().find("Size")->number);
}

std::string pdfgen_document() {
  const auto fonts = pdfgen::Fonts::load({}).value();
  const auto document = pdfgen::QuoteDocument::prepare(fonts, cny_quote(), {}).value();
  return document.finish(sample_numbering(), "{}").value();
}

}  // namespace

std::string body_of(const std::string& pdf, std::uint32_t number) {
  const auto file = signing::PdfFile::read(pdf).value();
  const auto object = file.object(number).value();
  return pdf.substr(object.value.begin, object.value.end - object.value.begin);
}

std::string with_members(std::string body, const std::string& members) {
  return body.insert(body.rfind(">>"), members);
}

std::string signature_body(const std::string& members, const std::string& head) {
  return "<<\n" + head + std::string(range_hole) + "\n/Contents <" + std::string(2 * signing::contents_bytes, '0') +
         ">\n" + members + ">>";
}

std::string stream_body(const std::string& dictionary, const std::string& data) {
  return "<<\n" + dictionary + "/Length " + std::to_string(data.size()) + "\n>>\nstream\n" + data + "\nendstream";
}

signing::SignatureAppearance drawn_name() {
  signing::SignatureAppearance out;
  out.width = 300;
  out.height = 100;
  out.paths.push_back(signing::ink_stroke({{10, 10}, {150.5, 90}, {400, 20}}, 3, {0, 0, 128}));
  using Kind = signing::AppearanceStep::Kind;
  signing::AppearancePath letter;
  letter.filled = true;
  letter.steps = {{Kind::move, {{{20, 20}}}},
                  {Kind::curve, {{{30, 20}, {40, 30}, {40, 40}}}},
                  {Kind::line, {{{20, 40}}}},
                  {Kind::close, {}}};
  out.paths.push_back(letter);
  return out;
}

std::string forge(const std::string& pdf, const ForgedRevision& revision) {
  std::string out = pdf, text;
  std::map<std::uint32_t, std::string> lines;
  for (const auto& [number, body] : revision.objects) text += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
  if (revision.text) revision.text(text);
  std::size_t from = 0;  // objects stand in the order of their numbers
  for (const auto& [number, body] : revision.objects) {
    const std::string opening = std::to_string(number) + " 0 obj\n";
    const std::size_t found = text.starts_with(opening) ? 0 : text.find("\n" + opening, from) + 1;
    lines[number] = padded(pdf.size() + found, 10, '0') + " 00000 n \n";
    if (found > 0) from = found;
  }
  for (const std::uint32_t number : revision.freed) lines[number] = "0000000000 00001 f \n";
  std::string table = "xref\n";
  for (const auto& [number, line] : lines) table += std::to_string(number) + " 1\n" + line;
  if (revision.table) revision.table(table);
  out += text + revision.before_table;

  const auto file = signing::PdfFile::read(pdf).value();
  std::size_t size = size_of(pdf);
  if (!revision.objects.empty()) size = std::max<std::size_t>(size, revision.objects.rbegin()->first + 1);
  const auto& old = file.trailer();
  std::string trailer = "trailer\n<<\n/ID [ <" + to_hex(old.find("ID")->items[0].text) + "> <00112233> ]\n/Info " +
                        std::to_string(*old.reference("Info")) + " 0 R\n/Prev " +
                        std::to_string(file.revisions().back().xref) + "\n/Root " +
                        std::to_string(*old.reference("Root")) + " 0 R\n/Size " + std::to_string(size) + "\n>>\n";
  if (revision.trailer) revision.trailer(trailer);
  const std::size_t xref = out.size();
  out += table + trailer + "startxref\n" + std::to_string(xref) + "\n%%EOF\n";

  const std::size_t hole = out.find(range_hole, pdf.size());
  if (hole == out.npos) return out;
  const std::size_t begin = out.find("/Contents <", hole) + 10, end = out.find('>', begin) + 1;
  std::size_t numbers[4] = {0, begin, end, out.size() - end};
  if (revision.range) revision.range(numbers);
  const std::string filled = "/ByteRange [" + padded(numbers[0], 1, ' ') + " " + padded(numbers[1], 8, ' ') + " " +
                             padded(numbers[2], 8, ' ') + " " + padded(numbers[3], 8, ' ') + "]";
  out.replace(hole, filled.size(), filled);
  const std::string content = out.substr(0, begin) + out.substr(end);
  const std::string der =
      revision.der ? revision.der(content) : signed_documents().cms(content, signed_documents().rep_folder);
  std::string digits = to_hex(der);
  digits.resize(end - begin - 2, '0');
  return out.replace(begin + 1, digits.size(), digits);
}

SignedDocuments::SignedDocuments() : seal(development_seal(seal_folder)) {
  SystemRandom random;
  auto files = posix_file_system();
  const auto paths =
      signing::make_development_seal(*files, rep_folder.path(), "Li Lei 李雷", seal_time, random).value();
  rep = signing::load_document_signer(*files, paths, seal_time).value();
  const auto time_paths = signing::TimeAuthority::make(*files, time_folder.path(), "Clock", seal_time, random).value();
  authority = signing::TimeAuthority::open(std::move(files), time_paths, std::make_shared<FixedClock>(),
                                           std::make_shared<SystemRandom>())
                  .value();
  anchors.signer_roots_pem = seal->certificate_pem() + rep->certificate_pem();
  anchors.time_roots_pem = authority->certificate_pem();

  sealed = seal->seal(pdfgen_document(), seal_request()).value();
  const auto file = signing::PdfFile::read(sealed).value();
  catalog = *file.trailer().reference("Root");
  info = *file.trailer().reference("Info");
  next = static_cast<std::uint32_t>(size_of(sealed));
  const auto root = file.object(catalog).value();
  form = *root.value.reference("AcroForm");
  seal_signature = *root.value.find("Perms")->reference("DocMDP");
  const auto pages = file.object(*root.value.reference("Pages")).value();
  page = static_cast<std::uint32_t>(pages.value.find("Kids")->items.front().number);
  for (const auto& field : signing::form_fields(file, root.value).value())
    fields[field.object.value.find("T")->text] = field.number;

  by_rep = signing::sign_approval(sealed, request(sealed, "Rep"), *rep).value();
  const std::string by_first = signing::sign_approval(sealed, request(sealed, "Customer1"), *rep).value();
  by_customers = signing::sign_approval(by_first, request(by_first, "Customer2"), *rep).value();
  with_proof = seal->embed_proof(sealed, "a proof", approval_time).value();
}

std::string SignedDocuments::cms(const std::string& content, const TemporaryFolder& by) const {
  const auto files = posix_file_system();
  const auto certificates = signing::certificates_from_pem(read_file(*files, by.file("seal.cert.pem")).value()).value();
  const auto key = signing::private_key_from_pem(read_file(*files, by.file("seal.key.pem")).value());
  const auto cms_form = signing::CmsForm::make(certificates.front().get(), {}).value();
  return signing::sign_cms(cms_form, key.get(), sha256(content)).value().der;
}

std::string SignedDocuments::token(const std::string& content) const {
  SystemRandom random;
  const auto query = signing::make_time_query(sha256(content), random).value();
  const auto answer = authority->answer(query.der).value();
  return signing::check_time_reply(answer.der, query, authority->certificate_pem(), approval_time).value().der;
}

ForgedRevision SignedDocuments::approval() const {
  ForgedRevision out;
  const std::uint32_t field = fields.at("Rep");
  std::string widget = body_of(sealed, field);
  const std::size_t at = widget.find("/AP");
  widget.replace(at, widget.find(">>", at) + 2 - at, "/AP << /N " + std::to_string(next + 1) + " 0 R >>\n");
  out.objects[field] = with_members(widget, "/V " + std::to_string(next) + " 0 R\n");
  out.objects[next] = signature_body();
  const auto file = signing::PdfFile::read(sealed).value();
  const auto object = file.object(field).value();
  out.objects[next + 1] =
      signing::write_appearance(drawn_name(), *signing::box_size(object.value.find("Rect"))).value();
  return out;
}

ForgedRevision SignedDocuments::time_stamp(const std::string& pdf) const {
  ForgedRevision out;
  const auto signature = static_cast<std::uint32_t>(size_of(pdf));
  const std::string added = " " + std::to_string(signature + 1) + " 0 R ]";
  const auto with_reference = [&](std::uint32_t number, const std::string& key) {
    std::string body = body_of(pdf, number);
    const std::size_t at = body.find("]", body.find(key));
    return body.replace(at, 1, added);
  };
  out.objects[signature] =
      signature_body("", "/Type /DocTimeStamp\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.RFC3161\n");
  out.objects[signature + 1] = "<<\n/Type /Annot\n/Subtype /Widget\n/FT /Sig\n/T (DocTimeStamp1)\n/F 132\n/P " +
                               std::to_string(page) + " 0 R\n/Rect [ 0 0 0 0 ]\n/V " + std::to_string(signature) +
                               " 0 R\n>>";
  out.objects[form] = with_reference(form, "/Fields");
  out.objects[page] = with_reference(page, "/Annots");
  out.der = [this](const std::string& content) { return token(content); };
  return out;
}

ForgedRevision SignedDocuments::store(const std::string& pdf) const {
  ForgedRevision out;
  const auto number = static_cast<std::uint32_t>(size_of(pdf));
  const std::string stream = std::to_string(number + 1) + " 0 R";
  out.objects[number] = "<<\n/Type /DSS\n/Certs [ " + stream +
                        " ]\n/VRI <<\n/0123456789ABCDEF0123456789ABCDEF01234567 <<\n/Type /VRI\n/Cert [ " + stream +
                        " ]\n>>\n>>\n>>";
  out.objects[number + 1] = stream_body("", "a certificate");
  out.objects[catalog] = with_members(body_of(pdf, catalog), "/DSS " + std::to_string(number) +
                                                                 " 0 R\n/Extensions << /ESIC << /BaseVersion /1.7 "
                                                                 "/ExtensionLevel 1 >> >>\n");
  return out;
}

signing::ApprovalRequest SignedDocuments::request(const std::string& pdf, const std::string& field) const {
  signing::ApprovalRequest out;
  out.field = field;
  out.base = sha256(pdf);
  out.time = approval_time;
  out.name = "李雷";
  out.reason = "Accepted (all pages)";
  out.appearance = drawn_name();
  return out;
}

signing::DocumentValidation SignedDocuments::validated(const std::string& pdf) const {
  return signing::validate_document(pdf, anchors, validation_time).value();
}

const SignedDocuments& signed_documents() {
  static const SignedDocuments made;
  return made;
}

Change object(std::uint32_t number, const std::string& body) {
  return [=](ForgedRevision& revision) { revision.objects[number] = body; };
}
Change drawn(const std::string& content, const std::string& resources, const std::string& more) {
  return [=](ForgedRevision& revision) {
    const std::string& old = revision.objects.at(signed_documents().next + 1);
    const std::size_t at = old.find("/BBox");
    revision.objects[signed_documents().next + 1] =
        stream_body("/Type /XObject\n/Subtype /Form\n" + old.substr(at, old.find(']', at) + 1 - at) + "\n/Resources " +
                        resources + "\n" + more,
                    content);
  };
}

}  // namespace quotary::testing
