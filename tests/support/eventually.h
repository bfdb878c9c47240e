// Waiting for what another thread does.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace quotary::testing {

// Whether it comes to hold within a minute, which only a test that fails waits for.
inline bool eventually(const std::function<bool()>& holds) {
  constexpr auto wait_max = std::chrono::seconds(60);
  for (const auto until = std::chrono::steady_clock::now() + wait_max; std::chrono::steady_clock::now() < until;) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

}  // namespace quotary::testing
