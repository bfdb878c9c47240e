#include "pdfgen/laid.h"
#include "pdfgen/line_break.h"

#include <algorithm>

namespace quotary::pdfgen {
namespace {

constexpr double totals_left = margin_right - 262, label_width = 165, figure_right = margin_right - 5;
constexpr double bar_height = 24, bar_gap = 4;
constexpr Style total_label{8, Weight::regular, grey};
constexpr Style text_style{8.5};
constexpr Style words_style{9, Weight::bold, ink};

struct TotalEntry {
  std::vector<StyledLine> label;
  std::string value;
  [[nodiscard]] double height() const { return height_of(label) + 3.2; }
};

bool zero(const std::string& amount) { return amount.find_first_of("123456789") == std::string::npos; }

std::string tax_label(const TaxTotal& tax, bool english) {
  std::string out = both({"税额", "Tax"}, english) + " " + tax.rate + "%";
  if (tax.category != "S") out += " " + tax.category;
  return out + (english ? " (计税额 on " + grouped(tax.taxable) + ")" : "（计税额 " + grouped(tax.taxable) + "）");
}

std::vector<TotalEntry> total_entries(const Typesetter& type, const Quote& quote, bool english) {
  std::vector<TotalEntry> out;
  const auto entry = [&](const std::string& label, const std::string& value) {
    TotalEntry& added = out.emplace_back();
    type.wrap(added.label, label, total_label, label_width);
    added.value = grouped(value);
  };
  const auto named = [&](const Label& sign, const std::string& reason, const Label& otherwise) {
    return with_colon(sign, english) + (reason.empty() ? both(otherwise, english) : reason);
  };
  const Totals& totals = quote.totals;
  entry(both({"行金额合计", "Lines total"}, english), totals.line_extension);
  for (const DocumentAmount& one : quote.allowances)
    entry(named({"减", "Less"}, one.reason, {"整单折让", "allowance"}), "-" + one.amount);
  for (const DocumentAmount& one : quote.charges)
    entry(named({"加", "Plus"}, one.reason, {"附加费用", "charge"}), one.amount);
  entry(both({"不含税金额", "Net amount"}, english), totals.tax_exclusive);
  for (const TaxTotal& tax : quote.tax_totals) entry(tax_label(tax, english), tax.tax);
  if (!zero(totals.payable_rounding)) {
    entry(both({"价税合计", "Total with tax"}, english), totals.tax_inclusive);
    entry(both({"舍入调整", "Rounding"}, english), totals.payable_rounding);
  }
  return out;
}

std::vector<StyledLine> words_lines(const Typesetter& type, const Quote& quote, bool english) {
  std::vector<StyledLine> out;
  if (!quote.amount_in_words.empty())
    type.wrap(out, with_colon({"人民币大写", "In words"}, english) + quote.amount_in_words, words_style,
              body_width - 16);
  return out;
}

double words_height(const std::vector<StyledLine>& lines) { return lines.empty() ? 0 : 6 + 9 + height_of(lines); }

std::string total_text(const Quote& quote) { return quote.currency + " " + grouped(quote.totals.payable); }

struct Term {
  Label label;
  std::vector<StyledLine> lines;
  [[nodiscard]] double height() const { return 4 + 8 * 1.42 + height_of(lines); }
};

constexpr double signatures_height = 12 + signature_boxes_height, signatures_head = 24;
constexpr SignatureLabels signature_labels{
    {{"卖方代表", "Seller"}, {"买方签字一", "Buyer 1"}, {"买方签字二", "Buyer 2"}, {"买方签字三", "Buyer 3"}}};

void signature_block(PageFlow& flow, LaidDocument& laid, const Quote& quote, std::size_t totals_page) {
  flow.need(signatures_height + (flow.page_index() == totals_page ? 0 : signatures_head));
  flow.y -= 12;
  if (flow.page_index() != totals_page) {  // who signs sees the amount all the same
    constexpr Style heading{8, Weight::bold, accent};
    flow.page().text(margin_left, flow.y - 10, both({"签字", "Signatures"}, flow.english()), heading);
    flow.page().text_fitted(margin_right, flow.y - 10,
                            both({"应付总额", "Total"}, flow.english()) + "  " + total_text(quote), heading,
                            body_width - 120, 1);
    flow.page().line(margin_left, flow.y - 15, margin_right, flow.y - 15, 0.5, hairline);
    flow.y -= signatures_head;
  }
  lay_out_signature_boxes(flow, laid.fields, signature_labels);
}

}  // namespace

double totals_height(PageFlow& flow, const Quote& quote) {
  double height = 4 + bar_gap + bar_height + words_height(words_lines(flow.typesetter(), quote, flow.english()));
  for (const TotalEntry& entry : total_entries(flow.typesetter(), quote, flow.english())) height += entry.height();
  return height;
}

void lay_out_totals(PageFlow& flow, const Quote& quote) {
  const bool english = flow.english();
  const double whole = totals_height(flow, quote);
  if (whole <= PageFlow::room_of_new_page()) flow.need(whole);
  flow.y -= 4;
  for (const TotalEntry& entry : total_entries(flow.typesetter(), quote, english)) {
    flow.need(entry.height());
    const double first = flow.y - total_label.size * 1.42 + total_label.size * 0.26;
    for (const StyledLine& line : entry.label) flow.put(line, totals_left);
    flow.page().text_fitted(figure_right, first, entry.value, {8.5, Weight::regular, ink}, 92, 1);
    flow.y -= 3.2;
  }
  // Figures and words of the total stay together.
  const std::vector<StyledLine> words = words_lines(flow.typesetter(), quote, english);
  flow.need(bar_gap + bar_height + words_height(words));
  flow.y -= bar_height + bar_gap;
  constexpr Color white{1, 1, 1};
  flow.page().fill(totals_left - 8, flow.y, margin_right - totals_left + 8, bar_height, accent);
  const Label label =
      zero(quote.totals.payable_rounding) ? Label{"应付总额（价税合计）", "Total"} : Label{"应付总额", "Total"};
  const Style label_style{9.5, Weight::bold, white};
  flow.page().text(totals_left, flow.y + 8.4, both(label, english), label_style);
  const double figure_room =
      margin_right - totals_left - 13 - flow.typesetter().width(both(label, english), label_style);
  flow.page().text_fitted(figure_right, flow.y + 7.8, total_text(quote), {12, Weight::bold, white}, figure_room, 1);
  if (words.empty()) return;
  flow.y -= 6;
  const double high = 9 + height_of(words);
  flow.page().fill(margin_left, flow.y - high, body_width, high, tint);
  flow.y -= 4;
  for (const StyledLine& line : words) flow.put(line, margin_left + 8);
  flow.y -= 5;
}

void lay_out_terms_and_signatures(PageFlow& flow, LaidDocument& laid, const Quote& quote, std::size_t totals_page) {
  std::vector<Term> terms;
  const auto entry = [&](const Label& label, const std::string& value) {
    if (value.empty()) return;
    flow.typesetter().wrap(terms.emplace_back(Term{label, {}}).lines, value, text_style, body_width);
  };
  entry({"交货条款", "Delivery terms"}, quote.delivery_terms);
  entry({"付款条款", "Payment terms"}, quote.payment_terms);
  entry({"贸易术语", "Incoterms"}, quote.incoterms);
  entry({"备注", "Notes"}, quote.notes);
  flow.y -= 8;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const Term& term = terms[i];
    // The places to sign never stand alone on a page: the last text goes there with them.
    const double together = term.height() + signatures_height;
    if (i + 1 == terms.size() && term.height() <= flow.room() && together <= PageFlow::room_of_new_page())
      flow.need(together);
    flow.need(std::min(term.height(), 4 + 8 * 1.42 + 2 * text_style.size * 1.42));
    flow.y -= 4;
    flow.put({decode_utf8(both(term.label, flow.english())), {8, Weight::bold, accent}, 0}, margin_left);
    for (const StyledLine& line : term.lines) {
      flow.need(line.height());
      flow.put(line, margin_left);
    }
  }
  signature_block(flow, laid, quote, totals_page);
}

}  // namespace quotary::pdfgen
