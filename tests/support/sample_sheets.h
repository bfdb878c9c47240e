// Sheets of evidence and a confirmation, built by hand for the document tests.
#pragma once

#include "pdfgen/confirmation.h"
#include "pdfgen/evidence_sheet.h"

namespace quotary::testing {

// A phone's photo on site, without doubts.
[[nodiscard]] pdfgen::EvidenceSheet photo_sheet();
// An upright photo, withdrawn, with every doubt and long texts.
[[nodiscard]] pdfgen::EvidenceSheet doubtful_sheet();
// Version 2 of a deck of 14 slides, beside what changed since version 1.
[[nodiscard]] pdfgen::EvidenceSheet deck_sheet();
[[nodiscard]] pdfgen::Confirmation sample_confirmation();

}  // namespace quotary::testing
