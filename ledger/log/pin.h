// One moment of an open ledger, as files.
#pragma once

#include "ledger/log/sequencer.h"
#include "ledger/log/store.h"

namespace quotary {

// The published checkpoint and the store's files, which hold exactly its entries. Of a ledger that goes on; dies before
// it.
struct PinnedLedger {
  std::string origin;
  std::uint64_t tree_size = 0;
  Hash root;
  std::string checkpoint;  // signed note
  std::unique_ptr<StorePin> store;
};

// Waits for its turn among the appends, between two batches, and holds them up for some milliseconds. Errors as of an
// append: a ledger that is latched is not pinned, for what it holds cannot be trusted.
[[nodiscard]] Result<PinnedLedger> pin_ledger(Ledger& ledger);

}  // namespace quotary
