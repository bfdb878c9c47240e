// Whether a document could hold a text.
#pragma once

#include "ledger/base/result.h"
#include "pdfgen/fonts.h"

#include <string>
#include <string_view>

namespace quotary::pdfgen {

// `text` is UTF-8. Errc::invalid `character_not_printable`: problems[] name each character that the faces lack, its
// code point, and `pointer`. Pure.
[[nodiscard]] Result<void> check_printable_text(const Fonts& fonts, std::string_view text, const std::string& pointer);

}  // namespace quotary::pdfgen
