// Cases as answers show them. Inside api/use_cases/cases.
#pragma once

#include "api/use_cases/parts.h"
#include "ledger/records/cases.h"

namespace quotary::api {

// What was said at the opening, with `erased` instead once that cannot be read any more: {"title", "customer", "site",
// "external_refs"}. Errors of reading the payload.
[[nodiscard]] Result<json::object> opening_text(const Organisation::Parts& parts, std::uint64_t index);
// All of it but its gate and ledger place. `text`: of opening_text().
[[nodiscard]] json::object case_member(const Organisation::Parts& parts, const records::CaseRecord& found,
                                       const json::object& text);
[[nodiscard]] json::object person_member(const Organisation::Parts& parts, const std::string& id);

// A case with its gate and its policy, of one state.
struct CaseView {
  records::CaseRecord found;
  records::PolicyRecord policy;
  gates::GateState gate;
};
// Errc::not_found `case_not_found`; corrupt `state_damaged`.
[[nodiscard]] Result<CaseView> view_case(const Organisation::Parts& parts, std::string_view id);

}  // namespace quotary::api
