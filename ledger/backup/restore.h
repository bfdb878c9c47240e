// A backup as a ledger again, which writes only if no signed entry is lost.
#pragma once

#include "ledger/backup/drill.h"

#include <algorithm>

namespace quotary {

struct RestoreOptions {
  std::string folder;                   // of backups
  std::optional<std::uint64_t> number;  // absent: the newest
  std::string directory;                // new or empty
  // Checkpoints that were published elsewhere. Those of newer backups in the folder are added.
  std::vector<OutsideCheckpoint> outside;
  // Asked once the folder is whole: what witnesses have seen. `others` are all that was published elsewhere.
  using AskWitnesses = std::function<Result<std::vector<OutsideCheckpoint>>(
      const BackupManifest& manifest, const NodeReader& nodes, const std::vector<OutsideCheckpoint>& others)>;
  AskWitnesses ask_witnesses;
  bool last_word = false;  // the operator says that nothing was published since, where nothing else says anything
  UnpackOptions unpacking;
  VerifyOptions how;
};

struct Restored {
  ReadManifest backup;
  std::vector<DamagedFile> damaged;  // of contents alone where it holds: those are left out
  RestoredCheck check;
  std::size_t outside = 0;  // checkpoints from outside that it was held against
  // The ledger, whatever became of the contents beside it.
  [[nodiscard]] bool holds() const {
    return check.report.problems_total == 0 && std::all_of(damaged.begin(), damaged.end(), [](const DamagedFile& each) {
             return is_content_path(each.path);
           });
  }
  [[nodiscard]] bool writable() const { return holds() && !check.lost.any() && !check.unknown; }
};

// Unpacks, verifies all, and holds it against what was published. Where entries are lost, or that is not known, the
// folder is marked and opens for reading alone. What does not hold stays marked as unfinished and opens in no way.
// `ports` has a signer, which signs again the published checkpoint into the folder's slots. Errc::conflict
// `folder_not_empty`, and the errors of the steps, after which the folder opens in no way either.
[[nodiscard]] Result<Restored> restore_backup(const RestoreOptions& options, const LedgerPorts& ports,
                                              const CheckpointVerifier& log_key);

// Opens the restored ledger, chains `system.restored`, and answers its entry's index.
[[nodiscard]] Result<std::uint64_t> begin_restored(const LedgerOptions& options, const LedgerPorts& ports,
                                                   const Restored& restored);

}  // namespace quotary
