// Which media types say the same of a file, and which files are programs. Pure.
#pragma once

#include "api/inspecting/inspection.h"

#include <string_view>

namespace quotary::inspecting {

// Both are known and name different families: pictures, plain text, decks, PDFs …; a general type (octet-stream; zip of
// anything that is a zip) contradicts nothing that it may be.
[[nodiscard]] bool contradicts(std::string_view declared, std::string_view sniffed);

// Zips and compound files, whatever they hold: what one is can only be told by opening it.
[[nodiscard]] bool is_container(std::string_view media_type);

// By media type, by the first bytes, or by the end of the name.
[[nodiscard]] bool is_executable(std::string_view media_type, std::string_view bytes, std::string_view file_name);

// Kind::other for what is not looked into. Of a zip and a compound file their content says more.
[[nodiscard]] Kind kind_of(std::string_view media_type);

}  // namespace quotary::inspecting
