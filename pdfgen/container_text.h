// Metadata in the forms a PDF wants: dates, XMP, the names of the document's own properties.
#pragma once

#include "ledger/base/time.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quotary::pdfgen {

inline constexpr std::string_view producer_name = "Quotary";

// D:20261124020304Z
[[nodiscard]] std::string pdf_date(Timestamp time);
// 2026-11-24T02:03:04Z: to the second, so that it equals the Info dictionary's.
[[nodiscard]] std::string xmp_date(Timestamp time);

struct XmpInput {
  std::string_view title, author, subject, language;
  Timestamp time;
  std::vector<std::pair<std::string_view, std::string_view>>
      properties;  // number, verifyCode; described by an extension schema
};

// A PDF/A-3u packet.
[[nodiscard]] std::string xmp_packet(const XmpInput& input);

}  // namespace quotary::pdfgen
