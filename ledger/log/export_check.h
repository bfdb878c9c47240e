// Checking an export with nothing but its files and the log's key. Trusts no byte of it.
#pragma once

#include "ledger/log/earlier.h"
#include "ledger/log/entry_view.h"
#include "ledger/log/export_format.h"
#include "ledger/log/export_source.h"
#include "ledger/log/sequencer.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace quotary {

inline constexpr std::size_t export_problems_max = 1'000, export_withheld_listed_max = 1'000;

// What does not hold. Kinds: file (missing, surplus, changed), manifest, checkpoint, leaf, link, clock, reorder, node,
// payload.
struct ExportProblem {
  std::optional<std::uint64_t> index;  // of the entry, where it is about one
  std::string kind, file, detail;
};

// A payload that an entry names and the export does not hold.
struct WithheldPayload {
  std::uint64_t index = 0;
  std::string name;  // as its pack would call it
  bool erased = false;
};

struct ExportReport {
  Checkpoint checkpoint;
  std::string note;  // the signed checkpoint; empty when it cannot be read
  ExportManifest manifest;
  std::uint64_t files_checked = 0, bytes_read = 0, entries_checked = 0;
  std::uint64_t payloads_checked = 0, payload_bytes = 0;
  std::uint64_t withheld_by_choice = 0, withheld_erased = 0;
  std::vector<WithheldPayload> withheld;  // the first export_withheld_listed_max
  // Of the erased ones, by key subject: which entry erased them. Memory grows with the erasures, and with nothing else.
  std::map<std::string, ErasedPayloads, std::less<>> erased;
  std::uint64_t problems_total = 0;
  std::vector<ExportProblem> problems;  // the first export_problems_max
  bool broken_off = false;              // at so many problems the check ended
  bool rewritten = false;               // an earlier checkpoint that the log signed is of another history
};

// Who understands the payloads of entries of one type sees them too, once their hashes were found right.
struct ExportWatch {
  std::string_view type;      // of the entries
  std::size_t bytes_max = 0;  // an object that is larger is not given
  // `objects` are by their place in the entry: absent where the export does not hold it, or not as the entry names it.
  // `tree_size` is the export's. What is answered becomes a problem of kind payload. The entry's text and the objects
  // live as long as the call.
  std::function<std::optional<std::string>(std::uint64_t tree_size, const EntryView& entry,
                                           const std::vector<std::optional<std::string>>& objects)>
      see;
};

struct ExportCheckOptions {
  std::function<void(std::uint64_t done, std::uint64_t size)> progress;  // told of entries, `size` of them in all
  const ExportWatch* watch = nullptr;                                    // may be null; outlives the check
  // At most earlier_checkpoints_max, of sizes from 1 to the export's; others are Errc::invalid `earlier_too_late`,
  // since an export says nothing about what came after it.
  std::vector<EarlierCheckpoint> earlier;
  // The key subject that an entry erases, or "". With it, a payload that the export calls erased is a problem of kind
  // payload unless an entry erases its subject; without, the export is taken at its word.
  std::function<std::string(const EntryView& entry, std::string_view canonical)> erases;
  std::vector<std::string> other_vkeys;  // of the same log, before or after: keys/log.vkey may be one of them
};

// Checks every byte of every file: hashes against SHA256SUMS, the checkpoint's signature, each entry's form, place,
// chain and time, the tree up to the signed root, the links of each subject, and each payload that is there. Goes on
// after a problem. `vkey` is log_key as text; keys/log.vkey must be it or one of its others. Memory does not grow with
// the export. An error says that it could not be checked: Errc::not_found `no_export`, unavailable `export_version`,
// forbidden `file_forbidden`.
[[nodiscard]] Result<ExportReport> check_export(const ExportSource& source, const CheckpointVerifier& log_key,
                                                std::string_view vkey, ExportCheckOptions options = {});

}  // namespace quotary
