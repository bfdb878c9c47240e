// The verifier's walk over a range of entries: chain, leaves, tree and payloads. Inside ledger/log.
#pragma once

#include "ledger/base/name_tag.h"
#include "ledger/log/ledger_impl.h"

#include <atomic>

namespace quotary {

inline constexpr std::size_t problems_max = 1000;

// Adds to the count always, to the list while it has room.
void add_problem(VerifyReport& report, std::uint64_t index, const char* kind, std::string detail);

// A payload whose subject's key was destroyed.
void add_erased(VerifyReport& report, std::string_view key_subject, std::uint64_t index, std::uint64_t payloads = 1);
// Looks for the entries that erased what the report says is erased, through the view's state and among its `size`
// entries; false when one of them is not there.
[[nodiscard]] bool find_erasures(VerifyReport& report, const Fold& fold, const StoreView& view, std::uint64_t size);
// Names, as problems of kind "payload", those for which no entry was found: a key that was destroyed without one.
void name_unexplained(VerifyReport& report);
// Their key subjects, in order.
[[nodiscard]] std::vector<std::string> unexplained_erasures(const VerifyReport& report);

// The last two, of an open ledger.
void explain_erased(const Ledger& ledger, VerifyReport& report);

// Adjacent subtrees, each the largest complete one that its neighbours allow; they merge as they are added. Unlike a
// CompactRange it may begin anywhere.
class Spine {
 public:
  struct Subtree {
    unsigned level = 0;
    std::uint64_t number = 0;
    Hash hash;
  };
  // Adds the next subtree to the right and calls `made(level, number, hash)` for each that a merge completes.
  template <class Made>
  void add(Subtree next, const Made& made) {
    while ((next.number & 1) != 0 && !subtrees_.empty() && subtrees_.back().level == next.level &&
           subtrees_.back().number == next.number - 1) {
      next = {next.level + 1, next.number >> 1, node_hash(subtrees_.back().hash, next.hash)};
      subtrees_.pop_back();
      made(next.level, next.number, next.hash);
    }
    subtrees_.push_back(next);
  }
  [[nodiscard]] const std::vector<Subtree>& subtrees() const { return subtrees_; }
  // Of a spine that begins at leaf 0: the root of its leaves.
  [[nodiscard]] Hash root() const;

 private:
  std::vector<Subtree> subtrees_;
};

// How an entry says that it goes on from the one before it about its subject. Kept until the stretches are joined,
// since that one may stand anywhere before it.
struct SubjectLink {
  std::uint64_t index = 0, seq = 0;
  std::optional<std::uint64_t> prev;
  NameTag subject;
};

// What was found in entries [begin, end), and what it takes to join it to its neighbours.
struct Stretch {
  std::uint64_t begin = 0, end = 0;
  VerifyReport found;  // counts and problems
  Spine spine;
  std::optional<Hash> first_prev;  // absent: the first entry cannot be read
  std::optional<Hash> last_leaf;
  std::string first_time, last_time;
  std::vector<SubjectLink> links;
};

struct WalkOptions {
  const StoreView& view;
  const ObjectCipher* cipher = nullptr;  // null: private payloads are not read
  bool payloads = true;
  const NameTagger& tagger;                             // of subjects, the same for all stretches that are joined
  std::function<void(std::uint64_t entries)> progress;  // called every few thousand entries of each walk
  std::function<void(std::uint64_t bytes)> read;        // called after each entry with what was read for it
  const std::atomic<bool>* stop = nullptr;              // once true, the walk is broken off
};
// Walks ranges of one view, for one thread; several may walk the same view. A range that begins where the last one
// ended goes on reading there, so neighbours cost no reading twice. Never stops at a problem. Borrows the options.
class Walker {
 public:
  explicit Walker(const WalkOptions& options);
  ~Walker();
  Walker(const Walker&) = delete;
  Walker& operator=(const Walker&) = delete;

  void walk(Stretch& stretch);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Verifies a view's entries [options.from, options.to) of `size`; the whole of it with the state. `cipher` and `fold`
// may be null: private payloads, or the state, are then not checked. What is erased is counted, and not explained: an
// erasure may be newer than the view. Errc::unavailable `stopped` alone.
[[nodiscard]] Result<VerifyReport> verify_view(const StoreView& view, std::uint64_t size, const ObjectCipher* cipher,
                                               const Fold* fold, const VerifyOptions& options);

// Folds entries [0, size) anew and compares with the stored state: it must be nothing but a fold.
// False: it ended without a comparison, at an entry or facts that cannot be read, or once `*stop` is true.
// Errc::unavailable when what it keeps beside cannot be kept.
[[nodiscard]] Result<bool> check_state(const StoreView& view, std::uint64_t size, const Fold& fold,
                                       const Scratch& scratch, const std::atomic<bool>* stop, VerifyReport& report);

// Holds each index.root among entries [0, size) against an index that is made anew from the entries before it. False:
// it ended before the last, at an entry that cannot be read, or once `*stop` is true. An index of more
// than scratch.subjects_max subjects is made part by part, each in a round over all entries. Errors as of
// check_state().
[[nodiscard]] Result<bool> check_index_roots(const StoreView& view, std::uint64_t size, const Scratch& scratch,
                                             const std::atomic<bool>* stop, VerifyReport& report);

}  // namespace quotary
