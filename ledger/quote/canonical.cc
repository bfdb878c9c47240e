// The canonical quote: written from the value, and read back. Reading is proved by writing again: what does not give
// the same bytes was not written by this code, whatever it holds.
#include "ledger/quote/parse.h"

#include <initializer_list>
#include <utility>

namespace quotary {

namespace {

constexpr std::string_view format_name = "quotary/quote/v1";

void put(json::object& out, std::string_view name, std::string_view value) {
  if (!value.empty()) out.emplace(name, value);
}

using Texts = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// An object of the texts that are not empty.
json::object texts(Texts members) {
  json::object out;
  for (const auto& [name, value] : members) put(out, name, value);
  return out;
}

}  // namespace

json::object party_to_json(const Party& party) {
  json::object out =
      texts({{"name", party.name}, {"name_en", party.name_en}, {"legal_id", party.legal_id}, {"tax_id", party.tax_id}});
  if (party.address) {
    const Address& address = *party.address;
    json::object& member = out["address"].emplace_object();
    member = texts({{"city", address.city},
                    {"region", address.region},
                    {"postal_code", address.postal_code},
                    {"country", address.country}});
    json::array lines;
    for (const std::string& line : address.lines) lines.emplace_back(line);
    if (!lines.empty()) member.emplace("lines", std::move(lines));
  }
  if (party.contact) {
    out.emplace(
        "contact",
        texts({{"name", party.contact->name}, {"email", party.contact->email}, {"phone", party.contact->phone}}));
  }
  if (party.bank) {
    out.emplace("bank", texts({{"bank_name", party.bank->bank_name},
                               {"account_name", party.bank->account_name},
                               {"account_number", party.bank->account_number},
                               {"swift", party.bank->swift}}));
  }
  return out;
}

namespace {

json::object line_to_json(const QuoteLine& line) {
  json::object out = texts({{"quantity", line.quantity},
                            {"unit_price", line.unit_price},
                            {"price_base_quantity", line.price_base_quantity},
                            {"note", line.note},
                            {"line_extension", line.line_extension},
                            {"discount_amount", line.discount_amount}});
  out.emplace("item", texts({{"seller_id", line.item.seller_id},
                             {"name", line.item.name},
                             {"specification", line.item.specification},
                             {"class_code", line.item.class_code}}));
  out.emplace("unit", texts({{"code", line.unit.code}, {"name", line.unit.name}}));
  out.emplace("tax", texts({{"category", line.tax.category}, {"rate", line.tax.rate}}));
  if (line.discount) {
    out.emplace("discount", texts({{"percent", line.discount->percent},
                                   {"amount", line.discount->amount},
                                   {"reason", line.discount->reason}}));
  }
  return out;
}

json::array amounts_to_json(const std::vector<DocumentAmount>& amounts) {
  json::array out;
  for (const DocumentAmount& item : amounts) {
    out.emplace_back(texts({{"amount", item.amount}, {"reason", item.reason}}));
  }
  return out;
}

const char* mode_name(RoundingMode mode) {
  switch (mode) {
    case RoundingMode::half_up: return "half_up";
    case RoundingMode::half_even: return "half_even";
    case RoundingMode::down: return "down";
  }
  return "";
}

// Reads members of stored JSON. Absent and odd ones read as empty: the comparison of bytes finds them.
class Stored {
 public:
  explicit Stored(const json::value* value) : object_(value == nullptr ? nullptr : value->if_object()) {}

  [[nodiscard]] explicit operator bool() const { return object_ != nullptr; }
  [[nodiscard]] const json::value* value(std::string_view name) const {
    return object_ == nullptr ? nullptr : object_->if_contains(name);
  }
  [[nodiscard]] Stored object(std::string_view name) const { return Stored(value(name)); }
  [[nodiscard]] std::string text(std::string_view name) const {
    const json::value* member = value(name);
    return member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string();
  }
  [[nodiscard]] Date date(std::string_view name) const {
    const auto parsed = parse_date(text(name));
    return parsed ? *parsed : Date{};
  }
  template <class Each>
  void each(std::string_view name, Each visit) const {
    const json::value* member = value(name);
    if (member == nullptr || !member->is_array()) return;
    for (const json::value& item : member->get_array()) visit(item);
  }

 private:
  const json::object* object_;
};

Party party_from(const Stored& in) {
  Party out{in.text("name"), in.text("name_en"), in.text("legal_id"), in.text("tax_id"), {}, {}, {}};
  if (const Stored address = in.object("address")) {
    out.address =
        Address{{}, address.text("city"), address.text("region"), address.text("postal_code"), address.text("country")};
    address.each("lines", [&](const json::value& line) {
      out.address->lines.emplace_back(line.is_string() ? std::string_view(line.get_string()) : std::string_view());
    });
  }
  if (const Stored contact = in.object("contact")) {
    out.contact = Contact{contact.text("name"), contact.text("email"), contact.text("phone")};
  }
  if (const Stored bank = in.object("bank")) {
    out.bank =
        BankAccount{bank.text("bank_name"), bank.text("account_name"), bank.text("account_number"), bank.text("swift")};
  }
  return out;
}

QuoteLine line_from(const Stored& in) {
  QuoteLine out;
  const Stored item = in.object("item"), unit = in.object("unit"), tax = in.object("tax");
  out.item = {item.text("seller_id"), item.text("name"), item.text("specification"), item.text("class_code")};
  out.quantity = in.text("quantity");
  out.unit = {unit.text("code"), unit.text("name")};
  out.unit_price = in.text("unit_price");
  out.price_base_quantity = in.text("price_base_quantity");
  if (const Stored discount = in.object("discount")) {
    out.discount = LineDiscount{discount.text("percent"), discount.text("amount"), discount.text("reason")};
  }
  out.tax = {tax.text("category"), tax.text("rate")};
  out.note = in.text("note");
  out.line_extension = in.text("line_extension");
  out.discount_amount = in.text("discount_amount");
  return out;
}

RoundingPolicy rounding_from(const Stored& in) {
  RoundingPolicy out;
  for (const RoundingMode mode : {RoundingMode::half_even, RoundingMode::down}) {
    if (in.text("mode") == mode_name(mode)) out.mode = mode;
  }
  if (in.text("scope") == "document") out.scope = RoundingScope::document;
  if (in.text("tax_scope") == "line") out.tax_scope = TaxScope::line;
  return out;
}

Quote quote_from(const Stored& in) {
  Quote out;
  out.series = in.text("series");
  out.revision_of = in.text("revision_of");
  in.each("language", [&](const json::value& tag) {
    if (tag.is_string()) out.language.emplace_back(tag.get_string());
  });
  out.currency = in.text("currency");
  if (in.value("issue_date") != nullptr) out.issue_date = in.date("issue_date");
  const Stored validity = in.object("validity"), totals = in.object("totals");
  out.validity = {validity.date("start"), validity.date("end")};
  out.rounding = rounding_from(in.object("rounding"));
  out.seller = party_from(in.object("seller"));
  out.buyer = party_from(in.object("buyer"));
  out.delivery_terms = in.text("delivery_terms");
  out.payment_terms = in.text("payment_terms");
  out.incoterms = in.text("incoterms");
  out.notes = in.text("notes");
  out.case_id = in.text("case_id");
  in.each("lines", [&](const json::value& line) { out.lines.push_back(line_from(Stored(&line))); });
  for (const auto& [name, list] : {std::pair("allowances", &out.allowances), std::pair("charges", &out.charges)}) {
    in.each(name, [into = list](const json::value& value) {
      const Stored item(&value);
      into->push_back({item.text("amount"), item.text("reason")});
    });
  }
  in.each("external_refs", [&](const json::value& value) {
    const Stored item(&value);
    out.external_refs.push_back({item.text("system"), item.text("id")});
  });
  in.each("tax_totals", [&](const json::value& value) {
    const Stored item(&value);
    out.tax_totals.push_back({item.text("category"), item.text("rate"), item.text("taxable"), item.text("tax")});
  });
  out.totals = {totals.text("line_extension"),   totals.text("allowance"), totals.text("charge"),
                totals.text("tax_exclusive"),    totals.text("tax"),       totals.text("tax_inclusive"),
                totals.text("payable_rounding"), totals.text("payable")};
  out.amount_in_words = in.text("amount_in_words");
  return out;
}

}  // namespace

json::object quote_to_json(const Quote& quote, const Numbering* numbering) {
  json::object out = texts({{"format", format_name},
                            {"series", quote.series},
                            {"revision_of", quote.revision_of},
                            {"currency", quote.currency},
                            {"delivery_terms", quote.delivery_terms},
                            {"payment_terms", quote.payment_terms},
                            {"incoterms", quote.incoterms},
                            {"notes", quote.notes},
                            {"case_id", quote.case_id},
                            {"amount_in_words", quote.amount_in_words}});
  if (numbering != nullptr) {
    put(out, "number", numbering->number);
    out.emplace("sequence", numbering->sequence);
    put(out, "verify_code", numbering->verify_code);
    put(out, "verify_url", numbering->verify_url);
    out.emplace("issued_at", format_rfc3339(numbering->issued_at));
    out.emplace("issue_date", format_date(numbering->issue_date));
  } else if (quote.issue_date) {
    out.emplace("issue_date", format_date(*quote.issue_date));
  }
  json::array language, lines, refs, tax_totals;
  for (const std::string& tag : quote.language) language.emplace_back(tag);
  for (const QuoteLine& line : quote.lines) lines.emplace_back(line_to_json(line));
  for (const ExternalReference& ref : quote.external_refs) {
    refs.emplace_back(texts({{"system", ref.system}, {"id", ref.id}}));
  }
  for (const TaxTotal& total : quote.tax_totals) {
    tax_totals.emplace_back(
        texts({{"category", total.category}, {"rate", total.rate}, {"taxable", total.taxable}, {"tax", total.tax}}));
  }
  out.emplace("language", std::move(language));
  out.emplace("validity",
              texts({{"start", format_date(quote.validity.start)}, {"end", format_date(quote.validity.end)}}));
  out.emplace("rounding", texts({{"mode", mode_name(quote.rounding.mode)},
                                 {"scope", quote.rounding.scope == RoundingScope::line ? "line" : "document"},
                                 {"tax_scope", quote.rounding.tax_scope == TaxScope::line ? "line" : "tax_group"}}));
  out.emplace("seller", party_to_json(quote.seller));
  out.emplace("buyer", party_to_json(quote.buyer));
  out.emplace("lines", std::move(lines));
  out.emplace("allowances", amounts_to_json(quote.allowances));
  out.emplace("charges", amounts_to_json(quote.charges));
  out.emplace("external_refs", std::move(refs));
  out.emplace("tax_totals", std::move(tax_totals));
  out.emplace("totals", texts({{"line_extension", quote.totals.line_extension},
                               {"allowance", quote.totals.allowance},
                               {"charge", quote.totals.charge},
                               {"tax_exclusive", quote.totals.tax_exclusive},
                               {"tax", quote.totals.tax},
                               {"tax_inclusive", quote.totals.tax_inclusive},
                               {"payable_rounding", quote.totals.payable_rounding},
                               {"payable", quote.totals.payable}}));
  return out;
}

Result<std::string> canonical_quote(const Quote& quote, const Numbering* numbering) {
  return canonical_json(quote_to_json(quote, numbering));
}

Result<NumberedQuote> parse_canonical_quote(std::string_view canonical) {
  QUOTARY_TRY(value, parse_json(canonical));
  const Stored in(&value);
  if (in.text("format") != format_name) {
    return fail(Errc::corrupt, "quote_not_canonical", "not a quote of format " + std::string(format_name));
  }
  NumberedQuote out;
  out.quote = quote_from(in);
  const bool numbered = in.value("number") != nullptr;
  if (numbered) {
    const json::value* sequence = in.value("sequence");
    const auto issued_at = parse_rfc3339(in.text("issued_at"));
    Numbering& numbering = out.numbering;
    numbering.number = in.text("number");
    if (sequence != nullptr && sequence->is_int64() && sequence->get_int64() > 0) {
      numbering.sequence = static_cast<std::uint64_t>(sequence->get_int64());
    }
    numbering.verify_code = in.text("verify_code");
    numbering.verify_url = in.text("verify_url");
    if (issued_at) numbering.issued_at = *issued_at;
    numbering.issue_date = in.date("issue_date");
  }
  const auto again = canonical_quote(out.quote, numbered ? &out.numbering : nullptr);
  if (!again || *again != canonical) {
    return fail(Errc::corrupt, "quote_not_canonical", "the bytes are not those of a canonical quote");
  }
  return out;
}

}  // namespace quotary
