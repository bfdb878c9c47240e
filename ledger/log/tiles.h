// Tiles of the tree and bundles of its entries, as C2SP tlog-tiles names and lays them out. Pure; safe from any thread.
#pragma once

#include "ledger/log/merkle.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace quotary {

inline constexpr unsigned tile_width = 256;

// Names a tile of hashes, or a bundle of entries (level 0 then).
struct TileName {
  bool entries = false;
  unsigned level = 0;  // 0..63
  std::uint64_t number = 0;
  unsigned width = tile_width;  // 1..255 for a partial tile
  friend bool operator==(const TileName&, const TileName&) = default;
};

// The path below /log/tile/: "0/x001/067.p/5", "entries/000.p/8". Errc::invalid `bad_tile` for any other spelling.
[[nodiscard]] Result<TileName> parse_tile_path(std::string_view path);
[[nodiscard]] std::string tile_path(const TileName& tile);

// The tile's hashes in a tree of `size` leaves. Errc::not_found `no_such_tile` when the tree does not have them (yet).
[[nodiscard]] Result<std::string> tile_bytes(const TileName& tile, std::uint64_t size, const NodeReader& nodes);
// The bundle's entries, each behind its length in two bytes.
using EntryReader = std::function<Result<std::string>(std::uint64_t index)>;
[[nodiscard]] Result<std::string> bundle_bytes(const TileName& tile, std::uint64_t size, const EntryReader& entries);

}  // namespace quotary
