// Whether each index.root is that of the entries before it, wherever these are read from. Inside ledger/log.
#pragma once

#include "ledger/log/entry_view.h"
#include "ledger/log/sequencer.h"

#include <functional>

namespace quotary {

// All entries of a log, one behind the other, as often as it takes. One thread.
class EntryRounds {
 public:
  enum class Ended { at_the_end, unreadable, stopped, by_visitor };

  virtual ~EntryRounds() = default;
  // `visit` answers false to end the round. An error is of what the entries are read from.
  using Visit = std::function<bool(const EntryView& entry, std::string_view canonical)>;
  [[nodiscard]] virtual Result<Ended> walk(const Visit& visit) const = 0;
  // Of the log's tree of that size.
  [[nodiscard]] virtual Result<Hash> root(std::uint64_t size) const = 0;
};

// Adds a problem of kind `index` for each index.root that does not hold. False: it ended before the last entry. An
// index of more than scratch.subjects_max subjects is made part by part, each in a round over all entries.
// Errc::unavailable when what it keeps beside cannot be kept; errors of the rounds.
[[nodiscard]] Result<bool> check_index_roots(const EntryRounds& rounds, const Scratch& scratch, VerifyReport& report);

}  // namespace quotary
