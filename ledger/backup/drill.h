// Whether a backup can be restored, and what would be lost: all of it, in a folder of its own.
#pragma once

#include "ledger/backup/unpack.h"
#include "ledger/log/sequencer.h"

namespace quotary {

// A checkpoint that was published outside the backup: in slots, in a file with the signed note or a proof, or by a
// witness that names a size alone.
struct OutsideCheckpoint {
  std::string where;
  std::uint64_t size = 0;
  std::optional<Hash> root;
  std::vector<Counter> counters = {};  // of slots: the series' last numbers
};
// From a file of slots, or anything that open_earlier() opens. Absent: slots that nothing was published to.
// Errors of reading it; corrupt when the log's key did not sign it.
[[nodiscard]] Result<std::optional<OutsideCheckpoint>> read_outside_checkpoint(FileSystem& files,
                                                                               const std::string& path,
                                                                               const CheckpointVerifier& log_key);

// The entries [from, to) that were published and are not in a tree. None: from == to.
struct LostEntries {
  std::uint64_t from = 0, to = 0;
  std::string where;  // that says so
  [[nodiscard]] bool any() const { return from < to; }
};

// Whether any of them says what came after a tree of that size: what covers fewer entries does not.
[[nodiscard]] bool say_last(const std::vector<OutsideCheckpoint>& outside, std::uint64_t size);

// The restored folder, verified in full and held against its manifest and what was published.
struct RestoredCheck {
  VerifyReport report;
  LostEntries lost;
  bool unknown = false;  // nothing says what was published after the backup
};
// `last_word`: nothing was published since, where nothing outside says anything. What was erased by an entry that the
// backup lacks is a problem only when it lacks none. Errors as of verify_folder.
[[nodiscard]] Result<RestoredCheck> check_restored(const std::string& directory, const BackupManifest& manifest,
                                                   const std::vector<OutsideCheckpoint>& outside, bool last_word,
                                                   const LedgerPorts& ports, const CheckpointVerifier& log_key,
                                                   const VerifyOptions& how);

}  // namespace quotary
