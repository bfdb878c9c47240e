// What becomes of the records when the log's key is replaced, or when this log goes on for one that lost entries: rules
// of the fold, and the numbers that are burned. Each call reads the state it is given and nothing else.
#pragma once

#include "ledger/records/views.h"

#include <vector>

namespace quotary::records {

// Subject "series:<name>"; body series, period, first, last. Only right behind a `log.succeeded`.
inline constexpr std::string_view numbers_burned_type = "series.numbers_burned";

// Places of a series' period that no quote of this log has: a log that it succeeded had given them, or may have, and
// lost the entries. Never given again.
struct BurnedNumbers {
  std::uint64_t first = 0, last = 0;
  std::uint64_t index = 0;  // of the entry that says so
};
// In order.
[[nodiscard]] Result<std::vector<BurnedNumbers>> find_burned(const StateReader& state, std::string_view series,
                                                             std::string_view period);
// What an entry of that type says; absent: it is none, or says nothing that can be.
[[nodiscard]] std::optional<BurnedNumbers> burned_by(const Entry& entry, std::string_view series,
                                                     std::string_view period);

// Right behind a `log.succeeded` the log says what it takes over, an entry after another; this is the next of them.
// Errc:: conflict `not_succeeding`; `what` begins its words.
[[nodiscard]] Result<void> take_succession_place(const Entry& entry, StateWriter& state, std::string_view what);

// Rules of the fold. Whether the keys signed a statement is checked by whoever walks the succession.
[[nodiscard]] Result<void> log_key_replaced(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> log_succeeded(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> numbers_burned(const Entry& entry, StateWriter& state);

}  // namespace quotary::records
