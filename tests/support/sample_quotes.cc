#include "tests/support/sample_quotes.h"

#include "ledger/quote/pricing.h"

namespace quotary::testing {
namespace {

QuoteLine line(std::string code, std::string name, std::string specification, std::string quantity, std::string unit,
               std::string price, std::string percent, std::string rate, std::string amount) {
  QuoteLine out;
  out.item = {std::move(code), std::move(name), std::move(specification), ""};
  out.quantity = std::move(quantity);
  out.unit = {"C62", std::move(unit)};
  out.unit_price = std::move(price);
  out.price_base_quantity = "1";
  if (!percent.empty()) out.discount = LineDiscount{std::move(percent), "", ""};
  out.tax = {"S", std::move(rate)};
  out.line_extension = std::move(amount);
  return out;
}

}  // namespace

Quote cny_quote() {
  Quote q;
  q.series = "SHQT";
  q.language = {"zh-CN"};
  q.currency = "CNY";
  q.validity = {{2026, 11, 24}, {2026, 12, 31}};
  q.seller.name = "上海衡拓自动化设备有限公司";
  q.seller.legal_id = q.seller.tax_id = "91310115MA1K4XYZ7Q";
  q.seller.address = Address{{"张江高科技园区祖冲之路 2288 弄 3 号楼 1201 室"}, "上海市", "上海市", "201203", "CN"};
  q.seller.contact = Contact{"顾明远", "gu.mingyuan@hengtuo.example", "021-5080 6612"};
  q.seller.bank =
      BankAccount{"中国工商银行上海市张江支行", "上海衡拓自动化设备有限公司", "1001 2345 0920 0067 889", ""};
  q.buyer.name = "苏州澄湖新能源科技股份有限公司";
  q.buyer.legal_id = q.buyer.tax_id = "91320594MA1N8ABC3X";
  q.buyer.address = Address{{"工业园区星湖街 328 号创意产业园 7-B 栋"}, "苏州市", "江苏省", "215123", "CN"};
  q.buyer.contact = Contact{"沈一诺", "shen.yinuo@chenghu.example", "0512-6299 1830"};
  q.lines = {
      line("HT-SP-30K", "伺服压装机", "30 kN，行程 200 mm，位移分辨率 0.01 mm，含力位移曲线监控", "4", "台", "86500.00",
           "5", "13", "328700.00"),
      line("HT-VC-05M", "工业相机视觉检测单元", "500 万像素，GigE Vision，含环形光源与安装支架", "4", "套", "12880.00",
           "", "13", "51520.00"),
      line("HT-IO-R32", "远程 I/O 模块", "EtherCAT，32 点 DI/DO", "8", "块", "3650.50", "", "13", "29204.00"),
      line("HT-RB-06", "六轴协作机器人", "负载 6 kg，臂展 914 mm", "2", "台", "45999.99", "", "13", "91999.98"),
      line("HT-SN-M12", "接近传感器", "M12，PNP 常开，IP67", "120", "只", "38.75", "", "13", "4650.00"),
      line("HT-VL-5/2", "五口二位电磁阀", "G1/4，DC 24 V", "36", "只", "129.90", "10", "13", "4208.76"),
      line("HT-CB-STD", "电气控制柜", "2000×800×600 mm，RAL 7035", "1", "台", "18600.00", "", "13", "18600.00"),
      line("HT-SF-GRD", "安全光栅", "分辨率 14 mm，保护高度 900 mm，Type 4", "16", "套", "768.00", "", "13",
           "12288.00"),
      line("HT-WR-4C", "屏蔽线缆", "RVVP 4×0.75 mm²", "250", "米", "2.345", "", "13", "586.25"),
      line("SV-COM", "现场调试", "含机械、电气与软件联调", "15", "人天", "1800.00", "", "6", "27000.00"),
      line("SV-TRN", "操作与维护培训", "每期两天，最多十二人", "3", "期", "9500.00", "", "6", "28500.00"),
      line("SV-MNT", "远程维保服务", "7×24 小时响应，4 小时到场", "12", "月", "1500.00", "", "6", "18000.00"),
  };
  q.allowances = {{"5000.00", "新客户首单优惠"}};
  q.tax_totals = {{"S", "13", "537354.30", "69856.06"}, {"S", "6", "72902.69", "4374.16"}};
  q.totals = {"615256.99", "5000.00", "0.00", "610256.99", "74230.22", "684487.21", "0.00", "684487.21"};
  q.amount_in_words = "人民币陆拾捌万肆仟肆佰捌拾柒元贰角壹分";
  q.delivery_terms = "合同签订并收到预付款后 45 个自然日内发货；卖方负责运输至买方苏州工厂并承担运费与保险。";
  q.payment_terms = "预付 30%，发货前 30%，验收合格后 15 日内付 35%，质保金 5% 于验收满 12 个月后 10 日内付清。";
  q.notes = "1. 整机质保 12 个月，易损件除外。\n2. 本报价含中文操作手册与电气图纸各两份。";
  return q;
}

Quote usd_quote() {
  Quote q = cny_quote();
  q.language = {"zh-CN", "en"};
  q.currency = "USD";
  q.seller = {};
  q.seller.name = "宁波启帆五金制品有限公司";
  q.seller.name_en = "Ningbo Qifan Hardware Co., Ltd.";
  q.seller.legal_id = q.seller.tax_id = "91330206MA2H7QF18B";
  q.seller.address = Address{{"北仑区明州西路 1188 号"}, "宁波市", "浙江省", "315800", "CN"};
  q.seller.contact = Contact{"Lily Xu 徐莉", "lily@qifan.example", "+86 574 8612 3300"};
  q.seller.bank =
      BankAccount{"Bank of China, Ningbo Branch", "Ningbo Qifan Hardware Co., Ltd.", "3850 6688 0101", "BKCHCNBJ92A"};
  q.buyer = {};
  q.buyer.name = "Brightwater Hardware Ltd.";
  q.buyer.legal_id = "07654321";
  q.buyer.tax_id = "GB 123 4567 89";
  q.buyer.address = Address{{"Unit 4, Harbour Trading Estate"}, "Bristol", "", "BS11 9YA", "GB"};
  q.buyer.contact = Contact{"Oliver Hughes", "o.hughes@brightwater.example", "+44 117 496 0321"};
  q.lines = {
      line("QF-1007", "不锈钢合页 Stainless hinge", "SUS304, 100×75×3 mm, satin", "1200", "pcs", "4.85", "", "0",
           "5820.00"),
      line("QF-2210", "家具拉手 Cabinet handle", "Zinc alloy, 128 mm centres, matt black", "3500", "pcs", "1.275", "2",
           "0", "4373.25"),
      line("QF-3301", "门锁套装 Door lock set", "60 mm backset, 3 keys", "480", "sets", "23.60", "", "0", "11328.00"),
      line("QF-4120", "防火门闭门器 Fire door closer", "EN 1154, size 3, adjustable", "96", "pcs", "118.40", "", "0",
           "11366.40"),
      line("QF-9001", "自攻螺钉 Self-tapping screws", "ST3.5×16, zinc plated", "20000", "pcs", "0.0385", "", "0",
           "770.00"),
  };
  for (QuoteLine& item : q.lines) item.tax.category = "G";
  q.allowances = {{"250.00", "Early order rebate"}};
  q.tax_totals = {{"G", "0", "33407.65", "0.00"}};
  q.totals = {"33657.65", "250.00", "0.00", "33407.65", "0.00", "33407.65", "0.00", "33407.65"};
  q.amount_in_words.clear();
  q.incoterms = "FOB Ningbo (Incoterms 2020)";
  q.delivery_terms = "Shipment within 35 days after receipt of deposit. 收到定金后 35 天内装运。";
  q.payment_terms = "30% deposit by T/T, balance against copy of B/L. 电汇 30% 定金，余款见提单副本付清。";
  q.notes = "Packing: export cartons on fumigation-free pallets.";
  return q;
}

Quote long_quote(std::size_t count) {
  Quote q = cny_quote();
  q.lines.clear();
  for (std::size_t i = 0; i < count; ++i)
    q.lines.push_back(line("A-" + std::to_string(100000 + i), "标准紧固件 Fastener 第 " + std::to_string(i + 1) + " 批",
                           i % 3 == 0 ? "M8×40，8.8 级，达克罗涂层，每盒 500 只" : "", "1", "盒", "10.01", "", "13",
                           "10.01"));
  return q;
}

Quote hard_quote() {
  Quote q = usd_quote();
  q.language = {"zh-CN", "en"};
  q.currency = "CNY";
  q.revision_of = "SHQT2026-004790";
  q.seller.name = "中国（上海）自由贸易试验区临港新片区衡拓智能制造系统集成与自动化设备股份有限公司";
  q.seller.name_en =
      "Hengtuo Intelligent Manufacturing Systems Integration and Automation Equipment (Lingang New Area, Shanghai) Co., Ltd.";
  q.buyer.name = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH & Co. KG";
  q.buyer.address =
      Address{{"Industriepark Nord-Süd, Gebäude 17b, Eingang über Hof 3", "Rindfleischetikettierungsstraße 128"},
              "Frankfurt am Main",
              "Hessen",
              "60549",
              "DE"};
  q.lines.clear();
  const char* const names[] = {"伺服压装机 Servo press with force and displacement monitoring",
                               "安全光栅 Safety light curtain",
                               "屏蔽线缆 Shielded cable",
                               "现场调试 Commissioning on site",
                               "远程维保服务 Remote maintenance",
                               "培训 Training"};
  const char* const quantities[] = {"4", "16", "1250.5", "15", "12", "0.125"};
  const char* const prices[] = {"1086500.00", "768.00", "2.345", "1800.00", "1500.00", "4197.16981132075"};
  const char* const percents[] = {"5", "", "12.5", "", "33.3333", ""};
  const char* const rates[] = {"13", "13", "9", "6", "6", "3"};
  for (std::size_t i = 0; i < 24; ++i) {
    const std::size_t k = i % 6;
    q.lines.push_back(line(
        i == 6 ? "HT-PRESS-2026-SPECIAL-EDITION-WITH-SAFETY" : "HT-" + std::to_string(1000 + i), names[k],
        k == 0
            ? "30 kN，行程 200 mm，位移分辨率 0.01 mm，含力位移曲线监控；https://example.com/datasheets/servo-press/2026/HT-SP-30K-technical-data-sheet-en-zh.pdf"
            : "",
        quantities[k], k == 3 ? "人天" : "pcs", prices[k], percents[k], rates[k], ""));
    if (q.lines.back().discount && k == 0)
      q.lines.back().discount->reason = "框架协议批量折扣 frame agreement volume discount";
  }
  q.lines[9].discount = LineDiscount{"", "1234.56", "老客户 returning customer"};
  q.lines[20].tax = {"Z", "0"};
  q.lines[21].note = "分两次执行，第二次须在首次验收之后。";
  q.allowances = {
      {"5000.00", "新客户首单优惠 first order"},
      {"12345.67",
       "展会特惠，凭 2026 年中国国际工业博览会参观证明，仅限本单使用 trade fair rebate for this order only"}};
  q.charges = {{"860.00", "包装与国内运输 packing and domestic freight"}};
  QUOTARY_CHECK(price_quote(q).has_value());
  return q;
}

Numbering sample_numbering() {
  Numbering n;
  n.number = "SHQT2026-004812";
  n.sequence = 4812;
  n.verify_code = "7K3M9QXWD2HTVB5RA";
  n.verify_url = "https://quotes.hengtuo.example/v/SHQT2026-004812?code=7K3M9QXWD2HTVB5RA";
  n.issued_at.unix_ms = 1795485784567;
  n.issue_date = {2026, 11, 24};
  return n;
}

pdfgen::VoidCertificate sample_void() {
  pdfgen::VoidCertificate v;
  v.certificate_id = "01935a3c-7e1f-7c41-9d0e-3a5b8c2f4e61";
  v.number = "SHQT2026-004812";
  v.document_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  v.seller_name = "上海衡拓自动化设备有限公司";
  v.buyer_name = "苏州澄湖新能源科技股份有限公司";
  v.currency = "CNY";
  v.tax_inclusive = "684487.21";
  v.issued_at = "2026-11-24 10:03:04 +08:00";
  v.requested_at = "2026-11-25 09:12:47 +08:00";
  v.decided_at = "2026-11-25 14:30:02 +08:00";
  v.requested_by = "陈思远（销售代表）";
  v.decided_by = "林若涵（区域总监）";
  v.reason = "价格错误 Price error";
  v.reason_text = "伺服压装机单价误用旧版价目表，较现行价低 3.2%，客户已书面同意以新报价单替代。";
  v.comment = "已核对价目表版本与客户邮件，同意作废。";
  v.status_before = "有效 Valid";
  v.issue_index = 48213;
  v.request_index = 48377;
  v.verify_url = "https://quotes.hengtuo.example/v/SHQT2026-004812";
  v.created.unix_ms = 1795588202000;
  return v;
}

pdfgen::VoidCertificate long_void() {
  pdfgen::VoidCertificate v = sample_void();
  v.seller_name = hard_quote().seller.name;
  v.buyer_name = hard_quote().buyer.name;
  std::string reason;
  for (int i = 1; reason.size() < 5600; ++i)
    reason += "第 " + std::to_string(i) +
              " 条：单价误用旧版价目表，较现行价低 3.2%，客户已书面同意以新报价单替代，原件已收回并存档。";
  v.reason_text = reason;
  for (int i = 0; i < 25; ++i) v.comment += sample_void().comment;
  return v;
}

pdfgen::VerificationReport sound_verification() {
  pdfgen::VerificationReport r;
  r.run_id = "01935a3c-7e1f-7c41-9d0e-3a5b8c2f4e61";
  r.organisation_name = "上海衡拓自动化设备有限公司";
  r.origin = "ledger.hengtuo.example/quotes";
  r.tree_size = r.entries = 48377;
  r.objects = 120'412;
  r.root = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  r.ended_at = "2026-11-25 14:30:02 +08:00";
  r.asked_by = "周审计";
  r.entry_index = 48377;
  r.created.unix_ms = 1795588202000;
  return r;
}

pdfgen::VerificationReport bad_verification() {
  pdfgen::VerificationReport r = sound_verification();
  r.mode = pdfgen::VerificationReport::Mode::sampled;
  r.from = 40'000;
  r.entries = 1'000;
  r.seed = r.root;
  r.private_objects_read = false;
  r.by_command_line = true;
  r.entry_index.reset();
  r.not_recorded = "ledger_latched";
  r.problems_total = 57;
  for (std::uint64_t i = 0; i < 57; ++i)
    r.problems.push_back(
        {40'001 + i, "payload", "文件或内容与记录的哈希不符 / stored content does not match its hash"});
  return r;
}

}  // namespace quotary::testing
