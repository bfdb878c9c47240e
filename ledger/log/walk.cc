#include "ledger/log/walk.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/log/entry.h"
#include "ledger/log/entry_view.h"
#include "ledger/log/overlay.h"
#include "ledger/log/stored_entry.h"

namespace quotary {

namespace {

constexpr std::uint64_t progress_step = 4096;

// Of a text as a canonical entry spells it.
NameTag tag_of_text(const NameTagger& tagger, std::string_view escaped) {
  return escaped.find('\\') == escaped.npos ? tagger(escaped) : tagger(unescape(escaped));
}

// A family read forward beside the entries. After an error the next call seeks anew, so that damage costs one block
// only.
class Lane {
 public:
  Lane(const StoreView& view, Family family) : cursor_(view.cursor(family, Access::sequential)) {}

  enum class Found { here, absent, unreadable };
  // Moves to `key`; calls `surplus(key)` for each key that it passes.
  template <class Surplus>
  Found expect(std::string_view key, const Surplus& surplus) {
    if (!placed_) {
      cursor_->seek(key);
    } else if (taken_) {
      cursor_->next();
    }
    placed_ = true;
    taken_ = false;
    for (; cursor_->valid(); cursor_->next()) {
      const int order = cursor_->key().compare(key);
      taken_ = order == 0;
      if (order >= 0) return taken_ ? Found::here : Found::absent;
      surplus(cursor_->key());
    }
    if (cursor_->status()) return Found::absent;
    placed_ = false;
    return Found::unreadable;
  }
  // The same without taking the key: it is expected again.
  template <class Surplus>
  void pass_to(std::string_view key, const Surplus& surplus) {
    (void)expect(key, surplus);
    taken_ = false;
  }
  void place(std::string_view key) {
    cursor_->seek(key);
    placed_ = true;
    taken_ = false;
  }
  [[nodiscard]] std::string_view value() const { return cursor_->value(); }
  [[nodiscard]] std::string fault() const { return cursor_->status() ? "" : cursor_->status().error().detail; }

 private:
  std::unique_ptr<Cursor> cursor_;
  bool placed_ = false;
  bool taken_ = false;  // the cursor stands on a key that was answered
};

}  // namespace

class Walker::Impl {
 public:
  explicit Impl(const WalkOptions& options)
      : options_(options),
        entries_(options.view, Family::entries),
        objects_(options.view, Family::objects),
        batches_(options.view.cursor(Family::batches, Access::sequential)) {}

  void walk(Stretch& stretch) {
    begin(stretch);
    for (std::uint64_t index = stretch.begin; index < stretch.end; ++index) {
      if (options_.stop != nullptr && *options_.stop) return;
      const std::uint64_t before = stretch.found.bytes_read;
      step(index);
      if (options_.read) options_.read(stretch.found.bytes_read - before);
      if ((index - stretch.begin + 1) % progress_step != 0) continue;
      if (options_.progress) options_.progress(progress_step);
    }
    if (options_.progress) options_.progress((stretch.end - stretch.begin) % progress_step);
    // Nothing may stand behind the last entry or its payloads either: another walker begins at its own first one.
    entries_.pass_to(index_key(stretch.end), [&](std::string_view key) { surplus_entry(stretch.end - 1, key); });
    if (options_.payloads)
      objects_.pass_to(object_key(stretch.end, 0), [&](std::string_view key) { surplus_payload(key); });
    stands_at_ = stretch.end;
  }

 private:
  void begin(Stretch& stretch) {
    stretch_ = &stretch;
    stretch.links.reserve(stretch.end - stretch.begin);
    last_.reset();
    gap_ = false;
    if (stands_at_ == stretch.begin) return;
    entries_.place(index_key(stretch.begin));
    if (options_.payloads) objects_.place(object_key(stretch.begin, 0));
    batch_ = {};
  }

  void report(std::uint64_t index, const char* kind, std::string detail) {
    add_problem(stretch_->found, index, kind, std::move(detail));
  }

  void surplus_entry(std::uint64_t index, std::string_view key) {
    report(index, "reorder",
           "a key of " + std::to_string(key.size()) + " bytes that is no entry's stands behind this entry");
  }

  void step(std::uint64_t index) {
    const auto found = entries_.expect(index_key(index), [&](std::string_view key) {
      report(index, "reorder",
             "a key of " + std::to_string(key.size()) + " bytes that is no entry's stands before this entry");
    });
    const bool in_batch = find_batch(index);
    if (found != Lane::Found::here) {
      report(index, "leaf",
             found == Lane::Found::absent ? "the entry is missing" : "the entry cannot be read: " + entries_.fault());
      // The tree's own leaf goes on in its place, so that one lost entry does not make every node above it differ.
      const Hash leaf = in_batch ? batch_.at(index, 0) : Hash{};
      join(index, leaf, false);
      last_ = in_batch ? std::optional<Hash>(leaf) : std::nullopt;
      stretch_->last_leaf = last_;
      return;
    }
    const std::string_view canonical = entries_.value();
    const Hash leaf = leaf_hash(canonical);
    ++stretch_->found.entries_checked;
    stretch_->found.bytes_read += canonical.size();
    if (in_batch && batch_.at(index, 0) != leaf)
      report(index, "leaf", "the entry's bytes do not hash to the leaf in the tree");
    join(index, leaf, in_batch);
    check_entry(index, canonical);
    last_ = leaf;
    stretch_->last_leaf = leaf;
  }

  void check_entry(std::uint64_t index, std::string_view canonical) {
    if (auto viewed = view_entry(canonical, entry_); !viewed) {
      report(index, "leaf", viewed.error().detail);
      if (options_.payloads) pass_payloads(index);
      return;
    }
    if (entry_.index != index)
      report(index, "reorder", "the entry at this place says it is entry " + std::to_string(entry_.index));
    if (index == stretch_->begin) {
      stretch_->first_prev = entry_.prev;
      stretch_->first_time = entry_.time;
    } else {
      if (last_ && entry_.prev != *last_)
        report(index, "link", "prev is not the leaf hash of entry " + std::to_string(index - 1));
      if (entry_.time < std::string_view(stretch_->last_time))
        report(index, "clock", "its time lies before that of the entry before it");
    }
    stretch_->last_time = entry_.time;
    stretch_->links.push_back(
        {index, entry_.subject_seq, entry_.subject_prev, tag_of_text(options_.tagger, entry_.subject)});
    if (options_.payloads) payloads(index);
  }

  // Moves to the record of the batch that holds the leaf.
  bool find_batch(std::uint64_t index) {
    if (batch_.has(index)) return true;
    const std::uint64_t before = batch_.end;
    if (before == index && batches_->valid()) {
      batches_->next();
    } else {
      batches_->seek(index_key(index + 1));
    }
    batch_ = {};
    if (!batches_->valid()) {
      if (!gap_)
        report(index, "node",
               batches_->status() ? "the tree's record of this leaf is missing" : batches_->status().error().detail);
      gap_ = true;
      return false;
    }
    auto batch = view_batch(batches_->key(), batches_->value());
    if (!batch || !batch->has(index)) {
      if (!gap_) report(index, "node", batch ? "no record of the tree holds this leaf" : batch.error().detail);
      gap_ = true;
      return false;
    }
    if (before != 0 && batch->first != before)
      report(index, "node",
             "the tree's record begins at " + std::to_string(batch->first) + ", but the one before it ended at " +
                 std::to_string(before));
    gap_ = false;
    batch_ = *batch;
    return true;
  }

  // The leaf joins the tree; what it completes must be what is stored with it.
  void join(std::uint64_t index, const Hash& leaf, bool compare) {
    stretch_->spine.add({0, index, leaf}, [&](unsigned level, std::uint64_t number, const Hash& hash) {
      if (compare && batch_.at(index, level) != hash) {
        report(
            index, "node",
            "tree node " + std::to_string(level) + "/" + std::to_string(number) + " differs from the entries below it");
      }
    });
  }

  void surplus_payload(std::string_view key) {
    const std::uint64_t index = key.size() >= 8 ? get_u64(key.substr(0, 8)) : stretch_->begin;
    report(index, "payload",
           key.size() == 10 ? "payload " + std::to_string(get_u16(key.substr(8))) + " is named by no entry"
                            : "a key that is no payload's");
  }

  // Over the payloads of an entry that cannot be read.
  void pass_payloads(std::uint64_t index) { objects_.place(object_key(index + 1, 0)); }

  void payloads(std::uint64_t index) {
    for (std::size_t ordinal = 0; ordinal < entry_.objects.size(); ++ordinal) {
      const ObjectView& object = entry_.objects[ordinal];
      const auto found =
          objects_.expect(object_key(index, ordinal), [&](std::string_view key) { surplus_payload(key); });
      if (found != Lane::Found::here) {
        report(index, "payload",
               std::string(object.name) +
                   (found == Lane::Found::absent ? " is missing" : " cannot be read: " + objects_.fault()));
        continue;
      }
      payload(index, object, objects_.value());
    }
  }

  void payload(std::uint64_t index, const ObjectView& object, std::string_view stored) {
    stretch_->found.bytes_read += stored.size();
    std::string opened;
    if (!object.key_subject.empty()) {
      if (options_.cipher == nullptr) return;  // objects_checked says how many were read
      auto plain =
          options_.cipher->decrypt(unescape(object.key_subject), object_id(index, unescape(object.name)), stored);
      // What the entry says of it stands. Whether the ledger says why is looked for once all is walked.
      if (!plain && plain.error().code == "subject_key_erased")
        return add_erased(stretch_->found, unescape(object.key_subject), index);
      if (!plain) return report(index, "payload", std::string(object.name) + ": " + plain.error().detail);
      opened = std::move(*plain);
      stored = opened;
    }
    ++stretch_->found.objects_checked;
    if (stored.size() != object.size || sha256(stored) != object.sha256) {
      report(index, "payload", std::string(object.name) + " does not have the hash that the entry names");
    }
  }

  const WalkOptions& options_;
  Stretch* stretch_ = nullptr;              // that is walked
  std::optional<std::uint64_t> stands_at_;  // the entry that the lanes stand at, if they do
  Lane entries_, objects_;
  std::unique_ptr<Cursor> batches_;
  BatchView batch_;
  bool gap_ = false;  // the tree's records lack leaves here, which was said
  EntryView entry_;
  std::optional<Hash> last_;
};

Walker::Walker(const WalkOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Walker::~Walker() = default;
void Walker::walk(Stretch& stretch) { impl_->walk(stretch); }

void add_problem(VerifyReport& report, std::uint64_t index, const char* kind, std::string detail) {
  ++report.problems_total;
  if (report.problems.size() < problems_max) report.problems.push_back({index, kind, std::move(detail)});
}

void add_erased(VerifyReport& report, std::string_view key_subject, std::uint64_t index, std::uint64_t payloads) {
  auto known = report.erased.find(key_subject);
  if (known == report.erased.end())
    known = report.erased.emplace(std::string(key_subject), ErasedPayloads{0, index, {}}).first;
  known->second.payloads += payloads;
  known->second.first = std::min(known->second.first, index);
}

namespace {

// What the state says is believed only of an entry under the tree that says so itself.
bool erases(const StoreView& view, std::uint64_t size, const Fold& fold, std::uint64_t index,
            std::string_view key_subject) {
  if (index >= size) return false;
  const NodeReader nodes = nodes_of(view);
  const auto entry = read_entry(view, index, nodes);
  const auto root = read_root(size, nodes);
  const auto path = inclusion_proof(index, size, nodes);
  return entry && root && path && check_inclusion(entry->leaf, index, size, *path, *root) &&
         fold.erases(*entry, key_subject);
}

}  // namespace

bool find_erasures(VerifyReport& report, const Fold& fold, const StoreView& view, std::uint64_t size) {
  bool all = true;
  for (auto& [key_subject, erased] : report.erased) {
    if (erased.entry) continue;
    const auto entry = fold.erased_by(StateOfView(view), key_subject);
    if (entry && *entry && erases(view, size, fold, **entry, key_subject))
      erased.entry = *entry;
    else
      all = false;
  }
  return all;
}

void name_unexplained(VerifyReport& report) {
  for (const auto& [key_subject, erased] : report.erased) {
    if (erased.entry) continue;
    add_problem(report, erased.first, "payload",
                std::to_string(erased.payloads) + " payloads, the first of them here, cannot be read: the key of " +
                    key_subject + " was destroyed, and no entry of the ledger says so");
  }
}

std::vector<std::string> unexplained_erasures(const VerifyReport& report) {
  std::vector<std::string> out;
  for (const auto& [key_subject, erased] : report.erased)
    if (!erased.entry) out.push_back(key_subject);
  return out;
}

Hash Spine::root() const {
  if (subtrees_.empty()) return sha256("");
  Hash hash = subtrees_.back().hash;
  for (std::size_t i = subtrees_.size() - 1; i-- > 0;) hash = node_hash(subtrees_[i].hash, hash);
  return hash;
}

}  // namespace quotary
