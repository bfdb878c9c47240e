// The readers of a quote's parts; each adds what it finds wrong to the faults.
#pragma once

#include "ledger/quote/quote.h"
#include "ledger/quote/reader.h"

namespace quotary {

[[nodiscard]] Party read_party(const json::value& value, std::string pointer, Faults& faults);
[[nodiscard]] QuoteLine read_line(const json::value& value, std::string pointer, int minor, Faults& faults);

// An amount of the quote's currency: exactly its minor units, below 10^16, not negative.
[[nodiscard]] DecimalRule amount_rule(int minor);

}  // namespace quotary
