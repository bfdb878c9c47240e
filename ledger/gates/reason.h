// Why a version of an item is not valid. Inside ledger/gates.
#pragma once

#include "ledger/gates/codes.h"

#include <string>

namespace quotary::gates {

// In the order in which they are listed; refused flags follow, each as flag_reason and its code.
enum class Reason {
  too_old,
  geo_missing,
  captured_at_missing,
  version_label_missing,
  change_note_missing,
  parent_version_missing,
  signature_missing,
  signature_too_weak,
  target_missing,
  stale_target,
  target_unknown,
};
template <>
inline constexpr std::array<std::string_view, 11> codes<Reason> = {"too_old",
                                                                   "geo_missing",
                                                                   "captured_at_missing",
                                                                   "version_label_missing",
                                                                   "change_note_missing",
                                                                   "parent_version_missing",
                                                                   "signature_missing",
                                                                   "signature_too_weak",
                                                                   "target_missing",
                                                                   "stale_target",
                                                                   "target_unknown"};
inline constexpr std::string_view flag_reason = "flag:";
// What RequirementState::id of a note begins with. No id of a requirement holds a colon.
inline constexpr std::string_view note_requirement = "note:";

}  // namespace quotary::gates
