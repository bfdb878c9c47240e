// Serving what is left of a damaged or rolled-back ledger.
#include "ledger/log/ledger_impl.h"

namespace quotary {

namespace {

// The newest published checkpoint that this log's key signed, of all slot files that can be read.
std::optional<Published> newest_published(const LedgerOptions& options, const LedgerPorts& ports) {
  std::optional<Published> newest;
  for (const std::string& path : slots_paths(options)) {
    auto read = Slots::read(*ports.files, path);
    if (!read || !*read) continue;
    Published& published = **read;
    const auto own_note = sign_checkpoint(*ports.signer, published.size, published.root);
    if (!own_note || *own_note != published.note) continue;
    if (!newest || published.size > newest->size) newest = std::move(published);
  }
  return newest;
}

}  // namespace

Result<void> LedgerImpl::show_for_reading(const Error& why) {
  reading_ = true;
  latch_reason_ = why.code + ": " + why.detail;
  auto shown = std::make_shared<Head>();
  shown->view = store_->snapshot();
  QUOTARY_TRY(size, stored_size(*shown->view));
  const auto published = newest_published(options_, ports_);
  if (published) shown->checkpoint = published->note;
  if (published && published->size <= size) {
    shown->size = published->size;
    shown->root = published->root;
  } else {
    // Nothing that is left leads to what was published, but what is left may still be whole in itself.
    QUOTARY_TRY(root, read_root(size, nodes_of(*shown->view)));
    shown->size = size;
    shown->root = root;
    shown->provable = false;
  }
  const bool provable = shown->provable;
  {
    const std::unique_lock lock(head_mutex_);
    head_ = std::move(shown);
  }
  // A lost entry may be the one that voids a quote, so a status is worth something only if every entry leads to it.
  VerifyOptions all;
  all.payloads = false;
  QUOTARY_TRY(report, verify(all));
  state_whole_ = provable && report.problems_total == 0;
  return {};
}

Result<std::unique_ptr<Ledger>> Ledger::open_for_reading(const LedgerOptions& options, const LedgerPorts& ports, const Error& why) {
  QUOTARY_TRY(lock, ports.files->lock(options.directory + "/lock"));
  QUOTARY_TRY(store, open_rocks_store(store_path(options.directory), StoreMode::salvage));
  auto ledger = std::make_unique<LedgerImpl>(options, ports, std::move(store), std::vector<Slots>(), std::move(lock));
  QUOTARY_TRY_VOID(ledger->show_for_reading(why));
  return std::unique_ptr<Ledger>(std::move(ledger));
}

}  // namespace quotary
