// What the environment sets of a test's run.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace quotary::testing {

inline std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* const given = std::getenv(name);
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

// QUOTARY_SEED, or another one each time; printed, so that a run can be had again.
inline std::uint64_t chosen_seed() {
  const std::uint64_t seed = setting("QUOTARY_SEED", std::random_device()());
  std::cout << "QUOTARY_SEED=" << seed << std::endl;
  return seed;
}

}  // namespace quotary::testing
