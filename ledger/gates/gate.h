// The gate of a case: how what it holds stands against its policy. A pure function, so that anyone who has the entries
// computes the same. Safe from any thread.
#pragma once

#include "ledger/base/json.h"
#include "ledger/base/time.h"
#include "ledger/gates/policy.h"

namespace quotary::gates {

// The version of an item that a version is bound to: what was on the table when it was signed.
struct Target {
  std::string item;
  std::uint64_t version = 0;
  friend bool operator==(const Target&, const Target&) = default;
};

// A value: what an entry says of one version of an item, without its bytes.
struct EvidenceVersion {
  std::uint64_t number = 0;  // from 1, each once in an item
  Timestamp received_at;     // the entry's own time
  std::optional<Timestamp> captured_at;
  bool has_geo = false, has_version_label = false, has_change_note = false;
  std::optional<std::uint64_t> parent;  // the earlier version that it came from
  std::set<std::string> flags;
  std::optional<SignatureGrade> signature;
  std::optional<Target> target;
  bool withdrawn = false;
  friend bool operator==(const EvidenceVersion&, const EvidenceVersion&) = default;
};

// An item is of a requirement when it is of its kind, and was reported for it or for none by name: one that was
// reported for none stands for every requirement of its kind.
struct EvidenceItem {
  std::string id;  // once in a case
  EvidenceKind kind = EvidenceKind::other;
  std::optional<std::string> requirement;
  std::vector<EvidenceVersion> versions;
};

struct Waiver {
  std::string requirement, role;
  Timestamp at;
  std::uint64_t index = 0;  // of its entry
  friend bool operator==(const Waiver&, const Waiver&) = default;
};

// That a version of a note was written, and whether check_note() found it complete. The newest version counts.
struct NoteFact {
  std::string id;
  std::uint64_t version = 0;
  Timestamp at;
  bool complete = false;
};

// What a case holds. The order of all lists is without meaning.
struct CaseEvidence {
  std::vector<EvidenceItem> items;
  std::vector<Waiver> waivers;
  std::vector<NoteFact> notes;
};

struct RequirementState {
  std::string id;  // of the requirement; "note:" and the id of a note
  Standing standing = Standing::missing;
  std::uint64_t counted = 0, needed = 0;  // items whose current version is valid, of how many
  std::vector<std::string> reasons;       // of Standing::invalid, each once, in the order that evaluate() lists them
  std::optional<Waiver> waiver;           // of Standing::waived: the earliest that counts
  friend bool operator==(const RequirementState&, const RequirementState&) = default;
};

struct GateState {
  bool complete = false;                       // every requirement is met or waived
  std::vector<RequirementState> requirements;  // the policy's, in its order, then its required notes
  friend bool operator==(const GateState&, const GateState&) = default;
};

// How a case stands. The current version of an item is its newest that is not withdrawn; an item without one is not
// there. A requirement is met when at least min_count of its items have a valid current version; else waived when a
// waiver by a role that the policy allows is there; else invalid when an item is not valid, for the reasons
//   too_old (more than max_age from capture to receipt), geo_missing, captured_at_missing, version_label_missing,
//   change_note_missing, parent_version_missing (also: names no earlier version of the item), signature_missing,
//   signature_too_weak, target_missing, stale_target (bound to a version of an item of the target requirement that is
//   not current), target_unknown (bound to none of these), flag:<code>;
// else missing. A required note is met when its newest version is complete, else missing; nobody waives it. Time does
// not enter: the state changes by entries alone.
[[nodiscard]] GateState evaluate(const Policy& policy, const CaseEvidence& evidence);

// What a requirement that is neither met nor waived lacks and what to do about it, one sentence in each language.
struct Sentence {
  std::string requirement;  // RequirementState::id
  std::string zh, en;
  friend bool operator==(const Sentence&, const Sentence&) = default;
};
// In the order of the state, which evaluate() gave for that policy (QUOTARY_CHECK).
[[nodiscard]] std::vector<Sentence> words(const GateState& state, const Policy& policy);

// {"complete", "requirements": [{"id", "state", "counted", "needed", "reasons", "waiver": {"role", "at", "index"}}]};
// reasons and waiver only where there are any.
[[nodiscard]] json::object gate_to_json(const GateState& state);

// What an entry's facts say of a version, beside its number, time and withdrawal, which the entries themselves give:
//   {"captured_at", "geo": true, "version_label": true, "change_note": true, "parent": 1, "flags": [...],
//    "signature": "recorded", "target": {"item", "version"}}, each absent when false or none.
// Strict: Errc::invalid `evidence_invalid` with every fault by pointer, which begin with `pointer`. Flags are held to
// their form only, so that an entry stays readable whose flag this program does not know. A parent is earlier than
// `number`.
[[nodiscard]] Result<EvidenceVersion> parse_evidence_facts(const json::value& facts, std::string_view pointer,
                                                           std::uint64_t number, Timestamp received_at);
// The inverse; members that are false or none are left out.
[[nodiscard]] json::object evidence_facts_to_json(const EvidenceVersion& version);

}  // namespace quotary::gates
