#include "ledger/base/canonical_scan.h"
#include "ledger/log/entry.h"
#include "ledger/log/index_root.h"
#include "ledger/log/subject_changes.h"
#include "ledger/log/walk.h"

#include <deque>

namespace quotary {

namespace {

// Follows the entries one behind the other. What an index.root covers is known only once it is read, so what the
// entries of the last index_lag_max places say waits until then.
class IndexCheck {
 public:
  IndexCheck(const StoreView& view, VerifyReport& report) : nodes_(nodes_of(view)), report_(report) {}

  void follow(const EntryView& entry, std::string_view canonical) {
    if (entry.type == index_root_type)
      root(entry.index, canonical);
    else if (entry.subject == index_root_subject)
      problem(entry.index, "an entry of type " + std::string(entry.type) + " about the index");
    if (entry.subject == index_root_subject) return;
    waiting_.push_back({entry.index, {subject_hash(unescape(entry.subject)), {entry.index, entry.subject_seq}}});
    if (waiting_.size() > index_lag_max + eager_step) apply_before(entry.index - index_lag_max);
  }

 private:
  struct Waiting {
    std::uint64_t index = 0;
    SubjectRecord record;
  };
  static constexpr std::size_t eager_step = 65'536;

  void problem(std::uint64_t index, std::string detail) { add_problem(report_, index, "index", std::move(detail)); }

  void apply_before(std::uint64_t size) {
    SubjectChanges changes;
    for (; !waiting_.empty() && waiting_.front().index < size; waiting_.pop_front())
      changes.add(waiting_.front().record.key, waiting_.front().record.last);
    index_.change(changes.records());
  }

  void root(std::uint64_t index, std::string_view canonical) {
    auto entry = parse_entry(canonical);
    if (!entry) return;  // a walk says so
    auto said = read_index_root(*entry);
    if (!said) return problem(index, said.error().detail);
    if (said->size < covered_)
      return problem(index, "it covers " + std::to_string(said->size) + " entries, fewer than one before it");
    covered_ = said->size;
    apply_before(covered_);
    if (said->index_root != index_.root() || said->subjects != index_.subjects()) {
      problem(index, "the index that it commits to is not that of the first " + std::to_string(covered_) +
                         " entries: they give " + std::to_string(index_.subjects()) + " subjects and root " +
                         index_.root().hex());
    }
    const auto tree_root = read_root(covered_, nodes_);
    if (!tree_root || *tree_root != said->tree_root)
      problem(index, "tree_root is not the root of the first " + std::to_string(covered_) + " entries");
  }

  const NodeReader nodes_;
  VerifyReport& report_;
  SubjectIndex index_;
  std::deque<Waiting> waiting_;
  std::uint64_t covered_ = 0;
};

}  // namespace

void check_index_roots(const StoreView& view, std::uint64_t size, const std::atomic<bool>* stop, VerifyReport& report) {
  IndexCheck check(view, report);
  const auto entries = view.cursor(Family::entries, Access::sequential);
  entries->seek(index_key(0));
  EntryView entry;
  for (std::uint64_t index = 0; index < size; ++index, entries->next()) {
    if (stop != nullptr && *stop) return;
    if (!entries->valid() || entries->key() != index_key(index) || !view_entry(entries->value(), entry) ||
        entry.index != index)
      return;
    check.follow(entry, entries->value());
  }
}

}  // namespace quotary
