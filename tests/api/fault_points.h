// A change of an organisation's folders on a disk that fails, or loses power, at each call of it or at some.
#pragma once

#include "tests/support/faulty_file_system.h"
#include "tests/support/settings.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>
#include <string>

namespace quotary::api::testing {

enum class Fault { from, once, power };

struct Interruption {
  // Fresh folders on a fresh file system, which is answered.
  std::function<std::shared_ptr<quotary::testing::FaultyFileSystem>()> start_anew;
  // The change; the code of its failure, "" when it went through.
  std::function<std::string()> change;
  // The disk is well again: completes what was begun, and looks at all of it. `first` is what change() answered.
  std::function<void(std::uint64_t run, const std::string& first)> complete_and_look;
};

// Whether interrupt_at_points() tries every call, so that what happens at some of them must have happened.
inline bool all_points_are_tried() { return quotary::testing::setting("QUOTARY_FAULT_POINTS", 1) == 0; }

// At `sample` points of the change, spread over it, or as QUOTARY_FAULT_POINTS says (0: at every call). QUOTARY_SEED
// sets the seed that is printed.
inline void interrupt_at_points(Fault fault, std::uint64_t sample, const Interruption& interruption) {
  const std::uint64_t run_seed = quotary::testing::chosen_seed();
  std::mt19937_64 random(run_seed);
  const auto unharmed = interruption.start_anew();
  ASSERT_EQ(interruption.change(), "");
  const std::uint64_t calls = unharmed->calls();
  ASSERT_GT(calls, 20u);
  const std::uint64_t points = quotary::testing::setting("QUOTARY_FAULT_POINTS", sample);
  for (std::uint64_t i = 0; i < (points == 0 ? calls : points); ++i) {
    const std::uint64_t nth = points == 0 ? i + 1 : 1 + (i * calls + random() % calls) / points;
    const auto files = interruption.start_anew();
    fault == Fault::once ? files->fail_once(nth) : files->fail_from(nth);
    const std::string first = interruption.change();
    SCOPED_TRACE("call " + std::to_string(nth) + " of " + std::to_string(calls) + ", " + files->failed() + ", seed " +
                 std::to_string(run_seed) + ": " + first);
    files->heal();
    ASSERT_TRUE(fault != Fault::power || files->lose_unsynced(random() | 1));
    interruption.complete_and_look(i, first);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace quotary::api::testing
