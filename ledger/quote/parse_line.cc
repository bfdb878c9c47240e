#include "ledger/quote/parse_parts.h"
#include "ledger/quote/text.h"

namespace quotary {

namespace {

Item read_item(const json::value& value, std::string pointer, Faults& faults) {
  ObjectReader reader(value, std::move(pointer), faults);
  Item out;
  out.seller_id = reader.text("seller_id", limits::identifier);
  out.name = reader.text("name", limits::name, Need::required);
  out.specification = reader.text("specification", limits::specification);
  out.class_code = reader.text("class_code", limits::identifier);
  reader.finish();
  return out;
}

Unit read_unit(const json::value& value, std::string pointer, Faults& faults) {
  ObjectReader reader(value, std::move(pointer), faults);
  Unit out;
  out.code = reader.token("code", 3, "", Need::required);
  for (const char c : out.code) {
    if (c >= 'a' && c <= 'z') {
      faults.add(reader.at("code"), "bad_unit", "a unit is a UN/ECE Rec 20 code of capitals and digits, such as C62");
      break;
    }
  }
  out.name = reader.text("name", limits::code);
  reader.finish();
  return out;
}

const DecimalRule percent_rule = {.integer_digits = 3, .fraction_digits = limits::percent_fraction_digits};

// A percentage of 0 to 100; empty when absent or faulty.
std::string read_percent(ObjectReader& reader, std::string_view name, Need need, Faults& faults) {
  std::string out = reader.decimal(name, percent_rule, need);
  if (out.empty() || to_rational(out) <= 100) return out;
  faults.add(reader.at(name), "percent_out_of_range", "a percentage is 0 to 100");
  return {};
}

LineDiscount read_discount(const json::value& value, std::string pointer, int minor, Faults& faults) {
  ObjectReader reader(value, std::move(pointer), faults);
  LineDiscount out;
  const bool percent = reader.has("percent"), amount = reader.has("amount");
  out.percent = read_percent(reader, "percent", Need::optional, faults);
  out.amount = reader.decimal("amount", amount_rule(minor));
  out.reason = reader.text("reason", limits::reason);
  if (value.is_object() && percent == amount) {
    faults.add(reader.pointer(), "discount_form", "a discount has one of percent and amount");
  }
  reader.finish();
  return out;
}

// EN 16931: the standard rate is above zero (BR-S-5), the other categories' rate is zero.
TaxClass read_tax(const json::value& value, std::string pointer, Faults& faults) {
  ObjectReader reader(value, std::move(pointer), faults);
  TaxClass out;
  out.category = reader.choice("category", {"S", "Z", "E", "AE", "G", "O"}, Need::required);
  out.rate = read_percent(reader, "rate", Need::required, faults);
  if (!out.category.empty() && !out.rate.empty() && (out.category == "S") != (to_rational(out.rate) > 0)) {
    faults.add(reader.at("rate"), "rate_not_allowed",
               out.category == "S" ? "category S has a rate above 0; use Z for the zero rate"
                                   : "category " + out.category + " has the rate 0");
  }
  reader.finish();
  return out;
}

}  // namespace

DecimalRule amount_rule(int minor) {
  return {.integer_digits = limits::amount_integer_digits, .fraction_digits = minor, .exact_fraction = true};
}

QuoteLine read_line(const json::value& value, std::string pointer, int minor, Faults& faults) {
  ObjectReader reader(value, std::move(pointer), faults);
  const DecimalRule quantity_rule = {.integer_digits = limits::price_integer_digits,
                                     .fraction_digits = limits::quantity_fraction_digits,
                                     .negative = true,
                                     .zero = false};
  QuoteLine out;
  if (const json::value* item = reader.member("item", Need::required)) {
    out.item = read_item(*item, reader.at("item"), faults);
  }
  out.quantity = reader.decimal("quantity", quantity_rule, Need::required);
  if (const json::value* unit = reader.member("unit", Need::required)) {
    out.unit = read_unit(*unit, reader.at("unit"), faults);
  }
  out.unit_price = reader.decimal("unit_price",
                                  {.integer_digits = limits::price_integer_digits,
                                   .fraction_digits = limits::price_fraction_digits,
                                   .negative = true},
                                  Need::required);
  DecimalRule base_rule = quantity_rule;
  base_rule.negative = false;
  out.price_base_quantity =
      reader.has("price_base_quantity") ? reader.decimal("price_base_quantity", base_rule) : std::string("1");
  if (const json::value* discount = reader.member("discount")) {
    out.discount = read_discount(*discount, reader.at("discount"), minor, faults);
  }
  if (const json::value* tax = reader.member("tax", Need::required)) {
    out.tax = read_tax(*tax, reader.at("tax"), faults);
  }
  out.note = reader.text("note", limits::reason);
  reader.finish();
  return out;
}

}  // namespace quotary
