// Checks of the whole ledger that callers ask for: one at a time, on a thread of their own, their reports kept a while,
// and each that came to its end chained as a `system.verification` entry (FORMAT.md).
#pragma once

#include "ledger/base/json.h"
#include "ledger/base/random.h"
#include "ledger/base/time.h"
#include "ledger/contents/contents_check.h"
#include "ledger/log/sample.h"

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

inline constexpr std::size_t reported_problems_max = 1'000, reported_detail_bytes_max = 1'024;
inline constexpr std::size_t reported_erasures_max = 100;  // by their entries; all payloads are counted
inline constexpr std::string_view verification_subject = "system:verification";

class KeptContents;

struct LogCheck {
  enum class Mode { full, incremental, sampled };
  Mode mode = Mode::full;
  std::optional<std::uint64_t> from;  // absent: 0, and for incremental the size that last held
  std::uint64_t sample = sample_default;
  std::string seed;      // of a sample: 32 bytes, drawn when empty
  std::string asked_by;  // whose run it is, an opaque id
  bool private_objects_read = true;
  bool contents = true;          // large contents are read too
  bool by_command_line = false;  // made by `quotary verify` and reported by it
};

// As they stand in a report.
[[nodiscard]] json::object contents_json(const contents::ContentFigures& figures);
// A report as callers get it and as the entry keeps it. `picked`: of a sample, how many entries the seed picked.
// `contents` absent: they were not read.
[[nodiscard]] json::object report_json(const VerifyReport& report, const LogCheck& check, std::uint64_t from,
                                       std::uint64_t picked = 0,
                                       const std::optional<contents::ContentFigures>& contents = {});

// Safe to call from any thread. What it is given outlives it; the destructor breaks a run off, which then
// has no result and is no entry.
class LogChecks {
 public:
  LogChecks(Ledger& ledger, const KeptContents& contents, const Clock& clock, Random& random)
      : ledger_(ledger), contents_(contents), clock_(clock), random_(random) {}
  ~LogChecks();
  LogChecks(const LogChecks&) = delete;
  LogChecks& operator=(const LogChecks&) = delete;

  // Begins a run and answers its id. Errc::overloaded `verification_running` while another one runs.
  [[nodiscard]] Result<std::string> start(LogCheck check);
  // Waits that long at most for the run's end; its report, or nothing when it still runs. The report's `recorded` is
  // {"index"} of its entry, or {"code", "detail"} of why the ledger did not take one.
  [[nodiscard]] std::optional<Result<json::object>> wait(const std::string& id, std::chrono::milliseconds at_most);
  // {"id", "mode", "state": "running|done|failed", "entries_done", "entries_total", "started_at", ...}; nothing when
  // the id is not known (any more).
  [[nodiscard]] std::optional<json::object> describe(std::string_view id) const;
  // Chains a run that was made elsewhere; answers its entry's index.
  [[nodiscard]] Result<std::uint64_t> record_reported(const VerifyReport& report, const LogCheck& check,
                                                      std::uint64_t picked,
                                                      const std::optional<contents::ContentFigures>& contents);
  // Problems that the last finished run found, 0 before the first.
  [[nodiscard]] std::uint64_t problems_last() const { return problems_last_; }
  [[nodiscard]] std::uint64_t runs_total() const { return runs_total_; }

 private:
  struct Run {
    std::string id;
    LogCheck check;
    std::uint64_t from = 0;
    Timestamp started_at, finished_at;
    std::atomic<std::uint64_t> done{0}, total{0};  // entries, and with them bytes of contents
    std::atomic<std::uint64_t> content_done{0}, content_total{0};
    std::optional<Result<json::object>> outcome;  // under the mutex; set: ended
  };
  void perform(const std::shared_ptr<Run>& run);
  [[nodiscard]] Result<json::object> check(Run& run);
  [[nodiscard]] Result<std::optional<contents::ContentFigures>> check_contents(Run& run, VerifyReport& report);
  [[nodiscard]] Result<std::uint64_t> record(const json::object& report, std::string_view id, const LogCheck& check);
  [[nodiscard]] std::uint64_t held_before();
  [[nodiscard]] std::shared_ptr<Run> find(std::string_view id) const;

  Ledger& ledger_;
  const KeptContents& contents_;
  const Clock& clock_;
  Random& random_;

  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::deque<std::shared_ptr<Run>> runs_;  // newest first
  bool running_ = false;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> problems_last_{0}, runs_total_{0};

  std::mutex held_mutex_;              // locked after mutex_ where both are
  std::optional<std::uint64_t> held_;  // up to which size all held; absent: not yet looked up in the chain
  std::thread thread_;
};

[[nodiscard]] std::string_view mode_name(LogCheck::Mode mode);
// Errc::invalid `bad_mode`.
[[nodiscard]] Result<LogCheck::Mode> parse_mode(std::string_view name);

// What such an entry says of how far all held, 0 when it says nothing.
[[nodiscard]] std::uint64_t held_by(const Entry& verification);

}  // namespace quotary::api
