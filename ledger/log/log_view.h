// A ledger at one moment, for who reads entries, payloads and state together: of an open ledger, or of a folder.
#pragma once

#include "ledger/log/sequencer.h"

#include <functional>
#include <string>

namespace quotary {

// Valid only during the call that it is passed to; one thread.
struct LogView {
  std::uint64_t tree_size = 0;
  const StateReader& state;  // as of tree_size
  // Errc::corrupt `entry_missing`, `entry_damaged`.
  std::function<Result<Entry>(std::uint64_t index)> entry;
  // Plain bytes of the entry's payload at that place, hash checked. Errc::gone `subject_key_erased`; unavailable
  // `no_keys` of a private payload where there is no cipher; corrupt as Ledger::object().
  std::function<Result<std::string>(const Entry& entry, std::size_t ordinal)> payload;
};
using ReadLog = std::function<Result<void>(const LogView& view)>;

// Runs `read` against what is published. Errors of `read`, and of reading the store.
[[nodiscard]] Result<void> read_log(const Ledger& ledger, const ReadLog& read);
// The same of a folder that may be live; changes nothing. `ports` has files, and a cipher for private payloads.
[[nodiscard]] Result<void> read_log(const LedgerOptions& options, const LedgerPorts& ports, const ReadLog& read);

}  // namespace quotary
