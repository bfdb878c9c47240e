// The fold of Quotary's records: from entries and their facts to the state that decides appends and answers reads.
#pragma once

#include "ledger/log/sequencer.h"

#include <memory>

namespace quotary {

// Pure and without state of its own: safe to share between threads. Refuses (Errc::conflict or invalid) an entry whose
// type it does not know or that breaks a record's rule, so that no use case can write what the state forbids.
class RecordsFold final : public Fold {
 public:
  [[nodiscard]] Result<void> apply(const Entry& entry, std::string_view facts, StateWriter& state) const override;
  [[nodiscard]] Result<std::optional<std::uint64_t>> erased_by(const StateReader& state,
                                                               std::string_view key_subject) const override;
  [[nodiscard]] bool erases(const Entry& entry, std::string_view key_subject) const override;
  // The last number of each series in its current period, named "<series>/<period>".
  [[nodiscard]] std::string_view counter_prefix() const override;
  [[nodiscard]] std::optional<Counter> counter(std::string_view key, std::string_view value) const override;
};

}  // namespace quotary
