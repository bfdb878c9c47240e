// Rules for text from outside.
#pragma once

#include "ledger/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace quotary {

// `text` in NFC. Errc::invalid `bad_utf8`, `control_character` (anything but LF and TAB; also line and paragraph
// separators, bidirectional overrides and noncharacters, which make a page read otherwise than its bytes) or `too_long`
// (more than `limit` code points after NFC).
[[nodiscard]] Result<std::string> normalise_text(std::string_view text, std::size_t limit);

// True when nothing but white space is there.
[[nodiscard]] bool is_blank(std::string_view text);

// True for an assigned ISO 3166-1 alpha-2 code.
[[nodiscard]] bool is_country(std::string_view code);

}  // namespace quotary
