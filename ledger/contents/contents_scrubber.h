// Reading every content again, in the background and at a bounded pace.
#pragma once

#include "ledger/contents/contents_check.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace quotary::contents {

// Since the start.
struct ContentsScrubFigures {
  std::uint64_t rounds = 0;    // that ended
  std::uint64_t contents = 0;  // read in the round under way
  std::uint64_t damaged = 0;   // found missing, damaged or another one by the newest round that ended, or the one under
                               // way when that has found more
};

// A thread that opens and reads through every content that entries name when a round begins, round after round, so that
// damage is found while a backup of the content still exists. Unlike the log's scrubber it goes on behind a finding: a
// bad content harms no other, and the log that commits to it is whole. The constructor starts it, the destructor ends
// it within a chunk. Figures may be read from any thread.
class ContentsScrubber {
 public:
  // On the scrubber's thread, once a content in each round.
  using Found = std::function<void(std::uint64_t index, const ContentFinding& finding)>;
  // `ledger` and `store` outlive it; `scrubbing.bytes_per_second` is not 0.
  ContentsScrubber(const Scrubbing& scrubbing, const Ledger& ledger, const blobs::BlobStore& store, Found found);
  ~ContentsScrubber();
  ContentsScrubber(const ContentsScrubber&) = delete;
  ContentsScrubber& operator=(const ContentsScrubber&) = delete;

  [[nodiscard]] ContentsScrubFigures figures() const;

 private:
  void run();
  void round();
  [[nodiscard]] Result<void> look_at(std::uint64_t index, std::uint64_t& damaged);
  void keep_pace(std::uint64_t bytes);
  // False once the scrubber is to end.
  bool wait_for(std::chrono::nanoseconds time);

  const Scrubbing scrubbing_;
  const Ledger& ledger_;
  const blobs::BlobStore& store_;
  const Found found_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> rounds_{0}, contents_{0}, damaged_{0};
  std::mutex mutex_;
  std::condition_variable stop_asked_;
  std::uint64_t unpaced_ = 0;  // the scrubber's thread only
  std::thread thread_;         // last: it uses what stands above
};

}  // namespace quotary::contents
