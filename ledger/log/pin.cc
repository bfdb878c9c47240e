#include "ledger/log/pin.h"

#include "ledger/log/ledger_impl.h"

namespace quotary {

Result<PinnedLedger> pin_ledger(Ledger& ledger) {
  auto* const implementation = dynamic_cast<LedgerImpl*>(&ledger);
  QUOTARY_CHECK(implementation != nullptr);
  return implementation->pin();
}

// A command runs when all before it is written, synced and published, and nothing after it is.
Result<PinnedLedger> LedgerImpl::pin() {
  PinnedLedger pinned;
  QUOTARY_TRY_VOID(append([&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    const auto now = head();
    QUOTARY_TRY(store, store_->pin());
    pinned = {ports_.signer->name(), now->size, now->root, now->checkpoint, std::move(store)};
    return std::vector<Draft>();
  }));
  return pinned;
}

}  // namespace quotary
