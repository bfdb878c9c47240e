// The files beside a store that say where damage was found, and where it was mended. FORMAT.md, "Damage found".
#pragma once

#include "ledger/base/file_system.h"

#include <cstdint>
#include <optional>
#include <string>

namespace quotary {

// The entries [from, to), or the state.
struct DamageMark {
  std::uint64_t from = 0, to = 0;
  [[nodiscard]] bool of_state() const { return to == 0; }
};

// All calls may be made from any thread; one at a time for a folder.

// Leaves the mark, so that the next start looks there before it writes.
[[nodiscard]] Result<void> write_damage_mark(FileSystem& files, const std::string& directory, const DamageMark& mark);
// Absent when there is none. Errc::corrupt `damage_mark` when the file is none of ours.
[[nodiscard]] Result<std::optional<DamageMark>> read_damage_mark(FileSystem& files, const std::string& directory);
// What it names holds again: the mark becomes one of mended damage, which stays until a server has chained it.
[[nodiscard]] Result<void> settle_damage_mark(FileSystem& files, const std::string& directory);
// The mended damage that is not chained yet, if any; a file that is none of ours counts as none.
[[nodiscard]] Result<std::optional<DamageMark>> mended_damage(FileSystem& files, const std::string& directory);
[[nodiscard]] Result<void> forget_mended_damage(FileSystem& files, const std::string& directory);

}  // namespace quotary
