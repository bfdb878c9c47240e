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
// So many entries that a fold refused, and it ends: what follows one gap in a series is refused with it.
inline constexpr std::uint64_t export_refusals_max = 100;
inline constexpr std::size_t export_facts_bytes_max = 64u << 20;  // of one entry: as much as an object can have

// What does not hold. Kinds: file (missing, surplus, changed), manifest, checkpoint, leaf, link, clock, reorder, node,
// payload, content, index; with a fold also state, number_gap, number_duplicate.
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
  std::uint64_t contents_named = 0, contents_checked = 0, content_bytes = 0;
  std::uint64_t withheld_by_choice = 0, withheld_erased = 0;
  std::vector<WithheldPayload> withheld;  // the first export_withheld_listed_max
  // Of the erased ones, by key subject: which entry erased them. Memory grows with the erasures, and with nothing else.
  std::map<std::string, ErasedPayloads, std::less<>> erased;
  std::uint64_t index_roots_checked = 0;  // held against an index that was made anew
  std::uint64_t entries_folded = 0;
  bool state_checked = false;  // all entries were folded; else what they come to is not known
  std::uint64_t problems_total = 0;
  std::vector<ExportProblem> problems;  // the first export_problems_max
  bool broken_off = false;              // at so many problems the check ended
  bool rewritten = false;               // an earlier checkpoint that the log signed is of another history
};

// A payload that an entry names, as far as the export holds it.
struct ExportedObject {
  bool held = false;                 // and has the hash that the entry names
  std::optional<std::string> bytes;  // of one that is held, where they were asked for
};

// Who understands some entries sees them too, with their payloads, once these' hashes were found right.
struct ExportWatch {
  std::function<bool(const EntryView& entry)> wants;
  std::size_t bytes_max = 0;  // the bytes of an object that is larger may be absent
  // `objects` are by their place in the entry; `tree_size` is the export's. What is answered becomes a problem of kind
  // payload. The entry's text and the objects live as long as the call.
  std::function<std::optional<std::string>(std::uint64_t tree_size, const EntryView& entry, std::string_view canonical,
                                           const std::vector<ExportedObject>& objects)>
      see;
};

// A large content that an export holds beside the entries, by what commits to it: SHA-256(nonce || content).
struct ExportedContent {
  std::uint64_t index = 0;  // of the entry
  std::string nonce;
  Hash commitment;
  std::uint64_t size_bytes = 0;
};

struct ExportCheckOptions {
  std::function<void(std::uint64_t done, std::uint64_t size)> progress;  // told of entries, `size` of them in all
  std::vector<const ExportWatch*> watches;                               // they outlive the check
  // The contents that entries named since it was asked last, in their order; asked behind each bundle of an export
  // that holds contents. Without it such an export is a problem.
  std::function<std::vector<ExportedContent>()> contents;
  // At most earlier_checkpoints_max, of sizes from 1 to the export's; others are Errc::invalid `earlier_too_late`,
  // since an export says nothing about what came after it.
  std::vector<EarlierCheckpoint> earlier;
  // The key subject that an entry erases, or "". With it, a payload that the export calls erased is a problem of kind
  // payload unless an entry erases its subject; without, the export is taken at its word.
  std::function<std::string(const EntryView& entry, std::string_view canonical)> erases;
  std::vector<std::string> other_vkeys;  // of the same log, before or after: keys/log.vkey may be one of them
  // What the entries and their facts come to; null: that is left unchecked, as it is of an export without facts.
  const Fold* fold = nullptr;  // outlives the check
  Scratch scratch;             // for the state and the subject index
  // Told the folded state when every entry was folded; may be null.
  std::function<Result<void>(const StateReader& state)> folded;
};

// Checks every byte of every file: hashes against SHA256SUMS, the checkpoint's signature, each entry's form, place,
// chain and time, the tree up to the signed root, the links of each subject, each payload that is there, each
// index.root against an index that is made anew, and with a fold what the entries come to. Goes on after a problem.
// `vkey` is log_key as text; keys/log.vkey must be it or one of its others. Memory does not grow with the export: what
// would goes to scratch.directory. An error says that it could not be checked: Errc::not_found `no_export`, unavailable
// `export_version`, forbidden `file_forbidden`; those of a Scratch.
[[nodiscard]] Result<ExportReport> check_export(const ExportSource& source, const CheckpointVerifier& log_key,
                                                std::string_view vkey, ExportCheckOptions options = {});

}  // namespace quotary
