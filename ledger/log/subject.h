// The entries about one subject.
#pragma once

#include "ledger/index/subject_index.h"
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

// Visits every subject of a state, and where its chain of entries stands, until `visit` answers false. Errc::corrupt
// `subject_chain`.
[[nodiscard]] Result<void> visit_subjects(
    const StateReader& state, const std::function<bool(std::string_view subject, const SubjectLast& last)>& visit);

}  // namespace quotary
