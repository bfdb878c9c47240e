#include "ledger/log/rebuild.h"

#include "ledger/log/folded_state.h"
#include "ledger/log/ledger_impl.h"

#include <algorithm>

namespace quotary {

namespace {

constexpr std::size_t write_keys_max = 10'000;  // in one synced write

Result<void> require_entries(const LedgerOptions& options, const LedgerPorts& ports,
                             const CheckpointVerifier& log_key) {
  VerifyOptions entries_alone;
  entries_alone.state = false;
  QUOTARY_TRY(report, verify_folder(options, ports, entries_alone, log_key));
  if (report.problems_total == 0) return {};
  const VerifyProblem& first = report.problems.front();
  return fail(Errc::corrupt, "entries_damaged",
              "the entries themselves do not hold, so no state can be made from them: entry " +
                  std::to_string(first.index) + ", " + first.kind + ": " + first.detail + "; restore a backup (" +
                  std::to_string(report.problems_total) + " problems; `quotary verify` names them)");
}

Hash digest_of(const MapState& state) {
  Sha256 hash;
  const auto add = [&](std::string_view text) {
    std::string length;
    put_u64(length, text.size());
    hash.update(length);
    hash.update(text);
  };
  for (const auto& [key, value] : state.values) {
    add(key);
    add(value);
  }
  return hash.finish();
}

Result<void> write_in_pieces(Store& store, WriteSet operations) {
  for (std::size_t begin = 0; begin < operations.size(); begin += write_keys_max) {
    const std::size_t end = std::min(operations.size(), begin + write_keys_max);
    QUOTARY_TRY_VOID(
        store.write_synced(WriteSet(std::make_move_iterator(operations.begin() + static_cast<std::ptrdiff_t>(begin)),
                                    std::make_move_iterator(operations.begin() + static_cast<std::ptrdiff_t>(end)))));
  }
  return {};
}

WriteSet all_of(const MapState& state) {
  WriteSet operations;
  for (const auto& [key, value] : state.values) operations.push_back({Family::state, key, value});
  return operations;
}

}  // namespace

Result<RebuildReport> rebuild_state(const LedgerOptions& options, const LedgerPorts& ports,
                                    const CheckpointVerifier& log_key, bool only_compare) {
  QUOTARY_CHECK(ports.files && ports.fold);
  if (!ports.files->exists(slots_path(options.directory)))
    return fail(Errc::not_found, "no_ledger", options.directory + " holds no ledger");
  QUOTARY_TRY(lock, ports.files->lock(options.directory + "/lock"));
  const std::string mark = rebuild_mark(options.directory);
  // A run that was cut off may have left a store without the state's family, which opens only to be completed.
  if (ports.files->exists(mark))
    QUOTARY_TRY_VOID(open_rocks_store(store_path(options.directory), StoreMode::create, ports.files));
  QUOTARY_TRY_VOID(require_entries(options, ports, log_key));
  QUOTARY_TRY(store, open_rocks_store(store_path(options.directory), StoreMode::open, ports.files));
  RebuildReport report;
  QUOTARY_TRY(size, stored_size(*store));
  report.tree_size = size;
  MapState state;
  std::optional<Error> refused;
  const bool all = fold_anew(*store, size, *ports.fold, state, [&](std::uint64_t index, const Error& error) {
    if (!refused)
      refused = fail(Errc::corrupt, "entries_damaged",
                     "entry " + std::to_string(index) + " cannot follow those before it: " + error.detail);
  });
  if (refused) return std::move(*refused);
  if (!all) return fail(Errc::corrupt, "entries_damaged", "an entry cannot be read: run `quotary verify`");
  report.keys = state.values.size();
  report.digest = digest_of(state);
  WriteSet differences;
  const auto compared = compare_state(
      *store, state,
      [&](std::string_view key, std::optional<std::string_view> stored, std::optional<std::string_view> expected) {
        ++(!stored ? report.missing : !expected ? report.surplus : report.different);
        differences.push_back({Family::state, std::string(key), expected});  // a view of `state`
      });
  report.unreadable = !compared;
  if (only_compare || (report.wrong() == 0 && !report.unreadable && !ports.files->exists(mark))) return report;
  // The state is half of each in between; the mark keeps a ledger from opening on it.
  QUOTARY_TRY_VOID(write_file_durably(*ports.files, mark, ""));
  if (report.unreadable) {
    QUOTARY_TRY_VOID(store->recreate(Family::state));
    differences = all_of(state);
  }
  QUOTARY_TRY_VOID(write_in_pieces(*store, std::move(differences)));
  QUOTARY_TRY_VOID(ports.files->remove(mark));
  QUOTARY_TRY_VOID(ports.files->sync_directory(options.directory));
  return report;
}

}  // namespace quotary
