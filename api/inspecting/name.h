// Names that people give to files, made safe to keep and to offer. Pure.
#pragma once

#include <string>
#include <string_view>

namespace quotary::inspecting {

// What no name is left of is called so.
inline constexpr std::string_view nameless = "evidence";

// The last part of a path of any system; NFC; without control characters, directions and what a file system refuses or
// a shell reads otherwise (each becomes "_"); no dot or blank at an end; no device's name (CON, LPT1.txt … get a "_"
// before); at most 120 code points, of which the extension stays. Never empty. Applied again it changes nothing.
[[nodiscard]] std::string safe_name(std::string_view name);

// The header's value (RFC 6266): `attachment`, an ASCII name for old readers, and the name itself in UTF-8. Of
// safe_name(name).
[[nodiscard]] std::string content_disposition(std::string_view name);

}  // namespace quotary::inspecting
