// Text in HTML.
#pragma once

#include <string>
#include <string_view>

namespace quotary {

// The text with & < > " and ' as character references, so that it is text wherever it stands in a page, in a quoted
// attribute too.
[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace quotary
