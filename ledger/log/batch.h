// What one synced write of the ledger holds, while it is put together, written and answered. Not for use outside
// ledger/log.
#pragma once

#include "ledger/log/ledger_impl.h"

#include <deque>

namespace quotary {

// What a batch adds to the tree: the leaves from `before.size` on, and every hash that they complete, as it is stored.
struct LedgerImpl::Growth {
  CompactRange before, after;
  std::string hashes;

  explicit Growth(const CompactRange& range) : before(range), after(range) {}
  void append(const Hash& leaf) {
    after.append(leaf, [this](unsigned, std::uint64_t, const Hash& hash) { hashes += hash.view(); });
  }
  // Enough for every proof of this batch: its own hashes and the complete subtrees left of it; `below` for older ones.
  [[nodiscard]] Result<Hash> node(unsigned level, std::uint64_t number, const NodeReader& below) const;
};

// Put together, written and answered on the sequencer's thread.
struct LedgerImpl::Batch {
  Batch(std::shared_ptr<const StoreView> before, const CompactRange& range, const Hash& leaf, Timestamp last)
      : view(std::move(before)),
        stored_state(*view),
        state(stored_state),
        growth(range),
        last_leaf(leaf),
        previous_leaf(leaf),
        now(last) {}

  const std::shared_ptr<const StoreView> view;
  const StateOfView stored_state;
  StateOverlay state;
  Growth growth;
  Hash last_leaf;            // so far
  const Hash previous_leaf;  // before its first entry
  Timestamp now;
  WriteSet writes;  // views of what stands in `answers`, `state` and here
  std::deque<std::string> kept;
  // In the commands' order. Also those that write nothing wait for the batch: they may rest on entries of it.
  std::vector<Answer> answers;
  std::size_t bytes = 0;  // of its entries and their payloads
  bool ended = false;     // takes no further command
};

}  // namespace quotary
