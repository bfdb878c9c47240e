#include "ledger/health/response.h"

#include <algorithm>

namespace quotary::health {

namespace {

constexpr std::uint64_t minute_ms = 60'000;

// Both may be any 64-bit number: their difference is then only defined without signs. `to` is not before `from`.
std::uint64_t elapsed_ms(Timestamp from, Timestamp to) {
  return static_cast<std::uint64_t>(to.unix_ms) - static_cast<std::uint64_t>(from.unix_ms);
}

std::uint64_t nearest_rank(std::vector<std::uint64_t>& values, std::uint64_t percent) {
  // In hundreds and the rest, so that no count of values overflows.
  const std::size_t rank = values.size() / 100 * percent + (values.size() % 100 * percent + 99) / 100;
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

std::uint64_t to_minutes(std::uint64_t time_ms) {
  return time_ms / minute_ms + (time_ms % minute_ms >= minute_ms / 2 ? 1 : 0);
}

}  // namespace

std::string_view to_text(Promptness promptness) {
  switch (promptness) {
    case Promptness::waiting: return "waiting";
    case Promptness::green: return "green";
    case Promptness::yellow: return "yellow";
    case Promptness::red: return "red";
  }
  QUOTARY_CHECK(false);
  return {};
}

bool in_time(Promptness promptness) { return promptness == Promptness::green || promptness == Promptness::yellow; }

Result<std::uint64_t> response_ms(Timestamp received_at, Timestamp touched_at) {
  if (touched_at < received_at)
    return fail(Errc::invalid, "touched_before_received",
                "touched at " + format_rfc3339(touched_at) + ", before the lead came in at " +
                    format_rfc3339(received_at) + "; look at the clocks of what reported them");
  return elapsed_ms(received_at, touched_at);
}

Result<Promptness> classify_response(Timestamp received_at, std::optional<Timestamp> touched_at, Timestamp now) {
  if (!touched_at) {
    const bool late = now > received_at && elapsed_ms(received_at, now) > yellow_up_to_ms;
    return late ? Promptness::red : Promptness::waiting;
  }
  QUOTARY_TRY(time_ms, response_ms(received_at, *touched_at));
  if (time_ms < green_below_ms) return Promptness::green;
  return time_ms <= yellow_up_to_ms ? Promptness::yellow : Promptness::red;
}

ResponseTimes response_times(std::vector<std::uint64_t> times_ms) {
  ResponseTimes out{times_ms.size(), std::nullopt, std::nullopt};
  if (times_ms.empty()) return out;
  out.p50_minutes = to_minutes(nearest_rank(times_ms, 50));
  out.p90_minutes = to_minutes(nearest_rank(times_ms, 90));
  return out;
}

}  // namespace quotary::health
