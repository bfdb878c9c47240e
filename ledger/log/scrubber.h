// Reading the whole store again, in the background and at a bounded pace. Inside ledger/log.
#pragma once

#include "ledger/log/sequencer.h"
#include "ledger/log/store.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace quotary {

// What is published now.
struct PublishedView {
  std::uint64_t size = 0;
  Hash root;
  std::shared_ptr<const StoreView> view;
};

// What does not hold, and in which entries [from, to) it was found; none: in the state.
struct Finding {
  VerifyProblem problem;
  std::uint64_t from = 0, to = 0;
};

// A thread that goes over every entry that is published when a round begins, with payloads and tree nodes, and then
// over every key of the state, round after round, so that damage which came after a write, or lies before what a start
// verifies, is found while a backup of it still exists. It looks at pieces of the log by themselves: how entries about
// a subject follow each other from one piece to another, and whether the state is their fold, is for a verification.
// What does not hold is read once more before it counts. It ends with the first finding. What lies in the engine's
// memory is read there: the log's own files are read by the next start. The constructor starts it; the destructor ends
// it within an entry. Figures may be read from any thread.
class Scrubber {
 public:
  struct Ports {
    std::function<PublishedView()> published;
    const ObjectCipher* cipher = nullptr;       // outlives the scrubber
    std::function<void()> round_begins;         // may be empty
    std::function<void(const Finding&)> found;  // on the scrubber's thread, at most once
  };
  // `scrubbing.bytes_per_second` is not 0.
  Scrubber(const Scrubbing& scrubbing, Ports ports);
  ~Scrubber();
  Scrubber(const Scrubber&) = delete;
  Scrubber& operator=(const Scrubber&) = delete;

  [[nodiscard]] ScrubFigures figures() const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  void run();
  [[nodiscard]] std::optional<Finding> round();
  [[nodiscard]] std::optional<Finding> read_entries(std::uint64_t from, std::uint64_t to);
  [[nodiscard]] std::optional<Finding> read_state();
  // Counts what was read, and waits until that much may have been.
  void keep_pace(std::uint64_t bytes);
  // False once the scrubber is to end.
  bool wait_until(Time time);

  const Scrubbing scrubbing_;
  const Ports ports_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable stop_asked_;
  std::atomic<std::uint64_t> rounds_{0}, entries_{0};
  Time paced_from_;            // the scrubber's thread only: since then
  std::uint64_t unpaced_ = 0;  // so much was read
  std::thread thread_;         // last: it uses what stands above
};

// What a finding leaves beside the store, so that the next start looks there before it writes. FORMAT.md, "Damage
// found". A failure to write it is not an error: the ledger has stopped writing already.
void mark_damage(FileSystem& files, const std::string& directory, const Finding& finding);
// Reads what a mark names again. Settles the mark when it holds now; Errc::corrupt when it does not, or cannot be read.
[[nodiscard]] Result<void> check_marked_damage(FileSystem& files, const std::string& directory,
                                               const PublishedView& stored, const ObjectCipher& cipher);

// The same finding as an error: the entry, what of it, and what to do. `payload_damaged`, `state_damaged` or
// `entry_damaged`.
[[nodiscard]] Error damage_error(const VerifyProblem& problem);

}  // namespace quotary
