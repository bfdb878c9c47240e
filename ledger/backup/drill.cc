#include "ledger/backup/drill.h"

#include "ledger/log/earlier.h"
#include "ledger/log/ledger_impl.h"
#include "ledger/log/status_proof.h"
#include "ledger/log/walk.h"

#include <algorithm>

namespace quotary {

namespace {

constexpr std::string_view slots_magic = "QTRYSLT";

// A tree that is larger than was published must have the published root on its way.
void hold_against(const OutsideCheckpoint& outside, std::uint64_t size, const NodeReader& nodes, RestoredCheck& check) {
  if (outside.size > size) {
    if (outside.size > check.lost.to) check.lost = {size, outside.size, outside.where};
    return;
  }
  if (!outside.root) return;
  const auto root = read_root(outside.size, nodes);
  if (!root || *root != *outside.root)
    add_problem(check.report, outside.size == 0 ? 0 : outside.size - 1, "checkpoint",
                outside.where + ": " + another_history(outside.size));
}

}  // namespace

Result<std::optional<OutsideCheckpoint>> read_outside_checkpoint(FileSystem& files, const std::string& path,
                                                                 const CheckpointVerifier& log_key) {
  QUOTARY_TRY(text, read_file(files, path, std::max(2 * slot_bytes, status_proof_bytes_max)));
  OutsideCheckpoint outside;
  outside.where = path;
  if (text.starts_with(slots_magic) || text.find_first_not_of('\0') == text.npos || text.size() == 2 * slot_bytes) {
    QUOTARY_TRY(published, Slots::read(files, path));
    if (!published) return std::optional<OutsideCheckpoint>();
    text = published->note;
    outside.counters = std::move(published->counters);
  }
  QUOTARY_TRY(earlier, open_earlier(text, path, log_key));
  outside.size = earlier.checkpoint.size;
  outside.root = earlier.checkpoint.root;
  return std::optional<OutsideCheckpoint>(std::move(outside));
}

bool say_last(const std::vector<OutsideCheckpoint>& outside, std::uint64_t size) {
  return std::any_of(outside.begin(), outside.end(), [&](const OutsideCheckpoint& each) { return each.size >= size; });
}

Result<RestoredCheck> check_restored(const std::string& directory, const BackupManifest& manifest,
                                     const std::vector<OutsideCheckpoint>& outside, bool last_word,
                                     const LedgerPorts& ports, const CheckpointVerifier& log_key,
                                     const VerifyOptions& how) {
  LedgerOptions options;
  options.directory = directory;
  RestoredCheck check;
  check.lost.from = check.lost.to = manifest.tree_size;
  VerifyOptions of_backup = how;
  of_backup.lacks_entries = true;
  QUOTARY_TRY(report, verify_folder(options, ports, of_backup, log_key));
  check.report = std::move(report);
  const auto differs = [&](const std::string& what) {
    add_problem(check.report, manifest.tree_size == 0 ? 0 : manifest.tree_size - 1, "checkpoint",
                "the backup's manifest does not fit what it holds: " + what);
  };
  if (check.report.tree_size != manifest.tree_size)
    differs(std::to_string(check.report.tree_size) + " entries instead of " + std::to_string(manifest.tree_size));
  else if (check.report.root != manifest.root)
    differs("another root");
  if (manifest.origin != log_key.name()) differs("it is a backup of " + manifest.origin);
  const auto signed_one = open_checkpoint(manifest.checkpoint, log_key);
  if (!signed_one || signed_one->size != manifest.tree_size || signed_one->root != manifest.root)
    differs("its checkpoint is of another tree, or was not signed by the log's key");
  if (!outside.empty()) {
    QUOTARY_TRY(store, open_rocks_store(store_path(directory), StoreMode::read_only));
    const NodeReader nodes = nodes_of(*store);
    for (const OutsideCheckpoint& each : outside) hold_against(each, check.report.tree_size, nodes, check);
  }
  check.unknown = !last_word && !say_last(outside, manifest.tree_size);
  if (!check.unknown && !check.lost.any()) name_unexplained(check.report);
  return check;
}

}  // namespace quotary
