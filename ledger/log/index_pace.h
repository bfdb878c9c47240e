// The subject index of an open ledger, seen from outside: its pace, and the state that it shows.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace quotary {

// Every time of the index's thread, by name.
struct IndexRootsPace {
  std::chrono::milliseconds poll{100};  // how often the ledger's size is looked at
  std::chrono::milliseconds gap{800};   // from one index.root to the next, at least; with the poll within a second
  std::chrono::milliseconds retry{1'000};
  std::chrono::milliseconds late_after{10'000};  // an entry that waits longer for its index.root is trouble
};
// An index.root is not appended while the ledger is so many entries further; what is missing is read first.
inline constexpr std::uint64_t index_roots_lag_max = 65'536;

struct IndexRootsConfig {
  IndexRootsPace pace;
  // One line for the operator's log about trouble and its end; called from the index's thread, must not block.
  std::function<void(std::string_view)> say;
};

// How the index stands.
struct IndexRootsState {
  bool configured = false;          // false: no index is kept
  bool ready = false;               // an index.root is published and proofs under it can be given
  std::uint64_t applied_size = 0;   // M: it covers entries [0, M); 0: none does
  std::uint64_t followed_size = 0;  // entries that it has looked at
  std::uint64_t entry = 0;          // the newest index.root, when M > 0
  std::uint64_t subjects = 0;
  std::int64_t behind_ms = 0;  // for how long an entry has been waiting for an index.root; 0: none does
  std::uint64_t appended_total = 0, failed_total = 0;  // since the start
  std::string trouble;                                 // what the operator must look at, "" when there is nothing
};
// Whether the operator must be told: trouble, or the index trails for longer than late_after.
[[nodiscard]] bool is_degraded(const IndexRootsState& state, const IndexRootsPace& pace);

}  // namespace quotary
