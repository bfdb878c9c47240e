// Making a backup of a ledger that goes on.
#pragma once

#include "ledger/backup/backup_folder.h"
#include "ledger/base/time.h"
#include "ledger/log/pin.h"

#include <atomic>

namespace quotary {

struct BackupOptions {
  std::string data;    // the ledger's data folder
  std::string folder;  // of backups; made when it is not there
  // Large contents that entries below the pinned tree size name, below the data folder: files that never change.
  std::vector<std::string> contents;
  std::uint64_t keep = 0;  // so many of the newest are kept, the others go; 0: all are kept
  std::function<void(std::uint64_t done, std::uint64_t bytes)> progress;  // of bytes to be looked at
  const std::atomic<bool>* stop = nullptr;                                // once true, it ends soon with `stopped`
};

struct BackupReport {
  BackupManifest manifest;
  Hash sha256;                                         // of the manifest's file
  std::uint64_t files_copied = 0, bytes_copied = 0;    // by this backup
  std::uint64_t files_present = 0, bytes_present = 0;  // that an earlier one had brought
  std::vector<std::string> contents_missing;  // are not there, so they are not in it: erased meanwhile, or lost
  std::uint64_t backups_removed = 0, files_removed = 0;
  std::optional<Error> not_removed;  // why older ones still stand: this one is whole all the same
};

// A lasting file that an earlier backup holds is not read again, but for its end, which names the table for ever. All
// is synced before the manifest, so that a backup that was cut off at any point does not count. Errc::conflict
// `backup_folder_other` (another ledger's backups or anything else is there), `locked` (another backup is at work);
// storage `backup_no_room`, and the errors of the disk with the file.
[[nodiscard]] Result<BackupReport> make_backup(const PinnedLedger& pinned, FileSystem& files, const Clock& clock,
                                               const BackupOptions& options);

}  // namespace quotary
