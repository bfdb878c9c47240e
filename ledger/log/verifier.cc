#include "ledger/log/sequencer.h"

#include "ledger/log/entry.h"
#include "ledger/log/ledger_impl.h"

#include <algorithm>
#include <atomic>

namespace quotary {

namespace {

constexpr std::size_t problems_max = 1000;
constexpr std::uint64_t progress_step = 4096;

// One thread's share: entries [begin, end).
struct Share {
  std::uint64_t begin = 0, end = 0;
  std::uint64_t entries = 0, objects = 0, total = 0;
  std::vector<VerifyProblem> problems;
  std::vector<Hash> leaves;  // recomputed; the tree is built from them afterwards

  void report(std::uint64_t index, const char* kind, std::string detail) {
    ++total;
    if (problems.size() < problems_max) problems.push_back({index, kind, std::move(detail)});
  }
};

// Walks entries and payloads of one ledger view.
class Walk {
 public:
  Walk(const StoreView& view, const ObjectCipher* cipher, const VerifyOptions& options, std::uint64_t size)
      : view_(view), cipher_(cipher), options_(options), size_(size) {}

  // Chain, leaves and payloads of a share. The stored tree's leaf is the second witness of each entry.
  Result<void> check(Share& share) {
    std::uint64_t next = share.begin;
    Hash prev;
    Timestamp time;
    bool have_prev = false;
    if (share.begin > 0) {
      auto leaf = nodes_of(view_)(0, share.begin - 1);
      if (leaf) {
        prev = *leaf;
        have_prev = true;
      }
    } else {
      have_prev = true;
    }
    auto scanned = view_.scan(Family::entries, "", index_key(share.begin), false, [&](std::string_view key, std::string_view value) {
      const std::uint64_t index = key.size() == 8 ? get_u64(key) : UINT64_MAX;
      if (index >= share.end) return false;
      for (; next < index; ++next) missing(share, next, prev, have_prev);
      next = index + 1;
      const Hash leaf = leaf_hash(value);
      share.leaves.push_back(leaf);
      ++share.entries;
      auto stored = nodes_of(view_)(0, index);
      if (!stored || *stored != leaf) share.report(index, "leaf", "the entry's bytes do not hash to the leaf in the tree");
      auto entry = parse_entry(value);
      if (!entry) {
        share.report(index, "leaf", entry.error().detail);
      } else {
        if (entry->index != index) share.report(index, "reorder", "the entry at this place says it is entry " + std::to_string(entry->index));
        if (have_prev && entry->prev != prev) share.report(index, "link", "prev is not the leaf hash of entry " + std::to_string(index - 1));
        if (entry->time < time) share.report(index, "clock", "its time lies before that of the entry before it");
        time = entry->time;
        if (options_.payloads) payloads(share, *entry);
      }
      prev = leaf;
      have_prev = true;
      tick();
      return true;
    });
    for (; next < share.end; ++next) missing(share, next, prev, have_prev);
    if (!scanned) share.report(next, "leaf", "the store cannot be read here: " + scanned.error().detail);
    return {};
  }

 private:
  void missing(Share& share, std::uint64_t index, Hash& prev, bool& have_prev) {
    share.report(index, "leaf", "the entry is missing");
    auto leaf = nodes_of(view_)(0, index);
    prev = leaf ? *leaf : Hash{};
    have_prev = leaf.has_value();
    share.leaves.push_back(prev);
    tick();
  }

  void payloads(Share& share, const Entry& entry) {
    for (std::size_t ordinal = 0; ordinal < entry.objects.size(); ++ordinal) {
      const ObjectRef& reference = entry.objects[ordinal];
      auto stored = view_.get(Family::objects, object_key(entry.index, ordinal));
      if (!stored || !*stored) {
        share.report(entry.index, "payload", reference.name + (stored ? " is missing" : ": " + stored.error().detail));
        continue;
      }
      std::string plain = std::move(**stored);
      if (!reference.key_subject.empty()) {
        if (cipher_ == nullptr) continue;  // objects_checked says how many were read
        auto opened = cipher_->decrypt(reference.key_subject, object_id(entry.index, reference.name), plain);
        if (!opened) {
          share.report(entry.index, "payload", reference.name + ": " + opened.error().detail);
          continue;
        }
        plain = std::move(*opened);
      }
      ++share.objects;
      if (plain.size() != reference.size || sha256(plain) != reference.sha256) {
        share.report(entry.index, "payload", reference.name + " does not have the hash that the entry names");
      }
    }
  }

  void tick() {
    const std::uint64_t done = ++done_;
    if (options_.progress && done % progress_step == 0) options_.progress(done, size_);
  }

  const StoreView& view_;
  const ObjectCipher* cipher_;
  const VerifyOptions& options_;
  const std::uint64_t size_;
  std::atomic<std::uint64_t> done_{0};
};

void add(VerifyReport& report, std::uint64_t index, const char* kind, std::string detail) {
  ++report.problems_total;
  if (report.problems.size() < problems_max) report.problems.push_back({index, kind, std::move(detail)});
}

// Rebuilds the tree from the recomputed leaves: every stored node and every batch's root must agree.
Hash check_tree(const StoreView& view, const std::vector<Hash>& leaves, VerifyReport& report) {
  CompactRange range;
  const NodeReader stored = nodes_of(view);
  std::map<std::uint64_t, Hash> roots;
  auto scanned = view.scan(Family::batches, "", "", false, [&](std::string_view key, std::string_view value) {
    if (auto hash = Hash::from_bytes(value); hash && key.size() == 8) roots[get_u64(key)] = *hash;
    return true;
  });
  if (!scanned) add(report, 0, "checkpoint", scanned.error().detail);
  for (std::uint64_t index = 0; index < leaves.size(); ++index) {
    range.append(leaves[index], [&](unsigned level, std::uint64_t number, const Hash& hash) {
      if (level == 0) return;  // compared beside the entry
      auto node = stored(level, number);
      if (!node || *node != hash) add(report, index, "node", "tree node " + std::to_string(level) + "/" + std::to_string(number) + " differs from the entries below it");
    });
    const auto root = roots.find(range.size);
    if (root != roots.end() && root->second != range.root()) {
      add(report, index, "checkpoint", "the root that was signed for size " + std::to_string(range.size) + " differs from the entries");
    }
  }
  return range.root();
}

// An ordered map as state, for folding anew.
class MapState final : public StateWriter {
 public:
  Result<std::optional<std::string>> get(std::string_view key) const override {
    const auto found = values.find(key);
    if (found == values.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  Result<void> scan(std::string_view prefix, std::string_view from, bool reverse,
                    const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    std::vector<std::pair<std::string_view, std::string_view>> found;
    for (auto at = values.lower_bound(prefix); at != values.end() && at->first.starts_with(prefix); ++at) {
      if (from.empty() || (reverse ? at->first <= from : at->first >= from)) found.emplace_back(at->first, at->second);
    }
    if (reverse) std::reverse(found.begin(), found.end());
    for (const auto& [key, value] : found) {
      if (!visit(key, value)) break;
    }
    return {};
  }
  void put(std::string_view key, std::string_view value) override { values.insert_or_assign(std::string(key), std::string(value)); }
  void erase(std::string_view key) override {
    const auto found = values.find(key);
    if (found != values.end()) values.erase(found);
  }
  std::map<std::string, std::string, std::less<>> values;
};

// Folds every entry anew and compares with the stored state: it must be nothing but a fold.
void check_state(const StoreView& view, std::uint64_t size, const Fold& fold, VerifyReport& report) {
  MapState state;
  std::uint64_t index = 0;
  for (; index < size; ++index) {
    auto canonical = view.get(Family::entries, index_key(index));
    if (!canonical || !*canonical) break;  // reported by the walk
    auto entry = parse_entry(**canonical);
    if (!entry) break;
    const auto subject_seq = entry->subject_seq;
    const auto subject_prev = entry->subject_prev;
    if (!link_subject(*entry, state) || entry->subject_seq != subject_seq || entry->subject_prev != subject_prev) {
      add(report, index, "link", "subject_seq or subject_prev does not continue the entries about " + entry->subject);
    }
    std::string facts;
    for (std::size_t ordinal = 0; ordinal < entry->objects.size(); ++ordinal) {
      if (entry->objects[ordinal].name != "facts" || !entry->objects[ordinal].key_subject.empty()) continue;
      auto stored = view.get(Family::objects, object_key(index, ordinal));
      if (stored && *stored) facts = std::move(**stored);
    }
    auto applied = fold.apply(*entry, facts, state);
    if (!applied) {
      const std::string& code = applied.error().code;
      const char* kind = code == "number_not_next" ? "number_gap" : code == "number_taken" ? "number_duplicate" : "state";
      add(report, index, kind, "the entry cannot follow those before it: " + applied.error().detail);
    }
  }
  if (index < size) return;  // what is damaged was named already; a partial fold proves nothing more
  auto expected = state.values.begin();
  const auto differs = [&](std::string_view key, const char* how) {
    add(report, size - 1, "state", "stored state " + std::string(key.substr(0, 80)) + how);
  };
  auto scanned = view.scan(Family::state, "", "", false, [&](std::string_view key, std::string_view value) {
    for (; expected != state.values.end() && expected->first < key; ++expected) differs(expected->first, " is missing");
    if (expected == state.values.end() || expected->first != key) {
      differs(key, " follows from no entry");
    } else {
      if (expected->second != value) differs(key, " differs from what the entries lead to");
      ++expected;
    }
    return true;
  });
  for (; scanned && expected != state.values.end(); ++expected) differs(expected->first, " is missing");
  if (!scanned) add(report, size - 1, "state", scanned.error().detail);
}

VerifyReport verify_view(const StoreView& view, std::uint64_t size, const ObjectCipher* cipher, const Fold* fold, const VerifyOptions& options) {
  VerifyReport report;
  report.tree_size = size;
  const std::uint64_t from = std::min(options.from, size);
  const unsigned threads = std::clamp(options.threads, 1u, 64u);
  std::vector<Share> shares(size - from < 1024 ? 1 : threads);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    shares[i].begin = from + (size - from) * i / shares.size();
    shares[i].end = from + (size - from) * (i + 1) / shares.size();
  }
  Walk walk(view, cipher, options, size - from);
  std::vector<std::thread> workers;
  for (std::size_t i = 1; i < shares.size(); ++i) workers.emplace_back([&walk, &share = shares[i]] { (void)walk.check(share); });
  (void)walk.check(shares[0]);
  for (std::thread& worker : workers) worker.join();

  std::vector<Hash> leaves;
  leaves.reserve(size);
  for (std::uint64_t index = 0; index < from; ++index) {
    auto leaf = nodes_of(view)(0, index);
    if (!leaf) add(report, index, "node", leaf.error().detail);
    leaves.push_back(leaf ? *leaf : Hash{});
  }
  for (Share& share : shares) {
    report.entries_checked += share.entries;
    report.objects_checked += share.objects;
    report.problems_total += share.total;
    for (VerifyProblem& problem : share.problems) {
      if (report.problems.size() < problems_max) report.problems.push_back(std::move(problem));
    }
    leaves.insert(leaves.end(), share.leaves.begin(), share.leaves.end());
  }
  report.root = check_tree(view, leaves, report);
  // A batch states its end in the same write: an entry beyond the last end was put there by something else.
  auto beyond = view.scan(Family::entries, "", index_key(size), false, [&](std::string_view key, std::string_view) {
    add(report, key.size() == 8 ? get_u64(key) : size, "leaf", "an entry that no batch ends after");
    return true;
  });
  if (!beyond) add(report, size, "leaf", beyond.error().detail);
  if (fold != nullptr && from == 0) check_state(view, size, *fold, report);
  std::stable_sort(report.problems.begin(), report.problems.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
  return report;
}

}  // namespace

Result<VerifyReport> verify_ledger(const Ledger& ledger, const VerifyOptions& options) {
  const auto* implementation = dynamic_cast<const LedgerImpl*>(&ledger);
  QUOTARY_CHECK(implementation != nullptr);
  return implementation->verify(options);
}

Result<VerifyReport> LedgerImpl::verify(const VerifyOptions& options) const {
  const auto now = head();
  return verify_view(*now->view, now->size, ports_.cipher, ports_.fold.get(), options);
}

Result<VerifyReport> verify_folder(const LedgerOptions& options, const LedgerPorts& ports, const VerifyOptions& verify,
                                   const CheckpointVerifier& log_key) {
  // The slots first: a live writer may publish more while the store is being opened, never less.
  std::vector<Published> published;
  VerifyReport slot_problems;
  std::vector<std::string> paths{slots_path(options.directory)};
  paths.insert(paths.end(), options.publish_to.begin(), options.publish_to.end());
  for (const std::string& path : paths) {
    auto slots = Slots::read(*ports.files, path);
    if (!slots && slots.error().kind != Errc::corrupt) {
      return fail(Errc::storage, "no_ledger", "the published checkpoint cannot be read: " + slots.error().detail);
    }
    if (!slots) add(slot_problems, 0, "checkpoint", slots.error().detail);
    else if (*slots) published.push_back(std::move(**slots));
  }
  auto opened = open_rocks_store(store_path(options.directory), StoreMode::read_only);
  if (!opened) {
    if (opened.error().kind != Errc::corrupt) return std::move(opened).error();
    VerifyReport report = std::move(slot_problems);
    add(report, 0, "node", opened.error().detail);
    return report;
  }
  const Store& store = **opened;
  const auto view = store.snapshot();
  std::uint64_t size = 0;
  auto scanned = view->scan(Family::batches, "", "", true, [&](std::string_view key, std::string_view) {
    size = key.size() == 8 ? get_u64(key) : 0;
    return false;
  });
  if (!scanned) add(slot_problems, 0, "checkpoint", scanned.error().detail);
  VerifyReport report = verify_view(*view, size, ports.cipher, ports.fold.get(), verify);
  for (VerifyProblem& problem : slot_problems.problems) add(report, problem.index, "checkpoint", std::move(problem.detail));
  for (const Published& slot : published) {
    if (auto opened_note = open_checkpoint(slot.note, log_key); !opened_note) {
      add(report, slot.size == 0 ? 0 : slot.size - 1, "checkpoint", "the published checkpoint is not this log's: " + opened_note.error().detail);
    }
    if (slot.size > size) {
      add(report, size, "truncation", "the store holds " + std::to_string(size) + " entries, but " + std::to_string(slot.size) + " were published");
      continue;
    }
    auto root = read_root(slot.size, nodes_of(*view));
    if (!root || *root != slot.root) add(report, slot.size == 0 ? 0 : slot.size - 1, "checkpoint", "the published root of size " + std::to_string(slot.size) + " differs from the tree");
  }
  return report;
}

}  // namespace quotary
