#include "ledger/log/rebuild.h"

#include "ledger/log/folded_state.h"
#include "ledger/log/ledger_impl.h"
#include "ledger/log/scratch.h"

#include <optional>
#include <vector>

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

// Of the keys and values in order, each behind its length.
struct Digest {
  std::uint64_t keys = 0;
  Hash hash;
};
Result<Digest> digest_of(Cursor& state) {
  Digest out;
  Sha256 hash;
  const auto add = [&](std::string_view text) {
    std::string length;
    put_u64(length, text.size());
    hash.update(length);
    hash.update(text);
  };
  for (state.seek(""); state.valid(); state.next(), ++out.keys) {
    add(state.key());
    add(state.value());
  }
  QUOTARY_TRY_VOID(state.status());
  out.hash = hash.finish();
  return out;
}

// Writes to the state, many keys in one synced write.
class StateWrites {
 public:
  explicit StateWrites(Store& store) : store_(store) {}
  void add(std::string_view key, std::optional<std::string_view> value) {
    values_.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
    operations_.push_back({Family::state, std::string(key), {}});
    if (operations_.size() == write_keys_max) flush();
  }
  [[nodiscard]] const Result<void>& finish() {
    if (!operations_.empty()) flush();
    return status_;
  }

 private:
  void flush() {
    for (std::size_t i = 0; i < operations_.size(); ++i)
      if (values_[i]) operations_[i].value = *values_[i];
    if (status_) status_ = store_.write_synced(operations_);
    operations_.clear();
    values_.clear();
  }
  Store& store_;
  std::vector<std::optional<std::string>> values_;
  WriteSet operations_;
  Result<void> status_;
};

// Makes the stored state the folded one.
Result<void> write_state(Store& store, Cursor& expected, bool unreadable) {
  StateWrites writes(store);
  if (unreadable) {
    QUOTARY_TRY_VOID(store.recreate(Family::state));
    for (expected.seek(""); expected.valid(); expected.next()) writes.add(expected.key(), expected.value());
    QUOTARY_TRY_VOID(expected.status());
  } else {
    const auto view = store.snapshot();
    QUOTARY_TRY_VOID(compare_state(*view, expected,
                                   [&](std::string_view key, std::optional<std::string_view>,
                                       std::optional<std::string_view> value) { writes.add(key, value); }));
  }
  return writes.finish();
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
  ScratchState state{{}};
  std::optional<Error> refused;
  const bool all = fold_anew(*store, size, *ports.fold, state, [&](std::uint64_t index, const Error& error) {
    if (!refused)
      refused = fail(Errc::corrupt, "entries_damaged",
                     "entry " + std::to_string(index) + " cannot follow those before it: " + error.detail);
  });
  QUOTARY_TRY_VOID(state.status());
  if (refused) return std::move(*refused);
  if (!all) return fail(Errc::corrupt, "entries_damaged", "an entry cannot be read: run `quotary verify`");
  const auto expected = state.cursor();
  QUOTARY_TRY(digest, digest_of(*expected));
  report.keys = digest.keys;
  report.digest = digest.hash;
  const auto compared = compare_state(
      *store, *expected,
      [&](std::string_view, std::optional<std::string_view> stored, std::optional<std::string_view> wanted) {
        ++(!stored ? report.missing : !wanted ? report.surplus : report.different);
      });
  QUOTARY_TRY_VOID(expected->status());
  report.unreadable = !compared;
  if (only_compare || (report.wrong() == 0 && !report.unreadable && !ports.files->exists(mark))) return report;
  // The state is half of each in between; the mark keeps a ledger from opening on it.
  QUOTARY_TRY_VOID(write_file_durably(*ports.files, mark, ""));
  QUOTARY_TRY_VOID(write_state(*store, *expected, report.unreadable));
  QUOTARY_TRY_VOID(ports.files->remove(mark));
  QUOTARY_TRY_VOID(ports.files->sync_directory(options.directory));
  return report;
}

}  // namespace quotary
