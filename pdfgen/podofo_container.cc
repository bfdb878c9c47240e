#include "pdfgen/podofo_container.h"

#include "ledger/base/bytes.h"
#include "ledger/base/hash.h"
#include "pdfgen/line_break.h"
#include "pdfgen/page_writer.h"

#include <openssl/evp.h>
#include <podofo/podofo.h>

#include <mutex>

namespace quotary::pdfgen {
namespace {

using PoDoFo::pdf_long;
using PoDoFo::PdfData;
using PoDoFo::PdfDictionary;
using PoDoFo::PdfName;
using PoDoFo::PdfObject;
using PoDoFo::PdfString;
using PoDoFo::PdfVariant;

const unsigned char srgb_profile[] = {
#include "srgb_profile.inc"
};

PdfString utf8(std::string_view text) {
  return PdfString(reinterpret_cast<const PoDoFo::pdf_utf8*>(text.data()), static_cast<pdf_long>(text.size()));
}

PdfString literal(std::string_view text) { return PdfString(text.data(), static_cast<pdf_long>(text.size())); }

// Values as they stand in the file. Objects are handed to PoDoFo as text: built of its own arrays, dictionaries and
// streams they cost as much as setting the page.
std::string named(std::string_view name) { return "/" + std::string(name); }

std::string reference(const PdfObject* object) { return std::to_string(object->Reference().ObjectNumber()) + " 0 R"; }

// Of ASCII.
std::string quoted(std::string_view text) {
  std::string out = "(";
  for (const char c : text) {
    if (c == '(' || c == ')' || c == '\\') out += '\\';
    out += c;
  }
  return out + ")";
}

// Of UTF-8, as UTF-16.
std::string text_string(std::string_view text) {
  std::string units = "\xfe\xff";
  for (const char32_t c : decode_utf8(text)) {
    if (c >= 0x10000) put_u16(units, static_cast<std::uint16_t>(0xd800 + ((c - 0x10000) >> 10)));
    put_u16(units, static_cast<std::uint16_t>(c < 0x10000 ? c : 0xdc00 + ((c - 0x10000) & 0x3ff)));
  }
  return "<" + to_hex(units) + ">";
}

std::string box_of(std::initializer_list<double> values) {
  std::string out = "[";
  for (const double value : values) {
    out += ' ';
    append_number(out, value);
  }
  return out + " ]";
}

class Text {
 public:
  Text& put(std::string_view key, std::string_view value) {
    out_ += '/';
    out_ += key;
    out_ += ' ';
    out_ += value;
    out_ += '\n';
    return *this;
  }
  Text& put(std::string_view key, int value) { return put(key, std::to_string(value)); }
  Text& put(std::string_view key, const PdfObject* object) { return put(key, reference(object)); }
  [[nodiscard]] std::string text() const { return "<<\n" + out_ + ">>"; }

 private:
  std::string out_;
};

// One file being put together.
class Builder {
 public:
  explicit Builder(const Container& container) : in_(container) { objects_.SetAutoDelete(true); }

  std::string build() {
    info_ = objects_.CreateObject();
    fill_info();
    start_catalog();
    PdfObject* resources = make_resources();
    make_pages(resources);
    if (!in_.fields.empty()) make_fields();
    for (std::size_t i = 0; i < pages_.size(); ++i) set(pages_[i], page_texts_[i]);
    if (in_.attachment) attach();
    PdfObject* catalog = add(catalog_);
    return write(catalog);
  }

 private:
  PdfDictionary& dictionary(PdfObject* object) { return object->GetDictionary(); }

  static PdfVariant raw(const std::string& text) { return PdfVariant(PdfData(text.data(), text.size())); }
  PdfObject* add(const Text& text) { return objects_.CreateObject(raw(text.text())); }
  // An object to be named before what it holds is known.
  PdfObject* promise() { return objects_.CreateObject(PdfVariant()); }
  static void set(PdfObject* object, const Text& text) { static_cast<PdfVariant&>(*object) = raw(text.text()); }

  // A stream whose bytes stand in the file as they are.
  PdfObject* stream(Text about, std::string_view bytes) {
    about.put("Length", std::to_string(bytes.size()));
    std::string text = about.text();
    text.reserve(text.size() + bytes.size() + 32);
    text += "\nstream\n";
    text += bytes;
    text += "\nendstream";
    return objects_.CreateObject(raw(text));
  }
  PdfObject* stream(Text about, const Deflated& data) {
    if (!data.plain) about.put("Filter", "/FlateDecode");
    return stream(std::move(about), std::string_view(data.bytes));
  }

  void start_catalog() {
    page_tree_ = promise();
    const PdfObject* metadata = stream(Text().put("Type", "/Metadata").put("Subtype", "/XML"), in_.xmp);
    static const Deflated profile_bytes =
        deflate({reinterpret_cast<const char*>(srgb_profile), sizeof srgb_profile}, level_made_once);
    const PdfObject* profile = stream(Text().put("N", 3), profile_bytes);
    const PdfObject* intent = add(Text()
                                      .put("Type", "/OutputIntent")
                                      .put("S", "/GTS_PDFA1")
                                      .put("OutputConditionIdentifier", "(sRGB)")
                                      .put("Info", "(sRGB IEC61966-2.1)")
                                      .put("DestOutputProfile", profile));
    catalog_.put("Type", "/Catalog")
        .put("Lang", quoted(in_.language))
        .put("Metadata", metadata)
        .put("OutputIntents", "[ " + reference(intent) + " ]");
    catalog_.put("Pages", page_tree_).put("ViewerPreferences", "<< /DisplayDocTitle true >>");
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
    const PdfObject* program = stream(Text().put("Subtype", "/CIDFontType0C"), font.program);

    std::string box = "[";
    for (const int side : font.box) box += " " + std::to_string(side);
    Text about;
    about.put("Type", "/FontDescriptor")
        .put("FontName", named(font.name))
        .put("Flags", 4)
        .put("FontBBox", box + " ]")
        .put("ItalicAngle", 0);
    about.put("Ascent", font.ascent)
        .put("Descent", font.descent)
        .put("CapHeight", font.cap_height)
        .put("StemV", font.stem)
        .put("FontFile3", program);
    const PdfObject* descriptor = add(about);

    std::string widths = "[";
    for (std::size_t i = 0; i < font.widths.size();) {
      std::uint16_t next = font.widths[i].first;
      widths += " " + std::to_string(next) + " [";
      for (; i < font.widths.size() && font.widths[i].first == next; ++i, ++next)
        widths += " " + std::to_string(font.widths[i].second);
      widths += " ]";
    }
    Text cid;
    cid.put("Type", "/Font")
        .put("Subtype", "/CIDFontType0")
        .put("BaseFont", named(font.name))
        .put("FontDescriptor", descriptor)
        .put("DW", 1000)
        .put("W", widths + " ]");
    cid.put("CIDSystemInfo", "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>");
    const PdfObject* descendant = add(cid);

    Text outer;
    outer.put("Type", "/Font")
        .put("Subtype", "/Type0")
        .put("BaseFont", named(font.name))
        .put("Encoding", "/Identity-H");
    outer.put("DescendantFonts", "[ " + reference(descendant) + " ]").put("ToUnicode", stream(Text(), font.to_unicode));
    return add(outer);
  }

  PdfObject* make_image(const Image& image) {
    Text about;
    about.put("Type", "/XObject")
        .put("Subtype", "/Image")
        .put("Width", image.width)
        .put("Height", image.height)
        .put("BitsPerComponent", 8);
    about.put("ColorSpace", image.components == 1 ? "/DeviceGray" : "/DeviceRGB")
        .put("Filter", image.jpeg ? "/DCTDecode" : "/FlateDecode");
    return stream(std::move(about), image.bytes);
  }

  // Fonts and images, shared by every page and form.
  PdfObject* make_resources() {
    fonts_ = "<<";
    for (std::size_t i = 0; i < in_.fonts.size(); ++i)
      if (in_.fonts[i]) fonts_ += " /F" + std::to_string(i) + " " + reference(make_font(*in_.fonts[i]));
    fonts_ += " >>";
    if (in_.image) images_ = " /Im0 " + reference(make_image(*in_.image));
    Text resources;
    resources.put("Font", fonts_);
    if (in_.image) resources.put("XObject", "<<" + images_ + " >>");
    return add(resources);
  }

  void make_pages(const PdfObject* form_resources) {
    const std::string whole_page = box_of({0, 0, page_width, page_height});
    std::vector<std::string> forms;
    for (const Form& form : in_.forms) {
      Text about;
      about.put("Type", "/XObject").put("Subtype", "/Form").put("BBox", whole_page).put("Resources", form_resources);
      forms.push_back(reference(stream(std::move(about), form.content)));
    }
    std::string kids = "[";
    for (const PageContent& page : in_.pages) {
      std::string objects = "<<" + images_;
      for (const auto& [name, index] : page.forms) objects += " /" + name + " " + forms[index];
      Text about;
      about.put("Type", "/Page")
          .put("Parent", page_tree_)
          .put("MediaBox", whole_page)
          .put("Resources", "<< /Font " + fonts_ + " /XObject " + objects + " >> >>");
      about.put("Contents", stream(Text(), *page.content));
      pages_.push_back(promise());
      page_texts_.push_back(std::move(about));
      kids += " " + reference(pages_.back());
    }
    set(page_tree_,
        Text().put("Type", "/Pages").put("Kids", kids + " ]").put("Count", static_cast<int>(in_.pages.size())));
  }

  void make_fields() {
    std::string fields = "[";
    std::vector<std::string> annotations(pages_.size());
    for (const SignatureField& field : in_.fields) {
      const auto& [left, bottom, right, top] = field.rectangle;
      Text drawn;
      drawn.put("Type", "/XObject")
          .put("Subtype", "/Form")
          .put("BBox", box_of({0, 0, right - left, top - bottom}))
          .put("Resources", "<< >>");
      const PdfObject* appearance = stream(std::move(drawn), field.appearance);
      Text about;
      about.put("Type", "/Annot")
          .put("Subtype", "/Widget")
          .put("FT", "/Sig")
          .put("T", quoted(field.name))
          .put("TU", text_string(field.tooltip))
          .put("F", 132);
      about.put("P", pages_[field.page])
          .put("Rect", box_of({left, bottom, right, top}))
          .put("AP", "<< /N " + reference(appearance) + " >>");
      const std::string widget = " " + reference(add(about));
      fields += widget;
      annotations[field.page] += widget;
    }
    for (std::size_t i = 0; i < pages_.size(); ++i)
      if (!annotations[i].empty()) page_texts_[i].put("Annots", "[" + annotations[i] + " ]");
    catalog_.put("AcroForm", add(Text().put("Fields", fields + " ]").put("SigFlags", 3)));
  }

  void attach() {
    const Attachment& attachment = *in_.attachment;
    Text parameters;
    std::string digest(16, '\0');
    std::size_t digest_size = digest.size();
    // MD5 is what the format asks for; the quote's own hash is in the ledger.
    if (EVP_Q_digest(nullptr, "MD5", nullptr, attachment.bytes.data(), attachment.bytes.size(),
                     reinterpret_cast<unsigned char*>(digest.data()), &digest_size) == 1)
      parameters.put("CheckSum", "<" + to_hex(digest) + ">");
    parameters.put("Size", std::to_string(attachment.bytes.size()))
        .put("CreationDate", quoted(in_.date))
        .put("ModDate", quoted(in_.date));
    Text about;
    about.put("Type", "/EmbeddedFile").put("Subtype", "/application#2Fjson").put("Params", parameters.text());
    const PdfObject* file = stream(std::move(about), packed(attachment.bytes, level_waited_for));

    const std::string name = quoted(attachment.name), embedded = reference(file);
    const PdfObject* specification = add(Text()
                                             .put("Type", "/Filespec")
                                             .put("F", name)
                                             .put("UF", name)
                                             .put("Desc", quoted(attachment.description))
                                             .put("AFRelationship", "/Source")
                                             .put("EF", "<< /F " + embedded + " /UF " + embedded + " >>"));
    catalog_.put("AF", "[ " + reference(specification) + " ]");
    catalog_.put("Names", "<< /EmbeddedFiles << /Names [ " + name + " " + reference(specification) + " ] >> >>");
  }

  std::string write(const PdfObject* catalog) {
    PdfObject trailer;
    trailer.GetDictionary().AddKey("Root", catalog->Reference());
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
  PdfObject *info_ = nullptr, *page_tree_ = nullptr;
  Text catalog_;
  std::vector<PdfObject*> pages_;
  std::vector<Text> page_texts_;
  std::string fonts_, images_;  // resources' entries
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
    if (!replace_identifier(file))
      return fail(Errc::internal, "pdf_write_failed", "the PDF library wrote no identifier");
    return file;
  } catch (const PoDoFo::PdfError& error) {
    return fail(Errc::internal, "pdf_write_failed", PoDoFo::PdfError::ErrorName(error.GetError()));
  }
}

}  // namespace quotary::pdfgen
