// Writing an export: a ledger's entries, tiles, checkpoints, keys and payloads as files that need no ledger to be read.
#pragma once

#include "ledger/log/export_format.h"
#include "ledger/log/sequencer.h"

#include <functional>
#include <string>

namespace quotary {

// A large content beside the log, from front to back; what `write` answers ends it.
using ExportContent = std::function<Result<void>(const std::function<Result<void>(std::string_view part)>& write)>;
// The content that a private payload of an entry leads to, or nothing. `plain`: the payload's bytes.
using FindExportContent = std::function<Result<std::optional<ExportContent>>(
    std::string_view canonical, std::string_view name, std::string_view plain)>;

struct ExportOptions {
  std::string target;    // the folder to be made, with those above it; or the archive
  bool archive = false;  // one ustar archive of the same files
  ExportPayloads payloads = ExportPayloads::facts;
  FindExportContent contents;    // set: large contents too, in plain; takes payloads `all`
  bool witnessed = false;        // at the newest checkpoint that is witnessed, not at the newest that is signed
  std::string vkey;              // the log's, as text
  std::string succession;        // the file that leads to it from earlier keys; empty: none
  std::string seal_certificate;  // PEM; empty: none
  std::string witness_policy;    // a tlog-policy file; empty: none
  std::function<void(std::uint64_t done, std::uint64_t size)> progress;  // in entries
  std::function<void()> begun;  // told once export_partial() is this export's: the caller's to remove after an error
};

// The folder or archive in which the export is made, renamed at the end. Beside an archive stands what
// export_archive_sums() of it names.
[[nodiscard]] std::string export_partial(const std::string& target);

// Exports a ledger's folder, live or stopped, at one published checkpoint. Reads the ledger only; memory does not grow
// with it. Every entry and payload is hashed on the way and must lead to the checkpoint. After success the whole export
// is on the disk; after an error nothing stands at `target`, and what was written since `begun` is for the caller to
// remove from export_partial(). `cipher` may be null unless payloads are `all`. Errc::conflict `export_exists`;
// Errc::corrupt `export_differs` | `rolled_back` | `witnessed_differs` when the ledger does not hold; Errc::not_found
// `no_ledger` | `not_witnessed`; Errc::unavailable `keys_needed`; and what the store, the cipher and the disk answer.
[[nodiscard]] Result<ExportManifest> export_ledger(const LedgerOptions& ledger, const LedgerPorts& ports,
                                                   const CheckpointVerifier& log_key, const ExportOptions& options);

}  // namespace quotary
