// The files beside a store that keep a restored folder from being written to. FORMAT.md, "Restored folders".
#pragma once

#include "ledger/base/file_system.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quotary {

// Signed entries [from, to) are not in the folder.
struct LostMark {
  std::uint64_t from = 0, to = 0;  // to 0: whether any are lost is not known
  // Key subjects whose keys are destroyed and of whose erasure no entry is left.
  std::vector<std::string> erased = {};
};
inline constexpr std::size_t lost_mark_bytes_max = 16u << 20;

// All calls may be made from any thread; one at a time for a folder.

// While a folder is being restored; a ledger in it opens in no way.
[[nodiscard]] Result<void> begin_restoring(FileSystem& files, const std::string& directory);
[[nodiscard]] Result<void> end_restoring(FileSystem& files, const std::string& directory);
// Ends all writing to the folder by the log that it is of. Errc::too_large `too_many_erased`.
[[nodiscard]] Result<void> write_lost_mark(FileSystem& files, const std::string& directory, const LostMark& mark);
// Absent: none stands there. Errc::corrupt `entries_lost` for one that cannot be read.
[[nodiscard]] Result<std::optional<LostMark>> read_lost_mark(FileSystem& files, const std::string& directory);
// For a log that goes on from what is left, once an entry says so. Nothing to end is no error.
[[nodiscard]] Result<void> end_lost_mark(FileSystem& files, const std::string& directory);
// Whether a ledger in the folder may be written to. Errc::unavailable `restore_unfinished`; corrupt `entries_lost`,
// which names them, also for a mark that cannot be read.
[[nodiscard]] Result<void> check_restored_whole(FileSystem& files, const std::string& directory);
// Whether it may be read: Errc::unavailable `restore_unfinished` alone.
[[nodiscard]] Result<void> check_restored_to_end(FileSystem& files, const std::string& directory);

}  // namespace quotary
