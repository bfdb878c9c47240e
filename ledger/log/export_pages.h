// The two files of an export that people read: what it is, and how to check it with and without Quotary. Pure.
#pragma once

#include "ledger/log/export_format.h"

#include <string>

namespace quotary {

// Chinese, then English; self-contained, no scripts, nothing fetched.
[[nodiscard]] std::string export_index_page(const ExportManifest& manifest, const std::string& vkey);
// Plain text with the formats themselves, for who has nothing else.
[[nodiscard]] std::string export_readme(const ExportManifest& manifest, const std::string& vkey);

}  // namespace quotary
