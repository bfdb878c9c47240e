// The keys that the cases of tests/golden were made with.
#pragma once

#include <string>

namespace quotary::testing {

// 32 bytes that count up from `first`: 0 is the log's seed, 32 the witness's.
inline std::string golden_seed(unsigned char first) {
  std::string bytes;
  for (unsigned char i = 0; i < 32; ++i) bytes += static_cast<char>(first + i);
  return bytes;
}

}  // namespace quotary::testing
