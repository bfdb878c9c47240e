// Every bound on what the process health index reads or shows, in one place.
#pragma once

#include <cstdint>

namespace quotary::health::limits {

inline constexpr std::uint64_t count_max = std::uint64_t{1} << 53;  // the largest integer of canonical JSON
inline constexpr int weight_fraction_digits_max = 6;

inline constexpr int ratio_decimals = 4;
inline constexpr int percent_decimals = 2;  // of PHI and of percentage points

}  // namespace quotary::health::limits
