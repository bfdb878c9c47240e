// What a policy's text would do to the open cases under its name.
#include "api/use_cases/cases/case_words.h"
#include "api/use_cases/cases/policy_calls.h"
#include "ledger/records/keys.h"

namespace quotary::api {
namespace {

// Cases of one stage each, before and as if.
struct Tally {
  std::uint64_t complete = 0, pending = 0;
  void add(bool is_complete) { ++(is_complete ? complete : pending); }
  [[nodiscard]] json::object json() const { return {{"complete", complete}, {"pending", pending}}; }
};

std::string_view stage_of(bool complete) { return complete ? "complete" : "pending"; }

class Trial {
 public:
  Trial(const StateReader& state, const gates::Policy& policy) : state_(state), policy_(policy) {}

  Result<void> look_at(std::string_view id) {
    QUOTARY_TRY(found, records::find_case(state_, id));
    if (!found) return fail(Errc::corrupt, "state_damaged", "the list names a case that is not there");
    if (found->closed_at || found->policy != policy_.name) return {};
    QUOTARY_TRY(gate, records::gate_under(state_, *found, policy_));
    const bool complete = found->completed_at.has_value();
    now_.add(complete);
    as_if_.add(gate.complete);
    if (gate.complete != complete) change(*found, complete, gate);
    return {};
  }

  [[nodiscard]] json::object result(std::uint64_t looked_at, bool cut) && {
    return {{"open", now_.complete + now_.pending},
            {"now", now_.json()},
            {"as_if", as_if_.json()},
            {"changed", changed_},
            {"changes", std::move(changes_)},
            {"looked_at", looked_at},
            {"cut", cut},
            {"words", json::object{{"zh", "仅为假设：案卷仍按开立时的策略版本判断。"},
                                   {"en", "As if: each case keeps the policy version that it was opened under."}}}};
  }

 private:
  void change(const records::CaseRecord& found, bool complete, const gates::GateState& gate) {
    if (++changed_ > policy_trial_named_max) return;
    json::object row{{"case", found.id}, {"policy_version", found.policy_version}};
    row["now"] = stage_member(stage_of(complete));
    row["as_if"] = stage_member(stage_of(gate.complete));
    row["sentences"] = sentences_member(gate, policy_);
    changes_.push_back(std::move(row));
  }

  const StateReader& state_;
  const gates::Policy& policy_;
  Tally now_, as_if_;
  std::uint64_t changed_ = 0;
  json::array changes_;
};

}  // namespace

Result<json::object> try_policy(const StateReader& state, const gates::Policy& policy) {
  Trial trial(state, policy);
  std::uint64_t looked_at = 0;
  bool cut = false;
  std::optional<Error> failed;
  QUOTARY_TRY_VOID(state.scan(records::cases_prefix, "", true, [&](std::string_view, std::string_view id) {
    if (looked_at == policy_trial_cases_max) return !(cut = true);
    ++looked_at;
    if (auto looked = trial.look_at(id); !looked) failed = std::move(looked).error();
    return !failed;
  }));
  if (failed) return *failed;
  return std::move(trial).result(looked_at, cut);
}

}  // namespace quotary::api
