// The newest entry about one subject, read from a folder.
#pragma once

#include "ledger/log/sequencer.h"

#include <optional>
#include <string_view>

namespace quotary {

// In a folder that may be live; changes nothing. The entry's bytes are those of its leaf; absent when there is none.
// Errc::corrupt `subject_chain`, `entry_missing`, `entry_damaged`.
[[nodiscard]] Result<std::optional<Entry>> newest_about(const LedgerOptions& options, std::string_view subject);

}  // namespace quotary
