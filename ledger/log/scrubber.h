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

// A thread that goes over every published entry with its payloads and tree nodes, as `quotary verify` does, and then
// over every key of the state, round after round, so that damage which came after a write, or lies before what a start
// verifies, is found while a backup of it still exists. It ends with the first finding. What lies in the engine's
// memory is read there: the log's own files are read by the next start.
// The constructor starts it; the destructor ends it within a piece of a round. Figures may be read from any thread.
class Scrubber {
 public:
  struct Ports {
    std::function<PublishedView()> published;
    const ObjectCipher* cipher = nullptr;             // outlives the scrubber
    std::function<void(const VerifyProblem&)> found;  // on the scrubber's thread, at most once
  };
  // `scrubbing.bytes_per_second` is not 0.
  Scrubber(const Scrubbing& scrubbing, Ports ports);
  ~Scrubber();
  Scrubber(const Scrubber&) = delete;
  Scrubber& operator=(const Scrubber&) = delete;

  [[nodiscard]] ScrubFigures figures() const;

 private:
  void run();
  [[nodiscard]] std::optional<VerifyProblem> round();
  [[nodiscard]] std::optional<VerifyProblem> read_entries();
  [[nodiscard]] std::optional<VerifyProblem> read_state();
  // Waits until `bytes` may have taken their time since `begun`; false once the scrubber is to end.
  bool keep_pace(std::chrono::steady_clock::time_point begun, std::uint64_t bytes);
  bool wait_until(std::chrono::steady_clock::time_point time);

  const Scrubbing scrubbing_;
  const Ports ports_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable stop_asked_;
  std::atomic<std::uint64_t> rounds_{0}, entries_{0};
  std::thread thread_;  // last: it uses what stands above
};

// What a finding leaves beside the store, so that the next start looks there before it writes. FORMAT.md, "Damage
// found". A failure to write it is not an error: the ledger has stopped writing already.
void mark_damage(FileSystem& files, const std::string& directory, const VerifyProblem& problem);
// Reads what a mark names again. Removes the mark when it holds now; Errc::corrupt when it does not, or cannot be read.
[[nodiscard]] Result<void> check_marked_damage(FileSystem& files, const std::string& directory,
                                               const PublishedView& stored, const ObjectCipher& cipher);

// The same finding as an error: the entry, what of it, and what to do. `payload_damaged`, `state_damaged` or
// `entry_damaged`.
[[nodiscard]] Error damage_error(const VerifyProblem& problem);

}  // namespace quotary
