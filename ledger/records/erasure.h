// Lawful erasure: requests to erase a customer, person or case, legal holds that forbid it, and what was erased by
// which entry. Values and rules of the fold; each call reads the state it is given and nothing else.
//
// What is erased is a key subject, "customer:<id>", "person:<id>" or "case:<id>": everything that is encrypted under
// its key. Facts, hashes and entries stay. A customer that comes back is another key subject, "customer:<id>.2" and so
// on; a case does not come back.
#pragma once

#include "ledger/records/views.h"

namespace quotary::records {

// The entry by which a key subject is erased; body `target`.
inline constexpr std::string_view erasure_approved_type = "erasure.approved";
// Said again by a log that goes on for one that lost the entry above; the same body member, and subject
// "erasure:<target>". Only right behind a `log.succeeded`.
inline constexpr std::string_view erasure_restated_type = "erasure.restated";
// The key subject that the entry erases, or "".
[[nodiscard]] std::string erased_target(const Entry& entry);

struct ErasureRecord {
  std::string id, target;  // target: the key subject
  std::string status;      // open approved rejected withdrawn
  std::string basis;       // the legal basis, a code
  std::string requested_by, requested_role, decided_by, decided_role;
  Timestamp requested_at;
  std::optional<Timestamp> decided_at;
  std::uint64_t index = 0, decided_index = 0;
};

struct HoldRecord {
  std::string id, target;
  std::string placed_by, placed_role, released_by, released_role;
  Timestamp placed_at;
  std::optional<Timestamp> released_at;  // absent: it holds
  std::uint64_t index = 0, released_index = 0;
};

[[nodiscard]] Found<ErasureRecord> find_erasure(const StateReader& state, std::string_view id);
[[nodiscard]] Found<HoldRecord> find_hold(const StateReader& state, std::string_view id);
// The entry that erased the key subject.
[[nodiscard]] Found<std::uint64_t> find_erased_by(const StateReader& state, std::string_view target);
// The id of the open request about it.
[[nodiscard]] Found<std::string> find_open_erasure(const StateReader& state, std::string_view target);
// The id of a hold on it; of several, any.
[[nodiscard]] Found<std::string> find_hold_on(const StateReader& state, std::string_view target);

// "customer:<id>" of "customer:<id>.2".
[[nodiscard]] std::string_view without_generation(std::string_view key_subject);
// How often one customer can be erased.
inline constexpr unsigned generations_max = 1'000;
// The key subject that new payloads about the same customer or person go under: the given one, or the first of its
// later generations that is not erased. Errc::too_large `too_often_erased`.
[[nodiscard]] Result<std::string> live_key_subject(const StateReader& state, std::string_view key_subject);

// Rules of the fold, one for each type of entry.
[[nodiscard]] Result<void> erasure_requested(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> erasure_approved(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> erasure_restated(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> erasure_rejected(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> erasure_withdrawn(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> hold_placed(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> hold_released(const Entry& entry, StateWriter& state);
// Nothing is kept any more under a key that the ledger says is erased. Errc::conflict `subject_erased`.
[[nodiscard]] Result<void> refuse_erased_subjects(const Entry& entry, const StateReader& state);

}  // namespace quotary::records
