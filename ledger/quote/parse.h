// Caller's JSON -> validated, priced Quote -> canonical JSON.
#pragma once

#include "ledger/base/json.h"
#include "ledger/quote/quote.h"

#include <string>

namespace quotary {

// Strictly validates contract.md's issue body: unknown members, wrong types, every text limit, control characters,
// non-NFC text (normalised to NFC), decimals, dates, currency, tax, 1..10,000 lines. `seller` is the organisation's
// profile, used when the body gives none. Prices the quote and compares `totals` if sent (422 `totals_differ`, with
// the difference by member). Every fault found is listed (at most 50) with its JSON pointer; Errc::invalid
// `quote_invalid`. Pure: same input, same result.
[[nodiscard]] Result<Quote> parse_quote(const json::value& body, const Party& seller);

// The canonical quote (RFC 8785): what is attached to the PDF and stored as the private object `quote`. With
// numbering's members when given. parse_canonical_quote is its inverse.
[[nodiscard]] json::object quote_to_json(const Quote& quote, const Numbering* numbering);
[[nodiscard]] Result<std::string> canonical_quote(const Quote& quote, const Numbering* numbering);
struct NumberedQuote {
  Quote quote;
  Numbering numbering;
};
[[nodiscard]] Result<NumberedQuote> parse_canonical_quote(std::string_view canonical);

// Parts used by the seller profile in settings files as well.
[[nodiscard]] Result<Party> parse_party(const json::value& value, std::string_view pointer);
[[nodiscard]] json::object party_to_json(const Party& party);

}  // namespace quotary
