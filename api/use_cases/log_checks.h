// Checks of the whole ledger that callers ask for: one at a time, on a thread of their own, their reports kept a while.
#pragma once

#include "ledger/base/json.h"
#include "ledger/base/random.h"
#include "ledger/base/time.h"
#include "ledger/log/sequencer.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace quotary::api {

inline constexpr std::size_t log_checks_kept_max = 16;
inline constexpr std::uint64_t sample_default = 1'000;
inline constexpr std::uint64_t sample_max = 100'000;
inline constexpr std::size_t seed_bytes = 32;

struct LogCheck {
  enum class Mode { full, incremental, sampled };
  Mode mode = Mode::full;
  std::optional<std::uint64_t> from;  // absent: 0, and for incremental the size that last held
  std::uint64_t sample = sample_default;
  std::string seed;  // of a sample: 32 bytes, drawn when empty
};

// The entries that a seed picks from [from, size): the k-th draw is from + the first 8 bytes (big-endian) of
// SHA-256(seed || k as 8 bytes big-endian) modulo (size - from); repeated draws are passed over. Ascending; all of the
// range when it holds no more than `count`.
[[nodiscard]] std::vector<std::uint64_t> sampled_indexes(std::string_view seed, std::uint64_t from, std::uint64_t size,
                                                         std::uint64_t count);

// Safe to call from any thread. `ledger`, `clock` and `random` outlive it; the destructor breaks
// a run off.
class LogChecks {
 public:
  LogChecks(const Ledger& ledger, const Clock& clock, Random& random)
      : ledger_(ledger), clock_(clock), random_(random) {}
  ~LogChecks();
  LogChecks(const LogChecks&) = delete;
  LogChecks& operator=(const LogChecks&) = delete;

  // Begins a run and answers its id. Errc::overloaded `verification_running` while another one runs.
  [[nodiscard]] Result<std::string> start(LogCheck check);
  // Waits that long at most for the run's end; its report, or nothing when it still runs.
  [[nodiscard]] std::optional<Result<json::object>> wait(const std::string& id, std::chrono::milliseconds at_most);
  // {"id", "mode", "state": "running|done|failed", "entries_done", "entries_total", "started_at", ...}; nothing when
  // the id is not known (any more).
  [[nodiscard]] std::optional<json::object> describe(std::string_view id) const;
  // Problems that the last finished run found, 0 before the first.
  [[nodiscard]] std::uint64_t problems_last() const { return problems_last_; }
  [[nodiscard]] std::uint64_t runs_total() const { return runs_total_; }

 private:
  struct Run {
    std::string id;
    LogCheck check;
    std::uint64_t from = 0;
    Timestamp started_at, finished_at;
    std::atomic<std::uint64_t> done{0}, total{0};
    std::optional<Result<json::object>> outcome;  // under the mutex; set: ended
  };
  void perform(const std::shared_ptr<Run>& run);
  [[nodiscard]] std::shared_ptr<Run> find(std::string_view id) const;

  const Ledger& ledger_;
  const Clock& clock_;
  Random& random_;

  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::deque<std::shared_ptr<Run>> runs_;  // newest first
  bool running_ = false;
  std::atomic<bool> stopping_{false};
  std::uint64_t held_size_ = 0;  // of the last full or incremental run without a problem
  std::atomic<std::uint64_t> problems_last_{0}, runs_total_{0};
  std::thread thread_;
};

[[nodiscard]] std::string_view mode_name(LogCheck::Mode mode);

}  // namespace quotary::api
