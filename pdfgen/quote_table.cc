#include "pdfgen/laid.h"

#include <algorithm>
#include <array>

namespace quotary::pdfgen {
namespace {

enum Column { number, code, name, quantity, unit, price, discount, tax, amount, column_count };

constexpr std::array<Label, column_count> headings{{{"序号", "No."},
                                                    {"编码", "Code"},
                                                    {"名称规格", "Description"},
                                                    {"数量", "Quantity"},
                                                    {"单位", "Unit"},
                                                    {"不含税单价", "Unit price"},
                                                    {"折扣", "Discount"},
                                                    {"税率", "Tax"},
                                                    {"不含税金额", "Amount"}}};

constexpr double gap = 5;  // on either side of a cell
constexpr Style cell_style{8};
constexpr Style detail_style{7, Weight::regular, grey};
constexpr double pad_top = 2.4, pad_bottom = 4.2;
constexpr double carried_height = 17;

// The running sum of the lines' amounts, exact. Scaled to the most fraction digits that any line has.
class RunningSum {
 public:
  explicit RunningSum(const Quote& quote) {
    for (const QuoteLine& line : quote.lines) {
      const std::size_t point = line.line_extension.find('.');
      if (point != std::string::npos) scale_ = std::max(scale_, line.line_extension.size() - point - 1);
    }
    scale_ = std::min(scale_, scale_max);
  }

  void add(std::string_view amount) {
    const bool negative = amount.starts_with('-');
    __int128 value = 0;
    std::size_t fraction = 0;
    bool past_point = false;
    for (const char c : amount) {
      if (c == '.') past_point = true;
      if (c < '0' || c > '9' || (past_point && fraction == scale_)) continue;
      value = value * 10 + (c - '0');
      if (past_point) ++fraction;
    }
    for (; fraction < scale_; ++fraction) value *= 10;
    sum_ += negative ? -value : value;
  }

  [[nodiscard]] std::string text() const {
    __int128 rest = sum_ < 0 ? -sum_ : sum_;
    std::string digits;
    for (; rest > 0 || digits.size() <= scale_; rest /= 10)
      digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    if (scale_ > 0) digits.insert(digits.size() - scale_, 1, '.');
    return (sum_ < 0 ? "-" : "") + digits;
  }

 private:
  static constexpr std::size_t scale_max = 16;
  std::size_t scale_ = 0;
  __int128 sum_ = 0;
};

std::string discount_text(const QuoteLine& line) {
  if (!line.discount) return "";
  return line.discount->percent.empty() ? "-" + grouped(line.discount->amount) : line.discount->percent + "%";
}

std::string tax_text(const QuoteLine& line) {
  const std::string rate = line.tax.rate.empty() ? "0" : line.tax.rate;
  return line.tax.category == "S" || line.tax.category.empty() ? rate + "%" : rate + "% " + line.tax.category;
}

std::string price_text(const QuoteLine& line) {
  std::string out = grouped(line.unit_price);
  if (!line.price_base_quantity.empty() && line.price_base_quantity != "1") out += "/" + line.price_base_quantity;
  return out;
}

using Cells = std::array<std::string, column_count>;

Cells cells_of(const QuoteLine& line, std::size_t index) {
  Cells out;
  out[number] = std::to_string(index + 1);
  out[code] = line.item.seller_id;
  out[quantity] = grouped(line.quantity);
  out[unit] = line.unit.name.empty() ? line.unit.code : line.unit.name;
  out[price] = price_text(line);
  out[discount] = discount_text(line);
  out[tax] = tax_text(line);
  out[amount] = grouped(line.line_extension);
  return out;
}

constexpr double rounding = 0.01;  // points

class Table {
 public:
  Table(PageFlow& flow, const Quote& quote, double closing_height)
      : flow_(flow), quote_(quote), closing_height_(closing_height), sum_(quote) {
    measure();
  }

  void draw() {
    head();
    for (std::size_t i = 0; i < quote_.lines.size(); ++i) row(quote_.lines[i], i);
    flow_.page().line(margin_left, flow_.y, margin_right, flow_.y, 1, accent);
  }

 private:
  // Columns as wide as their content within bounds; the description takes the rest, and where that is too little the
  // others give way in the order that hurts least. Where no line has a code or a discount, there is no column for it.
  void measure() {
    constexpr std::array<double, column_count> most{36, 112, 0, 96, 56, 132, 70, 52, 112};
    constexpr std::array<std::pair<Column, double>, 5> yields{
        {{code, 58}, {price, 88}, {quantity, 56}, {discount, 50}, {amount, 92}}};
    constexpr double name_least = 168;
    const Typesetter& type = flow_.typesetter();
    shown_.fill(true);
    shown_[code] = shown_[discount] = false;
    for (int c = 0; c < column_count; ++c) {
      width_[c] = type.width(headings[c].chinese, head_style);
      if (flow_.english()) width_[c] = std::max(width_[c], type.width(headings[c].english, head_english));
    }
    for (std::size_t i = 0; i < quote_.lines.size(); ++i) {
      const Cells cells = cells_of(quote_.lines[i], i);
      for (const int c : {code, discount}) shown_[c] = shown_[c] || !cells[c].empty();
      for (int c = 0; c < column_count; ++c)
        if (c != name && width_[c] < most[c] - 2 * gap)
          width_[c] = std::max(width_[c], std::min(most[c] - 2 * gap, type.width(cells[c], cell_style)));
      for (const int c : {quantity, price}) {
        const auto [whole, fraction] = at_point(cells[c]);
        whole_[c] = std::max(whole_[c], type.width(whole, cell_style));
        fraction_[c] = std::max(fraction_[c], type.width(fraction, cell_style));
      }
    }
    double taken = 0;
    for (int c = 0; c < column_count; ++c) {
      if (!shown_[c]) width_[c] = 0;
      if (c == name || !shown_[c]) continue;
      if (const double aligned = whole_[c] + fraction_[c]; aligned <= most[c] - 2 * gap)
        width_[c] = std::max(width_[c], aligned);
      taken += width_[c] += 2 * gap;
    }
    for (const auto& [column, least] : yields) {
      const double given = std::clamp(name_least - (body_width - taken), 0.0, std::max(0.0, width_[column] - least));
      width_[column] -= given;
      taken -= given;
    }
    width_[name] = body_width - taken;
    double x = margin_left;
    for (int c = 0; c < column_count; ++c) {
      left_[c] = x;
      x += width_[c];
    }
  }

  // A figure before its point, and from there on.
  static std::pair<std::string_view, std::string_view> at_point(std::string_view figure) {
    const std::size_t point = std::min(figure.find_first_of("./"), figure.size());
    return {figure.substr(0, point), figure.substr(point)};
  }

  [[nodiscard]] double head_height() const { return flow_.english() ? 28 : 20; }
  [[nodiscard]] double room_under_head() const { return PageFlow::room_of_new_page() - head_height() - carried_height; }

  [[nodiscard]] static bool right_aligned(int c) { return c == quantity || c >= price; }

  void head() {
    Canvas& page = flow_.page();
    const double height = head_height();
    flow_.y -= height;
    page.fill(margin_left, flow_.y, body_width, height, accent);
    for (int c = 0; c < column_count; ++c) {
      if (!shown_[c]) continue;
      const double first = flow_.english() ? flow_.y + 15.5 : flow_.y + 6.8;
      const double x = right_aligned(c)           ? left_[c] + width_[c] - gap
                       : c == number || c == unit ? left_[c] + width_[c] / 2
                                                  : left_[c] + gap;
      const int side = right_aligned(c) ? 1 : c == number || c == unit ? 0 : -1;
      page.text_fitted(x, first, headings[c].chinese, head_style, width_[c], side);
      if (flow_.english()) page.text_fitted(x, flow_.y + 6, headings[c].english, head_english, width_[c], side);
    }
  }

  void carried(const Label& label) {
    Canvas& page = flow_.page();
    flow_.y -= carried_height;
    page.fill(margin_left, flow_.y, body_width, carried_height, tint);
    const Style style{8, Weight::bold, accent};
    page.text(left_[name] + gap, flow_.y + 5.5, both(label, flow_.english()), style);
    page.text_fitted(margin_right - gap, flow_.y + 5.5, grouped(sum_.text()), style, 150, 1);
  }

  // The sum goes to the next page with the reader.
  void turn() {
    if (drawn_ > 0) carried({"过次页", "Carried forward"});
    flow_.page().line(margin_left, flow_.y, margin_right, flow_.y, 1, accent);
    flow_.new_page();
    rows_on_page_ = 0;
    head();
    if (drawn_ > 0) carried({"承前页", "Brought forward"});
  }

  void row(const QuoteLine& line, std::size_t index) {
    std::vector<StyledLine> text;
    Typesetter& type = flow_.typesetter();
    const double room_wide = width_[name] - 2 * gap;
    type.wrap(text, line.item.name, cell_style, room_wide);
    type.wrap(text, line.item.specification, detail_style, room_wide);
    type.wrap(text, line.note, detail_style, room_wide);
    if (line.discount && !line.discount->reason.empty())
      type.wrap(text, with_colon({"折扣说明", "Discount"}, flow_.english()) + line.discount->reason, detail_style,
                room_wide);
    std::vector<StyledLine> codes;
    // The column may be exactly as wide as its widest code: sums of widths are not exact.
    type.wrap(codes, line.item.seller_id, cell_style, width_[code] - 2 * gap + rounding);

    double height = pad_top + pad_bottom, codes_height = pad_top + pad_bottom;
    for (const StyledLine& part : text) height += part.height();
    for (const StyledLine& part : codes) codes_height += part.height();
    height = std::max({height, codes_height, pad_top + pad_bottom + cell_style.size * 1.42});
    const bool last = index + 1 == quote_.lines.size();
    const double below = last && height + closing_height_ <= room_under_head()
                             ? std::max(closing_height_, carried_height)
                             : carried_height;
    if (height > flow_.room() - below && rows_on_page_ > 0) turn();

    sum_.add(line.line_extension);
    ++drawn_;
    ++rows_on_page_;
    double top = flow_.y - pad_top;
    figures(cells_of(line, index), top);
    double code_y = top;
    for (const StyledLine& part : codes) {
      code_y -= part.height();
      flow_.page().text(left_[code] + gap, code_y + part.style.size * 0.26, part.text, part.style);
    }
    flow_.y = top;
    for (const StyledLine& part : text) {
      if (flow_.room() - carried_height < part.height()) {  // taller than a page: it goes on overleaf
        turn();
        top = code_y = flow_.y;
      }
      flow_.put(part, left_[name] + gap);
    }
    flow_.y = std::min({flow_.y, code_y, top - cell_style.size * 1.42}) - pad_bottom;
    flow_.page().line(margin_left, flow_.y, margin_right, flow_.y, 0.4, hairline);
  }

  void figures(const Cells& cells, double top) {
    Canvas& page = flow_.page();
    const double y = top - cell_style.size * 1.42 + cell_style.size * 0.26;
    Style faint = cell_style;
    faint.color = grey;
    for (int c = 0; c < column_count; ++c) {
      if (c == name || c == code || cells[c].empty()) continue;
      const double inner = width_[c] - 2 * gap;
      const auto [whole, fraction] = at_point(cells[c]);
      // Points stand under points where the column is wide enough.
      if (fraction_[c] > 0 && whole_[c] + fraction_[c] <= inner + 0.01) {
        const double point = left_[c] + width_[c] - gap - fraction_[c];
        page.text(point - flow_.typesetter().width(whole, cell_style), y, cells[c], cell_style);
      } else if (right_aligned(c))
        page.text_fitted(left_[c] + width_[c] - gap, y, cells[c], cell_style, inner, 1);
      else
        page.text_fitted(left_[c] + width_[c] / 2, y, cells[c], c == number ? faint : cell_style, inner, 0);
    }
  }

  static constexpr Style head_style{8, Weight::bold, Color{1, 1, 1}};
  static constexpr Style head_english{6.5, Weight::regular, Color{0.85, 0.90, 0.95}};

  PageFlow& flow_;
  const Quote& quote_;
  const double closing_height_;
  RunningSum sum_;
  std::array<bool, column_count> shown_{};
  std::array<double, column_count> width_{}, left_{}, whole_{}, fraction_{};
  std::size_t drawn_ = 0, rows_on_page_ = 0;
};

}  // namespace

std::string grouped(std::string_view amount) {
  const std::size_t sign = amount.starts_with('-') ? 1 : 0;
  const std::size_t point = std::min(amount.find('.'), amount.size());
  std::string out(amount.substr(0, sign));
  for (std::size_t i = sign; i < point; ++i) {
    out += amount[i];
    if (const std::size_t left = point - i - 1; left > 0 && left % 3 == 0) out += ',';
  }
  return out.append(amount.substr(point));
}

void lay_out_table(PageFlow& flow, const Quote& quote, double closing_height) {
  flow.need(80);
  Table(flow, quote, closing_height).draw();
}

}  // namespace quotary::pdfgen
