// Any bytes as an issue body: never a crash, and what is accepted survives its canonical form.
#include "ledger/quote/parse.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = parse_json(text);
  if (!value) {
    QUOTARY_CHECK(!value.error().code.empty());
    return 0;
  }
  (void)canonical_json(*value).has_value();
  Party seller;
  seller.name = "seller";
  const auto quote = parse_quote(*value, seller);
  if (quote) {
    const auto bytes = canonical_quote(*quote, nullptr);
    QUOTARY_CHECK(bytes.has_value());
    QUOTARY_CHECK(parse_canonical_quote(*bytes).has_value());
  } else {
    QUOTARY_CHECK(!quote.error().problems.empty());
  }
  (void)parse_canonical_quote(text).has_value();
  return 0;
}
