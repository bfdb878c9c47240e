#include "pdfgen/laid.h"
#include "pdfgen/line_break.h"

#include <algorithm>

namespace quotary::pdfgen {
namespace {

constexpr Label kind{"报价单", "QUOTATION"};
constexpr Style label_style{7, Weight::regular, grey};
constexpr Style text_style{8.5};

void title_block(PageFlow& flow, const LaidDocument& laid, const Quote& quote) {
  Canvas& page = flow.page();
  const double top = flow.y;
  double x = margin_left;
  if (laid.logo) {
    constexpr double wide_max = 130, high_max = 42;
    const double scale = std::min(wide_max / laid.logo->width, high_max / laid.logo->height);
    const double wide = laid.logo->width * scale, high = laid.logo->height * scale;
    page.image(margin_left, top - 2 - (high_max + high) / 2 + 0.5, wide, high);
    x += wide + 12;
  }
  const double room = margin_right - 170 - x;
  Style name{14, Weight::bold, ink};
  while (name.size > 10 && flow.typesetter().width(quote.seller.name, name) > room) name.size -= 0.5;
  std::vector<StyledLine> lines;
  flow.typesetter().wrap(lines, quote.seller.name, name, room);
  flow.typesetter().wrap(lines, quote.seller.name_en, {8.5, Weight::regular, grey}, room);
  double y = top - 8;
  for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), 3); ++i) {  // the seller's block below has the whole name
    y -= lines[i].style.size;
    page.text(x, y, lines[i].text, lines[i].style);
    y -= 4;
  }
  page.text_right(margin_right, top - 24, kind.chinese, {24, Weight::bold, accent}, 3);
  page.text_right(margin_right, top - 39, kind.english, {8.5, Weight::regular, grey}, 2.6);
  flow.y = top - 50;
  page.fill(margin_left, flow.y, body_width, 1.6, accent);
}

void meta_block(PageFlow& flow, LaidDocument& laid, const Quote& quote) {
  Canvas& page = flow.page();
  const bool english = flow.english();
  const double y = flow.y - 16, value_y = y - 14;
  constexpr double date_x = margin_left + 190, validity_x = margin_left + 280, currency_x = margin_left + 440;
  const Style value{10, Weight::bold, ink};
  page.text(margin_left, y, both({"报价编号", "Quotation No."}, english), label_style);
  page.text(date_x, y, both({"报价日期", "Date"}, english), label_style);
  page.text(validity_x, y, both({"有效期", "Validity"}, english), label_style);
  page.text(currency_x, y, both({"币种", "Currency"}, english), label_style);
  laid.number_place = {margin_left, value_y, 180};
  laid.date_place = {date_x, value_y, 84};
  page.text(validity_x, value_y, date_text(quote.validity.start) + " – " + date_text(quote.validity.end), {9.5, Weight::regular, ink});
  page.text(currency_x, value_y, quote.currency, value);
  flow.y = value_y - 12;
  if (!quote.revision_of.empty()) {
    page.text(margin_left, value_y - 13, both({"替代", "Replaces"}, english) + " " + quote.revision_of, label_style);
    flow.y -= 10;
  }
  page.line(margin_left, flow.y, margin_right, flow.y, 0.5, hairline);
}

std::string joined(std::initializer_list<std::string_view> parts, std::string_view mark) {
  std::string out;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    if (!out.empty()) out += mark;
    out += part;
  }
  return out;
}

std::vector<StyledLine> party_lines(PageFlow& flow, const Party& party, const Label& role, double width) {
  std::vector<StyledLine> out;
  const Typesetter& type = flow.typesetter();
  const bool english = flow.english();
  const Style plain{8};
  type.wrap(out, both(role, english), {7.5, Weight::bold, accent}, width);
  type.wrap(out, party.name, {10, Weight::bold, ink}, width);
  type.wrap(out, party.name_en, {8, Weight::regular, grey}, width);
  if (out.size() > 1) out[1].space_above = 1;
  const std::size_t heading = out.size();
  const auto entry = [&](const Label& label, const std::string& value) {
    if (!value.empty()) type.wrap(out, both(label, english) + (english ? ": " : "：") + value, plain, width);
  };
  entry({"统一社会信用代码", "Registration No."}, party.legal_id);
  if (party.tax_id != party.legal_id) entry({"纳税人识别号", "Tax ID"}, party.tax_id);
  if (party.address) {
    const Address& a = *party.address;
    std::string street;
    for (const std::string& part : a.lines) street += (street.empty() ? "" : " ") + part;
    const bool chinese_order = a.country == "CN" || a.country == "TW" || a.country == "HK" || a.country == "MO";
    entry({"地址", "Address"}, chinese_order ? joined({a.region, a.city == a.region ? "" : a.city, street}, "") + (a.postal_code.empty() ? "" : " " + a.postal_code)
                                             : joined({street, a.city, joined({a.region, a.postal_code}, " "), a.country}, ", "));
  }
  if (party.contact) {
    entry({"联系人", "Contact"}, joined({party.contact->name, party.contact->phone}, "  "));
    entry({"邮箱", "E-mail"}, party.contact->email);
  }
  if (party.bank) {
    entry({"开户行", "Bank"}, party.bank->bank_name);
    if (party.bank->account_name != party.name) entry({"户名", "Account name"}, party.bank->account_name);
    entry({"账号", "Account No."}, party.bank->account_number);
    entry({"SWIFT", ""}, party.bank->swift);
  }
  if (heading < out.size()) out[heading].space_above = 2.5;
  return out;
}

// Buyer and seller side by side; blocks too long for the page go row by row, so that both may run over it.
void party_block(PageFlow& flow, const Quote& quote) {
  constexpr double middle_gap = 20, column = (body_width - middle_gap) / 2;
  const auto left = party_lines(flow, quote.buyer, {"买方", "Buyer"}, column);
  const auto right = party_lines(flow, quote.seller, {"卖方", "Seller"}, column);
  flow.y -= 6;
  const auto total = [](const std::vector<StyledLine>& lines) {
    double height = 0;
    for (const StyledLine& line : lines) height += line.height();
    return height;
  };
  if (const double height = std::max(total(left), total(right)); height < flow.room()) {
    const double top = flow.y;
    for (const StyledLine& line : left) flow.put(line, margin_left);
    flow.y = top;
    for (const StyledLine& line : right) flow.put(line, margin_left + column + middle_gap);
    flow.y = top - height - 12;
    return;
  }
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const double height = std::max(i < left.size() ? left[i].height() : 0, i < right.size() ? right[i].height() : 0);
    flow.need(height);
    flow.y -= height;
    if (i < left.size()) flow.page().text(margin_left, flow.y + 2.2, left[i].text, left[i].style);
    if (i < right.size()) flow.page().text(margin_left + column + middle_gap, flow.y + 2.2, right[i].text, right[i].style);
  }
  flow.y -= 12;
}

void totals_block(PageFlow& flow, const Quote& quote) {
  const bool english = flow.english();
  constexpr double left = margin_right - 262, figure_right = margin_right - 5;
  flow.y -= 4;
  const auto entry = [&](const std::string& label, const std::string& value) {
    constexpr double height = 14.5;
    flow.need(height);
    flow.y -= height;
    flow.page().text_fitted(left, flow.y + 4.2, label, {8, Weight::regular, grey}, 165);
    flow.page().text_fitted(figure_right, flow.y + 4.2, grouped(value), {8.5, Weight::regular, ink}, 92, 1);
  };
  const auto zero = [](const std::string& amount) { return amount.find_first_of("123456789") == std::string::npos; };
  const Totals& totals = quote.totals;
  entry(both({"行金额合计", "Lines total"}, english), totals.line_extension);
  for (const DocumentAmount& allowance : quote.allowances)
    entry(both({"减", "Less"}, english) + "：" + (allowance.reason.empty() ? both({"整单折让", "allowance"}, english) : allowance.reason), "-" + allowance.amount);
  for (const DocumentAmount& charge : quote.charges)
    entry(both({"加", "Plus"}, english) + "：" + (charge.reason.empty() ? both({"附加费用", "charge"}, english) : charge.reason), charge.amount);
  entry(both({"不含税金额", "Net amount"}, english), totals.tax_exclusive);
  for (const TaxTotal& tax : quote.tax_totals)
    entry(both({"税额", "Tax"}, english) + " " + tax.rate + "%" + (tax.category == "S" ? "" : " " + tax.category) + both({"（计税额", "on"}, english) + " " + grouped(tax.taxable) + "）", tax.tax);
  if (!zero(totals.payable_rounding)) {
    entry(both({"价税合计", "Total with tax"}, english), totals.tax_inclusive);
    entry(both({"舍入调整", "Rounding"}, english), totals.payable_rounding);
  }
  constexpr double height = 24;
  // Figures and words of the total stay together.
  flow.need(height + 4 + (quote.amount_in_words.empty() ? 0 : 28));
  flow.y -= height + 4;
  flow.page().fill(left - 8, flow.y, margin_right - left + 8, height, accent);
  const Color white{1, 1, 1};
  flow.page().text(left, flow.y + 8.4, both({"应付总额", "Total"}, english), {9.5, Weight::bold, white});
  flow.page().text_fitted(figure_right, flow.y + 7.8, quote.currency + " " + grouped(totals.payable), {12, Weight::bold, white}, 150, 1);
  if (!quote.amount_in_words.empty()) {
    flow.y -= 6;
    std::vector<StyledLine> lines;
    flow.typesetter().wrap(lines, both({"人民币大写", "In words"}, english) + "：" + quote.amount_in_words, {9, Weight::bold, ink}, body_width - 16);
    const double high = 9 + 13 * static_cast<double>(lines.size());
    flow.need(high);
    flow.page().fill(margin_left, flow.y - high, body_width, high, tint);
    flow.y -= 4;
    for (const StyledLine& line : lines) flow.put(line, margin_left + 8);
    flow.y -= 5;
  }
}

void terms_block(PageFlow& flow, const Quote& quote) {
  flow.y -= 8;
  const auto entry = [&](const Label& label, const std::string& value) {
    if (value.empty()) return;
    flow.need(30);
    flow.y -= 4;
    flow.put({decode_utf8(both(label, flow.english())), {8, Weight::bold, accent}, 0}, margin_left);
    flow.paragraph(value, text_style, margin_left, body_width);
  };
  entry({"交货条款", "Delivery terms"}, quote.delivery_terms);
  entry({"付款条款", "Payment terms"}, quote.payment_terms);
  entry({"贸易术语", "Incoterms"}, quote.incoterms);
  entry({"备注", "Notes"}, quote.notes);
}

void signature_block(PageFlow& flow, LaidDocument& laid) {
  struct Box {
    const char* name;
    Label label;
  };
  constexpr Box boxes[] = {{"Rep", {"卖方代表签字", "Seller"}}, {"Customer1", {"买方签字一", "Buyer 1"}}, {"Customer2", {"买方签字二", "Buyer 2"}}, {"Customer3", {"买方签字三", "Buyer 3"}}};
  constexpr double spacing = 10, wide = (body_width - 3 * spacing) / 4, high = 54;
  flow.y -= 12;
  flow.need(high + 18);
  flow.y -= 12;
  double x = margin_left;
  laid.fields.push_back({"Seal", "电子签章 Seal", 0, {}});
  for (const Box& box : boxes) {
    flow.page().text(x, flow.y + 2, both(box.label, flow.english()), label_style);
    flow.page().frame(x, flow.y - 2 - high, wide, high, 0.5, hairline);
    laid.fields.push_back({box.name, both(box.label, true), flow.page_index(), {x, flow.y - 2 - high, x + wide, flow.y - 2}});
    x += wide + spacing;
  }
  flow.y -= high + 6;
}

}  // namespace

std::string date_text(Date date) {
  const auto padded = [](int value, std::size_t width) {
    const std::string digits = std::to_string(value);
    return std::string(digits.size() < width ? width - digits.size() : 0, '0') + digits;
  };
  return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2);
}

void lay_out_quote(LaidDocument& laid, Typesetter& typesetter, const Quote& quote) {
  PageFlow flow(typesetter, laid.english, quote.seller.name + "  ·  " + both(kind, laid.english));
  title_block(flow, laid, quote);
  meta_block(flow, laid, quote);
  party_block(flow, quote);
  lay_out_table(flow, quote);
  totals_block(flow, quote);
  terms_block(flow, quote);
  signature_block(flow, laid);
  laid.contents = flow.finish();
}

}  // namespace quotary::pdfgen
