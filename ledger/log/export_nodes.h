// The tree of an export, read from its tiles.
#pragma once

#include "ledger/log/export_source.h"
#include "ledger/log/merkle.h"

namespace quotary {

// Hashes as the tiles of an export of `tree_size` entries say; whether these are right is check_export()'s to find.
// The last tile of each level is kept, so nodes side by side cost one reading. Errc::corrupt `bad_tile` for a tile of
// another length; errors of ExportSource. For one thread; `source` outlives it.
[[nodiscard]] NodeReader export_nodes(const ExportSource& source, std::uint64_t tree_size);

}  // namespace quotary
