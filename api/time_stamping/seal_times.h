// Time-stamps for seals, asked for while a document waits for its number: bounded in time, and given up for a while
// when the authority does not answer.
#pragma once

#include "api/time_stamping/ask.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace quotary::time_stamping {

struct SealTimesConfig {
  std::chrono::milliseconds patience{0};      // that a seal waits for its token; 0: none is asked for
  std::chrono::milliseconds rest{30'000};     // after a failure nobody is kept waiting for so long
  std::size_t connections_max = 8;            // to the authority; a seal that finds none free gets no token
  std::function<void(std::string_view)> say;  // one line for the operator's log; must not block
};

struct SealTimesPorts {
  std::string url, roots_pem;
  http::MakeTransport transport;  // makes one connection, whose every request ends within `patience`
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<Random> random;
};

struct SealTimesState {
  std::uint64_t given_total = 0, missed_total = 0;
  std::string code, detail;                // of the last failure, while it lasts
  std::optional<Timestamp> failing_since;  // absent: the last question was answered well
};

// Thread-safe. token() blocks for `patience` at most.
class SealTimes {
 public:
  SealTimes(SealTimesConfig config, SealTimesPorts ports);
  ~SealTimes();
  SealTimes(const SealTimes&) = delete;
  SealTimes& operator=(const SealTimes&) = delete;

  // A token over the imprint, DER, checked against the roots. Errors of ask_authority(); Errc::unavailable
  // `time_authority_resting` behind a failure, `time_connections_busy`.
  [[nodiscard]] Result<std::string> token(const Hash& imprint);
  [[nodiscard]] SealTimesState state() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace quotary::time_stamping
