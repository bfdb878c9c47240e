// The files of the record of reads beside a store, held against the digests that the ledger has of them.
#pragma once

#include "ledger/log/sequencer.h"

namespace quotary::cli {

// Adds what does not hold to `report`, of kind `access_log`. Reads alone; the folder may be live.
void check_access_log(const LedgerOptions& options, FileSystem& files, VerifyReport& report);

}  // namespace quotary::cli
