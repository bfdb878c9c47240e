// The subject index of an open ledger, kept beside it: builds it in the background, appends index.root, gives proofs.
#pragma once

#include "ledger/log/index_pace.h"
#include "ledger/log/index_root.h"
#include "ledger/log/subject_changes.h"

#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace quotary {

// One thread, at low priority, that holds the index in memory (some 70 bytes a subject), follows the published entries,
// and appends one index.root at most each `gap` when entries that call for one have come. Nothing waits for it. At its
// start it makes the index from the folded state, takes the newest entries back to the size of the newest index.root,
// and compares with that; where they differ, it says so and makes the index from the entries alone. Safe to call from
// any thread.
class IndexRoots {
 public:
  // `ledger` outlives it.
  [[nodiscard]] static std::unique_ptr<IndexRoots> start(Ledger& ledger, IndexRootsConfig config);
  // Ends the thread; what is not yet covered is covered after the next start.
  ~IndexRoots();
  IndexRoots(const IndexRoots&) = delete;
  IndexRoots& operator=(const IndexRoots&) = delete;

  [[nodiscard]] IndexRootsState state() const;
  // What the newest index.root says of a subject.
  struct Said {
    Entry entry;  // the index.root
    IndexRoot root;
    SubjectLast last;
    SubjectProof proof;
  };
  // Errc::not_found `subject_not_indexed` when it says that there is none; Errc::unavailable `index_not_ready`.
  [[nodiscard]] Result<Said> prove(std::string_view subject) const;
  // What one and the same index.root says of many subjects, in their order: of those that are there, and where the
  // others would be.
  struct SaidOf {
    std::optional<SubjectLast> last;  // absent: no entry is about it
    SubjectProof proof;
  };
  struct SaidOfMany {
    Entry entry;  // the index.root
    IndexRoot root;
    std::vector<SaidOf> subjects;
  };
  // The index stands still meanwhile, some ten microseconds a subject. Errc::unavailable `index_not_ready`.
  [[nodiscard]] Result<SaidOfMany> prove_all(const std::vector<std::string>& subjects) const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Published {
    Entry entry;
    IndexRoot root;
  };
  // What the folded state says at one size.
  struct Stored {
    std::uint64_t size = 0;
    std::vector<SubjectRecord> records;
    std::optional<std::uint64_t> newest;  // index.root
  };

  IndexRoots(Ledger& ledger, IndexRootsConfig config) : ledger_(ledger), config_(std::move(config)) {}
  void run();
  void pause(std::chrono::milliseconds at_most);
  [[nodiscard]] bool stopping() const;
  [[nodiscard]] Result<void> begin();
  [[nodiscard]] Result<Stored> read_stored() const;
  [[nodiscard]] Result<void> take_back(Stored& stored, std::uint64_t size) const;
  [[nodiscard]] Result<void> follow();
  [[nodiscard]] Result<void> append();
  void begin_waiting();
  void note(const Result<void>& done);

  Ledger& ledger_;
  const IndexRootsConfig config_;

  // The thread's own.
  bool begun_ = false;
  std::atomic<std::uint64_t> followed_{0};  // entries [0, followed_) are in the index or in changes_; read by all
  SubjectChanges changes_;
  std::optional<Time> appended_;
  std::string differs_;  // said until an index.root is right again

  mutable std::shared_mutex index_mutex_;  // index_ and published_
  SubjectIndex index_;
  std::optional<Published> published_;

  mutable std::mutex mutex_;  // all below
  std::condition_variable wake_;
  bool stopping_ = false;
  std::optional<Time> waiting_since_;
  std::uint64_t appended_total_ = 0, failed_total_ = 0;
  std::string trouble_;

  std::thread thread_;
};

}  // namespace quotary
