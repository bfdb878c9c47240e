// Any bytes as a policy in JSON and TOML, as facts of evidence and as a note: never a crash, what is refused is named,
// and what is accepted survives its canonical form and can be evaluated.
#include "ledger/gates/gate.h"
#include "ledger/gates/note.h"

#include <cstddef>
#include <cstdint>

namespace {

using namespace quotary;

void check_policy(const Result<gates::Policy>& policy) {
  if (!policy) {
    QUOTARY_CHECK(!policy.error().code.empty() && !policy.error().detail.empty());
    QUOTARY_CHECK(policy.error().code != "policy_invalid" || !policy.error().problems.empty());
    return;
  }
  const std::string text = gates::canonical(*policy);
  const auto again = gates::parse_policy_json(text);
  QUOTARY_CHECK(again && *again == *policy && gates::canonical(*again) == text);
  const gates::GateState state = gates::evaluate(*policy, {});
  QUOTARY_CHECK(gates::words(state, *policy).size() == state.requirements.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_policy(gates::parse_policy_json(text));
  check_policy(gates::parse_policy_toml(text));
  const auto value = parse_json(text);
  if (!value) return 0;
  if (const auto version = gates::parse_evidence_facts(*value, "", 2, Timestamp{})) {
    const json::object facts = gates::evidence_facts_to_json(*version);
    QUOTARY_CHECK(gates::parse_evidence_facts(facts, "", 2, Timestamp{}).value() == *version);
  }
  for (std::size_t kind = 0; kind < gates::codes<gates::NoteKind>.size(); ++kind) {
    gates::Policy::Note note;
    note.kind = static_cast<gates::NoteKind>(kind);
    const gates::NoteCheck check = gates::check_note(note, *value);
    QUOTARY_CHECK(check.complete == check.problems.empty());
  }
  return 0;
}
