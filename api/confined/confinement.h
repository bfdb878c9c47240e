// Takes a process's rights away: what reads a stranger's bytes shall be able to compute, and nothing else.
#pragma once

#include "ledger/base/result.h"

#include <chrono>
#include <cstdint>

namespace quotary::confined {

struct Confinement {
  std::uint64_t memory_bytes = 0;      // beyond what the process has when it is confined
  std::chrono::milliseconds cpu_time;  // of all threads; then the process is ended by a signal
  bool threads = false;                // may be made: for libraries that cannot compute without
};

// For good, of the calling process, which has one thread: no file, socket or process can be opened or made, and none
// written but what is open already; memory and time of the processor are bounded; no core is written. A forbidden call
// fails with EPERM. Errc::unavailable `not_confined` says which step failed: then nothing may be read.
[[nodiscard]] Result<void> confine(const Confinement& limits);

}  // namespace quotary::confined
