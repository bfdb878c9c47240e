// Parser differentials by cross-reference streams and object streams (ISO 32000-1, 7.5.7 and 7.5.8). Other readers
// follow them, which qpdf shows of each file here; ours does not, so none may pass for a part of the document.
#include "signing/document_validation.h"
#include "signing/pdf_reader.h"
#include "tests/support/revision_forge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace quotary {
namespace {

using testing::body_of;
using testing::forge;
using testing::ForgedRevision;
using ::testing::HasSubstr;
using testing::stream_body;
using testing::with_members;

const testing::SignedDocuments& made() { return testing::signed_documents(); }

using Objects = std::map<std::uint32_t, std::string>;

std::string ref(std::uint32_t number) { return std::to_string(number) + " 0 R"; }

std::string big_endian(std::size_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  return out;
}

std::string object_stream(const Objects& objects) {
  std::string head, bodies;
  for (const auto& [number, body] : objects) {
    head += std::to_string(number) + " " + std::to_string(bodies.size()) + " ";
    bodies += body + "\n";
  }
  return stream_body(
      "/Type /ObjStm\n/N " + std::to_string(objects.size()) + "\n/First " + std::to_string(head.size()) + "\n",
      head + bodies);
}

// The members that a trailer and a cross-reference stream have in common.
std::string trailer_members(const std::string& pdf, std::uint32_t size) {
  const auto file = signing::PdfFile::read(pdf).value();
  const auto& old = file.trailer();
  return "/ID [ <" + to_hex(old.find("ID")->items[0].text) + "> <00112233> ]\n/Info " + ref(*old.reference("Info")) +
         "\n/Prev " + std::to_string(file.revisions().back().xref) + "\n/Root " + ref(*old.reference("Root")) +
         "\n/Size " + std::to_string(size) + "\n";
}

// An update that is indexed by a cross-reference stream.
struct CompressedUpdate {
  Objects plain;   // as objects of their own
  Objects packed;  // within an object stream
  std::string text;
  std::size_t xref = 0;  // where the cross-reference stream stands in the file
};

constexpr int in_use = 1, in_stream = 2;

// `first` is a number that no object has, and those behind it neither.
void write(CompressedUpdate& update, const std::string& pdf, std::uint32_t first) {
  const std::uint32_t container = first, table = first + 1;
  std::map<std::uint32_t, std::string> entries;
  Objects plain = update.plain;
  if (!update.packed.empty()) plain[container] = object_stream(update.packed);
  for (const auto& [number, body] : plain) {
    entries[number] = big_endian(in_use, 1) + big_endian(pdf.size() + update.text.size(), 4) + big_endian(0, 2);
    update.text += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
  }
  std::size_t place = 0;
  for (const auto& [number, body] : update.packed)
    entries[number] = big_endian(in_stream, 1) + big_endian(container, 4) + big_endian(place++, 2);
  update.xref = pdf.size() + update.text.size();
  entries[table] = big_endian(in_use, 1) + big_endian(update.xref, 4) + big_endian(0, 2);
  std::string index, data;
  for (const auto& [number, entry] : entries) {
    index += std::to_string(number) + " 1 ";
    data += entry;
  }
  update.text +=
      std::to_string(table) + " 0 obj\n" +
      stream_body("/Type /XRef\n/W [ 1 4 2 ]\n/Index [ " + index + "]\n" + trailer_members(pdf, table + 1), data) +
      "\nendobj\n";
}

std::string compressed(const std::string& pdf, Objects plain, Objects packed) {
  CompressedUpdate update{std::move(plain), std::move(packed), {}, 0};
  write(update, pdf, made().next + 10);
  return pdf + update.text + "startxref\n" + std::to_string(update.xref) + "\n%%EOF\n";
}

std::string other_catalog() { return with_members(body_of(made().sealed, made().catalog), "/Lang (redefined)\n"); }

// The newest version of an object, as qpdf reads the file.
std::string seen_by_qpdf(const std::string& pdf, std::uint32_t number) {
  const testing::TemporaryFolder folder;
  testing::write_bytes(folder.file("update.pdf"), pdf);
  return testing::run("qpdf --show-object=" + std::to_string(number) + " '" + folder.file("update.pdf") + "'").output;
}

void expect_refused(const std::string& pdf, const char* code, const char* name) {
  const auto found = made().validated(pdf);
  EXPECT_FALSE(found.intact) << name;
  EXPECT_EQ(found.code, code) << name << ": " << found.reason;
  EXPECT_EQ(found.sealed_bytes, made().sealed.size()) << name;
  EXPECT_EQ(found.intact_bytes, made().sealed.size()) << name;
  for (const auto& signature : found.signatures) EXPECT_FALSE(signature.later_changes_allowed) << name;
}

TEST(CompressedUpdate, ARedefinedCatalog) {
  const std::string packed = compressed(made().sealed, {}, {{made().catalog, other_catalog()}});
  EXPECT_THAT(seen_by_qpdf(packed, made().catalog), HasSubstr("redefined"));
  expect_refused(packed, "bytes_added", "in an object stream");
  const std::string plain = compressed(made().sealed, {{made().catalog, other_catalog()}}, {});
  EXPECT_THAT(seen_by_qpdf(plain, made().catalog), HasSubstr("redefined"));
  expect_refused(plain, "bytes_added", "by a cross-reference stream");
}

TEST(CompressedUpdate, ARedefinedField) {
  const std::uint32_t field = made().fields.at("Customer1");
  const std::string body = with_members(body_of(made().sealed, field), "/TU (redefined)\n");
  const std::string pdf = compressed(made().sealed, {}, {{field, body}});
  EXPECT_THAT(seen_by_qpdf(pdf, field), HasSubstr("redefined"));
  expect_refused(pdf, "bytes_added", "a field");
  // Behind a signature that is allowed, that one's end is as far as the document goes.
  const auto found = made().validated(compressed(made().by_rep, {}, {{field, body}}));
  EXPECT_EQ(found.code, "bytes_added");
  EXPECT_EQ(found.intact_bytes, made().by_rep.size());
}

// A classic table beside which newer readers find more (7.5.8.4): its trailer names a cross-reference stream.
TEST(CompressedUpdate, AHybridFile) {
  CompressedUpdate hidden{{}, {{made().next + 9, "<< /Type /Page /Lang (redefined) >>"}}, {}, 0};
  write(hidden, made().sealed, made().next + 10);
  ForgedRevision revision;
  revision.objects[made().info] = with_members(body_of(made().sealed, made().info), "/ModDate (D:20261124020404Z)\n");
  revision.text = [&](std::string& text) { text = hidden.text + text; };
  const std::string honest = forge(made().sealed, revision);
  expect_refused(honest, "bytes_hidden", "streams that nothing names");
  revision.trailer = [&](std::string& text) {
    text.insert(text.find("/Root"), "/XRefStm " + std::to_string(hidden.xref) + "\n");
    const std::size_t size = text.find("/Size ");
    text.replace(size, text.find('\n', size) - size, "/Size " + std::to_string(made().next + 12));
  };
  const std::string hybrid = forge(made().sealed, revision);
  EXPECT_THAT(seen_by_qpdf(hybrid, made().next + 9), HasSubstr("redefined"));
  expect_refused(hybrid, "bytes_added", "a hybrid file");
}

// An object stream that a classic table lists: readers that repair a file look into it.
TEST(CompressedUpdate, AnObjectStreamInAnApproval) {
  ForgedRevision revision = made().approval();
  revision.objects[made().next + 2] = object_stream({{made().catalog, other_catalog()}});
  expect_refused(forge(made().sealed, revision), "orphan_object", "beside the signature");
  revision = made().approval();
  revision.objects[made().next + 2] = stream_body("/Type /XRef\n/W [ 1 4 2 ]\n", "");
  expect_refused(forge(made().sealed, revision), "orphan_object", "a cross-reference stream beside it");
}

// A compressed update, and a classic one behind it that passes it over.
TEST(CompressedUpdate, OneThatIsPassedOver) {
  CompressedUpdate first{{}, {{made().catalog, other_catalog()}}, {}, 0};
  write(first, made().sealed, made().next + 10);
  ForgedRevision revision;
  revision.objects[made().info] = with_members(body_of(made().sealed, made().info), "/ModDate (D:20261124020404Z)\n");
  revision.text = [&](std::string& text) {
    text = first.text + "startxref\n" + std::to_string(first.xref) + "\n%%EOF\n" + text;
  };
  expect_refused(forge(made().sealed, revision), "bytes_hidden", "passed over");
}

// As a program signs that writes compressed updates: the signature holds, and the copy is refused all the same, because
// what else the update redefines is not read. The reader sees what was sealed, and that bytes follow it.
TEST(CompressedUpdate, AForeignSignatureInOne) {
  const std::uint32_t field = made().fields.at("Customer1"), signature = made().next;
  std::string dictionary = testing::signature_body();
  const std::string hole = "/ByteRange [0 00000000 00000000 00000000]";
  std::string pdf = compressed(made().sealed, {{signature, dictionary}},
                               {{field, with_members(body_of(made().sealed, field), "/V " + ref(signature) + "\n")}});
  const std::size_t begin = pdf.rfind("/Contents <") + 10, end = pdf.find('>', begin) + 1;
  const auto padded = [](std::size_t number) {
    const std::string digits = std::to_string(number);
    return std::string(8 - digits.size(), ' ') + digits;
  };
  pdf.replace(pdf.rfind(hole), hole.size(),
              "/ByteRange [0 " + padded(begin) + " " + padded(end) + " " + padded(pdf.size() - end) + "]");
  std::string digits = to_hex(made().cms(pdf.substr(0, begin) + pdf.substr(end), made().rep_folder));
  digits.resize(end - begin - 2, '0');
  pdf.replace(begin + 1, digits.size(), digits);

  const testing::TemporaryFolder folder;
  testing::write_bytes(folder.file("signed.pdf"), pdf);
  const auto pdfsig = testing::run("pdfsig -nocert '" + folder.file("signed.pdf") + "'");
  EXPECT_THAT(pdfsig.output, HasSubstr("Signature #2:"));
  EXPECT_THAT(pdfsig.output, ::testing::Not(HasSubstr("Invalid")));
  EXPECT_THAT(seen_by_qpdf(pdf, field), HasSubstr("/V " + ref(signature)));
  expect_refused(pdf, "bytes_added", "signed by another program");
  EXPECT_EQ(made().validated(pdf).signatures.size(), 1u) << "the second is not read";
}

// Nor is such a file sealed in the first place.
TEST(CompressedUpdate, IsNotSealed) {
  const std::string base = testing::unsealed_document();
  CompressedUpdate update{{}, {{2, "<< /Creator (redefined) >>"}}, {}, 0};
  write(update, base, 20);
  const std::string pdf = base + update.text + "startxref\n" + std::to_string(update.xref) + "\n%%EOF\n";
  EXPECT_THAT(seen_by_qpdf(pdf, 2), HasSubstr("redefined"));
  const auto sealed = made().seal->seal(pdf, testing::seal_request());
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().code, "not_our_profile");
  EXPECT_THAT(sealed.error().detail, HasSubstr("startxref that names no cross-reference table"));
}

}  // namespace
}  // namespace quotary
