// Checkpoints that somebody kept from before: a log whose keeper holds disk and key can rewrite all but these.
#pragma once

#include "ledger/log/checkpoint.h"
#include "ledger/log/sequencer.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

inline constexpr std::size_t earlier_checkpoints_max = 1'000;

// A checkpoint that whoever checks got another way, at another time: the entries must lead to it as well.
struct EarlierCheckpoint {
  Checkpoint checkpoint;
  std::string name;  // how a problem calls it: the file it came from
};

// From a signed checkpoint, or from the one that a .tlog-proof or a status proof ends in. Pure. Errors of
// open_checkpoint().
[[nodiscard]] Result<EarlierCheckpoint> open_earlier(std::string_view text, std::string name,
                                                     const CheckpointVerifier& log_key);

// Holds the folder's stored tree against each of them; verify_folder() holds the tree against the entries. Adds
// problems of kind `checkpoint`, at the last entry that it covers, and `truncation` for one of more entries than the
// store has. Errors of opening the store.
[[nodiscard]] Result<void> hold_against_earlier(const LedgerOptions& options,
                                                const std::vector<EarlierCheckpoint>& earlier, VerifyReport& report);

// What a history that differs means, for the detail of a problem.
[[nodiscard]] std::string another_history(std::uint64_t size);

}  // namespace quotary
