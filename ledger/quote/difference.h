// What differs between two quotes, by field and amount. Pure.
#pragma once

#include "ledger/base/json.h"
#include "ledger/quote/quote.h"

#include <optional>
#include <string>
#include <vector>

namespace quotary {

// A value that one of them has and the other has not, or has otherwise. Null: it is not there.
struct FieldDifference {
  std::string pointer;  // JSON pointer in the canonical quote; of a line's field, from the line on
  json::value before, after;
};

struct AmountDifference {
  std::string name;           // as in totals
  std::string before, after;  // decimals; empty: it is not there
  std::string difference;     // after less before, exact; empty when the currencies differ
};

// Lines are the same when their seller's id is, or without one the name and specification; the first of several that
// is still free. Places count from 0.
struct LineDifference {
  std::optional<std::size_t> before, after;  // one absent: the line was added or removed
  std::string item;                          // its name
  std::vector<FieldDifference> fields;       // of a line that both have
  AmountDifference amount;                   // its line_extension
};

struct QuoteDifference {
  std::vector<AmountDifference> totals;  // those that differ
  std::vector<LineDifference> lines;     // those that differ, in the order of `after`, the removed ones behind
  std::vector<FieldDifference> fields;   // all else
};

// Of two priced quotes. What only pricing or numbering makes (words of an amount, tax totals, numbers) is not compared
// as a field; the totals tell it.
[[nodiscard]] QuoteDifference difference_between(const Quote& before, const Quote& after);

}  // namespace quotary
