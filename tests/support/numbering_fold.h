// A fold that gives numbers, for tests of a log that must never give one twice.
#pragma once

#include "ledger/base/json.h"
#include "ledger/log/sequencer.h"

#include <string>
#include <string_view>

namespace quotary::testing {

// Numbers of one series, as the organisation's fold gives them: one more each time. The facts of a `quote.issued` are
// its number.
class NumberingFold final : public Fold {
 public:
  static constexpr std::string_view last_key = "series/A";

  Result<void> apply(const Entry& entry, std::string_view facts, StateWriter& state) const override {
    if (entry.type != "quote.issued") return {};
    QUOTARY_TRY(before, state.get(last_key));
    const std::uint64_t last = before ? *parse_u64(*before) : 0;
    const auto number = parse_u64(facts);
    if (!number || *number > last + 1) return fail(Errc::corrupt, "number_not_next", "a number was left out");
    if (*number <= last) return fail(Errc::corrupt, "number_taken", "a number occurs twice");
    state.put(last_key, std::to_string(*number));
    return {};
  }
  std::string_view counter_prefix() const override { return last_key; }
  std::optional<Counter> counter(std::string_view key, std::string_view value) const override {
    return Counter{std::string(key), *parse_u64(value)};
  }
};

}  // namespace quotary::testing
