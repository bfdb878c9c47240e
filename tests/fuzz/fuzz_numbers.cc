// Any bytes as a numbers proof: never a crash, bounded time, and what holds is a proof of the golden log's series.
#include "ledger/numbers/numbers_proof.h"
#include "signing/keys.h"
#include "tests/support/golden.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  static const std::string vkey = testing::golden("numbers/log.vkey");
  static const auto key = signing::open_vkey(vkey.substr(0, vkey.size() - 1)).value();
  const auto checked = check_numbers_proof({reinterpret_cast<const char*>(data), size}, *key);
  if (checked) QUOTARY_CHECK(checked->series == "SH-QT" && checked->numbers.size() <= 4);
  return 0;
}
