#include "ledger/log/index_roots.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/log/subject.h"
#include "ledger/log/visit_entries.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace quotary {

namespace {

constexpr int thread_niceness = 10;
constexpr std::uint64_t look_up_step = 4096;  // entries or subjects between two looks whether it is to end

Error stopped() { return fail(Errc::unavailable, "stopping", "the subject index is closing"); }

Error not_ready() {
  return fail(Errc::unavailable, "index_not_ready", "the subject index is still being made; ask again in a second");
}

}  // namespace

bool is_degraded(const IndexRootsState& state, const IndexRootsPace& pace) {
  return state.configured && (!state.trouble.empty() || state.behind_ms >= pace.late_after.count());
}

std::unique_ptr<IndexRoots> IndexRoots::start(Ledger& ledger, IndexRootsConfig config) {
  auto made = std::unique_ptr<IndexRoots>(new IndexRoots(ledger, std::move(config)));
  made->waiting_since_ = std::chrono::steady_clock::now();  // for the index itself
  made->thread_ = std::thread([index = made.get()] { index->run(); });
  pthread_setname_np(made->thread_.native_handle(), "subject-index");
  return made;
}

IndexRoots::~IndexRoots() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

bool IndexRoots::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void IndexRoots::pause(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, at_most, [this] { return stopping_; });
}

void IndexRoots::run() {
  // Linux keeps a niceness for each thread: the hashing gives way to those who issue and answer. Without it the index
  // is as right, so a refusal is no error.
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), thread_niceness);
  while (!stopping()) {
    if (!begun_) {
      // Told now: the next root, which is right again, takes it back.
      const auto begun = begin();
      if (!begun || !differs_.empty()) note(begun);
    }
    auto done = begun_ ? follow() : Result<void>();
    // A root covers all that there was when the ledger was looked at, never less than the one before.
    if (done && begun_ && !stopping()) done = append();
    if (stopping()) return;
    if (!begun_) {
      pause(config_.pace.retry);
      continue;
    }
    note(done);
    pause(done ? config_.pace.poll : config_.pace.retry);
  }
}

void IndexRoots::note(const Result<void>& done) {
  const std::string text = done ? differs_ : done.error().code + ": " + done.error().detail;
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    if (!done) ++failed_total_;
    changed = trouble_ != text;
    trouble_ = text;
  }
  if (changed && config_.say) config_.say("subject index: " + (text.empty() ? "no trouble any more" : text));
}

void IndexRoots::begin_waiting() {
  const std::lock_guard lock(mutex_);
  if (!waiting_since_) waiting_since_ = std::chrono::steady_clock::now();
}

Result<IndexRoots::Stored> IndexRoots::read_stored() const {
  Stored stored;
  bool cut = false;
  QUOTARY_TRY_VOID(ledger_.read_state([&](const StateReader& state, std::uint64_t size, const Hash&) -> Result<void> {
    stored.size = size;
    return visit_subjects(state, [&](std::string_view subject, const SubjectLast& last) {
      if (subject == index_root_subject)
        stored.newest = last.index;
      else
        stored.records.push_back({subject_hash(subject), last});
      cut = stored.records.size() % look_up_step == 0 && stopping();
      return !cut;
    });
  }));
  if (cut) return stopped();
  return stored;
}

// To what the first `size` entries say: the first entry behind them about each subject tells how it stood before.
Result<void> IndexRoots::take_back(Stored& stored, std::uint64_t size) const {
  SubjectChanges before;
  bool cut = false;
  QUOTARY_TRY_VOID(visit_entries(ledger_, size, stored.size, [&](const EntryView& entry) {
    before.add_first(subject_hash(unescape(entry.subject)), {entry.subject_prev.value_or(0), entry.subject_seq - 1});
    cut = entry.index % look_up_step == 0 && stopping();
    return !cut;
  }));
  if (cut) return stopped();
  for (SubjectRecord& record : stored.records) record.last = before.find(record.key).value_or(record.last);
  std::erase_if(stored.records, [](const SubjectRecord& record) { return record.last.count == 0; });
  return {};
}

Result<void> IndexRoots::begin() {
  QUOTARY_TRY(stored, read_stored());
  std::optional<Published> published;
  std::uint64_t followed = stored.size;
  if (stored.newest) {
    QUOTARY_TRY(entry, ledger_.entry(*stored.newest));
    auto root = read_index_root(entry);
    if (root) {
      QUOTARY_TRY_VOID(take_back(stored, root->size));
      followed = root->size;
      published = Published{std::move(entry), *root};
    } else if (root.error().code == "index_version") {
      return std::move(root).error();  // a newer program's: this one goes on with nothing that it does not know
    } else {
      differs_ = root.error().code + ": " + root.error().detail;
    }
  }
  SubjectIndex index(std::move(stored.records));
  if (published && (index.root() != published->root.index_root || index.subjects() != published->root.subjects)) {
    differs_ = "index_differs: the index of entry " + std::to_string(published->entry.index) +
               " is not that of the folded state: run `quotary verify`";
    published.reset();
  }
  const bool bad = !differs_.empty();
  if (bad) {
    // From the entries alone, then.
    index = SubjectIndex();
    followed = 0;
  }
  if (published) {
    const std::lock_guard lock(mutex_);
    waiting_since_.reset();
  }
  const std::unique_lock lock(index_mutex_);
  index_ = std::move(index);
  published_ = std::move(published);
  followed_ = followed;
  begun_ = true;
  return {};
}

Result<void> IndexRoots::follow() {
  const std::uint64_t size = ledger_.state().tree_size;
  QUOTARY_TRY_VOID(visit_entries(ledger_, followed_, size, [&](const EntryView& entry) {
    if (entry.index % look_up_step == 0 && stopping()) return false;
    changes_.add(entry);
    if (makes_index_root_due(entry.type)) begin_waiting();
    followed_ = entry.index + 1;
    return true;
  }));
  return {};
}

Result<void> IndexRoots::append() {
  {
    const std::lock_guard lock(mutex_);
    if (!waiting_since_) return {};
  }
  if (appended_ && std::chrono::steady_clock::now() - *appended_ < config_.pace.gap) return {};
  const LedgerState tree = ledger_.state();
  if (tree.latched) return fail(Errc::unavailable, "ledger_latched", "the ledger takes no more entries");
  if (tree.tree_size - followed_ > index_roots_lag_max) return {};
  SubjectIndex::Update update = index_.prepare(changes_.records());
  QUOTARY_TRY(tree_root, read_root(followed_, ledger_.nodes()));
  const IndexRoot root{followed_, tree_root, update.root(), update.subjects()};
  const Draft draft = index_root_draft(root);
  appended_ = std::chrono::steady_clock::now();
  QUOTARY_TRY(committed, ledger_.append([&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    return std::vector<Draft>{draft};
  }));
  QUOTARY_TRY_VOID(read_index_root(committed.entries.front()));
  changes_.clear();
  differs_.clear();
  {
    const std::unique_lock lock(index_mutex_);
    index_.put(std::move(update));
    published_ = Published{std::move(committed.entries.front()), root};
  }
  const std::lock_guard lock(mutex_);
  waiting_since_.reset();
  ++appended_total_;
  return {};
}

IndexRootsState IndexRoots::state() const {
  IndexRootsState out;
  out.configured = true;
  out.followed_size = followed_;
  {
    const std::shared_lock lock(index_mutex_);
    out.ready = published_.has_value();
    if (published_) {
      out.applied_size = published_->root.size;
      out.entry = published_->entry.index;
      out.subjects = published_->root.subjects;
    }
  }
  const std::lock_guard lock(mutex_);
  if (waiting_since_) {
    const auto waited = std::chrono::steady_clock::now() - *waiting_since_;
    out.behind_ms = std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(waited).count(), 1);
  }
  out.appended_total = appended_total_;
  out.failed_total = failed_total_;
  out.trouble = trouble_;
  return out;
}

Result<IndexRoots::SaidOfMany> IndexRoots::prove_all(const std::vector<std::string>& subjects) const {
  SaidOfMany said;
  said.subjects.reserve(subjects.size());
  std::vector<Hash> keys;
  keys.reserve(subjects.size());
  for (const std::string& subject : subjects) keys.push_back(subject_hash(subject));
  {
    const std::shared_lock lock(index_mutex_);
    if (!published_) return not_ready();
    said.entry = published_->entry;
    said.root = published_->root;
    for (const Hash& key : keys) said.subjects.push_back({index_.find(key), index_.prove(key)});
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    QUOTARY_TRY(proven, check_subject_proof(keys[i], said.subjects[i].proof, said.root.index_root));
    QUOTARY_CHECK(proven == said.subjects[i].last);
  }
  return said;
}

Result<IndexRoots::Said> IndexRoots::prove(std::string_view subject) const {
  const Hash key = subject_hash(subject);
  const std::shared_lock lock(index_mutex_);
  if (!published_) return not_ready();
  const auto last = index_.find(key);
  if (!last)
    return fail(Errc::not_found, "subject_not_indexed",
                "no entry about " + std::string(subject) + " is among the first " +
                    std::to_string(published_->root.size) + " entries");
  Said said{published_->entry, published_->root, *last, index_.prove(key)};
  QUOTARY_TRY(proven, check_subject_proof(key, said.proof, said.root.index_root));
  QUOTARY_CHECK(proven == last);
  return said;
}

}  // namespace quotary
