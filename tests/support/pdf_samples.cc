#include "pdfgen/quote_document.h"
#include "tests/support/sample_quotes.h"
#include <cstdio>
#include <fstream>
using namespace quotary;
int main(int, char**) {
  auto fonts = pdfgen::Fonts::load({});
  if (!fonts) { std::puts(fonts.error().detail.c_str()); return 1; }
  auto emit = [&](const char* name, const Quote& q) {
    auto d = pdfgen::QuoteDocument::prepare(*fonts, q, {});
    if (!d) { std::puts(d.error().detail.c_str()); return; }
    auto r = d->finish(testing::sample_numbering(), "{}");
    if (!r) { std::puts(r.error().detail.c_str()); return; }
    std::ofstream(std::string("/tmp/pdfgen_") + name + ".pdf") << *r;
    std::ofstream(std::string("/tmp/pdfgen_") + name + "_draft.pdf") << *d->draft({0});
  };
  emit("cny", testing::cny_quote()); emit("usd", testing::usd_quote()); emit("long", testing::long_quote(60));
}
