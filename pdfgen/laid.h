// A document laid out: what prepare() leaves for finish(). Internal to pdfgen.
#pragma once

#include "pdfgen/page_flow.h"
#include "pdfgen/quote_document.h"
#include "pdfgen/signature_box.h"

#include <optional>

namespace quotary::pdfgen {

struct SignaturePlace {
  std::string name, tooltip;
  std::size_t page = 0;
  std::array<double, 4> rectangle{};
};

struct LaidDocument {
  std::shared_ptr<const FaceSet> faces;
  EmbeddedFont fonts[2];
  std::vector<Deflated> contents;
  std::optional<Image> logo;
  std::string title, author, subject, language;
  bool english = false;
  Place number_place, date_place;  // on the first page
  std::vector<SignaturePlace> fields;
};

// What a form needs of numbering; empty code and url in a draft.
struct Stamp {
  std::string number, date, verify_code, verify_url;
};

// The content of the forms. Errc::invalid when a text has characters that no number, code or URL has, or the URL does
// not fit a QR code.
[[nodiscard]] Result<std::vector<Form>> make_forms(const LaidDocument& laid, const Stamp& stamp, bool draft);
// Marks what make_forms() may print as used, before the fonts are subset.
void use_stamp_glyphs(Typesetter& typesetter, bool english);
// The resource names of a page's forms.
[[nodiscard]] std::vector<PageContent> make_pages(const LaidDocument& laid);
// With the dashed line that it is signed on, where it is to be seen; the frame around it belongs to the page.
[[nodiscard]] SignatureField unsigned_field(const SignaturePlace& place);

// What stands over the boxes that Rep and Customer1 to Customer3 sign in, side by side over the page's width.
using SignatureLabels = std::array<Label, 4>;
inline constexpr double signature_boxes_height = 8 + 4 + signature_box_height + 6;
// Draws the boxes below `y` and moves down; the caller has seen to the room. Beside their fields the field Seal, which
// is none to see.
void lay_out_signature_boxes(PageFlow& flow, std::vector<SignaturePlace>& fields, const SignatureLabels& labels);

// Every printed text of the quote has a glyph; problems[] otherwise.
[[nodiscard]] Result<void> check_printable(const FaceSet& faces, const Quote& quote);

// PNG or JPEG to an image XObject, alpha flattened on white. Errc::invalid `bad_logo`.
[[nodiscard]] Result<Image> read_image(std::string_view bytes);
// A JPEG that was made for the page, of at most 4 MB. Errc::invalid `bad_picture`.
[[nodiscard]] Result<Image> read_picture(std::string_view jpeg);

// Draws the quote; fills contents, places and fields.
void lay_out_quote(LaidDocument& laid, Typesetter& typesetter, const Quote& quote);
// The line table with its carried totals. The last line stays on one page with the `closing_height` that follows it.
void lay_out_table(PageFlow& flow, const Quote& quote, double closing_height);
// What follows the table: totals, terms, places to sign.
[[nodiscard]] double totals_height(PageFlow& flow, const Quote& quote);
void lay_out_totals(PageFlow& flow, const Quote& quote);
void lay_out_terms_and_signatures(PageFlow& flow, LaidDocument& laid, const Quote& quote, std::size_t totals_page);

// 1234567.50 -> 1,234,567.50
[[nodiscard]] std::string grouped(std::string_view amount);
[[nodiscard]] std::string date_text(Date date);

// Collects characters that no face has.
class PrintableCheck {
 public:
  explicit PrintableCheck(const FaceSet& faces) : faces_(faces) {}
  void text(std::string_view text, const std::string& pointer);
  [[nodiscard]] Result<void> result() const;

 private:
  const FaceSet& faces_;
  std::vector<Problem> problems_;
};

// The text with 〓 in place of each character that a face lacks, then `replaced` is set: for what nobody can write
// anew.
[[nodiscard]] std::string with_stand_ins(const FaceSet& faces, std::string_view text, bool& replaced);

}  // namespace quotary::pdfgen
