// What the log says about itself: drafts whose actor is the system, and how one draft is appended.
#pragma once

#include "ledger/log/sequencer.h"

#include <string_view>

namespace quotary {

// A draft by the actor `system`, without payloads. `type` begins with "system." unless records are changed by it.
[[nodiscard]] Draft system_draft(std::string_view type, std::string_view subject, json::object body);

// Appends `draft` as it is and answers its entry's index. Waits for the sequencer; Ledger::append()'s errors.
[[nodiscard]] Result<std::uint64_t> append_draft(Ledger& ledger, const Draft& draft);

}  // namespace quotary
