// What one question to a confined process may take.
#pragma once

#include <chrono>
#include <cstdint>

namespace quotary::confined {

struct Limits {
  std::uint64_t memory_bytes = 128u << 20;  // beside the question's own bytes
  std::chrono::milliseconds cpu_time{1'000};
  std::chrono::milliseconds wall_time{10'000};
};

}  // namespace quotary::confined
