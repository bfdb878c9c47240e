// The large contents beside a store, held against what entries commit to.
#pragma once

#include "ledger/contents/contents_check.h"

#include <functional>

namespace quotary::cli {

// Adds what does not hold to `report`, and answers what was looked at. Reads alone; the folder may be live. `ports` has
// files and a cipher. Errors as of contents::check_contents().
[[nodiscard]] Result<contents::ContentFigures> check_contents(const LedgerOptions& options, const LedgerPorts& ports,
                                                              const contents::ContentsCheck& check,
                                                              VerifyReport& report);

// A line on the terminal; empty where stderr is none.
[[nodiscard]] std::function<void(std::uint64_t done, std::uint64_t bytes)> content_progress();

}  // namespace quotary::cli
