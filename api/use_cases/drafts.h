// How the use cases begin an entry.
#pragma once

#include "api/organisation.h"
#include "ledger/log/sequencer.h"
#include "ledger/log/system_event.h"

#include <string_view>

namespace quotary::api {

// A draft by whoever that is, without body and payloads.
[[nodiscard]] inline Draft draft_by(std::string_view id, std::string_view role, std::string_view type,
                                    std::string_view subject) {
  Draft draft;
  draft.type = type;
  draft.actor_id = id;
  draft.actor_role = role;
  draft.subject = subject;
  return draft;
}
// By a person or key.
[[nodiscard]] inline Draft draft_by(const Principal& caller, std::string_view type, std::string_view subject) {
  return draft_by(caller.id, role_name(caller.role), type, subject);
}

// Appends `draft` as it is. Waits for the sequencer; Ledger::append()'s errors.
[[nodiscard]] inline Result<Committed> append_one(Ledger& ledger, const Draft& draft) {
  return ledger.append(
      [&draft](const StateReader&, Timestamp) -> Result<std::vector<Draft>> { return std::vector<Draft>{draft}; });
}

}  // namespace quotary::api
