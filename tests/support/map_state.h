// Folded state in a map, for tests that fold without a store.
#pragma once

#include "ledger/records/memory_state.h"

namespace quotary::testing {

using MapState = MemoryState;

}  // namespace quotary::testing
