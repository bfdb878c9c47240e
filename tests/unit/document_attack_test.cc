// Published and own attacks on signed PDFs, each made from our own files with the attacker's own valid signature where
// one is needed, so that only what was changed can give it away. Each is refused for its reason, and the sealed front
// stays known.
#include "signing/cms.h"
#include "signing/document_validation.h"
#include "signing/incremental_update.h"
#include "tests/support/revision_forge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/cms.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>

namespace quotary {
namespace {

using testing::body_of;
using testing::Change;
using testing::drawn;
using testing::forge;
using testing::ForgedRevision;
using testing::object;
using testing::signature_body;
using testing::signed_documents;
using testing::stream_body;
using testing::with_members;

const testing::SignedDocuments& made() { return signed_documents(); }

std::string ref(std::uint32_t number) { return std::to_string(number) + " 0 R"; }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.rfind(from);
  EXPECT_NE(at, text.npos) << from;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

// The representative's genuine update, changed in one respect and signed anew.
std::function<std::string()> approval(const Change& change) {
  return [change] {
    ForgedRevision revision = made().approval();
    change(revision);
    return forge(made().sealed, revision);
  };
}
std::function<std::string()> time_stamp(const Change& change) {
  return [change] {
    ForgedRevision revision = made().time_stamp(made().sealed);
    change(revision);
    return forge(made().sealed, revision);
  };
}
std::function<std::string()> store(const Change& change) {
  return [change] {
    ForgedRevision revision = made().store(made().sealed);
    change(revision);
    return forge(made().sealed, revision);
  };
}
// A revision of nothing else.
std::function<std::string()> only(const Change& change) {
  return [change] {
    ForgedRevision revision;
    change(revision);
    return forge(made().sealed, revision);
  };
}
std::function<std::string()> signed_file(std::function<std::string(std::string)> change) {
  return [change] { return change(made().by_rep); };
}

// In the object `number`, which the update need not have.
Change text_of(std::uint32_t number, const std::string& from, const std::string& to) {
  return [=](ForgedRevision& revision) {
    auto found = revision.objects.find(number);
    const std::string body = found == revision.objects.end() ? body_of(made().sealed, number) : found->second;
    revision.objects[number] = replaced(body, from, to);
  };
}
Change members_of(std::uint32_t number, const std::string& members) {
  return [=](ForgedRevision& revision) {
    auto found = revision.objects.find(number);
    const std::string body = found == revision.objects.end() ? body_of(made().sealed, number) : found->second;
    revision.objects[number] = with_members(body, members);
  };
}
Change signature(const std::string& members, const std::string& head) {
  return [=](ForgedRevision& revision) { revision.objects[made().next] = signature_body(members, head); };
}

// A CMS with a certificate that is not of the signer's chain, as other programs write it.
std::string with_stranger(const std::string& content) {
  const std::string der = made().cms(content, made().rep_folder);
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  CMS_ContentInfo* const cms = d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size()));
  const auto stranger = signing::certificates_from_pem(made().seal->certificate_pem()).value();
  EXPECT_EQ(CMS_add1_cert(cms, stranger.front().get()), 1);
  std::string out = signing::der_of<i2d_CMS_ContentInfo>(cms);
  CMS_ContentInfo_free(cms);
  return out;
}

struct Attack {
  const char* kind;
  const char* name;
  std::function<std::string()> file;
  const char* code;
};

const std::string& own_head() {
  static const std::string head = "/Type /Sig\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.CAdES.detached\n";
  return head;
}
constexpr const char* own_time = "/M (D:20261124020404Z)\n";

std::uint32_t page_content() {
  const std::string page = body_of(made().sealed, made().page);
  const std::size_t at = page.find("/Contents ") + 10;
  return static_cast<std::uint32_t>(std::stoul(page.substr(at + (page[at] == '[' ? 1 : 0), 12)));
}

std::string in_contents(const std::string& pdf, std::size_t from_end, const std::string& bytes) {
  std::string out = pdf;
  const std::size_t begin = out.rfind("/Contents <") + 11, end = out.find('>', begin);
  return out.replace(from_end == 0 ? begin : end - from_end, bytes.size(), bytes);
}

std::vector<Attack> attacks() {
  static const auto& m = made();  // static: copied into no change
  const std::uint32_t sig = m.next, drawing = m.next + 1, extra = m.next + 2, rep = m.fields.at("Rep"),
                      customer = m.fields.at("Customer1"), seal = m.fields.at("Seal");
  const std::string nothing = "<< >>";
  return {
      // Universal signature forgery: the signature's own information is missing or wrong.
      {"USF", "no ByteRange", approval(text_of(sig, "/ByteRange [0 00000000 00000000 00000000]", "/Name (x)")),
       "byte_range"},
      {"USF", "a ByteRange of two numbers",
       approval(text_of(sig, "/ByteRange [0 00000000 00000000 00000000]", "/ByteRange [0 1]")), "byte_range"},
      {"USF", "a ByteRange of null",
       approval(text_of(sig, "/ByteRange [0 00000000 00000000 00000000]", "/ByteRange null")), "byte_range"},
      {"USF", "a negative ByteRange",
       approval(text_of(sig, "/ByteRange [0 00000000 00000000 00000000]", "/ByteRange [0 -1 5 9]")), "byte_range"},
      {"USF", "a ByteRange behind the file", approval([](auto& r) { r.range = [](auto& n) { n[3] = 90'000'000; }; }),
       "byte_range"},
      {"USF", "no Contents",
       approval([=](auto& r) { r.objects[sig] = "<<\n" + own_head() + "/ByteRange [0 1 2 3]\n" + own_time + ">>"; }),
       "byte_range"},
      {"USF", "Contents of null", approval([=](auto& r) {
         r.objects[sig] = "<<\n" + own_head() + "/ByteRange [0 1 2 3]\n/Contents null\n" + own_time + ">>";
       }),
       "byte_range"},
      {"USF", "empty Contents", approval([](auto& r) { r.der = [](const std::string&) { return std::string(); }; }),
       "contents_malformed"},
      {"USF", "Contents of zeros only, in the finished file",
       signed_file([](std::string pdf) { return in_contents(pdf, 0, std::string(2 * signing::contents_bytes, '0')); }),
       "contents_malformed"},
      {"USF", "bytes behind the CMS", signed_file([](const std::string& pdf) { return in_contents(pdf, 2, "01"); }),
       "contents_malformed"},
      {"USF", "an odd digit in Contents", signed_file([](const std::string& pdf) { return in_contents(pdf, 2, "0 "); }),
       "object_malformed"},
      {"USF", "no SubFilter", approval(signature(own_time, "/Type /Sig\n/Filter /Adobe.PPKLite\n")),
       "signature_malformed"},
      {"USF", "an old SubFilter",
       approval(signature(own_time, "/Type /Sig\n/Filter /Adobe.PPKLite\n/SubFilter /adbe.x509.rsa_sha1\n")),
       "signature_malformed"},
      {"USF", "another handler",
       approval(signature(own_time, "/Type /Sig\n/Filter /Entrust.PPKEF\n/SubFilter /ETSI.CAdES.detached\n")),
       "signature_malformed"},
      {"USF", "a certificate beside the CMS", approval(signature("/Cert (x)\n/M (D:20261124020404Z)\n", own_head())),
       "signature_malformed"},
      {"USF", "a signature that is a string", approval(object(sig, "(signed)")), "signature_malformed"},
      {"USF", "a value that is the seal's signature", approval([=](auto& r) {
         r.objects[rep] = replaced(r.objects[rep], "/V " + ref(sig), "/V " + ref(m.seal_signature));
         r.objects.erase(sig);
       }),
       "signature_malformed"},
      {"USF", "a value that is no reference",
       approval([=](auto& r) { r.objects[rep] = replaced(r.objects[rep], "/V " + ref(sig), "/V (yes)"); }),
       "signature_malformed"},

      // Signature wrapping: the range leaves out more than the signature, or not this one.
      {"SWA", "a range that begins later", approval([](auto& r) { r.range = [](auto& n) { n[0] = 1; }; }),
       "byte_range"},
      {"SWA", "a wider gap", approval([](auto& r) { r.range = [](auto& n) { n[1] -= 1; }; }), "byte_range"},
      {"SWA", "a gap that ends later", approval([](auto& r) { r.range = [](auto& n) { n[2] += 2, n[3] -= 2; }; }),
       "byte_range"},
      {"SWA", "a range that ends early", approval([](auto& r) { r.range = [](auto& n) { n[3] -= 6; }; }), "byte_range"},
      {"SWA", "a range of the sealed document only",
       approval([=](auto& r) { r.range = [=](auto& n) { n[3] = m.sealed.size() - 10, n[2] = n[1] = 10; }; }),
       "byte_range"},
      {"SWA", "overlapping ranges", approval([](auto& r) { r.range = [](auto& n) { std::swap(n[1], n[2]); }; }),
       "byte_range"},
      {"SWA", "the gap of the seal", approval([=](auto& r) {
         r.range = [=](auto& n) {
           const std::size_t total = n[2] + n[3];
           n[1] = m.sealed.rfind("/Contents <") + 10, n[2] = m.sealed.find('>', n[1]) + 1, n[3] = total - n[2];
         };
       }),
       "byte_range"},

      // Incremental saving: what is behind the last signature.
      {"ISA", "a line end behind the end", signed_file([](std::string pdf) { return pdf + "\n"; }), "bytes_added"},
      {"ISA", "a blank behind the end", signed_file([](std::string pdf) { return pdf + " "; }), "bytes_added"},
      {"ISA", "a NUL behind the end", signed_file([](std::string pdf) { return pdf + std::string(1, '\0'); }),
       "bytes_added"},
      {"ISA", "a comment behind the end", signed_file([](std::string pdf) { return pdf + "% x\n%%EOF\n"; }),
       "bytes_added"},
      {"ISA", "another PDF behind the end",
       signed_file([](std::string pdf) { return pdf + testing::unsealed_document(); }), "bytes_added"},
      {"ISA", "objects without a table",
       signed_file([](std::string pdf) { return pdf + "4 0 obj\n<< /Type /Page >>\nendobj\n"; }), "bytes_added"},
      {"ISA", "a second end", signed_file([](std::string pdf) { return pdf + pdf.substr(pdf.rfind("startxref")); }),
       "bytes_hidden"},
      {"ISA", "a cut end", signed_file([](const std::string& pdf) { return pdf.substr(0, pdf.size() - 1); }),
       "byte_range"},
      {"ISA", "a revision of nothing", only([](auto&) {}), "revision_empty"},
      {"ISA", "an object rewritten as it was", only(object(m.form, body_of(m.sealed, m.form))), "revision_empty"},
      {"ISA", "a table that passes over the seal", only([=](auto& r) {
         object(m.info, body_of(m.sealed, m.info))(r);
         r.trailer = [](std::string& text) {
           const std::size_t first = made().sealed.find("startxref\n") + 10, at = text.find("/Prev ") + 6;
           text.replace(at, text.find('\n', at) - at,
                        made().sealed.substr(first, made().sealed.find('\n', first) - first));
         };
       }),
       "bytes_added"},

      // Shadow attacks: replace, hide, hide and replace.
      {"shadow-replace", "another page content", approval(object(page_content(), stream_body("", "q Q"))),
       "object_changed"},
      {"shadow-replace", "another content for the page", approval(text_of(m.page, "/Contents", "/Contents 1 0 R /Old")),
       "page_changed"},
      {"shadow-replace", "another size of the page", approval(members_of(m.page, "/CropBox [ 0 0 9 9 ]\n")),
       "page_changed"},
      {"shadow-replace", "another catalog", approval(members_of(m.catalog, "/OpenAction << /S /Launch >>\n")),
       "catalog_changed"},
      {"shadow-replace", "another page tree", approval(text_of(m.catalog, "/Pages", "/Pages " + ref(m.page) + " /Old")),
       "catalog_changed"},
      {"shadow-replace", "another Perms",
       approval(text_of(m.catalog, "/DocMDP " + ref(m.seal_signature), "/UR3 1 0 R")), "catalog_changed"},
      {"shadow-replace", "a renamed form in the catalog", approval(text_of(m.catalog, "/AcroForm", "/AcroFrom")),
       "catalog_changed"},
      {"shadow-replace", "attachments", approval(members_of(m.catalog, "/Collection << >>\n")), "catalog_changed"},
      {"shadow-replace", "an Info with another number",
       approval(text_of(m.info, "/QuotaryNumber", "/QuotaryNumber (X) /Q")), "info_changed"},
      {"shadow-replace", "an Info with another title", approval(members_of(m.info, "/Trapped /True\n")),
       "info_changed"},
      {"shadow-replace", "a ModDate that is none", approval(text_of(m.info, "/ModDate (D:", "/ModDate (X:")),
       "info_changed"},
      {"shadow-replace", "the page tree replaced", approval([=](auto& r) {
         const std::string catalog = body_of(m.sealed, m.catalog);
         const auto tree = static_cast<std::uint32_t>(std::stoul(catalog.substr(catalog.find("/Pages ") + 7, 8)));
         r.objects[tree] = with_members(body_of(m.sealed, tree), "/Rotate 90\n");
       }),
       "object_changed"},
      {"shadow-hide", "a deleted object", only([=](auto& r) {
         object(m.info, body_of(m.sealed, m.info))(r);
         r.freed = {page_content()};
       }),
       "object_freed"},
      {"shadow-hide", "a deleted field", approval([=](auto& r) { r.freed = {customer}; }), "object_freed"},
      {"shadow-hide", "the seal's signature deleted", approval([=](auto& r) { r.freed = {m.seal_signature}; }),
       "object_freed"},
      {"shadow-hide", "fields taken away", approval(text_of(m.form, ref(customer), "")), "form_changed"},
      {"shadow-hide", "annotations taken away", approval(text_of(m.page, "/Annots", "/Annots [ ] /Old")),
       "page_changed"},
      {"shadow-hide-replace", "an object kept for later", approval(object(extra, "<< /Type /Page >>")),
       "orphan_object"},
      {"shadow-hide-replace", "a stream kept for later", approval(object(extra, stream_body("", "BT ET"))),
       "orphan_object"},
      {"shadow-hide-replace", "another Root", approval([=](auto& r) {
         r.objects[extra] = "<< /Type /Catalog >>";
         r.trailer = [=](std::string& text) {
           text = replaced(text, "/Root " + ref(m.catalog), "/Root " + ref(extra));
         };
       }),
       "trailer_changed"},
      {"shadow-hide-replace", "another Info in the trailer", approval([=](auto& r) {
         r.trailer = [=](std::string& text) { text = replaced(text, "/Info " + ref(m.info), "/Info " + ref(sig)); };
       }),
       "trailer_changed"},
      {"shadow-hide-replace", "bytes between objects", approval([](auto& r) { r.before_table = "(kept for later)\n"; }),
       "bytes_hidden"},
      {"shadow-hide-replace", "an object that no table names",
       approval([](auto& r) { r.before_table = "9 0 obj\n<< >>\nendobj\n"; }), "bytes_hidden"},
      {"shadow-hide-replace", "a comment between objects", approval([](auto& r) { r.before_table = "% pay more\n"; }),
       "bytes_hidden"},
      {"shadow-hide-replace", "a comment in an object", approval(text_of(rep, "/V ", "% pay more\n/V ")),
       "bytes_hidden"},
      {"shadow-hide-replace", "a comment in the trailer", approval([](auto& r) {
         r.trailer = [](std::string& text) { text = replaced(text, "<<\n", "<<\n% pay more\n"); };
       }),
       "bytes_hidden"},

      // Replaced or twofold signatures.
      {"signature", "the seal's dictionary replaced", approval(object(m.seal_signature, "<< /Type /Sig >>")),
       "signature_replaced"},
      {"signature", "the seal's field changed", approval(members_of(seal, "/TM (x)\n")), "field_signed"},
      {"signature", "a signed field signed again",
       [=] {
         ForgedRevision revision;
         revision.objects[rep] = replaced(body_of(m.by_rep, rep), "/V " + ref(sig), "/V " + ref(m.next + 2));
         revision.objects[m.next + 2] = signature_body();
         return forge(m.by_rep, revision);
       },
       "field_signed"},
      {"signature", "an approval's dictionary replaced",
       [=] {
         ForgedRevision revision;
         revision.objects[sig] = body_of(m.by_rep, sig);
         return forge(m.by_rep, revision);
       },
       "signature_replaced"},
      {"signature", "an approval's appearance replaced",
       [=] {
         ForgedRevision revision;
         revision.objects[drawing] = stream_body("/Subtype /Form\n", "q Q");
         return forge(m.by_rep, revision);
       },
       "object_changed"},
      {"signature", "two fields signed at once", approval([=](auto& r) {
         r.objects[customer] = with_members(body_of(m.sealed, customer), "/V " + ref(extra) + "\n");
         r.objects[extra] = signature_body();
       }),
       "two_signatures"},
      {"signature", "one signature in two fields", approval([=](auto& r) {
         r.objects[customer] = with_members(body_of(m.sealed, customer), "/V " + ref(sig) + "\n");
       }),
       "two_signatures"},
      {"signature", "the seal's CMS in an approval", approval([=](auto& r) {
         r.der = [=](const std::string&) {
           const std::size_t at = m.sealed.rfind("/Contents <") + 11;
           const std::string bytes = *from_hex(m.sealed.substr(at, 2 * signing::contents_bytes));
           return bytes.substr(0, signing::der_size(bytes));
         };
       }),
       "signature_invalid"},
      {"signature", "a CMS over other bytes", approval([](auto& r) {
         r.der = [](const std::string& content) { return made().cms(content + "x", made().rep_folder); };
       }),
       "signature_invalid"},
      {"signature", "a certificate more in our CMS",
       approval([](auto& r) { r.der = [](const std::string& content) { return with_stranger(content); }; }),
       "signature_invalid"},
      {"signature", "no CMS but DER",
       approval([](auto& r) { r.der = [](const std::string&) { return std::string("\x30\x03\x02\x01\x05"); }; }),
       "signature_invalid"},
      {"signature", "a changed byte of the field",
       signed_file([](std::string pdf) { return replaced(std::move(pdf), "/Subtype /Widget", "/Subtype /Wedget"); }),
       "field_changed"},
      {"signature", "a changed drawing",
       signed_file([](std::string pdf) { return replaced(std::move(pdf), " RG\n", " rg\n"); }), "signature_invalid"},

      // DocMDP.
      {"DocMDP", "a second certification",
       approval(signature(std::string(own_time) + "/Reference [ << /Type /SigRef /TransformMethod /DocMDP "
                                                  "/TransformParams << /P 3 >> >> ]\n",
                          own_head())),
       "second_certification"},
      {"DocMDP", "a lock of fields",
       approval(signature(std::string(own_time) + "/Reference [ << /TransformMethod /FieldMDP >> ]\n", own_head())),
       "second_certification"},
      {"DocMDP", "a dictionary that leads elsewhere",
       approval(signature(std::string(own_time) + "/Prop_Build << /App " + ref(m.page) + " >>\n", own_head())),
       "signature_malformed"},

      // Evil annotations, and appearances that leave their box.
      {"EAA", "a visible annotation", approval([=](auto& r) {
         r.objects[extra] = "<< /Type /Annot /Subtype /FreeText /Rect [ 0 0 99 99 ] /Contents (void) >>";
         text_of(m.page, "/Annots [", "/Annots [ " + ref(extra))(r);
       }),
       "page_changed"},
      {"EAA", "a visible annotation at the end", approval([=](auto& r) {
         r.objects[extra] = "<< /Type /Annot /Subtype /FreeText /Rect [ 0 0 99 99 ] /Contents (void) >>";
         std::string page = body_of(m.sealed, m.page);
         r.objects[m.page] = page.insert(page.find(']', page.find("/Annots")), ref(extra) + " ");
       }),
       "annotation_added"},
      {"EAA", "a new visible signature field", time_stamp(text_of(drawing, "/Rect [ 0 0 0 0 ]", "/Rect [ 0 0 99 99 ]")),
       "field_visible"},
      {"EAA", "a field with a script", time_stamp(members_of(drawing, "/AA << /E << /S /JavaScript /JS (1) >> >>\n")),
       "field_malformed"},
      {"EAA", "a field with an appearance", time_stamp(members_of(drawing, "/AP << >>\n")), "field_malformed"},
      {"EAA", "a text field", time_stamp(text_of(drawing, "/FT /Sig", "/FT /Tx")), "field_malformed"},
      {"EAA", "a field that is not printed", time_stamp(text_of(drawing, "/F 132", "/F 2")), "field_malformed"},
      {"EAA", "a field of a name that is there", time_stamp(text_of(drawing, "(DocTimeStamp1)", "(Customer1)")),
       "field_name_taken"},
      {"EAA", "a field on no page", time_stamp([=](auto& r) { r.objects.erase(m.page); }), "annotation_added"},
      {"EAA", "a script in the form", approval(members_of(m.form, "/NeedAppearances true\n")), "form_changed"},
      {"SSA", "a moved field", approval([=](auto& r) {
         const std::size_t at = r.objects[rep].find("/Rect");
         r.objects[rep].replace(at, r.objects[rep].find(']', at) + 1 - at, "/Rect [ 0 0 595 842 ]");
       }),
       "field_changed"},
      {"SSA", "a field with an action", approval(members_of(rep, "/A << /S /URI /URI (http://x) >>\n")),
       "field_changed"},
      {"SSA", "a field of another name", approval(text_of(rep, "(Rep)", "(Boss)")), "field_changed"},
      {"SSA", "a hidden field", approval(text_of(rep, "/F 132", "/F 2")), "field_changed"},
      {"SSA", "wider bounds", approval(text_of(drawing, "/BBox [ 0 0", "/BBox [ -50 -50")), "appearance_form"},
      {"SSA", "a matrix", approval(drawn("q Q", nothing, "/Matrix [ 9 0 0 9 0 0 ]\n")), "appearance_form"},
      {"SSA", "text in the appearance", approval(drawn("BT (void) Tj ET")), "appearance_operator"},
      {"SSA", "an inline image", approval(drawn("BI /W 1 ID x EI")), "appearance_operator"},
      {"SSA", "the page's resources", approval(text_of(drawing, "/Resources << >>\n", "")), "appearance_form"},
      {"SSA", "an old object in the appearance",
       approval(drawn("/X Do", "<< /XObject << /X " + ref(page_content()) + " >> >>")), "appearance_resources"},
      {"SSA", "the form drawn in itself by an old name",
       approval(drawn("/X Do", "<< /XObject << /X " + ref(m.page) + " >> >>")), "appearance_resources"},
      {"SSA", "an image from elsewhere", approval([=](auto& r) {
         drawn("/X Do", "<< /XObject << /X " + ref(extra) + " >> >>")(r);
         r.objects[extra] = stream_body("/Type /XObject\n/Subtype /Image\n/F (http://x)\n", "x");
       }),
       "appearance_resources"},
      {"SSA", "an optional layer", approval(drawn("q Q", nothing, "/OC << >>\n")), "appearance_form"},
      {"SSA", "two appearances", approval(text_of(rep, "/AP << /N", "/AP << /D " + ref(drawing) + " /N")),
       "appearance_missing"},
      {"SSA", "an old appearance", approval([=](auto& r) {
         r.objects[rep] = replaced(r.objects[rep], "/N " + ref(drawing), "/N " + ref(page_content()));
       }),
       "appearance_missing"},
      {"SSA", "the signature as appearance",
       approval([=](auto& r) { r.objects[rep] = replaced(r.objects[rep], "/N " + ref(drawing), "/N " + ref(sig)); }),
       "appearance_missing"},

      // Parser differentials.
      {"differential", "an object of another number", approval([=](auto& r) {
         r.text = [=](std::string& text) {
           text = replaced(text, std::to_string(drawing) + " 0 obj", std::to_string(drawing) + " 1 obj");
         };
       }),
       "object_malformed"},
      {"differential", "a key twice", approval(members_of(rep, "/F 132\n")), "object_malformed"},
      {"differential", "a stream that ends early", approval(drawn("q Q\nendstream\nendobj\n% Q")), "object_malformed"},
      {"differential", "a stream of another length", approval([=](auto& r) {
         const std::size_t at = r.objects[drawing].find("/Length ") + 8;
         r.objects[drawing].replace(at, r.objects[drawing].find('\n', at) - at, "3");
       }),
       "object_malformed"},
      {"differential", "a length in another object", approval([=](auto& r) {
         const std::size_t at = r.objects[drawing].find("/Length ") + 8;
         r.objects[drawing].replace(at, r.objects[drawing].find('\n', at) - at, ref(extra));
         r.objects[extra] = "3";
       }),
       "object_malformed"},
      {"differential", "a table with an object twice",
       approval([](auto& r) { r.table = [](std::string& text) { text += text.substr(5, text.find("n \n") - 2); }; }),
       "bytes_added"},
      {"differential", "encryption", approval([](auto& r) {
         r.trailer = [](std::string& text) { text = replaced(text, "/Root", "/Encrypt 1 0 R\n/Root"); };
       }),
       "bytes_added"},
      {"differential", "a hybrid table", approval([](auto& r) {
         r.trailer = [](std::string& text) { text = replaced(text, "/Root", "/XRefStm 9\n/Root"); };
       }),
       "bytes_added"},
      {"differential", "another identifier", approval([](auto& r) {
         r.trailer = [](std::string& text) { text.replace(text.find("/ID [ <") + 7, 2, "zz" + std::string()); };
       }),
       "bytes_added"},
      {"differential", "another document's identifier", approval([](auto& r) {
         r.trailer = [](std::string& text) {
           const std::size_t at = text.find("/ID [ <") + 7;
           text[at] = text[at] == '0' ? '1' : '0';
         };
       }),
       "trailer_changed"},
      {"differential", "a Size that shrinks", approval([](auto& r) {
         r.trailer = [](std::string& text) {
           text.replace(text.find("/Size "), text.find(">>") - text.find("/Size "), "/Size 5\n");
         };
       }),
       "trailer_changed"},

      // The store of validation data.
      {"store", "a member of its own", store(text_of(sig, "/Type /DSS\n", "/Type /DSS\n/Names << >>\n")),
       "store_malformed"},
      {"store", "an old object in it", store(text_of(sig, "/Certs [ ", "/Certs [ " + ref(page_content()) + " ")),
       "store_malformed"},
      {"store", "a dictionary in it", store(object(drawing, "<< /Type /Page >>")), "store_malformed"},
      {"store", "a stream that says more", store(object(drawing, stream_body("/Type /XObject\n", "x"))),
       "store_malformed"},
      {"store", "an orphan beside it", store(object(extra, stream_body("", "x"))), "orphan_object"},
      {"store", "an extension of another maker", store(text_of(m.catalog, "/ESIC", "/ADBE")), "catalog_changed"},
      {"store", "names in the catalog", store(members_of(m.catalog, "/AA << >>\n")), "catalog_changed"},
      {"store", "entries lost",
       [=] {
         const std::string first = forge(m.sealed, m.store(m.sealed));
         ForgedRevision second = m.store(m.sealed);
         second.objects.clear();
         const std::uint32_t number = m.next + 2;
         second.objects[number] = "<<\n/Type /DSS\n/Certs [ " + ref(number + 1) + " ]\n>>";
         second.objects[number + 1] = stream_body("", "another");
         second.objects[m.catalog] = replaced(body_of(first, m.catalog), "/DSS " + ref(m.next), "/DSS " + ref(number));
         return forge(first, second);
       },
       "store_entries_lost"},
      {"store", "the store taken away",
       [=] {
         const std::string first = forge(m.sealed, m.store(m.sealed));
         ForgedRevision second;
         second.objects[m.catalog] = body_of(m.sealed, m.catalog);
         return forge(first, second);
       },
       "catalog_changed"},

      // Time-stamps and proofs.
      {"time-stamp", "a token over other bytes",
       time_stamp([](auto& r) { r.der = [](const std::string& content) { return made().token(content + "x"); }; }),
       "signature_invalid"},
      {"time-stamp", "a CMS instead of a token", time_stamp([](auto& r) {
         r.der = [](const std::string& content) { return made().cms(content, made().rep_folder); };
       }),
       "signature_invalid"},
      {"time-stamp", "an invisible signature that is none", time_stamp([=](auto& r) {
         r.objects[sig] = signature_body();
         r.der = [](const std::string& content) { return made().cms(content, made().rep_folder); };
       }),
       "signature_kind"},
      {"time-stamp", "a field without a value", time_stamp([=](auto& r) {
         r.objects[drawing] = replaced(r.objects[drawing], "/V " + ref(sig) + "\n", "");
         r.objects.erase(sig);
       }),
       "signature_malformed"},
      {"time-stamp", "a token in a reserved field", approval([=](auto& r) {
         r.objects[sig] = signature_body("", "/Type /DocTimeStamp\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.RFC3161\n");
         r.der = [](const std::string& content) { return made().token(content); };
       }),
       "signature_malformed"},
      {"proof", "a proof's field of another's making", time_stamp([=](auto& r) {
         r.objects[drawing] = replaced(r.objects[drawing], "(DocTimeStamp1)", "(LedgerProof)");
         r.objects[sig] = signature_body();
         r.der = [](const std::string& content) { return made().cms(content, made().seal_folder); };
       }),
       "signature_malformed"},
      {"proof", "a changed proof",
       [=] {
         std::string pdf = m.with_proof;
         const std::size_t at = pdf.rfind(to_hex("a proof"));
         pdf[at + 1] = pdf[at + 1] == '1' ? '2' : '1';
         return pdf;
       },
       "signature_invalid"},
      {"claims", "a time that is none", approval(signature("/M (yesterday)\n", own_head())), "signature_time"},
      {"claims", "a time before its certificate", approval(signature("/M (D:20161124020404Z)\n", own_head())),
       "signature_time"},
  };
}

TEST(DocumentAttack, EachIsRefusedForItsReason) {
  const auto all = attacks();
  EXPECT_GE(all.size(), 100u);
  for (const Attack& attack : all) {
    const std::string file = attack.file();
    const auto found = made().validated(file);
    EXPECT_FALSE(found.intact) << attack.kind << ": " << attack.name;
    EXPECT_EQ(found.code, attack.code) << attack.kind << ": " << attack.name << ": " << found.reason;
    EXPECT_FALSE(found.reason.empty()) << attack.name;
    // What was sealed stays known, and nothing behind the front is called allowed.
    EXPECT_EQ(found.sealed_bytes, made().sealed.size()) << attack.name;
    EXPECT_GE(found.intact_bytes, found.sealed_bytes) << attack.name;
    EXPECT_LT(found.intact_bytes, file.size()) << attack.name;
    for (const auto& signature : found.signatures) EXPECT_FALSE(signature.later_changes_allowed) << attack.name;
    for (const auto& revision : found.revisions) EXPECT_EQ(revision.allowed, revision.end <= found.intact_bytes);
  }
}

// The tools themselves work: unchanged, what they make is intact, so each refusal above is for its one change.
TEST(DocumentAttack, TheToolsMakeIntactFiles) {
  const auto nothing = [](ForgedRevision&) {};
  for (const auto& file : {approval(nothing)(), time_stamp(nothing)(), store(nothing)()}) {
    const auto found = made().validated(file);
    EXPECT_TRUE(found.intact) << found.code << ": " << found.reason;
  }
}

TEST(DocumentAttack, AnyChangedByteOfAnApproval) {
  const std::string& pdf = made().by_rep;
  const std::size_t gap = pdf.rfind("/Contents <") + 11;
  for (std::size_t at = made().sealed.size(); at<pdf.size(); at += at> gap + 3000 && at < gap + 32'600 ? 997 : 3) {
    std::string changed = pdf;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto found = made().validated(changed);
    ASSERT_FALSE(found.intact) << "at " << at;
    ASSERT_EQ(found.intact_bytes, made().sealed.size()) << "at " << at;
  }
}

TEST(DocumentAttack, EveryTruncationOfAnApproval) {
  const std::string& pdf = made().by_rep;
  for (std::size_t size = made().sealed.size() + 1; size < pdf.size(); size += size + 300 < pdf.size() ? 997 : 1) {
    const auto found = made().validated(pdf.substr(0, size));
    ASSERT_FALSE(found.intact) << size;
    ASSERT_EQ(found.intact_bytes, made().sealed.size()) << size;
  }
}

// Only a signature that is another program's in what it does cover may be so in what it does not.
TEST(DocumentAttack, AnotherProgramsCmsIsMarked) {
  ForgedRevision revision = made().approval();
  signature(std::string(own_time) + "/Prop_Build << /App << /Name /X >> >>\n", own_head())(revision);
  revision.der = with_stranger;
  const auto found = made().validated(forge(made().sealed, revision));
  EXPECT_TRUE(found.intact) << found.code << ": " << found.reason;
  EXPECT_TRUE(found.signatures.back().foreign);
}

// The first refusal ends the front; what follows it is never believed.
TEST(DocumentAttack, NothingIsAllowedBehindWhatIsNot) {
  ForgedRevision bad;
  bad.objects[page_content()] = stream_body("", "q Q");
  const std::string broken = forge(made().by_rep, bad);
  const auto found = made().validated(forge(broken, made().time_stamp(broken)));
  EXPECT_EQ(found.code, "object_changed");
  EXPECT_EQ(found.intact_bytes, made().by_rep.size());
  ASSERT_EQ(found.revisions.size(), 5u);
  EXPECT_EQ(found.revisions[3].code, "object_changed");
  EXPECT_EQ(found.revisions[4].code, "after_refused");
}

// A document that names an object which it does not have could be given one later.
TEST(DocumentAttack, ASealedDocumentThatWaitsForAnObject) {
  std::string base = testing::unsealed_document();
  base = replaced(base, "/Resources <<\n>>", "/Contents 99 0 R");
  const std::size_t shorter = std::string("/Resources <<\n>>").size() - std::string("/Contents 99 0 R").size();
  EXPECT_EQ(shorter, 0u);
  const std::string sealed = made().seal->seal(base, testing::seal_request()).value();
  EXPECT_TRUE(made().validated(sealed).intact);
  ForgedRevision revision;
  revision.objects[2] = with_members(body_of(sealed, 2), "/ModDate (D:20261124020404Z)\n");
  const auto found = made().validated(forge(sealed, revision));
  EXPECT_EQ(found.code, "dangling_reference");
  const std::string honest = made().seal->seal(testing::unsealed_document(), testing::seal_request()).value();
  EXPECT_TRUE(made().validated(forge(honest, revision)).intact) << "a ModDate alone is allowed";
}

}  // namespace
}  // namespace quotary
