// A backup's files as a data folder again.
#pragma once

#include "ledger/backup/backup_folder.h"

#include <atomic>

namespace quotary {

struct UnpackOptions {
  bool link_tables = false;  // tables and contents as further names of the backup's files, where one file system holds
                             // both: only for a folder that nothing writes to
  std::function<void(std::uint64_t done, std::uint64_t bytes)> progress;
  const std::atomic<bool>* stop = nullptr;
};

// A file of the backup that is not what its manifest says.
struct DamagedFile {
  std::string path, kept;  // in the data folder, and where the backup keeps it
  std::string detail;
};

// Reads every file that the manifest names and writes it below `target`, which is made, with the slots of the
// manifest's checkpoint; all is synced. What is damaged or missing is answered, all of it, and the folder is then worth
// nothing, but for damaged contents: those are left out, and the ledger is whole without them. An error is one of the
// disk.
[[nodiscard]] Result<std::vector<DamagedFile>> unpack_backup(FileSystem& files, const std::string& folder,
                                                             const BackupManifest& manifest, const std::string& target,
                                                             const UnpackOptions& options = {});

}  // namespace quotary
