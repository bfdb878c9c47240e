// What every check of a folder begins and ends with. Inside ledger/log.
#pragma once

#include "ledger/log/walk.h"

namespace quotary {

// Opens the folder's store for reading, has `check` look at its `size` entries, and holds them against the published
// slots; with `state` also the published counters. `lacks_entries` as in VerifyOptions. Problems of slots and of a
// store that cannot be opened stand in the report. Errc::storage when the folder cannot be read at all; errors of
// `check`.
[[nodiscard]] Result<VerifyReport> check_folder(
    const LedgerOptions& options, const LedgerPorts& ports, bool state, bool lacks_entries,
    const CheckpointVerifier& log_key,
    const std::function<Result<VerifyReport>(const StoreView& view, std::uint64_t size)>& check);

}  // namespace quotary
