// Quotes that name a case, and what is told when a gate holds something back.
#include "api/use_cases/cases/case_answers.h"
#include "api/use_cases/cases/case_calls.h"
#include "api/use_cases/cases/case_words.h"

namespace quotary::api {

Result<records::CaseRecord> case_of_quote(const Organisation::Parts& parts, const Principal& caller,
                                          const std::string& case_id) {
  auto found = case_for(parts, caller, Call::read_case, case_id);
  if (!found && found.error().kind == Errc::not_found) return invalid("case_unknown", "/case_id", "no case " + case_id);
  return found;
}

Result<void> check_quote_case(const Organisation::Parts& parts, const Principal& caller, const std::string& case_id) {
  QUOTARY_TRY(found, case_of_quote(parts, caller, case_id));
  if (found.closed_at) return fail(Errc::conflict, "case_is_closed", "the case " + case_id + " is closed");
  QUOTARY_TRY(view, view_case(parts, found.id));
  if (!view.policy.policy.gates.contains(gates::GatePoint::quote_issue) || view.gate.complete) return {};
  Error error = fail(Errc::conflict, "gate_incomplete",
                     "案卷待补全，暂不能出具报价单。 The case lacks what its policy asks for before a quote.");
  error.problems = missing_problems(view.gate, view.policy.policy, "/case_id");
  return error;
}

Error with_missing(const Organisation::Parts& parts, Error error, std::string_view case_id,
                   const std::string& pointer) {
  if (error.code != "gate_incomplete" || !error.problems.empty()) return error;
  // Of the moment after the refusal: what came meanwhile is not missing any more.
  if (const auto view = view_case(parts, case_id))
    error.problems = missing_problems(view->gate, view->policy.policy, pointer);
  return error;
}

}  // namespace quotary::api
