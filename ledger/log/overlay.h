// The stored state as a fold reads it, and what a batch changes over it.
#pragma once

#include "ledger/log/sequencer.h"
#include "ledger/log/store.h"

#include <map>

namespace quotary {

// State key of a subject's chain: sequence and last index. Written by the log itself, beside the fold's keys.
[[nodiscard]] std::string subject_key(std::string_view subject);

// The folded state of a store view.
class StateOfView final : public StateReader {
 public:
  explicit StateOfView(const StoreView& view) : view_(view) {}
  Result<std::optional<std::string>> get(std::string_view key) const override { return view_.get(Family::state, key); }
  Result<void> scan(std::string_view prefix, std::string_view from, bool reverse,
                    const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    return view_.scan(Family::state, prefix, from, reverse, visit);
  }

 private:
  const StoreView& view_;
};

// Writes over a reader, kept apart until merged. One thread.
class StateOverlay final : public StateWriter {
 public:
  explicit StateOverlay(const StateReader& below) : below_(below) {}
  // An overlay over another one takes that one as a reader; a copy of it is never meant.
  StateOverlay(const StateOverlay&) = delete;
  StateOverlay& operator=(const StateOverlay&) = delete;
  Result<std::optional<std::string>> get(std::string_view key) const override;
  Result<void> scan(std::string_view prefix, std::string_view from, bool reverse,
                    const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  void put(std::string_view key, std::string_view value) override {
    changes_.insert_or_assign(std::string(key), std::string(value));
  }
  void erase(std::string_view key) override { changes_.insert_or_assign(std::string(key), std::nullopt); }
  [[nodiscard]] const std::map<std::string, std::optional<std::string>, std::less<>>& changes() const {
    return changes_;
  }
  void merge_into(StateOverlay& lower) &&;

 private:
  const StateReader& below_;
  std::map<std::string, std::optional<std::string>, std::less<>> changes_;
};

// Sets subject_seq and subject_prev of an entry, and moves the subject's chain on.
[[nodiscard]] Result<void> link_subject(Entry& entry, StateWriter& state);

}  // namespace quotary
