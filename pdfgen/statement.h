// A page that states facts under a heading and is sealed: certificates, reports. Internal to pdfgen.
#pragma once

#include "pdfgen/laid.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace quotary::pdfgen {

struct StatementRow {
  Label label;
  std::string value;    // left out when empty
  const char* pointer;  // where the value stands in what was asked for; none: a heading
};

struct Statement {
  Label title;  // "作废证明" "VOID CERTIFICATE"
  std::string number, issuer;
  Color color;
  std::string banner, banner_right;  // the result in plain words, and its time
  double banner_size = 11.5;
  Label introduction;
  std::vector<StatementRow> rows;
  std::string verify_url;  // empty: no QR, and the foot says that the document is sealed
  std::string subject;     // of the document's properties
  Timestamp created;
  std::vector<std::pair<std::string, std::string>> info, properties;  // of Info, of XMP
};

// PDF/A-3u with a Seal field, Chinese first and English beside it. Pure. Errc::invalid `character_not_printable`.
[[nodiscard]] Result<std::string> write_statement(std::shared_ptr<const Fonts> fonts, const Statement& statement);

}  // namespace quotary::pdfgen
