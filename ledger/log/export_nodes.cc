#include "ledger/log/export_nodes.h"

#include "ledger/log/export_format.h"
#include "ledger/log/tiles.h"

#include <algorithm>
#include <map>
#include <memory>

namespace quotary {

namespace {

constexpr unsigned tile_levels = 8;  // 2^8 = tile_width
constexpr std::size_t hash_bytes = 32;

}  // namespace

NodeReader export_nodes(const ExportSource& source, std::uint64_t tree_size) {
  auto kept = std::make_shared<std::map<unsigned, std::pair<std::uint64_t, std::string>>>();  // by the tiles' level
  return [&source, tree_size, kept](unsigned level, std::uint64_t number) -> Result<Hash> {
    TileName tile;
    tile.level = level / tile_levels;
    const std::uint64_t first = number << level % tile_levels, count = std::uint64_t{1} << level % tile_levels;
    tile.number = first / tile_width;
    const std::uint64_t there = tree_size >> tile.level * tile_levels, before = tile.number * tile_width;
    QUOTARY_CHECK(first + count <= there);
    tile.width = static_cast<unsigned>(std::min<std::uint64_t>(tile_width, there - before));
    auto& [number_kept, bytes] = (*kept)[tile.level];
    if (bytes.empty() || number_kept != tile.number) {
      bytes.clear();
      QUOTARY_TRY(input, source.open(export_tile_path(tile)));
      QUOTARY_TRY(read, input->read(tile.width * hash_bytes));
      if (read.size() != tile.width * hash_bytes)
        return fail(Errc::corrupt, "bad_tile", export_tile_path(tile) + " is too short");
      number_kept = tile.number;
      bytes = std::move(read);
    }
    std::vector<Hash> row;
    for (std::uint64_t i = first - before; i < first - before + count; ++i)
      row.push_back(*Hash::from_bytes(std::string_view(bytes).substr(i * hash_bytes, hash_bytes)));
    for (; row.size() > 1; row.resize(row.size() / 2)) {
      for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
    }
    return row.front();
  };
}

}  // namespace quotary
