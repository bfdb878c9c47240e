// Prices a quote: checked rationals, the stored rounding policy, UBL's totals.
#pragma once

#include "ledger/quote/quote.h"

namespace quotary {

// Fills line_extension and discount_amount of each line, tax_totals, totals and amount_in_words from the inputs in
// `quote` (which passed parse's syntax rules). domain.md's rules and rounding examples. Errc::invalid
// `amount_out_of_range` with the pointer when an amount reaches 10^16 or a total would be below zero where that is
// not allowed. Pure.
[[nodiscard]] Result<void> price_quote(Quote& quote);

// Minor units of an ISO 4217 currency in use (JPY 0, CNY 2, KWD 3); Errc::invalid `unknown_currency`.
[[nodiscard]] Result<int> minor_units(std::string_view currency);

// 人民币大写 with the prefix 人民币 for 0 <= amount < 10^16 with at most two decimals; anything else is refused
// (正确填写票据和结算凭证的基本规定, 1997).
[[nodiscard]] Result<std::string> amount_in_words(std::string_view amount);

}  // namespace quotary
