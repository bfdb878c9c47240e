// The content of a case's structured notes, and whether it is complete. Pure; safe from any thread.
#pragma once

#include "ledger/base/json.h"
#include "ledger/gates/policy.h"

namespace quotary::gates {

// The role of a decision chain that a note of the kind roles cannot do without.
inline constexpr std::string_view decision_maker = "decision_maker";
// Stands for a person whom nobody has found out yet.
inline constexpr std::string_view unknown_person = "unknown";

struct NoteCheck {
  bool complete = false;          // no problem
  std::vector<Problem> problems;  // at most 50; pointers into the content
};

// Whether the content is what a note of its kind must hold, strictly:
//   text   {"text"}: not blank, at least min_characters that are no white space
//   roles  {"roles": [{"role", "person"}]}: codes of [a-z0-9_], each with a person's name or "unknown"; at least one
//          decision_maker, who may be unknown
//   quote  {"quote"}: the customer's own words, not blank
//   step   {"what", "date", "deliverable"}: none blank, the date YYYY-MM-DD of a day that exists
// Texts and lists are held to limits.h, unknown members are problems.
[[nodiscard]] NoteCheck check_note(const Policy::Note& note, const json::value& content);

}  // namespace quotary::gates
