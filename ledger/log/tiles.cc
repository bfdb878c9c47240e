#include "ledger/log/tiles.h"

namespace quotary {

namespace {

Error bad_tile(std::string_view path) {
  return fail(Errc::invalid, "bad_tile", "not a tile's path: " + std::string(path.substr(0, 100)));
}
Error no_such_tile(const TileName& tile) {
  return fail(Errc::not_found, "no_such_tile", "the tree has no tile " + tile_path(tile));
}

bool three_digits(std::string_view text) {
  return text.size() == 3 && text.find_first_not_of("0123456789") == text.npos;
}

// Whether a tree of `size` leaves has hashes [number * 256, number * 256 + width) at the tile's level.
bool has_tile(const TileName& tile, std::uint64_t size) {
  // Beyond level 7 a tile's one hash would cover more leaves than 64 bits count.
  const std::uint64_t hashes = tile.level < 8 ? size >> (8 * tile.level) : 0;
  return tile.width >= 1 && tile.width <= tile_width && tile.number <= hashes / tile_width &&
         tile.number * tile_width + tile.width <= hashes;
}

}  // namespace

Result<TileName> parse_tile_path(std::string_view path) {
  TileName tile;
  std::string_view rest = path;
  const std::size_t slash = rest.find('/');
  if (slash == rest.npos || path.size() > 100) return bad_tile(path);
  if (rest.substr(0, slash) == "entries") {
    tile.entries = true;
  } else {
    auto level = parse_u64(rest.substr(0, slash));
    if (!level || *level > 63) return bad_tile(path);
    tile.level = static_cast<unsigned>(*level);
  }
  rest.remove_prefix(slash + 1);
  if (const std::size_t partial = rest.find(".p/"); partial != rest.npos) {
    auto width = parse_u64(rest.substr(partial + 3));
    if (!width || *width == 0 || *width >= tile_width) return bad_tile(path);
    tile.width = static_cast<unsigned>(*width);
    rest = rest.substr(0, partial);
  }
  for (bool first = true;; first = false) {
    const bool more = rest.starts_with('x');
    if (more) rest.remove_prefix(1);
    const std::string_view group = rest.substr(0, 3);
    if (!three_digits(group)) return bad_tile(path);
    // A leading group of zeros would be a second spelling of the same number.
    if (first && more && group == "000") return bad_tile(path);
    if (tile.number > UINT64_MAX / 1000 - 1) return bad_tile(path);
    tile.number = tile.number * 1000 +
                  static_cast<std::uint64_t>((group[0] - '0') * 100 + (group[1] - '0') * 10 + (group[2] - '0'));
    rest.remove_prefix(3);
    if (!more) break;
    if (!rest.starts_with('/')) return bad_tile(path);
    rest.remove_prefix(1);
  }
  if (!rest.empty()) return bad_tile(path);
  return tile;
}

std::string tile_path(const TileName& tile) {
  const auto group = [](std::uint64_t value) {
    const std::string digits = std::to_string(value % 1000);
    return std::string(3 - digits.size(), '0') + digits;
  };
  std::string number = group(tile.number);
  for (std::uint64_t high = tile.number / 1000; high > 0; high /= 1000) number = "x" + group(high) + "/" + number;
  std::string path = (tile.entries ? "entries" : std::to_string(tile.level)) + "/" + number;
  if (tile.width != tile_width) path += ".p/" + std::to_string(tile.width);
  return path;
}

Result<std::string> tile_bytes(const TileName& tile, std::uint64_t size, const NodeReader& nodes) {
  if (tile.entries || !has_tile(tile, size)) return no_such_tile(tile);
  std::string bytes;
  bytes.reserve(tile.width * std::size_t{32});
  for (unsigned i = 0; i < tile.width; ++i) {
    QUOTARY_TRY(hash, nodes(8 * tile.level, tile.number * tile_width + i));
    bytes += hash.view();
  }
  return bytes;
}

Result<std::string> bundle_bytes(const TileName& tile, std::uint64_t size, const EntryReader& entries) {
  if (!tile.entries || tile.level != 0 || !has_tile(tile, size)) return no_such_tile(tile);
  std::string bytes;
  for (unsigned i = 0; i < tile.width; ++i) {
    QUOTARY_TRY(entry, entries(tile.number * tile_width + i));
    if (entry.size() > 0xffff) return fail(Errc::corrupt, "bad_entry", "an entry has at most 65,535 bytes");
    put_u16(bytes, static_cast<std::uint16_t>(entry.size()));
    bytes += entry;
  }
  return bytes;
}

}  // namespace quotary
