// Golden files and small quote bodies for the quote's tests.
#pragma once

#include "ledger/quote/parse.h"
#include "tests/support/golden.h"

#include <string>
#include <string_view>

namespace quotary {

inline std::string read_golden(const std::string& name) { return testing::golden("quote/" + name); }
inline json::value golden_json(const std::string& name) { return testing::golden_json("quote/" + name); }

inline Party test_seller() {
  Party seller;
  seller.name = "上海衡拓自动化设备有限公司";
  seller.tax_id = "91310000MA1K0X0X0X";
  return seller;
}

// The smallest body that is accepted.
inline json::value small_body() {
  return parse_json(R"({"series":"SH-QT","currency":"CNY","validity":{"start":"2026-11-24","end":"2026-12-24"},
      "buyer":{"name":"苏州澄湖"},"lines":[{"item":{"name":"伺服压装机"},"quantity":"4","unit":{"code":"C62"},
      "unit_price":"86500.00","tax":{"category":"S","rate":"13"}}]})")
      .value();
}

}  // namespace quotary
