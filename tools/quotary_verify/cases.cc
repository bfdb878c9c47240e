#include "tools/quotary_verify/cases.h"

#include <algorithm>

namespace quotary::offline {

namespace {

std::string stage_words(std::string_view stage) {
  if (stage == "pending") return "待补全 pending";
  return stage == "complete" ? "齐全 complete" : "已关闭 closed";
}

std::string_view standing_words(gates::Standing standing) {
  switch (standing) {
    case gates::Standing::met: return "满足 met";
    case gates::Standing::waived: return "豁免 waived";
    case gates::Standing::invalid: return "无效 invalid";
    case gates::Standing::missing: return "缺失 missing";
  }
  return {};
}

}  // namespace

Result<void> ExportedCase::read(const StateReader& state) {
  read_ = true;
  QUOTARY_TRY(found, records::find_case(state, id_));
  if (!found) return {};
  QUOTARY_TRY(policy, records::find_policy(state, found->policy, found->policy_version));
  if (!policy) return fail(Errc::corrupt, "state_damaged", "the policy of case " + id_ + " is not there");
  QUOTARY_TRY(items, records::find_items(state, id_));
  QUOTARY_TRY(gate, records::gate_of(state, *found));
  policy_ = std::move(*policy);
  items_ = std::move(items);
  gate_ = std::move(gate);
  found_ = std::move(found);
  return {};
}

void ExportedCase::tell(Verdict& verdict, const ExportReport& report) const {
  if (!verdict.holds()) return;
  if (!read_ || !report.state_checked)
    return verdict.leave_unchecked(fail(Errc::unavailable, "facts_withheld",
                                        "how a case stands follows from facts, which this export does not hold"));
  if (!found_) return verdict.refuse(fail(Errc::not_found, "case_unknown", "the ledger has no case " + printable(id_)));
  verdict.facts["case"] = json::object{{"id", id_},
                                       {"stage", found_->stage()},
                                       {"policy", found_->policy},
                                       {"policy_version", found_->policy_version},
                                       {"policy_sha256", policy_.sha256},
                                       {"policy_text", gates::canonical(policy_.policy)},
                                       {"opened_entry", found_->index},
                                       {"last_entry", found_->last_index},
                                       {"gate", gates::gate_to_json(gate_)}};
  verdict.tell("案卷", "case", id_ + "，" + stage_words(found_->stage()));
  verdict.tell(
      "规则", "policy",
      found_->policy + " 第 " + std::to_string(found_->policy_version) + " 版 version, SHA-256 " + policy_.sha256);
  tell_gate(verdict);
  tell_items(verdict);
}

void ExportedCase::tell_gate(Verdict& verdict) const {
  const auto sentences = gates::words(gate_, policy_.policy);
  for (const auto& each : gate_.requirements) {
    std::string value = each.id + ": " + std::string(standing_words(each.standing));
    if (each.waiver) value += " #" + std::to_string(each.waiver->index) + " (" + each.waiver->role + ")";
    const auto sentence =
        std::find_if(sentences.begin(), sentences.end(), [&](const auto& one) { return one.requirement == each.id; });
    if (sentence != sentences.end()) value += "：" + sentence->zh + " / " + sentence->en;
    verdict.tell("要求", "requirement", std::move(value));
  }
}

void ExportedCase::tell_items(Verdict& verdict) const {
  json::array listed;
  for (const auto& item : items_) {
    for (const auto& each : item.versions) {
      json::object told{{"item", item.id},     {"kind", gates::code_of(item.kind)}, {"version", each.version.number},
                        {"entry", each.index}, {"content", each.content},           {"size", each.size}};
      if (each.version.withdrawn) told["withdrawn"] = true;
      listed.push_back(std::move(told));
      verdict.tell("证据", "evidence",
                   "#" + std::to_string(each.index) + " " + std::string(gates::code_of(item.kind)) + " " + item.id +
                       " 第 " + std::to_string(each.version.number) + " 版 version, " + std::to_string(each.size) +
                       " bytes" + (each.version.withdrawn ? "，已撤回 withdrawn" : ""));
    }
  }
  verdict.facts["case"].as_object()["evidence"] = std::move(listed);
}

}  // namespace quotary::offline
