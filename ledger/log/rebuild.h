// Making the stored state anew from the entries, which alone are the truth.
#pragma once

#include "ledger/log/sequencer.h"

namespace quotary {

struct RebuildReport {
  std::uint64_t tree_size = 0;
  std::uint64_t keys = 0;                                 // that the entries lead to
  std::uint64_t missing = 0, surplus = 0, different = 0;  // in the stored state, before
  bool unreadable = false;  // the stored state could not be read to its end: it is made wholly anew
  Hash digest;              // SHA-256 over all keys and values as they must be, each behind its length in 8 bytes
  [[nodiscard]] std::uint64_t wrong() const { return missing + surplus + different; }
  [[nodiscard]] bool holds() const { return wrong() == 0 && !unreadable; }
};

// Folds all entries beside the stored state, compares, and unless `only_compare` writes what differs. No server may run
// on the folder. The entries, their payloads and the published checkpoint must hold first: else Errc::corrupt
// `entries_damaged` with the first problem, and nothing is written. An interrupted run is finished by the next one;
// until then the ledger does not open (`rebuild_unfinished`).
[[nodiscard]] Result<RebuildReport> rebuild_state(const LedgerOptions& options, const LedgerPorts& ports,
                                                  const CheckpointVerifier& log_key, bool only_compare);

}  // namespace quotary
