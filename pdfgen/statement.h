// A page that states facts under a heading and is sealed: certificates, reports, what is signed. Internal to pdfgen.
#pragma once

#include "pdfgen/laid.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace quotary::pdfgen {

struct StatementRow {
  Label label;
  std::string value;    // left out when empty
  const char* pointer;  // where the value stands in what was asked for; none: a heading
  double room = 0;      // points of ruled paper to write an empty value on
};

struct Statement {
  Label title;  // "作废证明" "VOID CERTIFICATE"
  std::string number, issuer;
  Color color;
  std::string banner, banner_right;  // the result in plain words, and its time
  double banner_size = 11.5;
  Label introduction;
  std::optional<Image> picture;  // below the introduction
  Label picture_caption;
  std::vector<StatementRow> rows;
  const SignatureLabels* signatures = nullptr;  // the boxes of the fields Rep and Customer1 to Customer3 at the end
  std::string signed_about;                     // what they sign, over the boxes: they may stand on a page of their own
  std::string verify_url;                       // empty: no QR, and the foot says that the document is sealed
  std::string subject;                          // of the document's properties
  Timestamp created;
  std::vector<std::pair<std::string, std::string>> info, properties;  // of Info, of XMP
};

// PDF/A-3u with a Seal field, and those of the signatures, Chinese first and English beside it. Pure. Errc::invalid
// `character_not_printable`.
[[nodiscard]] Result<std::string> write_statement(std::shared_ptr<const Fonts> fonts, const Statement& statement);

}  // namespace quotary::pdfgen
