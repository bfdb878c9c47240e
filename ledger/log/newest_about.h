// The newest entry about one subject, read from an open ledger or from a folder.
#pragma once

#include "ledger/log/sequencer.h"

#include <optional>
#include <string_view>

namespace quotary {

// Absent when there is none; the entry's bytes are those of its leaf. Errc::corrupt `subject_chain` when the state
// names an entry about something else, and the errors of reading an entry.
[[nodiscard]] Result<std::optional<Entry>> newest_about(const Ledger& ledger, std::string_view subject);
// In a folder that may be live; changes nothing.
[[nodiscard]] Result<std::optional<Entry>> newest_about(const LedgerOptions& options, std::string_view subject);

}  // namespace quotary
