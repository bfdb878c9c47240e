// Codes as people read them, in Chinese and English.
#pragma once

#include <string>
#include <string_view>

namespace quotary::api {

struct CodeInWords {
  std::string_view code, chinese, english;
};

// Why a quote is voided: the codes that a request may name.
inline constexpr CodeInWords void_reasons[] = {{"price_error", "价格错误", "Price error"},
                                               {"wrong_party", "客户错误", "Wrong party"},
                                               {"wrong_item", "产品错误", "Wrong item"},
                                               {"duplicate", "重复报价", "Duplicate"},
                                               {"customer_withdrew", "客户撤回", "Customer withdrew"},
                                               {"terms_error", "条款错误", "Terms error"},
                                               {"test", "测试", "Test"},
                                               {"fraud_suspected", "疑似舞弊", "Fraud suspected"},
                                               {"other", "其他", "Other"}};

// On what ground something is erased (PIPL art. 47; GDPR art. 17).
inline constexpr CodeInWords legal_bases[] = {{"person_request", "个人行使删除权", "Request of the person concerned"},
                                              {"consent_withdrawn", "撤回同意", "Consent withdrawn"},
                                              {"purpose_ended", "处理目的已实现或不再必要", "Purpose ended"},
                                              {"retention_ended", "保存期限届满", "Retention period ended"},
                                              {"unlawful_processing", "违法处理", "Unlawful processing"},
                                              {"court_order", "法院或监管机关要求", "Order of a court or authority"},
                                              {"other", "其他法定事由", "Other legal ground"}};

inline constexpr CodeInWords statuses[] = {{"valid", "有效", "Valid"},         {"accepted", "已接受", "Accepted"},
                                           {"voided", "已作废", "Voided"},     {"superseded", "已被取代", "Superseded"},
                                           {"declined", "已谢绝", "Declined"}, {"expired", "已过期", "Expired"}};

// How a signer showed who they are.
inline constexpr CodeInWords signing_factors[] = {
    {"link", "签署链接", "Link"}, {"code", "验证码", "One-time code"}, {"passkey", "通行密钥", "Passkey"}};

// "价格错误 Price error"; the code itself when it is not in the list.
template <std::size_t count>
[[nodiscard]] std::string in_words(const CodeInWords (&list)[count], std::string_view code) {
  for (const CodeInWords& each : list)
    if (each.code == code) return std::string(each.chinese) + " " + std::string(each.english);
  return std::string(code);
}

template <std::size_t count>
[[nodiscard]] bool is_listed(const CodeInWords (&list)[count], std::string_view code) {
  for (const CodeInWords& each : list)
    if (each.code == code) return true;
  return false;
}

// "price_error, wrong_party, ..."
template <std::size_t count>
[[nodiscard]] std::string codes_of(const CodeInWords (&list)[count]) {
  std::string out;
  for (const CodeInWords& each : list) out += (out.empty() ? "" : ", ") + std::string(each.code);
  return out;
}

}  // namespace quotary::api
