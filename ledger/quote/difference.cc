#include "ledger/quote/difference.h"

#include "ledger/quote/money.h"
#include "ledger/quote/parse.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>

namespace quotary {
namespace {

// Told as amounts, lines or not at all.
constexpr std::string_view told_elsewhere[] = {"lines",  "totals",      "tax_totals",     "amount_in_words",
                                               "format", "revision_of", "line_extension", "discount_amount"};

int fraction_digits(std::string_view decimal) {
  const auto point = decimal.find('.');
  return point == std::string_view::npos ? 0 : static_cast<int>(decimal.size() - point - 1);
}

std::string less(std::string_view after, std::string_view before) {
  const auto value = [](std::string_view text) { return text.empty() ? Rational(0) : to_rational(text); };
  const int digits = std::max(fraction_digits(after), fraction_digits(before));
  return format_minor(round_to_minor(value(after) - value(before), digits, RoundingMode::half_up), digits);
}

AmountDifference amount_between(std::string_view name, const std::string& before, const std::string& after,
                                bool comparable) {
  return {std::string(name), before, after, comparable ? less(after, before) : std::string()};
}

std::string pointer_to(const std::string& parent, std::string_view member) {
  std::string out = parent + "/";
  for (const char c : member) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

void compare(const json::value& before, const json::value& after, const std::string& pointer,
             std::vector<FieldDifference>& out);

void compare_objects(const json::object& before, const json::object& after, const std::string& pointer,
                     std::vector<FieldDifference>& out) {
  const auto is_told = [&](std::string_view name) {
    return std::find(std::begin(told_elsewhere), std::end(told_elsewhere), name) != std::end(told_elsewhere);
  };
  const auto value_of = [](const json::object& object, std::string_view name) {
    const auto* found = object.if_contains(name);
    return found ? *found : json::value();
  };
  for (const auto& [name, value] : before)
    if (!is_told(name)) compare(value, value_of(after, name), pointer_to(pointer, name), out);
  for (const auto& [name, value] : after)
    if (!is_told(name) && !before.contains(name)) compare(json::value(), value, pointer_to(pointer, name), out);
}

// Lists that are no lines are short (two languages, some allowances): one that differs is told as a whole.
void compare(const json::value& before, const json::value& after, const std::string& pointer,
             std::vector<FieldDifference>& out) {
  if (before == after) return;
  if (before.is_object() && after.is_object())
    compare_objects(before.get_object(), after.get_object(), pointer, out);
  else
    out.push_back({pointer, before, after});
}

std::string identity_of(const QuoteLine& line) {
  return line.item.seller_id.empty() ? "name " + line.item.name + "\n" + line.item.specification
                                     : "id " + line.item.seller_id;
}

// For each line of `after`, the one of `before` that it is; each is taken once.
std::vector<std::optional<std::size_t>> matched(const Quote& before, const Quote& after) {
  std::map<std::string, std::deque<std::size_t>> free;
  for (std::size_t i = 0; i < before.lines.size(); ++i) free[identity_of(before.lines[i])].push_back(i);
  std::vector<std::optional<std::size_t>> out;
  for (const QuoteLine& line : after.lines) {
    auto& places = free[identity_of(line)];
    out.push_back(places.empty() ? std::nullopt : std::optional<std::size_t>(places.front()));
    if (!places.empty()) places.pop_front();
  }
  return out;
}

std::vector<LineDifference> lines_between(const Quote& before, const Quote& after, const json::array& before_lines,
                                          const json::array& after_lines, bool comparable) {
  std::vector<LineDifference> out;
  std::vector<bool> kept(before.lines.size());
  const auto same = matched(before, after);
  const auto amount = [&](const std::string& was, const std::string& is) {
    return amount_between("line_extension", was, is, comparable);
  };
  for (std::size_t i = 0; i < after.lines.size(); ++i) {
    const QuoteLine& line = after.lines[i];
    LineDifference each{same[i], i, line.item.name, {}, {}};
    if (same[i]) {
      kept[*same[i]] = true;
      compare_objects(before_lines[*same[i]].as_object(), after_lines[i].as_object(), "", each.fields);
      const std::string& was = before.lines[*same[i]].line_extension;
      if (each.fields.empty() && was == line.line_extension) continue;
      each.amount = amount(was, line.line_extension);
    } else {
      each.amount = amount("", line.line_extension);
    }
    out.push_back(std::move(each));
  }
  for (std::size_t i = 0; i < before.lines.size(); ++i)
    if (!kept[i])
      out.push_back(
          {i, std::nullopt, before.lines[i].item.name, {}, amount(before.lines[i].line_extension, std::string())});
  return out;
}

}  // namespace

QuoteDifference difference_between(const Quote& before, const Quote& after) {
  const auto before_json = quote_to_json(before, nullptr), after_json = quote_to_json(after, nullptr);
  const bool comparable = before.currency == after.currency;
  QuoteDifference out;
  struct Total {
    std::string_view name;
    std::string Totals::*value;
  };
  constexpr std::array totals = {Total{"line_extension", &Totals::line_extension},
                                 Total{"allowance", &Totals::allowance},
                                 Total{"charge", &Totals::charge},
                                 Total{"tax_exclusive", &Totals::tax_exclusive},
                                 Total{"tax", &Totals::tax},
                                 Total{"tax_inclusive", &Totals::tax_inclusive},
                                 Total{"payable_rounding", &Totals::payable_rounding},
                                 Total{"payable", &Totals::payable}};
  for (const Total& total : totals) {
    const std::string &was = before.totals.*total.value, &is = after.totals.*total.value;
    if (was != is || !comparable) out.totals.push_back(amount_between(total.name, was, is, comparable));
  }
  out.lines =
      lines_between(before, after, before_json.at("lines").as_array(), after_json.at("lines").as_array(), comparable);
  compare_objects(before_json, after_json, "", out.fields);
  return out;
}

}  // namespace quotary
