#include "ledger/backup/restore.h"

#include "ledger/log/ledger_impl.h"
#include "ledger/log/lost_mark.h"
#include "ledger/log/system_event.h"
#include "ledger/log/walk.h"

#include <algorithm>

namespace quotary {

namespace {

constexpr std::string_view lost_and_found = "lost+found";  // of a file system's own folder

Result<void> make_target(FileSystem& files, const std::string& directory) {
  auto names = files.list(directory);
  if (!names && names.error().kind != Errc::not_found) return std::move(names).error();
  if (names) {
    std::erase(*names, lost_and_found);
    if (!names->empty())
      return fail(Errc::conflict, "folder_not_empty",
                  directory + " holds something already (" + names->front() +
                      "); a ledger is restored into a new or empty folder only");
  }
  QUOTARY_TRY_VOID(files.make_directory(directory));
  return begin_restoring(files, directory);
}

// Newer backups in the same folder say what was published after this one.
Result<void> add_newer(FileSystem& files, const RestoreOptions& options, const BackupManifest& manifest,
                       const CheckpointVerifier& log_key, std::vector<OutsideCheckpoint>& outside) {
  QUOTARY_TRY(numbers, list_backups(files, options.folder));
  for (const std::uint64_t number : numbers) {
    if (number <= manifest.number) continue;
    const auto newer = read_backup(files, options.folder, number);
    if (!newer) continue;  // damaged: it says nothing
    const auto checkpoint = open_checkpoint(newer->manifest.checkpoint, log_key);
    if (!checkpoint) continue;
    outside.push_back({backup_manifest_path(options.folder, number), checkpoint->size, checkpoint->root});
  }
  return {};
}

// A size or root that the folder's own slots hold ends its writing even when its mark is taken away.
Result<void> publish_newest(FileSystem& files, const RestoreOptions& options,
                            const std::vector<OutsideCheckpoint>& outside, const LedgerPorts& ports,
                            std::uint64_t size) {
  const OutsideCheckpoint* newest = nullptr;
  for (const OutsideCheckpoint& each : outside) {
    if (!each.root || each.size <= size) continue;
    // Of two of one size that which counts the numbers.
    const bool newer = newest == nullptr || each.size > newest->size ||
                       (each.size == newest->size && each.counters.size() > newest->counters.size());
    if (newer) newest = &each;
  }
  if (newest == nullptr) return {};
  QUOTARY_TRY(slots, Slots::open(files, slots_path(options.directory)));
  QUOTARY_TRY(note, sign_checkpoint(*ports.signer, newest->size, *newest->root));  // the log's own line alone
  return slots.publish(note, newest->counters);
}

}  // namespace

Result<Restored> restore_backup(const RestoreOptions& options, const LedgerPorts& ports,
                                const CheckpointVerifier& log_key) {
  QUOTARY_CHECK(ports.files && ports.signer);
  FileSystem& files = *ports.files;
  QUOTARY_TRY(backup, read_backup(files, options.folder, options.number));
  QUOTARY_TRY_VOID(make_target(files, options.directory));
  Restored restored;
  restored.backup = std::move(backup);
  const BackupManifest& manifest = restored.backup.manifest;
  QUOTARY_TRY(damaged, unpack_backup(files, options.folder, manifest, options.directory, options.unpacking));
  restored.damaged = std::move(damaged);
  if (!restored.holds()) return restored;
  std::vector<OutsideCheckpoint> outside = options.outside;
  QUOTARY_TRY_VOID(add_newer(files, options, manifest, log_key, outside));
  if (options.ask_witnesses) {
    QUOTARY_TRY(store, open_rocks_store(store_path(options.directory), StoreMode::read_only));
    QUOTARY_TRY(witnesses, options.ask_witnesses(manifest, nodes_of(*store), outside));
    outside.insert(outside.end(), witnesses.begin(), witnesses.end());
  }
  QUOTARY_TRY(check,
              check_restored(options.directory, manifest, outside, options.last_word, ports, log_key, options.how));
  restored.check = std::move(check);
  restored.outside = outside.size();
  if (!restored.holds()) return restored;
  if (!restored.writable()) {
    const LostEntries& lost = restored.check.lost;
    QUOTARY_TRY_VOID(
        write_lost_mark(files, options.directory,
                        {manifest.tree_size, lost.any() ? lost.to : 0, unexplained_erasures(restored.check.report)}));
    QUOTARY_TRY_VOID(publish_newest(files, options, outside, ports, manifest.tree_size));
  }
  QUOTARY_TRY_VOID(end_restoring(files, options.directory));
  return restored;
}

Result<std::uint64_t> begin_restored(const LedgerOptions& options, const LedgerPorts& ports, const Restored& restored) {
  const BackupManifest& manifest = restored.backup.manifest;
  QUOTARY_TRY(ledger, Ledger::open(options, ports));
  return append_draft(*ledger, system_draft("system.restored", "system:backup",
                                            {{"backup", manifest.number},
                                             {"tree_size", manifest.tree_size},
                                             {"manifest", restored.backup.sha256.hex()},
                                             {"held_against", restored.outside}}));
}

}  // namespace quotary
