// What the evidence about one quote shows, as a page for a court's file -> PDF/A-3u bytes. Pure, as quote_document.h.
#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "pdfgen/fonts.h"

#include <memory>
#include <string>
#include <vector>

namespace quotary::pdfgen {

struct EvidenceRow {
  std::string chinese, english;  // what it is
  std::string value;             // left out when empty
};

struct EvidenceSection {
  std::string chinese, english;  // its heading
  std::vector<EvidenceRow> rows;
};

struct EvidenceSummary {
  std::string number, seller_name, buyer_name;
  std::string status;  // in words; the banner
  std::vector<EvidenceSection> sections;
  std::string verify_url;
  std::string made_at;  // in the organisation's zone
  Timestamp created;
};

// Chinese first and English beside it, with the QR of verify_url and a Seal field. Errc::invalid
// `character_not_printable`.
[[nodiscard]] Result<std::string> evidence_summary(std::shared_ptr<const Fonts> fonts, const EvidenceSummary& summary);

}  // namespace quotary::pdfgen
