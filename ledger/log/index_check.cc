#include "ledger/log/index_check.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/log/entry.h"
#include "ledger/log/index_root.h"
#include "ledger/log/scratch.h"
#include "ledger/log/subject_changes.h"
#include "ledger/log/walk.h"

#include <cstdio>
#include <deque>

namespace quotary {

namespace {

using Subtree = SubjectIndex::Subtree;

constexpr unsigned part_bits_step = 2;  // four times as many parts when they were too few
constexpr unsigned part_bits_max = 8;   // 256 parts, each with an open file

// What an index.root says, and where it stands.
struct Claim {
  std::uint64_t index = 0, covers = 0, subjects = 0;
  Hash index_root;
};

// Follows the entries one behind the other and keeps the part of the index whose keys begin with `bits` bits of
// `number`. What an index.root covers is known only once it is read, so what the entries of the last index_lag_max
// places say waits until then.
class IndexPart {
 public:
  using AtRoot = std::function<void(const Claim& claim, const Subtree& top, std::uint64_t subjects)>;
  IndexPart(const EntryRounds& rounds, unsigned bits, std::uint64_t number, VerifyReport& report, AtRoot at_root)
      : rounds_(rounds),
        bits_(bits),
        number_(number),
        report_(report),
        at_root_(std::move(at_root)),
        index_({}, bits) {}

  void follow(const EntryView& entry, std::string_view canonical) {
    if (entry.type == index_root_type)
      root(entry.index, canonical);
    else if (entry.subject == index_root_subject)
      problem(entry.index, "an entry of type " + std::string(entry.type) + " about the index");
    if (entry.subject == index_root_subject) return;
    const Hash key = subject_hash(unescape(entry.subject));
    if (bits_ == 0 || get_u64(key.view()) >> (64 - bits_) == number_)
      waiting_.push_back({entry.index, {key, {entry.index, entry.subject_seq}}});
    if (!waiting_.empty() && entry.index > waiting_.front().index + index_lag_max + eager_step)
      apply_before(entry.index - index_lag_max);
  }
  [[nodiscard]] std::uint64_t subjects() const { return index_.subjects(); }

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
    at_root_({index, covered_, said->subjects, said->index_root}, index_.top(), index_.subjects());
    const auto tree_root = rounds_.root(covered_);
    if (!tree_root || *tree_root != said->tree_root)
      problem(index, "tree_root is not the root of the first " + std::to_string(covered_) + " entries");
  }

  const EntryRounds& rounds_;
  const unsigned bits_;
  const std::uint64_t number_;
  VerifyReport& report_;
  const AtRoot at_root_;
  SubjectIndex index_;
  std::deque<Waiting> waiting_;
  std::uint64_t covered_ = 0;
};

void hold(const Claim& claim, const Hash& root, std::uint64_t subjects, VerifyReport& report) {
  if (claim.index_root == root && claim.subjects == subjects) return;
  add_problem(report, claim.index, "index",
              "the index that it commits to is not that of the first " + std::to_string(claim.covers) +
                  " entries: they give " + std::to_string(subjects) + " subjects and root " + root.hex());
}

using Ended = EntryRounds::Ended;

// The entries of a store.
class StoreRounds final : public EntryRounds {
 public:
  StoreRounds(const StoreView& view, std::uint64_t size, const std::atomic<bool>* stop)
      : view_(view), nodes_(nodes_of(view)), size_(size), stop_(stop) {}

  Result<Ended> walk(const Visit& visit) const override {
    const auto entries = view_.cursor(Family::entries, Access::sequential);
    entries->seek(index_key(0));
    EntryView entry;
    for (std::uint64_t index = 0; index < size_; ++index, entries->next()) {
      if (stop_ != nullptr && *stop_) return Ended::stopped;
      if (!entries->valid() || entries->key() != index_key(index) || !view_entry(entries->value(), entry) ||
          entry.index != index)
        return Ended::unreadable;
      if (!visit(entry, entries->value())) return Ended::by_visitor;
    }
    return Ended::at_the_end;
  }
  Result<Hash> root(std::uint64_t size) const override { return read_root(size, nodes_); }

 private:
  const StoreView& view_;
  const NodeReader nodes_;
  const std::uint64_t size_;
  const std::atomic<bool>* const stop_;
};

// Ends by_visitor where the part has too many subjects.
Result<Ended> follow_all(const EntryRounds& rounds, const Scratch& scratch, IndexPart& part) {
  return rounds.walk([&](const EntryView& entry, std::string_view canonical) {
    part.follow(entry, canonical);
    return part.subjects() <= scratch.subjects_max;
  });
}

// Records of one size, written once and read once, in order.
class RecordFile {
 public:
  explicit RecordFile(std::string path) : path_(std::move(path)), file_(std::fopen(path_.c_str(), "w+b")) {}
  ~RecordFile() {
    if (file_ != nullptr) std::fclose(file_);
  }
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  void write(std::string_view record) {
    good_ = good_ && file_ != nullptr && std::fwrite(record.data(), 1, record.size(), file_) == record.size();
  }
  void rewind() { good_ = good_ && file_ != nullptr && std::fflush(file_) == 0 && std::fseek(file_, 0, SEEK_SET) == 0; }
  // False behind the last record.
  [[nodiscard]] bool read(std::string& record) {
    return good_ && std::fread(record.data(), 1, record.size(), file_) == record.size();
  }
  [[nodiscard]] Result<void> status() const {
    if (good_ && file_ != nullptr && std::ferror(file_) == 0) return {};
    return fail(Errc::unavailable, "scratch_failed", "what a check keeps on the disk: " + path_ + " cannot be used");
  }

 private:
  const std::string path_;
  std::FILE* const file_;
  bool good_ = true;
};

constexpr std::size_t claim_bytes = 24 + 32, top_bytes = 32 + 1 + 8;

std::string claim_record(const Claim& claim) {
  std::string out;
  for (const std::uint64_t number : {claim.index, claim.covers, claim.subjects}) put_u64(out, number);
  return out += claim.index_root.view();
}

std::string top_record(const Subtree& top, std::uint64_t subjects) {
  std::string out(top.hash.view());
  out += static_cast<char>(top.kind);
  put_u64(out, subjects);
  return out;
}

// One round for each part, then all claims against what the parts come to together, unless a round ended early.
Result<Ended> check_in_parts(const EntryRounds& rounds, const Scratch& scratch, unsigned bits, VerifyReport& report) {
  QUOTARY_TRY(folder, ScratchFolder::make(scratch.directory));
  RecordFile claims(folder->path() + "/claims");
  std::vector<std::unique_ptr<RecordFile>> parts;
  VerifyReport said_already;  // each round finds what is wrong with the entries themselves
  for (std::uint64_t number = 0; number < std::uint64_t{1} << bits; ++number) {
    parts.push_back(std::make_unique<RecordFile>(folder->path() + "/" + std::to_string(number)));
    IndexPart part(rounds, bits, number, number == 0 ? report : said_already,
                   [&](const Claim& claim, const Subtree& top, std::uint64_t subjects) {
                     if (number == 0) claims.write(claim_record(claim));
                     parts.back()->write(top_record(top, subjects));
                   });
    QUOTARY_TRY(ended, follow_all(rounds, scratch, part));
    if (ended != Ended::at_the_end) return ended;
    QUOTARY_TRY_VOID(parts.back()->status());
  }
  claims.rewind();
  for (const auto& part : parts) part->rewind();
  std::string claim(claim_bytes, '\0'), record(top_bytes, '\0');
  std::vector<Subtree> tops(parts.size());
  while (claims.read(claim)) {
    std::uint64_t subjects = 0;
    for (std::size_t number = 0; number < parts.size(); ++number) {
      if (!parts[number]->read(record))
        return fail(Errc::unavailable, "scratch_failed", "a part of the index is short");
      const std::string_view top = record;
      tops[number] = {*Hash::from_bytes(top.substr(0, 32)), static_cast<SubjectIndex::Kind>(top[32])};
      subjects += get_u64(top.substr(33));
    }
    for (std::size_t count = tops.size(); count > 1; count /= 2)
      for (std::size_t i = 0; i < count / 2; ++i) tops[i] = SubjectIndex::join(tops[2 * i], tops[2 * i + 1]);
    const std::string_view said = claim;
    hold({get_u64(said.substr(0, 8)), get_u64(said.substr(8, 8)), get_u64(said.substr(16, 8)),
          *Hash::from_bytes(said.substr(24))},
         tops[0].hash, subjects, report);
  }
  QUOTARY_TRY_VOID(claims.status());
  return Ended::at_the_end;
}

}  // namespace

Result<bool> check_index_roots(const StoreView& view, std::uint64_t size, const Scratch& scratch,
                               const std::atomic<bool>* stop, VerifyReport& report) {
  return check_index_roots(StoreRounds(view, size, stop), scratch, report);
}

Result<bool> check_index_roots(const EntryRounds& rounds, const Scratch& scratch, VerifyReport& report) {
  for (unsigned bits = 0; bits <= part_bits_max; bits += part_bits_step) {
    VerifyReport found;
    Ended ended = Ended::at_the_end;
    if (bits == 0) {
      IndexPart whole(rounds, 0, 0, found, [&](const Claim& claim, const Subtree& top, std::uint64_t subjects) {
        hold(claim, top.hash, subjects, found);
      });
      QUOTARY_TRY(done, follow_all(rounds, scratch, whole));
      ended = done;
    } else {
      QUOTARY_TRY(done, check_in_parts(rounds, scratch, bits, found));
      ended = done;
    }
    if (ended == Ended::by_visitor) continue;
    report.problems_total += found.problems_total;
    for (VerifyProblem& problem : found.problems)
      if (report.problems.size() < problems_max) report.problems.push_back(std::move(problem));
    return ended == Ended::at_the_end;
  }
  return fail(Errc::unavailable, "too_many_subjects", "the subject index has too many subjects to be made anew here");
}

}  // namespace quotary
