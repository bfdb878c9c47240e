#include "ledger/log/ledger_impl.h"

#include "ledger/log/entry.h"
#include "ledger/log/entry_view.h"
#include "ledger/log/lost_mark.h"
#include "ledger/log/proof_text.h"
#include "ledger/log/stored_entry.h"
#include "ledger/log/subject.h"
#include "ledger/log/succession.h"
#include "ledger/log/walk.h"

#include <algorithm>
#include <filesystem>

namespace quotary {

std::string index_key(std::uint64_t index) {
  std::string key;
  put_u64(key, index);
  return key;
}

std::string object_key(std::uint64_t index, std::size_t ordinal) {
  std::string key = index_key(index);
  put_u16(key, static_cast<std::uint16_t>(ordinal));
  return key;
}

std::string store_path(const std::string& directory) { return directory + "/store"; }
std::string rebuild_mark(const std::string& directory) { return directory + "/rebuilding"; }

std::vector<std::string> slots_paths(const LedgerOptions& options) {
  std::vector<std::string> paths{slots_path(options.directory)};
  paths.insert(paths.end(), options.publish_to.begin(), options.publish_to.end());
  return paths;
}

LedgerImpl::LedgerImpl(LedgerOptions options, LedgerPorts ports, std::unique_ptr<Store> store, std::vector<Slots> slots,
                       std::shared_ptr<void> lock)
    : options_(std::move(options)),
      ports_(std::move(ports)),
      lock_(std::move(lock)),
      store_(std::move(store)),
      slots_(std::move(slots)) {
  auto empty = std::make_shared<Head>();
  empty->root = sha256("");
  empty->view = store_->snapshot();
  head_ = std::move(empty);
}

LedgerImpl::~LedgerImpl() {
  scrubber_.reset();
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_filled_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool published_by(const LedgerPorts& ports, const Published& published) {
  const auto own_note = sign_checkpoint(*ports.signer, published.size, published.root);
  if (own_note && *own_note == published.note) return true;
  if (ports.succession == nullptr) return false;
  const auto earlier = open_checkpoint(published.note, ports.succession->in_its_time());
  return earlier && earlier->size == published.size && earlier->root == published.root;
}

bool over_lost_entries(const LedgerPorts& ports, const Published& published) {
  if (ports.succession == nullptr) return false;
  const auto checkpoint = open_checkpoint(published.note, ports.succession->in_its_time());
  const auto lost = checkpoint ? ports.succession->lost_from(checkpoint->origin) : std::nullopt;
  return lost && published.size > *lost;
}

// The store must hold what a slot says was published, and lead to the same root.
Result<void> LedgerImpl::check_published(const Slots& slots, std::uint64_t size, const NodeReader& nodes) {
  const Published& published = *slots.last();
  if (!published_by(ports_, published)) {
    return fail(Errc::corrupt, "published_signature",
                "the published checkpoint was not signed by this log's key: another key folder, one of before the key "
                "was rotated, or a forged slot");
  }
  if (over_lost_entries(ports_, published)) return check_counters(published);
  if (published.size > size) {
    return fail(
        Errc::corrupt, "rolled_back",
        "the store holds " + std::to_string(size) + " entries, but " + std::to_string(published.size) +
            " were published: it was rolled back or damaged; restore the newest backup, never write on top of this one");
  }
  QUOTARY_TRY(then, read_root(published.size, nodes));
  if (then != published.root) {
    return fail(Errc::corrupt, "rolled_back",
                "the store's tree at the published size " + std::to_string(published.size) +
                    " has another root than was published");
  }
  return check_counters(published);
}

// No number that was published may be given again.
Result<void> LedgerImpl::check_counters(const Published& published) const {
  for (const Counter& counter : published.counters) {
    const auto own = std::find_if(counters_.begin(), counters_.end(),
                                  [&](const Counter& other) { return other.name == counter.name; });
    if (own != counters_.end() && own->last < counter.last) {
      return fail(Errc::corrupt, "rolled_back",
                  "the store's last number of " + counter.name + " is " + std::to_string(own->last) + ", but " +
                      std::to_string(counter.last) + " was published");
    }
  }
  return {};
}

namespace {

// The first of the entries [from, size) whose payloads, with those of all after it, take no more than `bytes_max`. An
// entry that cannot be read ends the search: the verification names it.
std::uint64_t newest_payloads(const StoreView& view, std::uint64_t from, std::uint64_t size, std::uint64_t bytes_max) {
  std::uint64_t first = size, bytes = 0;
  EntryView entry;
  for (; first > from; --first) {
    const auto canonical = view.get(Family::entries, index_key(first - 1));
    if (!canonical || !*canonical || !view_entry(**canonical, entry)) return first - 1;
    for (const ObjectView& object : entry.objects) {
      if (object.size > bytes_max - bytes) return first;
      bytes += object.size;
    }
  }
  return first;
}

}  // namespace

// Verifies entries [from, size) and the tree above them. What was never signed is about to be, so its payloads too must
// hold; so must the last entry's, since a store may have lost the newest part of one family alone, and those before it
// as far as they are read soon.
Result<void> LedgerImpl::check_tail(std::uint64_t from, std::uint64_t published_size, std::uint64_t size) {
  if (size == 0) return {};
  const std::uint64_t payloads_from =
      std::min({newest_payloads(*store_, from, size, options_.start_check_payload_bytes), published_size, size - 1});
  VerifyOptions verifying;
  verifying.state = false;
  verifying.from = from;
  verifying.to = payloads_from;
  verifying.payloads = false;
  if (from < payloads_from) {
    QUOTARY_TRY(report, verify_view(*store_, size, nullptr, nullptr, verifying));
    if (report.problems_total > 0) return damage_error(report.problems.front());
  }
  verifying.from = payloads_from;
  verifying.to = size;
  verifying.payloads = true;
  QUOTARY_TRY(report, verify_view(*store_, size, ports_.cipher, nullptr, verifying));
  if (report.problems_total > 0) return damage_error(report.problems.front());

  const NodeReader nodes = nodes_of(*store_);
  QUOTARY_TRY(range, read_compact_range(size, nodes));
  QUOTARY_TRY(leaf, nodes(0, size - 1));
  QUOTARY_TRY(canonical, store_->get(Family::entries, index_key(size - 1)));
  if (!canonical || range.root() != report.root)
    return fail(Errc::corrupt, "store_unsteady", "the store answers otherwise than a moment ago: check the machine");
  QUOTARY_TRY(last, parse_entry(*canonical));
  range_ = std::move(range);
  last_leaf_ = leaf;
  last_time_ = last.time;
  return {};
}

// The key folder knows of the log's last rotation, and the log of the key that it ends with. Through that entry's
// `prev` the two know one history.
Result<void> LedgerImpl::check_signer(std::uint64_t size) {
  if (ports_.succession != nullptr) {
    const Rotation& last = ports_.succession->rotations().back();
    const std::string entry = "entry " + std::to_string(last.index);
    if (last.index >= size)
      return fail(Errc::corrupt, "rolled_back",
                  "the store holds " + std::to_string(size) + " entries, but the log's key was replaced by " + entry +
                      ": it was rolled back or damaged; restore the newest backup, never write on top of this one");
    QUOTARY_TRY(found, read_entry(*store_, last.index, nodes_of(*store_)));
    const auto said = read_rotation(found);
    if (!said || said->new_key != last.new_key || said->old_key != last.old_key)
      return fail(Errc::corrupt, "other_history",
                  entry +
                      " is not the one by which the key folder's key became the log's: this folder is that of a log "
                      "which was succeeded, or another's; nothing is written to it any more");
  }
  QUOTARY_TRY(newest, last_about(StateOfView(*store_), rotation_subject));
  if (!newest || options_.opening != LedgerOptions::Opening::normal) return {};
  QUOTARY_TRY(entry, read_entry(*store_, *newest, nodes_of(*store_)));
  QUOTARY_TRY(said, read_rotation(entry));
  if (vkey_text(said.new_key) == ports_.signer->vkey()) return {};
  const char* const go_on = said.end == KeyEnd::succeeded ? "`quotary restore --successor`" : "`quotary keys rotate`";
  return fail(Errc::unavailable, "key_retired",
              "entry " + std::to_string(entry.index) +
                  " replaced the key that the key folder holds: a change was interrupted, go on with " + go_on +
                  "; or the key folder is an old copy, put the newest back");
}

Result<void> LedgerImpl::recover(std::uint64_t size) {
  QUOTARY_TRY_VOID(check_state_size(size));
  QUOTARY_TRY_VOID(load_counters());
  QUOTARY_TRY_VOID(check_signer(size));
  const NodeReader nodes = nodes_of(*store_);
  std::uint64_t published_size = 0;
  for (const Slots& slots : slots_) {
    if (slots.last()) {
      const bool of_old_log =
          options_.opening == LedgerOptions::Opening::succeeding && !published_by(ports_, *slots.last());
      if (of_old_log) continue;
      QUOTARY_TRY_VOID(check_published(slots, size, nodes));
      published_size = std::max(published_size, std::min(slots.last()->size, size));
    } else if (size > 1 && &slots == &slots_.front()) {
      // Blank slots are those of a ledger that was being made; beside more entries they were wiped.
      return fail(Errc::corrupt, "slots_damaged", "the published checkpoint was wiped");
    }
  }
  // At least the last entry, which the next one links to, and all that no checkpoint was published for.
  const std::uint64_t from =
      size - std::min<std::uint64_t>(size, std::max<std::uint64_t>(options_.start_check_entries, 1));
  QUOTARY_TRY_VOID(
      check_marked_damage(*ports_.files, options_.directory, {size, {}, store_->snapshot()}, *ports_.cipher));
  QUOTARY_TRY_VOID(check_tail(std::min(from, published_size), published_size, size));
  if (size == 0) return {};
  // A batch that was durable when the process died, but not yet published, is published by the normal path.
  return publish(size, range_.root());
}

// A store that lost the newest part of one family alone must not decide appends on an older state.
Result<void> LedgerImpl::check_state_size(std::uint64_t size) {
  QUOTARY_TRY(stored, store_->get(Family::state, state_size_key));
  const std::uint64_t state_size = stored && stored->size() == 8 ? get_u64(*stored) : 0;
  if (state_size == size) return {};
  return fail(Errc::corrupt, "state_behind",
              "the state belongs to " + std::to_string(state_size) + " entries, but the store holds " +
                  std::to_string(size) +
                  ": run `quotary verify`, and `quotary rebuild-index` if the state alone does not hold");
}

Result<void> LedgerImpl::load_counters() {
  const std::string_view prefix = ports_.fold->counter_prefix();
  if (prefix.empty()) return {};
  return store_->scan(Family::state, prefix, "", false, [&](std::string_view key, std::string_view value) {
    count(key, value);
    return true;
  });
}

void LedgerImpl::count(std::string_view state_key, std::string_view value) {
  auto counter = ports_.fold->counter(state_key, value);
  if (!counter) return;
  const auto old = std::find_if(counters_.begin(), counters_.end(),
                                [&](const Counter& other) { return other.name == counter->name; });
  if (old != counters_.end()) counters_.erase(old);
  counters_.insert(counters_.begin(), std::move(*counter));
}

std::shared_ptr<const LedgerImpl::Head> LedgerImpl::head() const {
  const std::shared_lock lock(head_mutex_);
  return head_;
}

LedgerState LedgerImpl::state() const {
  const auto now = head();
  const ScrubFigures scrub = scrubber_ ? scrubber_->figures() : ScrubFigures{};
  const std::lock_guard lock(queue_mutex_);
  return {now->size, now->root, !latch_reason_.empty(), latch_reason_, reading_, state_whole_, scrub};
}

std::string LedgerImpl::checkpoint() const { return head()->checkpoint; }

Result<Entry> LedgerImpl::entry(std::uint64_t index) const {
  const auto now = head();
  if (index >= now->size)
    return fail(Errc::not_found, "no_such_entry",
                "the ledger has entries 0 to " + std::to_string(now->size) + " exclusive");
  const NodeReader nodes = tree_of(*now);
  QUOTARY_TRY(found, read_entry(*now->view, index, nodes));
  if (reading_) {
    auto path = inclusion_proof(index, now->size, nodes);
    if (!path || !check_inclusion(found.leaf, index, now->size, *path, now->root)) {
      return fail(
          Errc::corrupt, "entry_lost",
          "entry " + std::to_string(index) + " does not lead to the root that was published: it is damaged or lost");
    }
  }
  return found;
}

Result<std::string> LedgerImpl::object(const Entry& entry, std::string_view name) const {
  const auto now = head();
  for (std::size_t ordinal = 0; ordinal < entry.objects.size(); ++ordinal) {
    if (entry.objects[ordinal].name == name) return read_payload(*now->view, ports_.cipher, entry, ordinal);
  }
  return fail(Errc::not_found, "no_such_object",
              "entry " + std::to_string(entry.index) + " has no payload " + std::string(name));
}

Result<std::string> LedgerImpl::proof(std::uint64_t index, bool first_covering) const {
  const auto now = head();
  QUOTARY_TRY(found, entry(index));
  if (!now->provable)
    return fail(
        Errc::unavailable, "not_provable",
        "the published checkpoint covers what the store has lost: there is no proof under it until the ledger is restored");
  std::uint64_t size = now->size;
  Hash root = now->root;
  std::string note = now->checkpoint;
  if (first_covering) {
    // Only what was signed before is signed again: the end of a batch.
    const auto batches = now->view->cursor(Family::batches, Access::point);
    batches->seek(index_key(index + 1));
    QUOTARY_TRY_VOID(batches->status());
    if (!batches->valid()) return fail(Errc::corrupt, "batch_damaged", "no batch holds entry " + std::to_string(index));
    QUOTARY_TRY(batch, view_batch(batches->key(), batches->value()));
    size = batch.end;
    // And only a root that the newest signed one contains, whatever has become of the store since.
    const NodeReader nodes = tree_of(*now);
    QUOTARY_TRY(old_root, read_root(size, nodes));
    QUOTARY_TRY(consistency, consistency_proof(size, now->size, nodes));
    QUOTARY_TRY_VOID(check_consistency(size, now->size, old_root, now->root, consistency));
    root = old_root;
    QUOTARY_TRY(again, sign_checkpoint(*ports_.signer, size, old_root));
    note = std::move(again);
  }
  QUOTARY_TRY(path, inclusion_proof(index, size, tree_of(*now)));
  return proof_text(index, path, found.canonical, note);
}

Result<Hash> LedgerImpl::node(unsigned level, std::uint64_t number) const {
  const auto now = head();
  return tree_of(*now)(level, number);
}

NodeReader LedgerImpl::nodes() const {
  auto now = head();
  return [now, read = tree_of(*now)](unsigned level, std::uint64_t number) { return read(level, number); };
}

Result<void> LedgerImpl::read_state(
    const std::function<Result<void>(const StateReader&, std::uint64_t, const Hash&)>& read) const {
  const auto now = head();
  if (folded_) return read(*folded_, now->size, now->root);
  return read(StateOfView(*now->view), now->size, now->root);
}

namespace {

Result<std::vector<Slots>> open_slots(const LedgerOptions& options, FileSystem& files, bool create) {
  std::vector<Slots> slots;
  const auto paths = slots_paths(options);
  for (const std::string& path : paths) {
    // A further place may be added to an old ledger; the data folder's own must be there.
    const bool make = !files.exists(path) && (create || path != paths.front());
    QUOTARY_TRY(opened, make ? Slots::create(files, path) : Slots::open(files, path));
    // An interrupted making may have left a name that was never synced.
    if (create && !make) QUOTARY_TRY_VOID(files.sync_directory(std::filesystem::absolute(path).parent_path().string()));
    slots.push_back(std::move(opened));
  }
  return slots;
}

Result<std::unique_ptr<LedgerImpl>> make_ledger(const LedgerOptions& options, const LedgerPorts& ports, bool create) {
  QUOTARY_CHECK(ports.files && ports.clock && ports.random && ports.signer && ports.cipher && ports.fold);
  if (create) QUOTARY_TRY_VOID(ports.files->make_directory(options.directory));
  QUOTARY_TRY(lock, ports.files->lock(options.directory + "/lock"));
  if (create) {
    // Absent or blank slots may be those of a making that was interrupted before anything was acknowledged: it goes on.
    const auto published = Slots::read(*ports.files, slots_path(options.directory));
    const bool begun = published ? !*published : published.error().kind == Errc::not_found;
    if (!begun) return fail(Errc::conflict, "ledger_exists", options.directory + " holds a ledger already");
  }
  if (options.opening == LedgerOptions::Opening::succeeding)
    QUOTARY_TRY_VOID(check_restored_to_end(*ports.files, options.directory));
  else
    QUOTARY_TRY_VOID(check_restored_whole(*ports.files, options.directory));
  // First, because such a store may not even open.
  if (ports.files->exists(rebuild_mark(options.directory)))
    return fail(Errc::corrupt, "rebuild_unfinished",
                "making the state anew was interrupted: run `quotary rebuild-index` once more");
  QUOTARY_TRY(store, open_rocks_store(store_path(options.directory), create ? StoreMode::create : StoreMode::open,
                                      ports.files, options.log_ahead_bytes));
  QUOTARY_TRY(size, stored_size(*store));
  if (create && size > 0)
    return fail(
        Errc::conflict, "ledger_exists",
        options.directory + " holds " + std::to_string(size) +
            " entries whose published.slots is missing or blank: restore it, or try `quotary serve`, and make no ledger on top");
  QUOTARY_TRY(slots, open_slots(options, *ports.files, create));
  const bool blank =
      std::none_of(slots.begin(), slots.end(), [](const Slots& each) { return each.last().has_value(); });
  if (!create && size == 0 && blank) {
    return fail(Errc::not_found, "ledger_unfinished",
                "the making of the ledger in " + options.directory +
                    " was interrupted before its first entry: make it again with `quotary init`");
  }
  auto ledger = std::make_unique<LedgerImpl>(options, ports, std::move(store), std::move(slots), std::move(lock));
  QUOTARY_TRY_VOID(ledger->recover(size));
  ledger->start();
  return ledger;
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::create(const LedgerOptions& options, const LedgerPorts& ports, Draft genesis) {
  QUOTARY_TRY(ledger, make_ledger(options, ports, true));
  QUOTARY_TRY(first, ledger->append([&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    return std::vector<Draft>{std::move(genesis)};
  }));
  QUOTARY_CHECK(first.tree_size == 1);
  return std::unique_ptr<Ledger>(std::move(ledger));
}

Result<std::unique_ptr<Ledger>> Ledger::open(const LedgerOptions& options, const LedgerPorts& ports) {
  QUOTARY_TRY_VOID(check_restored_to_end(*ports.files, options.directory));
  if (!ports.files->exists(slots_path(options.directory))) {
    return fail(Errc::not_found, "no_ledger",
                options.directory + " holds no ledger: make one with `quotary init` or `quotary demo`");
  }
  QUOTARY_TRY(ledger, make_ledger(options, ports, false));
  return std::unique_ptr<Ledger>(std::move(ledger));
}

}  // namespace quotary
