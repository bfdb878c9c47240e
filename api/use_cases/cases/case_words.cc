#include "api/use_cases/cases/case_words.h"

#include "ledger/gates/reason.h"

#include <algorithm>

namespace quotary::api {
namespace {

template <std::size_t count>
std::string_view chinese_of(const CodeInWords (&list)[count], std::string_view code) {
  for (const CodeInWords& each : list)
    if (each.code == code) return each.chinese;
  return {};
}

// Of a requirement, or of a note by the id that its state carries.
const gates::Policy::Title* title_of(const gates::Policy& policy, std::string_view id) {
  const auto find = [](const auto& list, std::string_view wanted) -> const gates::Policy::Title* {
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto& each) { return each.id == wanted; });
    return found == list.end() ? nullptr : &found->title;
  };
  if (id.starts_with(gates::note_requirement)) return find(policy.notes, id.substr(gates::note_requirement.size()));
  return find(policy.requirements, id);
}

}  // namespace

json::object stage_member(std::string_view stage) {
  return {{"stage", stage}, {"stage_zh", chinese_of(case_stages, stage)}};
}

json::array sentences_member(const gates::GateState& gate, const gates::Policy& policy) {
  json::array out;
  for (const auto& each : gates::words(gate, policy))
    out.push_back(json::object{{"requirement", each.requirement}, {"zh", each.zh}, {"en", each.en}});
  return out;
}

json::object gate_member(const gates::GateState& gate, const gates::Policy& policy) {
  json::object out = gates::gate_to_json(gate);
  for (auto& each : out.at("requirements").as_array()) {
    auto& row = each.as_object();
    row["state_zh"] = chinese_of(standings, row.at("state").as_string());
    if (const auto* title = title_of(policy, row.at("id").as_string()))
      row["title"] = json::object{{"zh", title->zh}, {"en", title->en}};
  }
  out["sentences"] = sentences_member(gate, policy);
  return out;
}

std::vector<Problem> missing_problems(const gates::GateState& gate, const gates::Policy& policy,
                                      const std::string& pointer) {
  std::vector<Problem> out;
  for (const auto& each : gates::words(gate, policy))
    out.push_back({pointer, each.requirement, each.zh + " " + each.en});
  return out;
}

}  // namespace quotary::api
