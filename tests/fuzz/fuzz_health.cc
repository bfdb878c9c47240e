// Any bytes as counts, weights or a month: never a crash, a refusal names its fault, and what is accepted reads back
// the same and can be computed with.
#include "ledger/health/phi.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto month = health::parse_month(text)) QUOTARY_CHECK(health::format_month(*month) == text);
  const auto value = parse_json(text);
  if (!value) return 0;
  const auto counts = health::parse_counts(*value);
  if (counts) {
    QUOTARY_CHECK(health::parse_counts(health::to_json(*counts)).value() == *counts);
    QUOTARY_CHECK(canonical_json(health::to_json(*counts)).has_value());
    (void)health::phi(*counts, health::first_weights());
  } else {
    QUOTARY_CHECK(!counts.error().problems.empty());
  }
  const auto weights = health::parse_weights(*value);
  if (weights) {
    QUOTARY_CHECK(health::parse_weights(health::to_json(*weights)).value() == *weights);
    QUOTARY_CHECK(health::phi({1, 1, 1, 1, 1, 1}, *weights).index->text == "100.00");
  } else {
    QUOTARY_CHECK(!weights.error().problems.empty());
  }
  return 0;
}
