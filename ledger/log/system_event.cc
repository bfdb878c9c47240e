#include "ledger/log/system_event.h"

namespace quotary {

Draft system_draft(std::string_view type, std::string_view subject, json::object body) {
  Draft draft;
  draft.type = type;
  draft.actor_id = draft.actor_role = "system";
  draft.subject = subject;
  draft.body = std::move(body);
  return draft;
}

Result<std::uint64_t> append_draft(Ledger& ledger, const Draft& draft) {
  QUOTARY_TRY(committed, ledger.append([&draft](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    return std::vector<Draft>{draft};
  }));
  return committed.entries.front().index;
}

}  // namespace quotary
