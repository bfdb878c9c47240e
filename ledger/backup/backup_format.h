// What a backup of a ledger is made of: its manifest and its paths. FORMAT.md specifies them. Pure.
#pragma once

#include "ledger/base/hash.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

inline constexpr std::uint64_t backup_version = 1;
inline constexpr std::size_t backup_manifest_bytes_max = 256u << 20;  // some 170 bytes a file
inline constexpr std::size_t backup_path_bytes_max = 250;
inline constexpr std::uint64_t backup_number_max = 999'999'999;

// A file of the data folder, kept once for all backups that hold it, under its hash.
struct BackupFile {
  std::string path;  // below the data folder
  Hash sha256;
  std::uint64_t size = 0;
  friend bool operator==(const BackupFile&, const BackupFile&) = default;
};

// One backup: the ledger at one tree size.
struct BackupManifest {
  std::uint64_t number = 0;  // from 1, one more each time
  std::string origin;
  std::uint64_t tree_size = 0;
  Hash root;
  std::string checkpoint;         // the signed note of that size
  std::string made_at;            // RFC 3339, the server's clock
  std::vector<BackupFile> files;  // by path
  [[nodiscard]] std::uint64_t bytes() const;
  friend bool operator==(const BackupManifest&, const BackupManifest&) = default;
};

// Canonical JSON and a line feed. Errc::too_large `backup_too_many_files`.
[[nodiscard]] Result<std::string> manifest_text(const BackupManifest& manifest);
// Errc::corrupt `backup_manifest` for anything that manifest_text does not write; Errc::unavailable `backup_version`
// when it says that it is of another version.
[[nodiscard]] Result<BackupManifest> parse_backup_manifest(std::string_view text);

// Whether a path is of a large content: the ledger is whole without it, and only what it commits to is lost.
[[nodiscard]] inline bool is_content_path(std::string_view path) { return path.starts_with("blobs/"); }

// A path below store/, access/ or blobs/, which hold all that a backup does, of names of A-Za-z0-9._- that do not begin
// with a dot. What else stands in a data folder is made by a restore, or by nobody.
[[nodiscard]] bool good_backup_path(std::string_view path);

// Below the backup folder.
[[nodiscard]] std::string backup_manifest_name(std::uint64_t number);  // "000000001.json"
// 0 for a name of another form.
[[nodiscard]] std::uint64_t backup_number(std::string_view manifest_name);

}  // namespace quotary
