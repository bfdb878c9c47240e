#include "ledger/log/visit_entries.h"

#include "ledger/log/ledger_impl.h"

#include <algorithm>

namespace quotary {

namespace {

// Each led to the tree by itself.
Result<void> visit_one_by_one(const Ledger& ledger, std::uint64_t from, std::uint64_t to,
                              const std::function<bool(const EntryView&)>& visit) {
  EntryView view;
  for (std::uint64_t index = from, end = std::min(to, ledger.state().tree_size); index < end; ++index) {
    QUOTARY_TRY(found, ledger.entry(index));
    QUOTARY_TRY_VOID(view_entry(found.canonical, view));
    if (!visit(view)) break;
  }
  return {};
}

}  // namespace

Result<void> visit_entries(const Ledger& ledger, std::uint64_t from, std::uint64_t to,
                           const std::function<bool(const EntryView&)>& visit) {
  const auto* const implementation = dynamic_cast<const LedgerImpl*>(&ledger);
  if (implementation == nullptr) return visit_one_by_one(ledger, from, to, visit);
  return implementation->visit_entries(from, to, visit);
}

Result<void> LedgerImpl::visit_entries(std::uint64_t from, std::uint64_t to,
                                       const std::function<bool(const EntryView&)>& visit) const {
  const auto now = head();
  const std::uint64_t end = std::min(to, now->size);
  if (from >= end) return {};
  // A damaged ledger may hold anything: there each entry is led to the root.
  if (reading_) return visit_one_by_one(*this, from, to, visit);
  const NodeReader nodes = tree_of(*now);
  const auto damaged = [](std::uint64_t index) {
    return fail(Errc::corrupt, "entry_damaged",
                "entry " + std::to_string(index) + ": its stored bytes are damaged or missing");
  };
  Hash prev;
  if (from > 0) {
    QUOTARY_TRY(leaf, nodes(0, from - 1));
    prev = leaf;
  }
  const auto entries = now->view->cursor(Family::entries, Access::sequential);
  entries->seek(index_key(from));
  EntryView view;
  for (std::uint64_t index = from; index < end; ++index, entries->next()) {
    QUOTARY_TRY_VOID(entries->status());
    if (!entries->valid() || entries->key() != index_key(index) || !view_entry(entries->value(), view) ||
        view.index != index || view.prev != prev)
      return damaged(index);
    prev = leaf_hash(entries->value());
    if (index + 1 == end) {
      QUOTARY_TRY(leaf, nodes(0, index));
      if (leaf != prev) return damaged(index);
    }
    if (!visit(view)) return {};
  }
  return {};
}

}  // namespace quotary
