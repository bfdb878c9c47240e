// A folder of backups: the manifests, and the files that they name.
#pragma once

#include "ledger/backup/backup_format.h"
#include "ledger/base/file_system.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace quotary {

inline constexpr std::size_t backup_step_bytes = 1u << 20;  // read and written at once

// Paths.
[[nodiscard]] std::string backup_files_path(const std::string& folder);
[[nodiscard]] std::string backup_manifests_path(const std::string& folder);
[[nodiscard]] std::string backup_file_path(const std::string& folder, const Hash& sha256);
[[nodiscard]] std::string backup_manifest_path(const std::string& folder, std::uint64_t number);

struct ReadManifest {
  BackupManifest manifest;
  Hash sha256;  // of its file's bytes
};

// The numbers of the whole backups, in order. Errc::not_found `no_backup` when the folder is none of backups.
[[nodiscard]] Result<std::vector<std::uint64_t>> list_backups(FileSystem& files, const std::string& folder);
// Absent number: the newest. Errc::not_found `no_backup`, corrupt `backup_manifest`; the detail names the file.
[[nodiscard]] Result<ReadManifest> read_backup(FileSystem& files, const std::string& folder,
                                               std::optional<std::uint64_t> number);

// Hashes the first `size` bytes of `from`, and writes them to `to` when there is one. `step` hears how many more bytes
// are done, and answers false to break off (Errc::unavailable `stopped`). Errc::storage `file_short` when there are
// fewer.
using BackupStep = std::function<bool(std::uint64_t bytes)>;
[[nodiscard]] Result<Hash> copy_bytes(const File& from, const std::string& path, std::uint64_t size, File* to,
                                      const BackupStep& step);

}  // namespace quotary
