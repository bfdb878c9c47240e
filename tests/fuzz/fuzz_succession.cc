// Any bytes as a succession of keys: never a crash, and one that opens is made of rotations in order, ends with its
// current key, and does not lead to a key that nobody trusts.
#include "ledger/log/succession.h"
#include "signing/cosigner.h"
#include "signing/keys.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  // The first key of the published cases.
  static const std::string trusted = [] {
    std::string seed;
    for (char i = 0; i < 32; ++i) seed += i;
    return signing::signer_from_seed("ledger.example.com/quotes", seed)->vkey();
  }();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto opened = Succession::open(text, trusted, signing::ed25519_holds)) {
    const auto& rotations = (*opened)->rotations();
    QUOTARY_CHECK(!rotations.empty() && (*opened)->trusted() <= rotations.size());
    QUOTARY_CHECK(rotations.back().new_key == (*opened)->current());
    QUOTARY_CHECK((*opened)->is_of("ledger.example.com/quotes"));
  }
  return 0;
}
