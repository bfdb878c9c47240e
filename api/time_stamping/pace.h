// Trusted time for a log: its configuration and the state that it shows.
#pragma once

#include "ledger/base/time.h"
#include "signing/time_stamp.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace quotary::time_stamping {

// Every time of the asking, by name.
struct Pace {
  std::chrono::milliseconds interval{3'600'000};  // between two tokens, when the log has grown
  std::chrono::milliseconds poll{500};            // how often the log's size is looked at
  std::chrono::milliseconds request_timeout{15'000};
  std::chrono::milliseconds retry_first{5'000};  // after a failure; doubled with each further one
  std::chrono::milliseconds retry_max{600'000};
  std::chrono::milliseconds lost_after{600'000};  // of failures without success: then the authority is lost
  std::chrono::milliseconds chain_retry{10'000};  // when that could not be written
};

inline constexpr std::size_t roots_bytes_max = 1u << 20;  // of a file of roots

struct TimeStampingConfig {
  std::string url;         // of the authority; empty: none is asked
  std::string roots_file;  // PEM: what its certificate must lead to
  std::string ca_file;     // PEM roots for https; empty: the system's
  Pace pace;
  // One line for the operator's log about what changed; called from the asking's own thread, must not block.
  std::function<void(std::string_view)> say;
};

// The newest token, which is in the ledger.
struct Stamped {
  std::uint64_t index = 0;  // of its entry
  std::uint64_t size = 0;   // of the checkpoint that it is over
  std::string note;         // that checkpoint: the bytes that were stamped
  signing::TimeToken token;
};

struct TimeStampingState {
  bool configured = false;
  // stamped: nothing new waits | pending: the next token is not due yet, or is being fetched | failing | lost
  std::string state;
  std::optional<Stamped> newest;
  std::uint64_t signed_size = 0;
  std::uint64_t pending_from = 0;          // the first entry that no token covers, but for the newest token's own
  std::optional<Timestamp> pending_since;  // its time; absent: nothing waits
  std::optional<Timestamp> next_try;       // absent: nothing waits
  std::string code, detail;                // of the last failure, while it lasts
  std::uint64_t failures = 0;              // in a row
  std::int64_t failing_ms = 0;             // since the first of them
  std::uint64_t asked_total = 0, failed_total = 0;
  std::string trouble;  // what the operator must look at, "" when there is nothing
};

// "Stamped to N at T by A, …", for /readyz, the command line and logs. `state.configured`.
[[nodiscard]] std::string sentence_of(const TimeStampingState& state);
// Whether the operator must be told: the authority is lost, an answer of it does not hold, or trouble.
[[nodiscard]] bool is_degraded(const TimeStampingState& state);

}  // namespace quotary::time_stamping
