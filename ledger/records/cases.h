// Policies, the cases of demonstrations, their evidence, notes and waivers: values and rules of the fold. Each call
// reads the state it is given and nothing else.
//
// A case stands under the policy version that was the newest when it was opened. Its gate (ledger/gates/gate.h) is
// evaluated with each entry about it: `pending` (待补全) until nothing is missing, then `complete`, and `closed` for
// good. Entries name cases, items and people by ids alone; titles, customers, places and words are private objects.
#pragma once

#include "ledger/gates/gate.h"
#include "ledger/health/counts.h"
#include "ledger/records/views.h"

#include <vector>

namespace quotary::records {

// Limits of this file, in one place.
inline constexpr std::size_t case_items_max = 100;            // of a case
inline constexpr std::uint64_t evidence_versions_max = 200;   // of an item
inline constexpr std::uint64_t note_versions_max = 200;       // of a note
inline constexpr std::uint64_t policy_versions_max = 10'000;  // of a policy

inline constexpr std::string_view policy_published_type = "policy.published", case_opened_type = "case.opened",
                                  case_noted_type = "case.noted", case_waived_type = "case.waived",
                                  case_closed_type = "case.closed", evidence_added_type = "evidence.added",
                                  evidence_withdrawn_type = "evidence.withdrawn";
inline constexpr std::string_view case_subject_prefix = "case:", policy_subject_prefix = "policy:";

struct PolicyRecord {
  std::string name;
  std::uint64_t version = 0, index = 0;
  Timestamp published_at;
  std::string sha256;  // of its canonical text
  gates::Policy policy;
};
// version 0: the newest.
[[nodiscard]] Found<PolicyRecord> find_policy(const StateReader& state, std::string_view name,
                                              std::uint64_t version = 0);
// The newest version of each, by name.
struct PolicyName {
  std::string name;
  std::uint64_t version = 0;
};
[[nodiscard]] Result<std::vector<PolicyName>> list_policies(const StateReader& state);

struct CaseRecord {
  std::string id, action_type, policy;
  std::uint64_t policy_version = 0;
  std::string owner, team, region, month;  // month: of its opening, in the organisation's zone
  Timestamp opened_at;
  std::optional<Timestamp> completed_at;  // since when the gate is complete
  std::optional<Timestamp> closed_at;
  std::uint64_t index = 0, last_index = 0;  // of the entry that opened it, and of the newest about it
  std::uint64_t items = 0;
  std::vector<gates::Waiver> waivers;
  std::vector<gates::NoteFact> notes;  // the newest version of each

  // "pending", "complete" or "closed".
  [[nodiscard]] std::string_view stage() const { return closed_at ? "closed" : completed_at ? "complete" : "pending"; }
};
[[nodiscard]] Found<CaseRecord> find_case(const StateReader& state, std::string_view id);

// One version with where it stands in the log.
struct EvidenceRecord {
  gates::EvidenceVersion version;
  std::uint64_t index = 0;
  std::string content;  // the committed hash (FORMAT.md, "Large contents"), lower-case hex
  std::uint64_t size = 0;
  std::uint64_t withdrawn_index = 0;  // of the entry that withdrew it
};
struct ItemRecord {
  std::string id, case_id;
  gates::EvidenceKind kind = gates::EvidenceKind::other;
  std::string requirement;  // that it was reported for; empty: none by name
  std::vector<EvidenceRecord> versions;
};
[[nodiscard]] Found<ItemRecord> find_item(const StateReader& state, std::string_view case_id, std::string_view item);
// Of a case, by id.
[[nodiscard]] Result<std::vector<ItemRecord>> find_items(const StateReader& state, std::string_view case_id);
// Of all cases, by case and item, until `visit` answers false.
[[nodiscard]] Result<void> for_each_item(const StateReader& state, const std::function<bool(const ItemRecord&)>& visit);
// Which case an item belongs to.
[[nodiscard]] Found<std::string> find_case_of_item(const StateReader& state, std::string_view item);

struct ContentPlace {
  std::string case_id, item;
  std::uint64_t version = 0;
};
// The first version that brought content with that tag: the same bytes reported before.
[[nodiscard]] Found<ContentPlace> find_content(const StateReader& state, std::string_view tag);
// The version whose content is the blob with that id (FORMAT.md, "Large contents").
[[nodiscard]] Found<ContentPlace> find_blob(const StateReader& state, std::string_view id);

// How a case stands, evaluated anew from what the state holds of it. Errc::corrupt `state_damaged`.
[[nodiscard]] Result<gates::GateState> gate_of(const StateReader& state, const CaseRecord& found);
// The same as if it stood under that policy; its notes count as they were found when they were written.
[[nodiscard]] Result<gates::GateState> gate_under(const StateReader& state, const CaseRecord& found,
                                                  const gates::Policy& policy);
// The entry that wrote a version of a note.
[[nodiscard]] Found<std::uint64_t> find_note(const StateReader& state, std::string_view case_id, std::string_view note,
                                             std::uint64_t version);

// What a person did in a month, and what stands with them now: kept with each entry, so that boards need no scan.
[[nodiscard]] Result<health::Counts> find_counts(const StateReader& state, std::string_view person,
                                                 std::string_view month);
struct StageCounts {
  std::uint64_t pending = 0, complete = 0, closed = 0;
};
// Of a person, or another unit of boards.h.
[[nodiscard]] Result<StageCounts> find_stages(const StateReader& state, std::string_view unit);
// Cases that wait for something, longest first, from `from` on; stops when visit answers false.
[[nodiscard]] Result<void> for_each_pending(
    const StateReader& state, const std::function<bool(std::string_view case_id, Timestamp since)>& visit);

// Rules of the fold, one for each type of entry. Errc::conflict with a stable code; Errc::invalid `bad_case_entry` for
// an entry whose body has not the form that FORMAT.md says.
[[nodiscard]] Result<void> policy_published(const Entry& entry, const json::object& facts, StateWriter& state);
[[nodiscard]] Result<void> case_opened(const Entry& entry, const json::object& facts, StateWriter& state);
[[nodiscard]] Result<void> case_noted(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> evidence_added(const Entry& entry, const json::object& facts, StateWriter& state);
[[nodiscard]] Result<void> evidence_withdrawn(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> case_waived(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> case_closed(const Entry& entry, StateWriter& state);
// Whether a quote may be issued for that case: it is there, and its gate is complete where its policy holds quotes
// back. Errc::conflict `case_unknown`, `case_is_closed`, `gate_incomplete`.
[[nodiscard]] Result<void> check_case_for_quote(const Entry& entry, std::string_view case_id, const StateReader& state);

}  // namespace quotary::records
