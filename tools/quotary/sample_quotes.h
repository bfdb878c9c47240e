// The demonstration's quotes, as request bodies of POST /v1/quotes.
#pragma once

#include "ledger/base/time.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::cli {

struct SampleQuote {
  std::string_view owner;  // credential name of who issues it: "rep" or "rep2"
  std::string body;
};

// Valid from `today` for 30 days. The first two are the worked examples of the quote rules (payable 684487.21 CNY and
// 33407.65 USD).
[[nodiscard]] std::vector<SampleQuote> sample_quotes(Date today);

// One of many small valid quotes, for load: buyer, price and the glyphs they ask for differ with `number`.
[[nodiscard]] std::string small_quote(Date today, std::uint64_t number);

}  // namespace quotary::cli
