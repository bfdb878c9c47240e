// How soon leads were answered. Pure; all times in whole milliseconds.
#pragma once

#include "ledger/base/time.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace quotary::health {

inline constexpr std::uint64_t green_below_ms = std::uint64_t{12} * 60 * 60 * 1000;
inline constexpr std::uint64_t yellow_up_to_ms = std::uint64_t{24} * 60 * 60 * 1000;  // inclusive; red beyond

enum class Promptness { waiting, green, yellow, red };
// "waiting", "green", "yellow", "red".
[[nodiscard]] std::string_view to_text(Promptness promptness);
// What Counts::answered_in_time counts: green or yellow. A lead that waits is not answered, nor too late yet.
[[nodiscard]] bool in_time(Promptness promptness);

// From a lead's arrival to its first touch. Errc::invalid `touched_before_received`.
[[nodiscard]] Result<std::uint64_t> response_ms(Timestamp received_at, Timestamp touched_at);

// Of a lead that was touched: green below green_below_ms, yellow up to yellow_up_to_ms, red beyond; `now` plays no
// part. Of one that was not: waiting, and red once more than yellow_up_to_ms have passed at `now`. Errors of
// response_ms().
[[nodiscard]] Result<Promptness> classify_response(Timestamp received_at, std::optional<Timestamp> touched_at,
                                                   Timestamp now);

// Quantiles by nearest rank: the smallest value that at least that share of all does not exceed, so always one that
// occurred. In whole minutes, half a minute rounded up; absent when there are no responses.
struct ResponseTimes {
  std::uint64_t responses = 0;
  std::optional<std::uint64_t> p50_minutes, p90_minutes;
};
// In any order.
[[nodiscard]] ResponseTimes response_times(std::vector<std::uint64_t> times_ms);

}  // namespace quotary::health
