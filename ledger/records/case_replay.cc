#include "ledger/records/case_replay.h"

#include "ledger/records/keys.h"
#include "ledger/records/record_json.h"

namespace quotary::records {

Result<CaseInState> case_in_state(const StateReader& state, std::string_view id) {
  QUOTARY_TRY(found, find_case(state, id));
  if (!found) return fail(Errc::not_found, "case_not_found", "no case " + std::string(id));
  QUOTARY_TRY(policy, find_policy(state, found->policy, found->policy_version));
  if (!policy) return state_damaged(policy_key(found->policy, found->policy_version));
  QUOTARY_TRY(gate, gate_under(state, *found, policy->policy));
  CaseInState out{{std::string(found->stage()), std::move(gate)}, std::move(policy->policy), {}};
  QUOTARY_TRY(own, state.get(case_key(id)));
  out.values.emplace(case_key(id), own.value_or(""));
  for (const std::string& prefix : {items_prefix(id), notes_prefix(id)})
    QUOTARY_TRY_VOID(state.scan(prefix, "", false, [&](std::string_view key, std::string_view value) {
      out.values.emplace(key, value);
      return true;
    }));
  return out;
}

}  // namespace quotary::records
