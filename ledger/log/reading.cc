// Serving what is left of a damaged or rolled-back ledger.
#include "ledger/log/entry_view.h"
#include "ledger/log/ledger_impl.h"
#include "ledger/log/lost_mark.h"

#include <limits>

namespace quotary {

namespace {

// The newest published checkpoint that this log's key signed, of all slot files that can be read.
std::optional<Published> newest_published(const LedgerOptions& options, const LedgerPorts& ports) {
  std::optional<Published> newest;
  for (const std::string& path : slots_paths(options)) {
    auto read = Slots::read(*ports.files, path);
    if (!read || !*read) continue;
    Published& published = **read;
    if (!published_by(ports, published) || over_lost_entries(ports, published)) continue;
    if (!newest || published.size > newest->size) newest = std::move(published);
  }
  return newest;
}

// Where the store does not say how many it holds.
constexpr std::uint64_t entries_max = std::numeric_limits<std::uint64_t>::max();

using Levels = std::vector<std::vector<Hash>>;

// The tree of entries [0, size) as the entries themselves give it, or of those before the first that cannot be read or
// does not follow the one before it.
std::unique_ptr<const Levels> tree_of_entries(const StoreView& view, std::uint64_t size) {
  auto levels = std::make_unique<Levels>();
  CompactRange range;
  EntryView entry;
  Hash before{};
  const auto entries = view.cursor(Family::entries, Access::sequential);
  entries->seek(index_key(0));
  for (; range.size < size; entries->next()) {
    if (!entries->valid() || entries->key() != index_key(range.size)) break;
    if (!view_entry(entries->value(), entry) || entry.index != range.size || entry.prev != before) break;
    before = leaf_hash(entries->value());
    range.append(before, [&](unsigned level, std::uint64_t, const Hash& hash) {
      if (levels->size() <= level) levels->resize(level + 1);
      (*levels)[level].push_back(hash);
    });
  }
  return levels;
}

std::uint64_t size_of(const Levels& levels) { return levels.empty() ? 0 : levels.front().size(); }

NodeReader reader_of(const Levels& levels) {
  return [&levels](unsigned level, std::uint64_t number) -> Result<Hash> {
    if (level < levels.size() && number < levels[level].size()) return levels[level][number];
    return fail(Errc::corrupt, "node_missing",
                "tree node " + std::to_string(level) + "/" + std::to_string(number) + " is not there");
  };
}

}  // namespace

NodeReader LedgerImpl::tree_of(const Head& shown) const { return tree_ ? reader_of(*tree_) : nodes_of(*shown.view); }

// Under the published checkpoint where the store, or else its entries alone, still lead to it.
void LedgerImpl::choose_tree(Head& shown, const std::optional<Published>& published) {
  if (published) {
    shown.checkpoint = published->note;
    shown.size = published->size;
    shown.root = published->root;
    auto stored = read_root(published->size, nodes_of(*shown.view));
    if (stored && *stored == published->root) return;
    tree_ = tree_of_entries(*shown.view, published->size);
    auto root = read_root(published->size, tree_of(shown));
    if (root && *root == published->root) return;
    tree_.reset();
    // Some entries may be lost and others still lead to it; the first must, for without it there is no organisation.
    const auto size = stored_size(*shown.view);
    if (size && *size >= published->size && inclusion_proof(0, published->size, tree_of(shown))) return;
  }
  // Nothing that is left leads to what was published, but what is left may still be whole in itself.
  shown.provable = false;
  const auto size = stored_size(*shown.view);
  const auto root = size ? read_root(*size, nodes_of(*shown.view)) : Result<Hash>(Error{});
  if (root) {
    shown.size = *size;
    shown.root = *root;
    return;
  }
  // Where records of the tree are lost, the longest beginning that is not.
  tree_ = tree_of_entries(*shown.view, size ? *size : entries_max);
  shown.size = size_of(*tree_);
  const auto beginning = read_root(shown.size, tree_of(shown));
  shown.root = beginning ? *beginning : sha256("");
}

// Whether every entry is there and together they give the root.
bool LedgerImpl::leads_to_root(const Head& shown) const {
  if (tree_) return true;  // it was made so
  const auto tree = tree_of_entries(*shown.view, shown.size);
  const auto root = read_root(shown.size, reader_of(*tree));
  return root && *root == shown.root;
}

Result<void> LedgerImpl::show_for_reading(const Error& why) {
  reading_ = true;
  latch_reason_ = why.code + ": " + why.detail;
  auto shown = std::make_shared<Head>();
  shown->view = store_->snapshot();
  choose_tree(*shown, newest_published(options_, ports_));
  // A lost entry may be the one that voids a quote, so a status is worth something only if it is folded from every
  // entry.
  auto state = std::make_unique<MapState>();
  bool followed = true;
  const bool all = fold_anew(*shown->view, shown->size, *ports_.fold, *state,
                             [&](std::uint64_t, const Error&) { followed = false; });
  // What a restored folder lacks is in no slot where a witness alone has seen it.
  const bool none_lost = check_restored_whole(*ports_.files, options_.directory).has_value();
  state_whole_ = none_lost && shown->provable && all && followed && leads_to_root(*shown);
  if (state_whole_) folded_ = std::move(state);
  const std::unique_lock lock(head_mutex_);
  head_ = std::move(shown);
  return {};
}

Result<std::unique_ptr<Ledger>> Ledger::open_for_reading(const LedgerOptions& options, const LedgerPorts& ports,
                                                         const Error& why) {
  QUOTARY_TRY(lock, ports.files->lock(options.directory + "/lock"));
  QUOTARY_TRY_VOID(check_restored_to_end(*ports.files, options.directory));
  QUOTARY_TRY(store, salvage_rocks_store(store_path(options.directory)));
  auto ledger = std::make_unique<LedgerImpl>(options, ports, std::move(store), std::vector<Slots>(), std::move(lock));
  QUOTARY_TRY_VOID(ledger->show_for_reading(why));
  return std::unique_ptr<Ledger>(std::move(ledger));
}

}  // namespace quotary
