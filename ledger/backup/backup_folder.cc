#include "ledger/backup/backup_folder.h"

#include <algorithm>

namespace quotary {

std::string backup_files_path(const std::string& folder) { return folder + "/files"; }
std::string backup_manifests_path(const std::string& folder) { return folder + "/backups"; }
std::string backup_file_path(const std::string& folder, const Hash& sha256) {
  return backup_files_path(folder) + "/" + sha256.hex();
}
std::string backup_manifest_path(const std::string& folder, std::uint64_t number) {
  return backup_manifests_path(folder) + "/" + backup_manifest_name(number);
}

Result<std::vector<std::uint64_t>> list_backups(FileSystem& files, const std::string& folder) {
  auto names = files.list(backup_manifests_path(folder));
  if (!names && names.error().kind == Errc::not_found)
    return fail(Errc::not_found, "no_backup", folder + " is no folder of backups: it has no folder `backups`");
  if (!names) return std::move(names).error();
  std::vector<std::uint64_t> numbers;
  for (const std::string& name : *names) {
    if (const std::uint64_t number = backup_number(name); number > 0) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Result<ReadManifest> read_backup(FileSystem& files, const std::string& folder, std::optional<std::uint64_t> number) {
  QUOTARY_TRY(numbers, list_backups(files, folder));
  if (numbers.empty()) return fail(Errc::not_found, "no_backup", folder + " holds no whole backup yet");
  if (number && !std::binary_search(numbers.begin(), numbers.end(), *number))
    return fail(Errc::not_found, "no_backup",
                folder + " holds no backup " + std::to_string(*number) + "; the oldest is " +
                    std::to_string(numbers.front()) + ", the newest " + std::to_string(numbers.back()));
  const std::string path = backup_manifest_path(folder, number.value_or(numbers.back()));
  QUOTARY_TRY(text, read_file(files, path, backup_manifest_bytes_max));
  auto manifest = parse_backup_manifest(text);
  if (manifest && backup_manifest_name(manifest->number) != path.substr(path.rfind('/') + 1))
    manifest = fail(Errc::corrupt, "backup_manifest", "it says that it is number " + std::to_string(manifest->number));
  if (!manifest) {
    Error error = std::move(manifest).error();
    error.detail = path + ": " + error.detail;
    return error;
  }
  return ReadManifest{std::move(*manifest), sha256(text)};
}

Result<Hash> copy_bytes(const File& from, const std::string& path, std::uint64_t size, File* to,
                        const BackupStep& step) {
  Sha256 hash;
  for (std::uint64_t at = 0; at < size;) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(backup_step_bytes, size - at));
    QUOTARY_TRY(bytes, from.read_at(at, wanted));
    if (bytes.size() != wanted)
      return fail(Errc::storage, "file_short",
                  path + " ends at byte " + std::to_string(at + bytes.size()) + " of " + std::to_string(size));
    hash.update(bytes);
    if (to != nullptr) {
      QUOTARY_TRY_VOID(to->write_at(at, bytes));
      to->start_writing(at, bytes.size());  // else the sync at the end holds up the ledger's own
    }
    at += bytes.size();
    if (!step(bytes.size())) return fail(Errc::unavailable, "stopped", "it was broken off before its end");
  }
  return hash.finish();
}

}  // namespace quotary
