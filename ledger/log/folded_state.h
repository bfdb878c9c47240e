// The state that a ledger's entries lead to, folded anew. Inside ledger/log.
#pragma once

#include "ledger/log/sequencer.h"
#include "ledger/log/store.h"

#include <map>

namespace quotary {

// An ordered map as state. One thread.
class MapState final : public StateWriter {
 public:
  Result<std::optional<std::string>> get(std::string_view key) const override;
  Result<void> scan(std::string_view prefix, std::string_view from, bool reverse,
                    const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  void put(std::string_view key, std::string_view value) override {
    values.insert_or_assign(std::string(key), std::string(value));
  }
  void erase(std::string_view key) override;

  std::map<std::string, std::string, std::less<>> values;
};

// What a verification calls it when a fold refuses an entry: number_gap, number_duplicate or state.
[[nodiscard]] const char* refusal_kind(const Error& error);

// An entry that cannot follow those before it.
using Refused = std::function<void(std::uint64_t index, const Error& error)>;
// Applies entries [0, size) to `state`, which is empty. False when an entry or its facts cannot be read, which a walk
// names, or once `*stop` is true: then `state` proves nothing.
[[nodiscard]] bool fold_anew(const StoreView& view, std::uint64_t size, const Fold& fold, StateWriter& state,
                             const Refused& refused, const std::atomic<bool>* stop = nullptr);

// Where the stored state is not the folded one; `stored` or `expected` is absent where the key is. Views of the call.
using StateDifference = std::function<void(std::string_view key, std::optional<std::string_view> stored,
                                           std::optional<std::string_view> expected)>;
// `expected` walks over the folded state, wherever it stands. Errors of reading either.
[[nodiscard]] Result<void> compare_state(const StoreView& view, Cursor& expected, const StateDifference& differs);

}  // namespace quotary
