#include "api/use_cases/cases/case_access.h"

namespace quotary::api {

Result<records::CaseRecord> case_for(const Organisation::Parts& parts, const Principal& caller, Call call,
                                     std::string_view id) {
  QUOTARY_TRY_VOID(require_call(caller, call));
  QUOTARY_TRY(found, parts.read<std::optional<records::CaseRecord>>(
                         [&](const StateReader& state) { return records::find_case(state, id); }));
  // What a damaged ledger lost may be this one: "absent" would be a statement that it cannot make.
  if (!found) QUOTARY_TRY_VOID(parts.require_whole_state());
  if (!found || !in_scope(caller, call, found->owner, found->team, found->region))
    return fail(Errc::not_found, "case_not_found", "no case " + std::string(id));
  return std::move(*found);
}

std::string case_subject(std::string_view id) { return std::string(records::case_subject_prefix) + std::string(id); }

}  // namespace quotary::api
