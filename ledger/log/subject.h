// The entries about one subject, read from a folder.
#pragma once

#include "ledger/log/sequencer.h"

#include <functional>
#include <string_view>

namespace quotary {

// Visits the entries about `subject`, newest first, in a folder that may be live; changes nothing. Errc::corrupt
// `subject_chain` where they do not lead to the subject's first entry.
[[nodiscard]] Result<void> visit_subject(const LedgerOptions& options, std::string_view subject, const std::function<void(const Entry&)>& visit);

}  // namespace quotary
