// Leads: whose task each was, by which rule it came to them, and when it was first touched. Values and rules of the
// fold; each call reads the state it is given and nothing else.
//
// A lead counts for whoever it is assigned to (health::Counts::leads), in the month in which it was received; another
// assignment moves it, for as long as nobody has touched it. The first touch counts for whose it is at that moment, and
// from then on the lead stays counted there, whoever gets it next. Names and words are private objects under the key of
// "lead:<id>".
#pragma once

#include "ledger/records/views.h"

#include <vector>

namespace quotary::records {

// Limits of this file, in one place.
inline constexpr std::size_t lead_assignments_max = 50, lead_candidates_max = 100, lead_inputs_max = 32;
inline constexpr std::size_t lead_code_bytes_max = 40;
inline constexpr std::int64_t lead_number_max = std::int64_t{1} << 53;  // of scores and inputs, and as far below zero

inline constexpr std::string_view lead_assigned_type = "lead.assigned", lead_touched_type = "lead.first_touch";
inline constexpr std::string_view lead_subject_prefix = "lead:";

// 1 to lead_code_bytes_max of a-z A-Z 0-9 . _ -: names of rules, inputs, reasons and channels.
[[nodiscard]] bool is_lead_code(std::string_view text);

struct LeadCandidate {
  std::string person;
  std::int64_t score = 0;
};
// What a rule chose from, and what it chose. Rules are the callers' own: whether the choice is what the rule's text
// says nobody here can tell, whether it follows from what was recorded everybody can.
struct LeadChoice {
  json::object inputs;  // codes and numbers
  std::vector<LeadCandidate> candidates;
  std::string chosen, reason;
};
// The reason of a choice that does not follow.
inline constexpr std::string_view lead_override = "override";
// From an object that has `inputs` (may be absent), `candidates`, `chosen` and `reason`, and for its caller
// `received_at`; nothing else. Errc::invalid `lead_invalid` with every fault by pointer: required, bad_type, bad_code,
// bad_number, too_many, unknown_member, duplicate_candidate, chosen_not_candidate, choice_does_not_follow (another
// reason than lead_override).
[[nodiscard]] Result<LeadChoice> parse_lead_choice(const json::object& object);
[[nodiscard]] json::object to_json(const LeadChoice& choice);
// Whether the chosen one is the first of those with the highest score.
[[nodiscard]] bool choice_follows(const LeadChoice& choice);

struct LeadAssignment {
  std::uint64_t index = 0;  // of its entry
  Timestamp at;
  std::string owner;
};
struct LeadRecord {
  std::string id, month;  // in which it was received, in the organisation's zone
  std::string owner, team, region;
  Timestamp received_at;
  std::optional<Timestamp> touched_at;
  std::string touched_by, channel;
  std::uint64_t index = 0, last_index = 0, touched_index = 0;  // of its first entry, the newest, the first touch
  std::vector<LeadAssignment> assignments;                     // in order, at least one
};
[[nodiscard]] Found<LeadRecord> find_lead(const StateReader& state, std::string_view id);

// Errc::conflict or invalid as FORMAT.md lists them.
[[nodiscard]] Result<void> lead_assigned(const Entry& entry, const json::object& facts, StateWriter& state);
[[nodiscard]] Result<void> lead_touched(const Entry& entry, const json::object& facts, StateWriter& state);

}  // namespace quotary::records
