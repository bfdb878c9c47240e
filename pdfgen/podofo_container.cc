#include "pdfgen/podofo_container.h"

#include "ledger/base/bytes.h"
#include "ledger/base/hash.h"

#include <openssl/evp.h>
#include <podofo/podofo.h>

#include <mutex>

namespace quotary::pdfgen {
namespace {

using PoDoFo::PdfArray;
using PoDoFo::PdfDictionary;
using PoDoFo::PdfName;
using PoDoFo::PdfObject;
using PoDoFo::PdfString;
using PoDoFo::PdfVariant;
using PoDoFo::pdf_int64;
using PoDoFo::pdf_long;

const unsigned char srgb_profile[] = {
#include "srgb_profile.inc"
};

PdfString utf8(std::string_view text) {
  return PdfString(reinterpret_cast<const PoDoFo::pdf_utf8*>(text.data()), static_cast<pdf_long>(text.size()));
}

PdfString literal(std::string_view text) { return PdfString(text.data(), static_cast<pdf_long>(text.size())); }

PdfVariant integer(long long value) { return PdfVariant(static_cast<pdf_int64>(value)); }

// One file being put together.
class Builder {
 public:
  explicit Builder(const Container& container) : in_(container) { objects_.SetAutoDelete(true); }

  std::string build() {
    catalog_ = objects_.CreateObject("Catalog");
    info_ = objects_.CreateObject();
    page_tree_ = objects_.CreateObject("Pages");
    fill_catalog();
    fill_info();
    PdfObject* resources = make_resources();
    make_pages(resources);
    if (!in_.fields.empty()) make_fields();
    if (in_.attachment) attach();
    return write();
  }

 private:
  PdfDictionary& dictionary(PdfObject* object) { return object->GetDictionary(); }

  void set_stream(PdfObject* object, std::string_view bytes) {
    PoDoFo::PdfMemoryInputStream input(bytes.data(), static_cast<pdf_long>(bytes.size()));
    object->GetStream()->SetRawData(&input, static_cast<pdf_long>(bytes.size()));
  }

  PdfObject* deflated(const Deflated& data, const char* type = nullptr) {
    PdfObject* object = objects_.CreateObject(type);
    dictionary(object).AddKey("Filter", PdfName("FlateDecode"));
    set_stream(object, data.bytes);
    return object;
  }

  static PdfArray numbers(std::initializer_list<double> values) {
    PdfArray out;
    for (const double value : values) out.push_back(PdfVariant(value));
    return out;
  }

  void fill_catalog() {
    PdfDictionary& catalog = dictionary(catalog_);
    catalog.AddKey("Pages", page_tree_->Reference());
    catalog.AddKey("Lang", literal(in_.language));
    PdfDictionary preferences;
    preferences.AddKey("DisplayDocTitle", PdfVariant(true));
    catalog.AddKey("ViewerPreferences", preferences);

    PdfObject* metadata = objects_.CreateObject("Metadata");
    dictionary(metadata).AddKey("Subtype", PdfName("XML"));
    set_stream(metadata, in_.xmp);
    catalog.AddKey("Metadata", metadata->Reference());

    static const Deflated profile_bytes = deflate({reinterpret_cast<const char*>(srgb_profile), sizeof srgb_profile}, level_made_once);
    PdfObject* profile = deflated(profile_bytes);
    dictionary(profile).AddKey("N", integer(3));
    PdfObject* intent = objects_.CreateObject("OutputIntent");
    dictionary(intent).AddKey("S", PdfName("GTS_PDFA1"));
    dictionary(intent).AddKey("OutputConditionIdentifier", literal("sRGB"));
    dictionary(intent).AddKey("Info", literal("sRGB IEC61966-2.1"));
    dictionary(intent).AddKey("DestOutputProfile", profile->Reference());
    PdfArray intents;
    intents.push_back(intent->Reference());
    catalog.AddKey("OutputIntents", intents);
  }

  void fill_info() {
    PdfDictionary& info = dictionary(info_);
    info.AddKey("Title", utf8(in_.title));
    info.AddKey("Author", utf8(in_.author));
    if (!in_.subject.empty()) info.AddKey("Subject", utf8(in_.subject));
    info.AddKey("Creator", utf8(in_.creator));
    info.AddKey("Producer", utf8(in_.producer));
    info.AddKey("CreationDate", literal(in_.date));
    info.AddKey("ModDate", literal(in_.date));
    for (const auto& [key, value] : in_.info) info.AddKey(PdfName(key), literal(value));
  }

  PdfObject* make_font(const EmbeddedFont& font) {
    PdfObject* program = objects_.CreateObject();
    set_stream(program, font.program);
    dictionary(program).AddKey("Subtype", PdfName("CIDFontType0C"));

    PdfObject* descriptor = objects_.CreateObject("FontDescriptor");
    PdfDictionary& about = dictionary(descriptor);
    about.AddKey("FontName", PdfName(font.name));
    about.AddKey("Flags", integer(4));
    PdfArray box;
    for (const int side : font.box) box.push_back(integer(side));
    about.AddKey("FontBBox", box);
    about.AddKey("ItalicAngle", integer(0));
    about.AddKey("Ascent", integer(font.ascent));
    about.AddKey("Descent", integer(font.descent));
    about.AddKey("CapHeight", integer(font.cap_height));
    about.AddKey("StemV", integer(font.stem));
    about.AddKey("FontFile3", program->Reference());

    PdfObject* descendant = objects_.CreateObject("Font");
    PdfDictionary& cid = dictionary(descendant);
    cid.AddKey("Subtype", PdfName("CIDFontType0"));
    cid.AddKey("BaseFont", PdfName(font.name));
    PdfDictionary system;
    system.AddKey("Registry", literal("Adobe"));
    system.AddKey("Ordering", literal("Identity"));
    system.AddKey("Supplement", integer(0));
    cid.AddKey("CIDSystemInfo", system);
    cid.AddKey("FontDescriptor", descriptor->Reference());
    cid.AddKey("DW", integer(1000));
    PdfArray widths;
    for (std::size_t i = 0; i < font.widths.size();) {
      PdfArray run;
      const std::uint16_t first = font.widths[i].first;
      for (std::uint16_t next = first; i < font.widths.size() && font.widths[i].first == next; ++i, ++next)
        run.push_back(integer(font.widths[i].second));
      widths.push_back(integer(first));
      widths.push_back(run);
    }
    cid.AddKey("W", widths);

    PdfObject* composite = objects_.CreateObject("Font");
    PdfDictionary& outer = dictionary(composite);
    outer.AddKey("Subtype", PdfName("Type0"));
    outer.AddKey("BaseFont", PdfName(font.name));
    outer.AddKey("Encoding", PdfName("Identity-H"));
    PdfArray descendants;
    descendants.push_back(descendant->Reference());
    outer.AddKey("DescendantFonts", descendants);
    outer.AddKey("ToUnicode", deflated(font.to_unicode)->Reference());
    return composite;
  }

  PdfObject* make_image(const Image& image) {
    PdfObject* object = objects_.CreateObject("XObject");
    PdfDictionary& about = dictionary(object);
    about.AddKey("Subtype", PdfName("Image"));
    about.AddKey("Width", integer(image.width));
    about.AddKey("Height", integer(image.height));
    about.AddKey("BitsPerComponent", integer(8));
    about.AddKey("ColorSpace", PdfName(image.components == 1 ? "DeviceGray" : "DeviceRGB"));
    about.AddKey("Filter", PdfName(image.jpeg ? "DCTDecode" : "FlateDecode"));
    set_stream(object, image.bytes);
    return object;
  }

  // Fonts and images, shared by every page and form.
  PdfObject* make_resources() {
    PdfObject* resources = objects_.CreateObject();
    PdfDictionary fonts;
    for (std::size_t i = 0; i < in_.fonts.size(); ++i)
      if (in_.fonts[i]) fonts.AddKey(PdfName("F" + std::to_string(i)), make_font(*in_.fonts[i])->Reference());
    dictionary(resources).AddKey("Font", fonts);
    if (in_.image) {
      PdfDictionary images;
      images.AddKey("Im0", make_image(*in_.image)->Reference());
      dictionary(resources).AddKey("XObject", images);
      images_ = images;
    }
    fonts_ = fonts;
    return resources;
  }

  void make_pages(PdfObject* form_resources) {
    std::vector<PdfObject*> forms;
    for (const Form& form : in_.forms) {
      PdfObject* object = deflated(form.content, "XObject");
      PdfDictionary& about = dictionary(object);
      about.AddKey("Subtype", PdfName("Form"));
      about.AddKey("BBox", numbers({0, 0, page_width, page_height}));
      about.AddKey("Resources", form_resources->Reference());
      forms.push_back(object);
    }
    PdfArray kids;
    for (const PageContent& page : in_.pages) {
      PdfDictionary objects = images_;
      for (const auto& [name, index] : page.forms) objects.AddKey(PdfName(name), forms[index]->Reference());
      PdfDictionary resources;
      resources.AddKey("Font", fonts_);
      resources.AddKey("XObject", objects);
      PdfObject* object = objects_.CreateObject("Page");
      PdfDictionary& about = dictionary(object);
      about.AddKey("Parent", page_tree_->Reference());
      about.AddKey("MediaBox", numbers({0, 0, page_width, page_height}));
      about.AddKey("Resources", resources);
      about.AddKey("Contents", deflated(*page.content)->Reference());
      kids.push_back(object->Reference());
      pages_.push_back(object);
    }
    dictionary(page_tree_).AddKey("Kids", kids);
    dictionary(page_tree_).AddKey("Count", integer(static_cast<long long>(in_.pages.size())));
  }

  void make_fields() {
    PdfArray fields;
    std::vector<PdfArray> annotations(pages_.size());
    for (const SignatureField& field : in_.fields) {
      const auto& [left, bottom, right, top] = field.rectangle;
      PdfObject* object = objects_.CreateObject("Annot");
      PdfDictionary& about = dictionary(object);
      about.AddKey("Subtype", PdfName("Widget"));
      about.AddKey("FT", PdfName("Sig"));
      about.AddKey("T", literal(field.name));
      about.AddKey("TU", utf8(field.tooltip));
      about.AddKey("F", integer(132));
      about.AddKey("P", pages_[field.page]->Reference());
      about.AddKey("Rect", numbers({left, bottom, right, top}));
      PdfObject* appearance = objects_.CreateObject("XObject");
      dictionary(appearance).AddKey("Subtype", PdfName("Form"));
      dictionary(appearance).AddKey("BBox", numbers({0, 0, right - left, top - bottom}));
      dictionary(appearance).AddKey("Resources", PdfDictionary());
      set_stream(appearance, field.appearance);
      PdfDictionary appearances;
      appearances.AddKey("N", appearance->Reference());
      about.AddKey("AP", appearances);
      fields.push_back(object->Reference());
      annotations[field.page].push_back(object->Reference());
    }
    for (std::size_t i = 0; i < pages_.size(); ++i)
      if (!annotations[i].empty()) dictionary(pages_[i]).AddKey("Annots", annotations[i]);
    PdfObject* form = objects_.CreateObject();
    dictionary(form).AddKey("Fields", fields);
    dictionary(form).AddKey("SigFlags", integer(3));
    dictionary(catalog_).AddKey("AcroForm", form->Reference());
  }

  void attach() {
    const Attachment& attachment = *in_.attachment;
    const Deflated packed = deflate(attachment.bytes, level_waited_for);
    PdfObject* file = deflated(packed, "EmbeddedFile");
    dictionary(file).AddKey("Subtype", PdfName("application/json"));
    PdfDictionary parameters;
    unsigned char digest[16];
    std::size_t digest_size = sizeof digest;
    // MD5 is what the format asks for; the quote's own hash is in the ledger.
    if (EVP_Q_digest(nullptr, "MD5", nullptr, attachment.bytes.data(), attachment.bytes.size(), digest, &digest_size) == 1)
      parameters.AddKey("CheckSum", PdfString(reinterpret_cast<const char*>(digest), static_cast<pdf_long>(digest_size), true));
    parameters.AddKey("Size", integer(static_cast<long long>(attachment.bytes.size())));
    parameters.AddKey("CreationDate", literal(in_.date));
    parameters.AddKey("ModDate", literal(in_.date));
    dictionary(file).AddKey("Params", parameters);

    PdfObject* specification = objects_.CreateObject("Filespec");
    PdfDictionary& about = dictionary(specification);
    about.AddKey("F", literal(attachment.name));
    about.AddKey("UF", literal(attachment.name));
    about.AddKey("Desc", literal(attachment.description));
    about.AddKey("AFRelationship", PdfName("Source"));
    PdfDictionary embedded;
    embedded.AddKey("F", file->Reference());
    embedded.AddKey("UF", file->Reference());
    about.AddKey("EF", embedded);

    PdfArray associated;
    associated.push_back(specification->Reference());
    dictionary(catalog_).AddKey("AF", associated);
    PdfArray names;
    names.push_back(literal(attachment.name));
    names.push_back(specification->Reference());
    PdfDictionary leaf;
    leaf.AddKey("Names", names);
    PdfDictionary tree;
    tree.AddKey("EmbeddedFiles", leaf);
    dictionary(catalog_).AddKey("Names", tree);
  }

  std::string write() {
    PdfObject trailer;
    trailer.GetDictionary().AddKey("Root", catalog_->Reference());
    trailer.GetDictionary().AddKey("Info", info_->Reference());
    PoDoFo::PdfWriter writer(&objects_, &trailer);
    writer.SetPdfVersion(PoDoFo::ePdfVersion_1_7);
    writer.SetWriteMode(PoDoFo::ePdfWriteMode_Clean);
    PoDoFo::PdfRefCountedBuffer buffer;
    PoDoFo::PdfOutputDevice device(&buffer);
    writer.Write(&device);
    return std::string(buffer.GetBuffer(), static_cast<std::size_t>(device.GetLength()));
  }

  const Container& in_;
  PoDoFo::PdfVecObjects objects_;
  PdfObject *catalog_ = nullptr, *info_ = nullptr, *page_tree_ = nullptr;
  std::vector<PdfObject*> pages_;
  PdfDictionary fonts_, images_;
};

// PoDoFo takes the identifier from the Info dictionary only; both halves become the hash of everything before them. Its
// own have any length: a hash that begins like UTF-16 text is written as that text. Nothing behind them is counted from
// the file's start, so the length may change.
bool replace_identifier(std::string& file) {
  const std::size_t trailer = file.rfind("trailer");
  if (trailer == std::string::npos) return false;
  const std::size_t open = file.find('[', file.find("/ID", trailer));
  if (open == std::string::npos || file.find_first_not_of(" \n", open + 1) != file.find('<', open)) return false;
  const std::size_t close = file.find(']', open);
  if (close == std::string::npos) return false;
  const std::string half = "<" + to_hex(sha256(std::string_view(file).substr(0, trailer)).view().substr(0, 16)) + ">";
  file.replace(open, close - open, "[ " + half + " " + half + " ");
  return true;
}

}  // namespace

Result<std::string> write_container(const Container& container) {
  static std::once_flag quiet;
  std::call_once(quiet, [] {
    PoDoFo::PdfError::EnableDebug(false);
    PoDoFo::PdfError::EnableLogging(false);
  });
  try {
    std::string file = Builder(container).build();
    if (!replace_identifier(file)) return fail(Errc::internal, "pdf_write_failed", "the PDF library wrote no identifier");
    return file;
  } catch (const PoDoFo::PdfError& error) {
    return fail(Errc::internal, "pdf_write_failed", PoDoFo::PdfError::ErrorName(error.GetError()));
  }
}

}  // namespace quotary::pdfgen
