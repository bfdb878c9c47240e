// The entries about one subject.
#pragma once

#include "ledger/log/sequencer.h"

#include <functional>
#include <optional>
#include <string_view>

namespace quotary {

// Visits the entries about `subject`, newest first, in a folder that may be live; changes nothing. Errc::corrupt
// `subject_chain` where they do not lead to the subject's first entry.
[[nodiscard]] Result<void> visit_subject(const LedgerOptions& options, std::string_view subject,
                                         const std::function<void(const Entry&)>& visit);

// The index of the newest entry about `subject` in a state; absent when there is none.
[[nodiscard]] Result<std::optional<std::uint64_t>> last_about(const StateReader& state, std::string_view subject);

}  // namespace quotary
