#include "ledger/log/earlier.h"

#include "ledger/log/proof_text.h"
#include "ledger/log/status_proof.h"
#include "ledger/log/walk.h"

namespace quotary {

Result<EarlierCheckpoint> open_earlier(std::string_view text, std::string name, const CheckpointVerifier& log_key) {
  if (text.starts_with(tlog_proof_header) || text.starts_with(status_proof_header)) {
    const std::size_t blank = text.find("\n\n");
    if (blank == text.npos) return fail(Errc::invalid, "bad_proof", name + " holds no checkpoint");
    text.remove_prefix(blank + 2);
  }
  auto checkpoint = open_checkpoint(text, log_key);
  if (!checkpoint)
    return fail(checkpoint.error().kind, checkpoint.error().code, name + ": " + checkpoint.error().detail);
  const auto lost = log_key.lost_from(checkpoint->origin);
  if (lost && checkpoint->size > *lost)
    return fail(Errc::unavailable, "over_lost_entries",
                name + ": " + checkpoint->origin + " signed this over " + std::to_string(checkpoint->size) +
                    " entries and lost those from " + std::to_string(*lost) + " on; " + log_key.name() +
                    " goes on from what was left, as entry " + std::to_string(*lost) +
                    " says, and can be held against checkpoints of at most that size only");
  return EarlierCheckpoint{std::move(*checkpoint), std::move(name)};
}

std::string another_history(std::uint64_t size) {
  return "the entries do not lead to the root that the log signed earlier for " + std::to_string(size) +
         " entries: up to there, this is another history";
}

Result<void> hold_against_earlier(const LedgerOptions& options, const std::vector<EarlierCheckpoint>& earlier,
                                  VerifyReport& report) {
  QUOTARY_TRY(store, open_rocks_store(store_path(options.directory), StoreMode::read_only));
  const auto view = store->snapshot();
  QUOTARY_TRY(size, stored_size(*view));
  for (const auto& [checkpoint, name] : earlier) {
    const std::uint64_t last = checkpoint.size == 0 ? 0 : checkpoint.size - 1;
    if (checkpoint.size > size) {
      add_problem(report, size, "truncation",
                  name + ": the log signed " + std::to_string(checkpoint.size) + " entries earlier, the store holds " +
                      std::to_string(size));
      continue;
    }
    const auto root = read_root(checkpoint.size, nodes_of(*view));
    if (!root || *root != checkpoint.root)
      add_problem(report, last, "checkpoint", name + ": " + another_history(checkpoint.size));
  }
  return {};
}

}  // namespace quotary
