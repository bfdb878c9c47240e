#include "ledger/quote/parse.h"

#include "ledger/quote/parse_parts.h"
#include "ledger/quote/pricing.h"

#include <array>
#include <set>
#include <utility>

namespace quotary {

namespace {

// Reads the issue body. `minor` stays at two while the currency is unknown, so that the other faults are still found.
class BodyReader {
 public:
  BodyReader(const json::value& body, Faults& faults) : reader_(body, "", faults), faults_(faults) {}

  Quote read(const Party& seller) {
    Quote quote;
    quote.series = reader_.token("series", limits::code, "-_.", Need::required);
    quote.revision_of = reader_.token("revision_of", limits::code, "-");
    quote.language = languages();
    quote.currency = currency();
    quote.issue_date = reader_.date("issue_date");
    quote.validity = validity();
    quote.rounding = rounding();
    const json::value* given = reader_.member("seller");
    quote.seller = given == nullptr ? seller : read_party(*given, "/seller", faults_);
    if (const json::value* buyer = reader_.member("buyer", Need::required)) {
      quote.buyer = read_party(*buyer, "/buyer", faults_);
    }
    quote.delivery_terms = reader_.text("delivery_terms", limits::terms);
    quote.payment_terms = reader_.text("payment_terms", limits::terms);
    quote.incoterms = reader_.text("incoterms", limits::name);
    quote.notes = reader_.text("notes", limits::notes);
    quote.case_id = reader_.token("case_id", limits::identifier, "-_.");
    quote.lines = lines();
    quote.allowances = document_amounts("allowances");
    quote.charges = document_amounts("charges");
    quote.external_refs = external_refs();
    totals_ = reader_.member("totals");
    sent_ = sent_totals();
    reader_.finish();
    return quote;
  }

  // Compares what the client computed; each member that differs is named with both values and the difference.
  void compare_totals(const Totals& computed) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      const std::string& sent = sent_[i];
      const std::string& right = computed.*members[i].second;
      if (sent.empty() || sent == right) continue;
      const Rational difference = to_rational(sent) - to_rational(right);
      faults_.add(pointer_to("/totals", members[i].first), "totals_differ",
                  "sent " + sent + ", computed " + right + ": differs by " +
                      format_minor(round_to_minor(difference, minor_, RoundingMode::down), minor_));
    }
  }

 private:
  static constexpr std::array<std::pair<std::string_view, std::string Totals::*>, 8> members = {
      {{"line_extension", &Totals::line_extension},
       {"allowance", &Totals::allowance},
       {"charge", &Totals::charge},
       {"tax_exclusive", &Totals::tax_exclusive},
       {"tax", &Totals::tax},
       {"tax_inclusive", &Totals::tax_inclusive},
       {"payable_rounding", &Totals::payable_rounding},
       {"payable", &Totals::payable}}};

  std::vector<std::string> languages() {
    std::vector<std::string> out;
    if (!reader_.has("language")) {
      (void)reader_.member("language");
      return {"zh-CN"};
    }
    const json::array* items = reader_.list("language", 2, Need::required);
    if (items == nullptr) return out;
    for (std::size_t i = 0; i < items->size(); ++i) {
      const json::string* tag = (*items)[i].if_string();
      const std::string pointer = "/language/" + std::to_string(i);
      if (tag == nullptr || (*tag != "zh-CN" && *tag != "en")) {
        faults_.add(pointer, "unsupported_language", "a language is zh-CN or en");
      } else if (!out.empty() && out.front() == std::string_view(*tag)) {
        faults_.add(pointer, "repeated", "the language is named twice");
      } else {
        out.emplace_back(*tag);
      }
    }
    return out;
  }

  std::string currency() {
    std::string out = reader_.token("currency", limits::code, "", Need::required);
    if (out.empty()) return out;
    if (const auto minor = minor_units(out)) {
      minor_ = *minor;
    } else {
      faults_.add("/currency", minor.error());
    }
    return out;
  }

  Validity validity() {
    Validity out;
    const json::value* value = reader_.member("validity", Need::required);
    if (value == nullptr) return out;
    ObjectReader reader(*value, "/validity", faults_);
    const auto start = reader.date("start", Need::required), end = reader.date("end", Need::required);
    reader.finish();
    if (!start || !end) return out;
    if (*end < *start) {
      faults_.add("/validity/end", "validity_end_before_start",
                  "the quote would end on " + format_date(*end) + ", before it starts on " + format_date(*start));
    }
    return {*start, *end};
  }

  RoundingPolicy rounding() {
    RoundingPolicy out;
    const json::value* value = reader_.member("rounding");
    if (value == nullptr) return out;
    ObjectReader reader(*value, "/rounding", faults_);
    const std::string mode = reader.choice("mode", {"half_up", "half_even", "down"});
    if (mode == "half_even") out.mode = RoundingMode::half_even;
    if (mode == "down") out.mode = RoundingMode::down;
    if (reader.choice("scope", {"line", "document"}) == "document") out.scope = RoundingScope::document;
    if (reader.choice("tax_scope", {"line", "tax_group"}) == "line") out.tax_scope = TaxScope::line;
    reader.finish();
    return out;
  }

  std::vector<QuoteLine> lines() {
    std::vector<QuoteLine> out;
    const json::array* items = reader_.list("lines", limits::lines_max, Need::required);
    if (items == nullptr) return out;
    out.reserve(items->size());
    std::set<std::string> bases;
    std::set<std::pair<std::string, std::string>> groups;
    for (std::size_t i = 0; i < items->size() && !faults_.full(); ++i) {
      const std::string pointer = "/lines/" + std::to_string(i);
      const QuoteLine& line = out.emplace_back(read_line((*items)[i], pointer, minor_, faults_));
      bases.insert(trim_decimal(line.price_base_quantity));
      groups.emplace(line.tax.category, trim_decimal(line.tax.rate));
      if (bases.size() > limits::base_quantities_max) {
        faults_.add(pointer_to(pointer, "price_base_quantity"), "too_many",
                    "a quote uses at most " + std::to_string(limits::base_quantities_max) + " price base quantities");
        break;
      }
      if (groups.size() > limits::tax_groups_max) {
        faults_.add(pointer_to(pointer, "tax"), "too_many",
                    "a quote has at most " + std::to_string(limits::tax_groups_max) + " tax categories and rates");
        break;
      }
    }
    return out;
  }

  std::vector<DocumentAmount> document_amounts(std::string_view name) {
    std::vector<DocumentAmount> out;
    const json::array* items = reader_.list(name, limits::document_amounts_max);
    if (items == nullptr) return out;
    for (std::size_t i = 0; i < items->size(); ++i) {
      ObjectReader reader((*items)[i], pointer_to(reader_.at(name), std::to_string(i)), faults_);
      DocumentAmount& amount = out.emplace_back();
      amount.amount = reader.decimal("amount", amount_rule(minor_), Need::required);
      amount.reason = reader.text("reason", limits::reason);
      reader.finish();
    }
    return out;
  }

  std::vector<ExternalReference> external_refs() {
    std::vector<ExternalReference> out;
    const json::array* items = reader_.list("external_refs", limits::external_refs_max);
    if (items == nullptr) return out;
    for (std::size_t i = 0; i < items->size(); ++i) {
      ObjectReader reader((*items)[i], "/external_refs/" + std::to_string(i), faults_);
      ExternalReference& reference = out.emplace_back();
      reference.system = reader.text("system", limits::identifier, Need::required);
      reference.id = reader.text("id", limits::identifier, Need::required);
      reader.finish();
    }
    return out;
  }

  std::array<std::string, 8> sent_totals() {
    std::array<std::string, 8> out;
    if (totals_ == nullptr) return out;
    ObjectReader reader(*totals_, "/totals", faults_);
    DecimalRule rule = amount_rule(minor_);
    rule.negative = true;
    for (std::size_t i = 0; i < members.size(); ++i) out[i] = reader.decimal(members[i].first, rule);
    reader.finish();
    return out;
  }

  ObjectReader reader_;
  Faults& faults_;
  int minor_ = 2;
  const json::value* totals_ = nullptr;
  std::array<std::string, 8> sent_;
};

}  // namespace

Result<Quote> parse_quote(const json::value& body, const Party& seller) {
  Faults faults;
  BodyReader reader(body, faults);
  Quote quote = reader.read(seller);
  if (!faults.none()) return std::move(faults).error("quote_invalid");
  if (auto priced = price_quote(quote); !priced) {
    if (priced.error().problems.empty()) return std::move(priced).error();
    for (const Problem& problem : priced.error().problems) faults.add(problem.pointer, problem.code, problem.detail);
    return std::move(faults).error("quote_invalid");
  }
  reader.compare_totals(quote.totals);
  if (!faults.none()) return std::move(faults).error("totals_differ");
  return quote;
}

}  // namespace quotary
