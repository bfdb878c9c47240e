// The newest entry about one subject, read from an open ledger or from a folder.
#pragma once

#include "ledger/log/sequencer.h"

#include <functional>
#include <optional>
#include <string_view>

namespace quotary {

// Absent when there is none; the entry's bytes are those of its leaf. Errc::corrupt `subject_chain` when the state
// names an entry about something else, and the errors of reading an entry.
[[nodiscard]] Result<std::optional<Entry>> newest_about(const Ledger& ledger, std::string_view subject);
// In a folder that may be live; changes nothing.
[[nodiscard]] Result<std::optional<Entry>> newest_about(const LedgerOptions& options, std::string_view subject);

// Runs `read` against the folded state of a folder that may be live, and the size and root of the tree that is stored.
[[nodiscard]] Result<void> read_folder_state(
    const LedgerOptions& options,
    const std::function<Result<void>(const StateReader& state, std::uint64_t size, const Hash& root)>& read);

}  // namespace quotary
