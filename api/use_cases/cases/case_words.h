// Cases and gates as people read them: Chinese first, English beside it. Pure. Inside api/use_cases/cases.
#pragma once

#include "api/use_cases/in_words.h"
#include "ledger/gates/gate.h"

namespace quotary::api {

inline constexpr CodeInWords case_stages[] = {
    {"pending", "待补全", "Pending completion"}, {"complete", "已齐备", "Complete"}, {"closed", "已结案", "Closed"}};
inline constexpr CodeInWords standings[] = {{"met", "已满足", "Met"},
                                            {"waived", "已豁免", "Waived"},
                                            {"invalid", "无效", "Invalid"},
                                            {"missing", "缺少", "Missing"}};
inline constexpr CodeInWords case_events[] = {
    {"case.opened", "开立案卷", "Case opened"},        {"case.noted", "填写记录", "Note written"},
    {"case.waived", "豁免要求", "Requirement waived"}, {"case.closed", "结案", "Case closed"},
    {"evidence.added", "提交证据", "Evidence added"},  {"evidence.withdrawn", "撤回证据", "Evidence withdrawn"}};

// {"stage": "pending", "stage_zh": "待补全"}
[[nodiscard]] json::object stage_member(std::string_view stage);
// [{"requirement", "zh", "en"}]: what is missing and what to do about it.
[[nodiscard]] json::array sentences_member(const gates::GateState& gate, const gates::Policy& policy);
// {"complete", "requirements", "sentences"}: gate_to_json() with titles and standings in words.
[[nodiscard]] json::object gate_member(const gates::GateState& gate, const gates::Policy& policy);
// The same sentences as problems of a request: code: the requirement.
[[nodiscard]] std::vector<Problem> missing_problems(const gates::GateState& gate, const gates::Policy& policy,
                                                    const std::string& pointer);

}  // namespace quotary::api
