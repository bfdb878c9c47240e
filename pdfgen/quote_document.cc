#include "pdfgen/quote_document.h"

#include "pdfgen/container_text.h"
#include "pdfgen/laid.h"

#include <algorithm>

namespace quotary::pdfgen {

// Names of the document's own properties: Info keys and, in XMP, urn:quotary:document:1# number and verifyCode.
constexpr const char* info_number = "QuotaryNumber";
constexpr const char* info_code = "QuotaryCode";

struct QuoteDocument::Laid {
  LaidDocument document;
};

namespace {

Container container_of(const LaidDocument& laid, Timestamp time, const std::string& title) {
  Container out;
  out.language = laid.language;
  out.title = title;
  out.author = laid.author;
  out.subject = laid.subject;
  out.creator = producer_name;
  out.producer = producer_name;
  out.date = pdf_date(time);
  out.fonts = {&laid.fonts[0], &laid.fonts[1]};
  if (laid.logo) out.image = &*laid.logo;
  out.pages = make_pages(laid);
  return out;
}

}  // namespace

Result<QuoteDocument> QuoteDocument::prepare(std::shared_ptr<const Fonts> fonts, const Quote& quote,
                                             const Branding& branding) {
  auto laid = std::make_shared<Laid>();
  LaidDocument& document = laid->document;
  document.faces = std::static_pointer_cast<const FaceSet>(std::move(fonts));
  QUOTARY_TRY_VOID(check_printable(*document.faces, quote));
  if (!branding.logo.empty()) {
    QUOTARY_TRY(logo, read_image(branding.logo));
    document.logo = std::move(logo);
  }
  document.english = std::find(quote.language.begin(), quote.language.end(), "en") != quote.language.end();
  document.language = "zh-CN";
  document.title = "报价单";
  document.author = quote.seller.name;
  document.subject = quote.buyer.name;
  Typesetter typesetter(*document.faces);
  use_stamp_glyphs(typesetter, document.english);
  lay_out_quote(document, typesetter, quote);
  for (const Weight weight : {Weight::regular, Weight::bold}) {
    QUOTARY_TRY(font, document.faces->face(weight).subset(typesetter.used(weight)));
    document.fonts[static_cast<int>(weight)] = std::move(font);
  }
  QuoteDocument out;
  out.laid_ = std::move(laid);
  return out;
}

Result<std::string> QuoteDocument::finish(const Numbering& numbering, std::string_view canonical_quote) const {
  const LaidDocument& laid = laid_->document;
  Container container = container_of(laid, numbering.issued_at, laid.title + " " + numbering.number);
  QUOTARY_TRY(
      forms,
      make_forms(laid, {numbering.number, date_text(numbering.issue_date), numbering.verify_code, numbering.verify_url},
                 false));
  container.forms = std::move(forms);
  container.info = {{info_number, numbering.number}, {info_code, numbering.verify_code}};
  container.xmp = xmp_packet({container.title,
                              container.author,
                              container.subject,
                              container.language,
                              numbering.issued_at,
                              {{"number", numbering.number}, {"verifyCode", numbering.verify_code}}});
  for (const SignaturePlace& place : laid.fields) container.fields.push_back(unsigned_field(place));
  const Attachment attachment{"quote.json", "The quote as structured data, canonical JSON", canonical_quote};
  container.attachment = &attachment;
  return write_container(container);
}

Result<std::string> QuoteDocument::draft(Timestamp created) const {
  const LaidDocument& laid = laid_->document;
  Container container = container_of(laid, created, laid.title + " 草稿 DRAFT");
  QUOTARY_TRY(forms, make_forms(laid, {}, true));
  container.forms = std::move(forms);
  container.xmp = xmp_packet({container.title, container.author, container.subject, container.language, created, {}});
  return write_container(container);
}

}  // namespace quotary::pdfgen
