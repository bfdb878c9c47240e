// Number series patterns and the document's verify code.
#pragma once

#include "ledger/base/random.h"
#include "ledger/base/time.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace quotary {

enum class SeriesPeriod { none, year, month };
// Of the name that a series' entry has: "none", "year" or "month". Errc::invalid `bad_period`.
[[nodiscard]] Result<SeriesPeriod> parse_series_period(std::string_view name);

// A parsed pattern: literals of A-Z0-9- with {BR} {YYYY} {YY} {MM}, ending in {SEQ:n} (n 1..12), SEQ exactly once, the
// period's and branch's tokens present; the longest number is at most 40 bytes. Value type.
class NumberPattern {
 public:
  // Errc::invalid `bad_pattern`, the detail says which rule.
  [[nodiscard]] static Result<NumberPattern> parse(std::string_view pattern, SeriesPeriod period,
                                                   std::string_view branch);
  // The number for a sequence in the period that holds `date`. Past the width the number grows.
  [[nodiscard]] std::string format(Date date, std::uint64_t sequence) const;
  // "2026", "2026-11" or "": the period's key for a date.
  [[nodiscard]] std::string period_key(Date date) const;
  // True when some number of this pattern could equal one of the other's.
  [[nodiscard]] bool may_collide(const NumberPattern& other) const;
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] SeriesPeriod period() const { return period_; }

 private:
  std::string text_, branch_;
  SeriesPeriod period_ = SeriesPeriod::none;
};

// 80 random bits in Crockford base32 (16 signs) and its mod-37 check sign: 17 signs.
[[nodiscard]] std::string make_verify_code(Random& random);
// Upper case, I L -> 1, O -> 0, hyphens and blanks dropped; Errc::invalid `bad_code` when length, alphabet or check
// sign is wrong.
[[nodiscard]] Result<std::string> normalise_verify_code(std::string_view typed);

}  // namespace quotary
