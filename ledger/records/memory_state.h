// Folded state in memory, to fold a few entries anew without a store.
#pragma once

#include "ledger/log/sequencer.h"

#include <algorithm>
#include <map>

namespace quotary {

// A value: copies are states of their own. For one thread at a time.
class MemoryState final : public StateWriter {
 public:
  std::map<std::string, std::string, std::less<>> values;

  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key) const override {
    const auto found = values.find(key);
    if (found == values.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  [[nodiscard]] Result<void> scan(std::string_view prefix, std::string_view from, bool reverse,
                                  const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    const auto visit_each = [&](auto at, auto end) {
      for (; at != end && at->first.starts_with(prefix); ++at)
        if (!visit(at->first, at->second)) return;
    };
    if (!reverse) {
      visit_each(values.lower_bound(std::max(prefix, from)), values.end());
      return {};
    }
    auto behind = from.empty() ? values.lower_bound(prefix) : values.upper_bound(from);
    if (from.empty())
      while (behind != values.end() && behind->first.starts_with(prefix)) ++behind;
    visit_each(std::make_reverse_iterator(behind), values.rend());
    return {};
  }
  void put(std::string_view key, std::string_view value) override { values[std::string(key)] = value; }
  void erase(std::string_view key) override {
    if (const auto found = values.find(key); found != values.end()) values.erase(found);
  }
};

}  // namespace quotary
