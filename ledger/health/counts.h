// What the process health index counts.
#pragma once

#include "ledger/base/json.h"

#include <cstdint>
#include <string_view>

namespace quotary::health {

// One person's counts of one month, or those of a team or region, which are the sums of its people's. A value. No count
// is above limits::count_max, and none of a part above that of its whole.
struct Counts {
  std::uint64_t leads = 0;             // to be answered
  std::uint64_t answered_in_time = 0;  // of these; response.h says when
  std::uint64_t actions_due = 0;       // key actions
  std::uint64_t actions_complete = 0;
  std::uint64_t fields_required = 0;  // structured fields
  std::uint64_t fields_filled = 0;
  friend bool operator==(const Counts&, const Counts&) = default;
};

// Errc::invalid `bad_counts` whose problems point to members below `pointer`: out_of_range, or more_than_whole for a
// part that is larger than what it is a part of.
[[nodiscard]] Result<void> check_counts(const Counts& counts, std::string_view pointer = "");

// Member by member. Both have passed check_counts(). Errc::invalid `count_overflow` when a sum is above
// limits::count_max.
[[nodiscard]] Result<Counts> add(const Counts& left, const Counts& right);

// An object of the six members' names, all required, and nothing else. Errc::invalid `bad_counts` as check_counts(),
// and with required, wrong_type and unknown_member.
[[nodiscard]] Result<Counts> parse_counts(const json::value& value, std::string_view pointer = "");
// The form that parse_counts() reads.
[[nodiscard]] json::object to_json(const Counts& counts);

}  // namespace quotary::health
