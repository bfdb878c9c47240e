// Quotes built by hand for the document tests and the benchmark.
#pragma once

#include "ledger/quote/quote.h"
#include "pdfgen/quote_document.h"
#include "pdfgen/verification_report.h"

#include <string>

namespace quotary::testing {

// The complete CNY quote of the domain's examples: twelve lines, one language.
[[nodiscard]] Quote cny_quote();
// The complete USD quote: five lines, two languages.
[[nodiscard]] Quote usd_quote();
// `count` lines of 10.01 each, mixed Chinese and Latin text.
[[nodiscard]] Quote long_quote(std::size_t count);
// Two languages, long names and words, several tax rates, discounts, allowances and charges; priced by price_quote.
[[nodiscard]] Quote hard_quote();
[[nodiscard]] Numbering sample_numbering();
[[nodiscard]] pdfgen::VoidCertificate sample_void();
// With the longest texts that a request may hold.
[[nodiscard]] pdfgen::VoidCertificate long_void();
// Of a whole ledger that holds, and of one in which more problems were found than a report lists.
[[nodiscard]] pdfgen::VerificationReport sound_verification();
[[nodiscard]] pdfgen::VerificationReport bad_verification();

}  // namespace quotary::testing
