// Many entries of an open ledger in a row.
#pragma once

#include "ledger/log/entry_view.h"
#include "ledger/log/sequencer.h"

namespace quotary {

// Visits the published entries [from, to), to at most the published size, in order until `visit` answers false: each is
// chained to the one before it, and the last leads to the tree. Cheaper than Ledger::entry() for many. Errc::corrupt
// `entry_damaged`. Safe to call from any thread.
[[nodiscard]] Result<void> visit_entries(const Ledger& ledger, std::uint64_t from, std::uint64_t to,
                                         const std::function<bool(const EntryView&)>& visit);

}  // namespace quotary
