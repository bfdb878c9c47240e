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

inline constexpr CodeInWords statuses[] = {{"valid", "有效", "Valid"},         {"accepted", "已接受", "Accepted"},
                                           {"voided", "已作废", "Voided"},     {"superseded", "已被取代", "Superseded"},
                                           {"declined", "已谢绝", "Declined"}, {"expired", "已过期", "Expired"}};

// "价格错误 Price error"; the code itself when it is not in the list.
template <std::size_t count>
[[nodiscard]] std::string in_words(const CodeInWords (&list)[count], std::string_view code) {
  for (const CodeInWords& each : list)
    if (each.code == code) return std::string(each.chinese) + " " + std::string(each.english);
  return std::string(code);
}

}  // namespace quotary::api
