#include "pdfgen/laid.h"
#include "pdfgen/line_break.h"

#include <algorithm>

namespace quotary::pdfgen {
namespace {

constexpr Label kind{"报价单", "QUOTATION"};
constexpr Style label_style{7, Weight::regular, grey};
constexpr Style party_label{8, Weight::regular, grey};
constexpr Style party_value{8};

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
  // At most two lines of the name and one of the English one; the seller's block below has them whole.
  const double room = margin_right - 170 - x;
  const Typesetter& type = flow.typesetter();
  Style name{14, Weight::bold, ink};
  while (name.size > 10 && type.width(quote.seller.name, name) > room) name.size -= 0.5;
  std::vector<StyledLine> lines;
  type.wrap(lines, quote.seller.name, name, room);
  if (lines.size() > 2) {
    std::u32string rest = decode_utf8(quote.seller.name).substr(lines[0].text.size());
    rest.erase(0, rest.find_first_not_of(U' '));
    lines = {lines[0], {type.cut(std::move(rest), name, room), name, 0}};
  }
  if (!quote.seller.name_en.empty()) {
    const Style english_name{lines.size() > 1 ? 7.5 : 8.5, Weight::regular, grey};
    lines.push_back({type.cut(quote.seller.name_en, english_name, room), english_name, 0});
  }
  double y = top - (lines.size() > 2 ? 3 : lines.size() > 1 ? 8 : 12);
  for (const StyledLine& line : lines) {
    y -= line.style.size;
    page.text(x, y, line.text, line.style);
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
  page.text(validity_x, value_y, date_text(quote.validity.start) + " – " + date_text(quote.validity.end),
            {9.5, Weight::regular, ink});
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

// A party's line: its label in grey before the value, and the value's further lines under its first.
struct PartyLine {
  StyledLine value;
  std::u32string label;
  double indent = 0;
};

std::vector<PartyLine> party_lines(PageFlow& flow, const Party& party, const Label& role, double width) {
  std::vector<PartyLine> out;
  const Typesetter& type = flow.typesetter();
  const bool english = flow.english();
  const auto heading = [&](std::string_view text, const Style& style, double space_above) {
    std::vector<StyledLine> lines;
    type.wrap(lines, text, style, width);
    if (!lines.empty()) lines.front().space_above = space_above;
    for (StyledLine& line : lines) out.push_back({std::move(line), {}, 0});
  };
  heading(both(role, english), {7.5, Weight::bold, accent}, 0);
  heading(party.name, {10, Weight::bold, ink}, 1);
  heading(party.name_en, {8, Weight::regular, grey}, 0);
  const std::size_t headings = out.size();
  const auto entry = [&](const Label& label, const std::string& value) {
    if (value.empty()) return;
    const std::u32string lead = decode_utf8(with_colon(label, english));
    const double indent = type.width(lead, party_label);
    std::vector<StyledLine> lines;
    type.wrap(lines, value, party_value, width - indent);
    for (std::size_t i = 0; i < lines.size(); ++i) out.push_back({lines[i], i == 0 ? lead : std::u32string(), indent});
  };
  entry({"统一社会信用代码", "Registration No."}, party.legal_id);
  if (party.tax_id != party.legal_id) entry({"纳税人识别号", "Tax ID"}, party.tax_id);
  if (party.address) {
    const Address& a = *party.address;
    std::string street;
    for (const std::string& part : a.lines) street += (street.empty() ? "" : " ") + part;
    const bool chinese_order = a.country == "CN" || a.country == "TW" || a.country == "HK" || a.country == "MO";
    entry({"地址", "Address"}, chinese_order
                                   ? joined({a.region, a.city == a.region ? "" : a.city, street}, "") +
                                         (a.postal_code.empty() ? "" : " " + a.postal_code)
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
  if (headings < out.size()) out[headings].value.space_above = 2.5;
  return out;
}

// Buyer and seller side by side; blocks too long for the page go row by row, so that both may run over it.
void party_block(PageFlow& flow, const Quote& quote) {
  constexpr double middle_gap = 20, column = (body_width - middle_gap) / 2;
  const std::vector<PartyLine> sides[] = {party_lines(flow, quote.buyer, {"买方", "Buyer"}, column),
                                          party_lines(flow, quote.seller, {"卖方", "Seller"}, column)};
  constexpr double lefts[] = {margin_left, margin_left + column + middle_gap};
  flow.y -= 6;
  const auto put = [&](const PartyLine& line, double x) {
    flow.put(line.value, x + line.indent);
    if (!line.label.empty()) flow.page().text(x, flow.y + line.value.style.size * 0.26, line.label, party_label);
  };
  double height = 0;
  for (const auto& side : sides) {
    double sum = 0;
    for (const PartyLine& line : side) sum += line.value.height();
    height = std::max(height, sum);
  }
  if (height < flow.room()) {
    const double top = flow.y;
    for (std::size_t s = 0; s < 2; ++s) {
      flow.y = top;
      for (const PartyLine& line : sides[s]) put(line, lefts[s]);
    }
    flow.y = top - height - 12;
    return;
  }
  for (std::size_t i = 0; i < std::max(sides[0].size(), sides[1].size()); ++i) {
    double row = 0;
    for (const auto& side : sides) row = std::max(row, i < side.size() ? side[i].value.height() : 0);
    flow.need(row);
    const double top = flow.y;
    for (std::size_t s = 0; s < 2; ++s) {
      flow.y = top;
      if (i < sides[s].size()) put(sides[s][i], lefts[s]);
    }
    flow.y = top - row;
  }
  flow.y -= 12;
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
  lay_out_table(flow, quote, totals_height(flow, quote));
  lay_out_totals(flow, quote);
  lay_out_terms_and_signatures(flow, laid, quote, flow.page_index());
  laid.contents = flow.finish();
}

}  // namespace quotary::pdfgen
