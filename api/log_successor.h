// A log of another name that goes on where one lost signed entries: in the folder that was restored, with what is left.
#pragma once

#include "api/organisation.h"
#include "ledger/log/succession.h"

#include <cstdint>
#include <string>
#include <vector>

namespace quotary::api {

// Numbers that the log before gave, or may have given, in entries that are lost.
struct BurnedRange {
  std::string series, period;
  std::uint64_t first = 0, last = 0;
  friend bool operator==(const BurnedRange&, const BurnedRange&) = default;
};

struct LogSuccessor {
  Rotation rotation;  // its index is that of the new log's first entry of its own; the old log signed old_size_max
  std::vector<BurnedRange> burned;
  bool resumed = false;  // it was begun before and is completed now
};

// Lets a log of the name `origin` go on in a folder that `quotary restore` marked as lacking signed entries. Its tree
// begins with the entries that are left, under their indices; the next one says which log it follows, what that one
// signed last, and that its entries from here on are lost; the ones behind it burn the numbers that may have been
// given there, as the folder's slots count them, or as many as entries are lost. The key folder's key becomes the new
// log's, and the old one is destroyed. Interrupted at any place, the next call with the same name completes it.
// Errc::invalid `bad_origin`, `nothing_lost` (there is no such mark), `origin_taken` (the name is the old log's);
// Errc::conflict `other_successor` (one of another name was begun), `other_next_key`; Errc::unavailable
// `last_checkpoint_unknown` (no checkpoint of the old log over all that is lost is known here); the errors of
// Ledger::open.
[[nodiscard]] Result<LogSuccessor> begin_log_successor(const OrganisationConfig& config, const std::string& origin);

}  // namespace quotary::api
