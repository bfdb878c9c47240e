#include "ledger/log/entry.h"
#include "ledger/log/folder_check.h"
#include "ledger/log/lost_mark.h"
#include "ledger/log/stored_entry.h"
#include "ledger/log/subject_join.h"

#include <algorithm>
#include <bit>
#include <condition_variable>

namespace quotary {

namespace {

// A stretch is a subtree of at most this many leaves: small enough to share evenly, large enough to read in order.
constexpr unsigned stretch_level_max = 14, stretch_level_min = 8;
constexpr unsigned threads_max = 64;

// Cuts [from, to) at multiples of a power of two, so that each stretch but the outermost is a whole subtree.
std::vector<Stretch> cut(std::uint64_t from, std::uint64_t to, unsigned threads) {
  const std::uint64_t each = std::max<std::uint64_t>((to - from) / (threads * std::uint64_t{8}), 1);
  const unsigned level = std::clamp(static_cast<unsigned>(std::bit_width(each)), stretch_level_min, stretch_level_max);
  const std::uint64_t width = std::uint64_t{1} << level;
  std::vector<Stretch> stretches;
  for (std::uint64_t begin = from; begin < to;) {
    const std::uint64_t end = std::min(to, (begin / width + 1) * width);
    stretches.emplace_back();
    stretches.back().begin = begin;
    stretches.back().end = end;
    begin = end;
  }
  return stretches;
}

// Joins neighbouring stretches, left to right: the chain and the tree between them, and each subject's entries.
class Joining {
 public:
  Joining(const StoreView& view, std::uint64_t from, const NameTagger& tagger, const Scratch& scratch,
          VerifyReport& report)
      : view_(view),
        tagger_(tagger),
        nodes_(nodes_of(view)),
        from_(from),
        report_(report),
        subjects_(scratch, [this](const auto& link, const auto& before) { broken(link, before); }) {
    if (from == 0) {
      last_leaf_ = Hash{};
      return;
    }
    // What lies before is taken from the stored tree.
    auto before = read_compact_range(from, nodes_);
    auto leaf = nodes_(0, from - 1);
    if (leaf) last_leaf_ = *leaf;
    // What is wrong with that entry itself is for whoever checks it.
    if (const auto entry = read_entry(view, from - 1, nodes_)) last_time_ = format_rfc3339(entry->time);
    if (!before) {
      add_problem(report_, from - 1, "node", before.error().detail);
      return;
    }
    // A peak for each bit of the size, largest first.
    auto peak = before->peaks.begin();
    for (unsigned level = 64; level-- > 0;) {
      if ((from >> level & 1) != 0)
        spine_.add({level, (from >> level) - 1, *peak++}, [](unsigned, std::uint64_t, const Hash&) {});
    }
  }

  void add(Stretch& next) {
    report_.entries_checked += next.found.entries_checked;
    report_.objects_checked += next.found.objects_checked;
    report_.bytes_read += next.found.bytes_read;
    for (const auto& [key_subject, erased] : next.found.erased)
      add_erased(report_, key_subject, erased.first, erased.payloads);
    report_.problems_total += next.found.problems_total;
    for (VerifyProblem& problem : next.found.problems) {
      if (report_.problems.size() < problems_max) report_.problems.push_back(std::move(problem));
    }
    if (last_leaf_ && next.first_prev && *next.first_prev != *last_leaf_) {
      add_problem(report_, next.begin, "link",
                  next.begin == 0 ? "the first entry's prev is not zeros"
                                  : "prev is not the leaf hash of entry " + std::to_string(next.begin - 1));
    }
    if (!next.first_time.empty() && next.first_time < last_time_)
      add_problem(report_, next.begin, "clock", "its time lies before that of the entry before it");
    last_leaf_ = next.last_leaf;
    if (!next.last_time.empty()) last_time_ = next.last_time;
    for (const Spine::Subtree& subtree : next.spine.subtrees()) {
      spine_.add(subtree,
                 [&](unsigned level, std::uint64_t number, const Hash& hash) { compare(level, number, hash); });
    }
    for (const SubjectLink& link : next.links) subjects_.add(link);
    next.spine = {};
  }

  // Behind the last stretch.
  void finish() { subjects_.finish(); }
  [[nodiscard]] Hash root() const { return spine_.root(); }
  [[nodiscard]] const Result<void>& status() const { return subjects_.status(); }

 private:
  void compare(unsigned level, std::uint64_t number, const Hash& hash) {
    auto stored = nodes_(level, number);
    if (stored && *stored == hash) return;
    add_problem(report_, ((number + 1) << level) - 1, "node",
                stored ? "tree node " + std::to_string(level) + "/" + std::to_string(number) +
                             " differs from the entries below it"
                       : stored.error().detail);
  }

  // Each entry names the one before it about its subject.
  void broken(const SubjectLink& link, const std::optional<SubjectLast>& before) {
    if (!before && goes_on_from_before(link)) return;
    add_problem(report_, link.index, "link",
                "subject_seq or subject_prev does not go on from " +
                    (before       ? "entry " + std::to_string(before->index)
                     : from_ == 0 ? "nothing: it is the first about this subject"
                                  : "an entry before those that were read"));
  }

  // Whether the entry before it about the subject, which lies before what was read, is the one that it names.
  [[nodiscard]] bool goes_on_from_before(const SubjectLink& link) const {
    if (!link.prev || *link.prev >= from_) return false;
    const auto entry = read_entry(view_, *link.prev, nodes_);
    return entry && tagger_(entry->subject) == link.subject && entry->subject_seq + 1 == link.seq;
  }

  const StoreView& view_;
  const NameTagger& tagger_;
  const NodeReader nodes_;
  const std::uint64_t from_;
  VerifyReport& report_;
  Spine spine_;
  std::optional<Hash> last_leaf_;
  std::string last_time_;
  SubjectJoin subjects_;
};

constexpr std::size_t run_max = 8;                               // neighbouring stretches that one thread takes
constexpr std::size_t ahead_max = std::size_t{4} * threads_max;  // stretches that wait for one before them

// Walks the stretches on `threads` threads, and joins each as soon as all before it are done.
void walk_all(const WalkOptions& options, std::vector<Stretch>& stretches, unsigned threads, Joining& joining) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::condition_variable joined_more;
  std::vector<bool> done(stretches.size());
  std::size_t joined = 0;
  std::vector<std::vector<SubjectLink>> spare;  // of stretches that were joined: memory that is there already
  const auto stopped = [&] { return options.stop != nullptr && *options.stop; };
  const std::size_t run = std::clamp<std::size_t>(stretches.size() / (threads * run_max), 1, run_max);
  const auto work = [&] {
    Walker walker(options);
    std::size_t mine = 0, run_end = 0;
    for (;; ++mine) {
      if (mine == run_end) {
        mine = next.fetch_add(run);
        run_end = mine + run;
      }
      if (mine >= stretches.size()) return;
      {
        // What is walked and not joined yet stands in memory. Whoever walks the one that is joined next never waits.
        std::unique_lock lock(mutex);
        joined_more.wait(lock, [&] { return stopped() || mine < joined + ahead_max; });
        if (stopped()) return joined_more.notify_all();
        if (!spare.empty()) {
          stretches[mine].links = std::move(spare.back());
          spare.pop_back();
        }
      }
      walker.walk(stretches[mine]);
      const std::lock_guard lock(mutex);
      done[mine] = true;
      for (; joined < stretches.size() && done[joined]; ++joined) {
        joining.add(stretches[joined]);
        stretches[joined].links.clear();
        spare.push_back(std::move(stretches[joined].links));
      }
      joined_more.notify_all();
    }
  };
  std::vector<std::thread> workers;
  for (unsigned i = 1; i < threads; ++i) workers.emplace_back(work);
  work();
  for (std::thread& worker : workers) worker.join();
}

// What stands beyond the last batch's end: a batch states its end in the same write, so something else put it there.
void check_beyond(const StoreView& view, std::uint64_t size, VerifyReport& report) {
  const auto check = [&](Family family, const std::string& from, const char* kind, const char* what) {
    auto scanned = view.scan(family, "", from, false, [&](std::string_view key, std::string_view) {
      add_problem(report, key.size() >= 8 ? get_u64(key.substr(0, 8)) : size, kind, what);
      return true;
    });
    if (!scanned) add_problem(report, size, kind, scanned.error().detail);
  };
  check(Family::entries, index_key(size), "leaf", "an entry that no batch ends after");
  check(Family::objects, object_key(size, 0), "payload", "a payload of an entry that no batch ends after");
}

}  // namespace

Result<VerifyReport> verify_view(const StoreView& view, std::uint64_t size, const ObjectCipher* cipher,
                                 const Fold* fold, const VerifyOptions& options) {
  VerifyReport report;
  report.tree_size = size;
  const std::uint64_t to = options.to == 0 ? size : std::min(options.to, size);
  const std::uint64_t from = std::min(options.from, to);
  const unsigned threads =
      std::clamp(options.threads == 0 ? std::thread::hardware_concurrency() : options.threads, 1u, threads_max);
  std::mutex progress_mutex;
  std::uint64_t walked = 0;
  const NameTagger tagger;
  const WalkOptions walking{view,
                            cipher,
                            options.payloads,
                            tagger,
                            [&](std::uint64_t entries) {
                              if (!options.progress) return;
                              const std::lock_guard lock(progress_mutex);
                              walked += entries;
                              options.progress(walked, to - from);
                            },
                            options.read,
                            options.stop};
  const bool whole = from == 0 && to == size && options.state;
  VerifyReport state_report;
  std::thread folding;
  Result<bool> folded = true;
  const auto fold_all = [&] {
    folded = check_index_roots(view, size, options.scratch, options.stop, state_report);
    if (!folded || !*folded || fold == nullptr) return;
    folded = check_state(view, size, *fold, options.scratch, options.stop, state_report);
  };
  if (whole && threads > 1) folding = std::thread(fold_all);
  std::vector<Stretch> stretches = cut(from, to, threads);
  Joining joining(view, from, tagger, options.scratch, report);
  walk_all(walking, stretches, threads, joining);
  joining.finish();
  if (folding.joinable()) {
    folding.join();
  } else if (whole) {
    fold_all();
  }
  if (options.stop != nullptr && *options.stop)
    return fail(Errc::unavailable, "stopped", "the verification was broken off before its end");
  // What the walk found is a finding, whatever else could not be done.
  if (report.problems_total == 0) {
    QUOTARY_TRY_VOID(folded);
    QUOTARY_TRY_VOID(joining.status());
  }
  report.problems_total += state_report.problems_total;
  for (VerifyProblem& problem : state_report.problems) {
    if (report.problems.size() < problems_max) report.problems.push_back(std::move(problem));
  }
  if (folded && !*folded && report.problems_total == 0)
    add_problem(report, size - 1, "state",
                "the entries, each of which holds, could not be followed to the last one, so neither the state nor the "
                "subject index was compared");
  report.root = joining.root();
  if (to < size) {
    auto root = read_root(size, nodes_of(view));
    if (root)
      report.root = *root;
    else
      add_problem(report, size - 1, "node", root.error().detail);
  } else {
    check_beyond(view, size, report);
  }
  std::stable_sort(report.problems.begin(), report.problems.end(),
                   [](const auto& a, const auto& b) { return a.index < b.index; });
  return report;
}

namespace {

// What a slot says was published must be what the entries lead to.
void check_slot(const Published& slot, const StoreView& view, std::uint64_t size, const CheckpointVerifier& log_key,
                VerifyReport& report) {
  const std::uint64_t last = slot.size == 0 ? 0 : slot.size - 1;
  // A revoked key's slot counts: its root is compared.
  const auto opened = open_checkpoint(slot.note, log_key.in_its_time());
  if (!opened) {
    add_problem(report, last, "checkpoint", "the published checkpoint is not this log's: " + opened.error().detail);
  }
  const auto lost = opened ? log_key.lost_from(opened->origin) : std::nullopt;
  if (lost && slot.size > *lost) return;  // of a log that this one succeeded, over what it had lost
  if (slot.size > size) {
    add_problem(
        report, size, "truncation",
        "the store holds " + std::to_string(size) + " entries, but " + std::to_string(slot.size) + " were published");
    return;
  }
  auto root = read_root(slot.size, nodes_of(view));
  if (!root || *root != slot.root)
    add_problem(report, last, "checkpoint",
                "the published root of size " + std::to_string(slot.size) + " differs from the tree");
}

// No number that was published may be free again.
void check_counters(const Published& slot, const StoreView& view, const Fold& fold, VerifyReport& report) {
  const std::string_view prefix = fold.counter_prefix();
  if (prefix.empty()) return;
  auto scanned = view.scan(Family::state, prefix, "", false, [&](std::string_view key, std::string_view value) {
    const auto own = fold.counter(key, value);
    for (const Counter& published : slot.counters) {
      if (own && own->name == published.name && own->last < published.last) {
        add_problem(report, slot.size - 1, "number_gap",
                    "the last number of " + own->name + " is " + std::to_string(own->last) + ", but " +
                        std::to_string(published.last) + " was published");
      }
    }
    return true;
  });
  if (!scanned) add_problem(report, 0, "state", scanned.error().detail);
}

}  // namespace

namespace {

const LedgerImpl& implementation_of(const Ledger& ledger) {
  const auto* implementation = dynamic_cast<const LedgerImpl*>(&ledger);
  QUOTARY_CHECK(implementation != nullptr);
  return *implementation;
}

}  // namespace

Result<VerifyReport> verify_ledger(const Ledger& ledger, const VerifyOptions& options) {
  return implementation_of(ledger).verify(options);
}

void explain_erased(const Ledger& ledger, VerifyReport& report) { implementation_of(ledger).explain_erased(report); }

Result<VerifyReport> LedgerImpl::verify(const VerifyOptions& options) const {
  const auto now = head();
  QUOTARY_TRY(report, verify_view(*now->view, now->size, ports_.cipher, ports_.fold.get(), options));
  if (report.root != now->root)
    add_problem(report, now->size == 0 ? 0 : now->size - 1, "checkpoint",
                "the entries do not lead to the root that was signed for size " + std::to_string(now->size));
  explain_erased(report);
  return report;
}

// What was erased while the verification went on is explained by the newest state alone.
void LedgerImpl::explain_erased(VerifyReport& report) const {
  if (report.erased.empty() || !ports_.fold) return;
  const auto now = head();
  if (!find_erasures(report, *ports_.fold, *now->view, now->size)) name_unexplained(report);
}

Result<VerifyReport> verify_folder(const LedgerOptions& options, const LedgerPorts& ports, const VerifyOptions& verify,
                                   const CheckpointVerifier& log_key) {
  return check_folder(options, ports, verify.state, verify.lacks_entries, log_key,
                      [&](const StoreView& view, std::uint64_t size) {
                        return verify_view(view, size, ports.cipher, ports.fold.get(), verify);
                      });
}

namespace {

// A live writer may have erased while the folder was read: then a newer view says so.
Result<void> explain_erased(const LedgerOptions& options, const LedgerPorts& ports, const StoreView& view,
                            bool lacks_entries, VerifyReport& report) {
  if (report.erased.empty() || !ports.fold || find_erasures(report, *ports.fold, view, report.tree_size)) return {};
  QUOTARY_TRY(store, open_rocks_store(store_path(options.directory), StoreMode::read_only));
  const auto newer = store->snapshot();
  const auto size = stored_size(*newer);
  if (size && find_erasures(report, *ports.fold, *newer, *size)) return {};
  const auto lost = read_lost_mark(*ports.files, options.directory);
  if (!lacks_entries && lost && !*lost) name_unexplained(report);
  return {};
}

}  // namespace

Result<VerifyReport> check_folder(
    const LedgerOptions& options, const LedgerPorts& ports, bool state, bool lacks_entries,
    const CheckpointVerifier& log_key,
    const std::function<Result<VerifyReport>(const StoreView& view, std::uint64_t size)>& check) {
  // The slots first: a live writer may publish more while the store is being opened, never less.
  std::vector<Published> published;
  VerifyReport slot_problems;
  for (const std::string& path : slots_paths(options)) {
    auto slots = Slots::read(*ports.files, path);
    if (!slots && slots.error().kind != Errc::corrupt) {
      return fail(Errc::storage, "no_ledger", "the published checkpoint cannot be read: " + slots.error().detail);
    }
    if (!slots)
      add_problem(slot_problems, 0, "checkpoint", slots.error().detail);
    else if (*slots)
      published.push_back(std::move(**slots));
  }
  auto opened = open_rocks_store(store_path(options.directory), StoreMode::read_only);
  if (!opened) {
    if (opened.error().kind != Errc::corrupt) return std::move(opened).error();
    VerifyReport report = std::move(slot_problems);
    add_problem(report, 0, "node", opened.error().detail);
    return report;
  }
  const Store& store = **opened;
  const auto view = store.snapshot();
  auto size = stored_size(*view);
  if (!size) {
    add_problem(slot_problems, 0, "node", size.error().detail);
    return slot_problems;
  }
  QUOTARY_TRY(report, check(*view, *size));
  QUOTARY_TRY_VOID(explain_erased(options, ports, *view, lacks_entries, report));
  for (VerifyProblem& problem : slot_problems.problems)
    add_problem(report, problem.index, "checkpoint", std::move(problem.detail));
  if (*size > 1 && published.empty() && slot_problems.problems.empty())
    add_problem(report, 0, "checkpoint", "the published checkpoint was wiped");
  for (const Published& slot : published) {
    check_slot(slot, *view, *size, log_key, report);
    if (ports.fold && state) check_counters(slot, *view, *ports.fold, report);
  }
  return report;
}

}  // namespace quotary
