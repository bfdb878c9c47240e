#include "tools/quotary/sample_quotes.h"

namespace quotary::cli {
namespace {

constexpr int days_valid = 30;

constexpr std::string_view press_line = R"({
  "series": "SH-QT", "language": ["zh-CN"], "currency": "CNY",
  "validity": {"start": "@start", "end": "@end"},
  "rounding": {"mode": "half_up", "scope": "line", "tax_scope": "tax_group"},
  "buyer": {"name": "苏州澄湖新能源科技股份有限公司", "legal_id": "91320500MA1N0X0X0X",
            "address": {"lines": ["工业园区星湖街 1 号"], "city": "苏州", "country": "CN"},
            "contact": {"name": "采购部", "email": "purchasing@example.com", "phone": "+8651200000000"}},
  "lines": [
    {"item": {"seller_id": "SP-200", "name": "伺服压装机", "specification": "200 kN"}, "quantity": "4", "unit": {"code": "C62", "name": "台"}, "unit_price": "86500.00", "discount": {"percent": "5", "reason": "批量"}, "tax": {"category": "S", "rate": "13"}},
    {"item": {"seller_id": "FX-12", "name": "定位工装", "specification": "12 工位"}, "quantity": "4", "unit": {"code": "SET", "name": "套"}, "unit_price": "12880.00", "tax": {"category": "S", "rate": "13"}},
    {"item": {"seller_id": "LC-50", "name": "压力传感器", "specification": "50 kN"}, "quantity": "8", "unit": {"code": "C62", "name": "只"}, "unit_price": "3650.50", "tax": {"category": "S", "rate": "13"}},
    {"item": {"seller_id": "VS-20", "name": "视觉检测单元", "specification": "2000 万像素"}, "quantity": "2", "unit": {"code": "SET", "name": "套"}, "unit_price": "45999.99", "tax": {"category": "S", "rate": "13"}},
    {"item": {"seller_id": "CN-08", "name": "快换接头", "specification": "8 mm"}, "quantity": "120", "unit": {"code": "C62", "name": "只"}, "unit_price": "38.75", "tax": {"category": "S", "rate": "13"}},
    {"item": {"seller_id": "SW-24", "name": "接近开关", "specification": "24 V"}, "quantity": "36", "unit": {"code": "C62", "name": "只"}, "unit_price": "129.90", "discount": {"percent": "10", "reason": "批量"}, "tax": {"category": "S", "rate": "13"}},
    {"item": {"seller_id": "CB-01", "name": "电控柜", "specification": "含安装附件"}, "quantity": "1", "unit": {"code": "C62", "name": "台"}, "unit_price": "18600.00", "tax": {"category": "S", "rate": "13"}},
    {"item": {"seller_id": "GR-16", "name": "安全光栅", "specification": "1600 mm"}, "quantity": "16", "unit": {"code": "C62", "name": "对"}, "unit_price": "768.00", "tax": {"category": "S", "rate": "13"}},
    {"item": {"seller_id": "WR-15", "name": "线缆", "specification": "1.5 mm²"}, "quantity": "250", "unit": {"code": "MTR", "name": "米"}, "unit_price": "2.345", "tax": {"category": "S", "rate": "13"}},
    {"item": {"name": "现场调试"}, "quantity": "15", "unit": {"code": "DAY", "name": "人天"}, "unit_price": "1800.00", "tax": {"category": "S", "rate": "6"}},
    {"item": {"name": "操作培训"}, "quantity": "3", "unit": {"code": "C62", "name": "次"}, "unit_price": "9500.00", "tax": {"category": "S", "rate": "6"}},
    {"item": {"name": "维保服务"}, "quantity": "12", "unit": {"code": "MON", "name": "月"}, "unit_price": "1500.00", "tax": {"category": "S", "rate": "6"}}
  ],
  "allowances": [{"amount": "5000.00", "reason": "整单优惠"}],
  "payment_terms": "3-5-2", "delivery_terms": "合同生效后 45 天内交货",
  "external_refs": [{"system": "crm", "id": "OPP-1001"}]
})";

constexpr std::string_view hardware = R"({
  "series": "SH-QT", "language": ["zh-CN", "en"], "currency": "USD",
  "validity": {"start": "@start", "end": "@end"},
  "rounding": {"mode": "half_up", "scope": "line", "tax_scope": "tax_group"},
  "seller": {"name": "宁波启帆五金", "name_en": "Ningbo Qifan Hardware", "address": {"lines": ["北仑区明州路 8 号"], "city": "宁波", "country": "CN"}},
  "buyer": {"name": "Brightwater Hardware Ltd.", "address": {"lines": ["12 Quay Street"], "city": "Bristol", "country": "GB"},
            "contact": {"name": "Purchasing", "email": "purchasing@example.com"}},
  "incoterms": "FOB Ningbo",
  "lines": [
    {"item": {"seller_id": "HB-10", "name": "六角螺栓 Hex bolt", "specification": "M10 x 60"}, "quantity": "1200", "unit": {"code": "C62", "name": "pc"}, "unit_price": "4.85", "tax": {"category": "G", "rate": "0"}},
    {"item": {"seller_id": "WS-10", "name": "平垫圈 Washer", "specification": "M10"}, "quantity": "3500", "unit": {"code": "C62", "name": "pc"}, "unit_price": "1.275", "discount": {"percent": "2", "reason": "volume"}, "tax": {"category": "G", "rate": "0"}},
    {"item": {"seller_id": "HG-04", "name": "铰链 Hinge", "specification": "100 mm"}, "quantity": "480", "unit": {"code": "C62", "name": "pc"}, "unit_price": "23.60", "tax": {"category": "G", "rate": "0"}},
    {"item": {"seller_id": "LK-02", "name": "门锁 Door lock", "specification": "304"}, "quantity": "96", "unit": {"code": "SET", "name": "set"}, "unit_price": "118.40", "tax": {"category": "G", "rate": "0"}},
    {"item": {"seller_id": "RV-04", "name": "铆钉 Rivet", "specification": "4 x 10"}, "quantity": "20000", "unit": {"code": "C62", "name": "pc"}, "unit_price": "0.0385", "tax": {"category": "G", "rate": "0"}}
  ],
  "allowances": [{"amount": "250.00", "reason": "first order"}],
  "payment_terms": "30 % T/T in advance, balance against copy of B/L"
})";

constexpr std::string_view small = R"({
  "series": "SH-QT", "language": ["zh-CN"], "currency": "CNY",
  "validity": {"start": "@start", "end": "@end"},
  "buyer": {"name": "@buyer"},
  "lines": [{"item": {"seller_id": "SP-100", "name": "伺服压装机", "specification": "100 kN"}, "quantity": "1", "unit": {"code": "C62", "name": "台"}, "unit_price": "@price", "tax": {"category": "S", "rate": "13"}}],
  "payment_terms": "款到发货"
})";

std::string filled(std::string_view text, std::string_view name, std::string_view value) {
  std::string out(text);
  for (auto at = out.find(name); at != std::string::npos; at = out.find(name, at + value.size()))
    out.replace(at, name.size(), value);
  return out;
}

std::string dated(std::string_view text, Date today) {
  return filled(filled(text, "@start", format_date(today)), "@end", format_date(add_days(today, days_valid)));
}

std::string small_with(Date today, std::string_view buyer, std::string_view price) {
  return filled(filled(dated(small, today), "@buyer", buyer), "@price", price);
}

}  // namespace

std::vector<SampleQuote> sample_quotes(Date today) {
  return {
      {"rep", dated(press_line, today)},
      {"rep", dated(hardware, today)},
      {"rep", small_with(today, "无锡朗泽精密机械有限公司", "58600.00")},
      {"rep", small_with(today, "常州远信电驱动有限公司", "61200.00")},
      {"rep2", small_with(today, "昆山博越自动化有限公司", "59900.00")},
  };
}

std::string small_quote(Date today, std::uint64_t number) {
  constexpr std::string_view characters =
      "锡朗泽精密昌盛达瑞丰华泰安康宁远信恒通利源金鑫宏博越创新联合众诚荣光辉明星海天润佳美德福祥和顺兴隆永固坚拓";
  constexpr std::uint64_t count = characters.size() / 3;
  std::string buyer = "无锡";
  for (std::uint64_t left = number * 2'654'435'761 % (count * count * count * count), i = 0; i < 4; ++i, left /= count)
    buyer += characters.substr(left % count * 3, 3);
  return small_with(today, buyer + "机械有限公司", std::to_string(10'000 + number % 80'000) + ".00");
}

}  // namespace quotary::cli
