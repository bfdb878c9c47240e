// Folded state in a map, for tests that fold without a store.
#pragma once

#include "ledger/log/sequencer.h"

#include <map>

namespace quotary::testing {

class MapState final : public StateWriter {
 public:
  std::map<std::string, std::string, std::less<>> values;

  Result<std::optional<std::string>> get(std::string_view key) const override {
    auto found = values.find(key);
    if (found == values.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  // Forward only: the folds under test never scan backwards.
  Result<void> scan(std::string_view prefix, std::string_view from, bool,
                    const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    for (auto at = values.lower_bound(std::max(prefix, from)); at != values.end() && at->first.starts_with(prefix);
         ++at)
      if (!visit(at->first, at->second)) break;
    return {};
  }
  void put(std::string_view key, std::string_view value) override { values[std::string(key)] = value; }
  void erase(std::string_view key) override {
    if (auto found = values.find(key); found != values.end()) values.erase(found);
  }
};

}  // namespace quotary::testing
