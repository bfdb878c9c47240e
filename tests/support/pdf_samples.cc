// Writes the sample documents into a folder, to look at: quotary_pdf_samples FOLDER
#include "pdfgen/quote_document.h"
#include "tests/support/sample_quotes.h"
#include "tests/support/sample_sheets.h"

#include <cstdio>
#include <fstream>

using namespace quotary;

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: quotary_pdf_samples FOLDER\n", stderr);
    return 2;
  }
  const std::string folder = arguments[1];
  const auto fonts = pdfgen::Fonts::load({});
  int failures = 0;
  const auto save = [&](const std::string& name, const Result<std::string>& bytes) {
    if (!bytes) {
      std::fprintf(stderr, "%s: %s\n", name.c_str(), bytes.error().detail.c_str());
      ++failures;
      return;
    }
    std::ofstream(folder + "/" + name + ".pdf", std::ios::binary) << *bytes;
  };
  if (!fonts) {
    save("fonts", fonts.error());
    return 1;
  }
  const auto both = [&](const std::string& name, const Quote& quote) {
    const auto document = pdfgen::QuoteDocument::prepare(*fonts, quote, {});
    if (!document) return save(name, document.error());
    save(name, document->finish(testing::sample_numbering(), "{}"));
    save(name + "-draft", document->draft(testing::sample_numbering().issued_at));
  };
  both("cny", testing::cny_quote());
  both("usd", testing::usd_quote());
  both("hard", testing::hard_quote());
  for (const std::size_t lines : {1, 40, 60, 10'000})
    both("lines-" + std::to_string(lines), testing::long_quote(lines));
  save("void", pdfgen::void_certificate(*fonts, testing::sample_void()));
  save("void-long", pdfgen::void_certificate(*fonts, testing::long_void()));
  save("verification", pdfgen::verification_report(*fonts, testing::sound_verification()));
  save("verification-bad", pdfgen::verification_report(*fonts, testing::bad_verification()));
  save("sheet-photo", pdfgen::evidence_sheet(*fonts, testing::photo_sheet()));
  save("sheet-portrait", pdfgen::evidence_sheet(*fonts, testing::doubtful_sheet()));
  save("sheet-deck", pdfgen::evidence_sheet(*fonts, testing::deck_sheet()));
  save("confirmation", pdfgen::confirmation(*fonts, testing::sample_confirmation()));
  return failures;
}
