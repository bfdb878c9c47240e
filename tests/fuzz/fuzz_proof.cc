// Any bytes as a tlog-proof or a tile's path: never a crash, what holds is a proof of the golden log's entries, and a
// path that is taken is the only spelling of its tile.
#include "ledger/log/proof.h"
#include "ledger/log/tiles.h"
#include "signing/keys.h"
#include "tests/support/golden.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const std::string vkey = testing::golden("log/eight.vkey");
  static const auto key = signing::open_vkey(vkey.substr(0, vkey.find('\n'))).value();
  const auto checked = check_proof(text, *key);
  if (checked) QUOTARY_CHECK(checked->tree_size == 8);
  const auto tile = parse_tile_path(text);
  if (tile) QUOTARY_CHECK(tile_path(*tile) == text);
  return 0;
}
