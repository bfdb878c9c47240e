#include "ledger/quote/parse.h"
#include "ledger/quote/parse_parts.h"
#include "ledger/quote/text.h"

#include <algorithm>

namespace quotary {

namespace {

Address read_address(const json::value& value, std::string pointer, Faults& faults) {
  ObjectReader reader(value, std::move(pointer), faults);
  Address out;
  if (const json::array* lines = reader.list("lines", limits::address_lines_max)) {
    for (std::size_t i = 0; i < lines->size(); ++i) {
      check_text((*lines)[i], pointer_to(reader.at("lines"), std::to_string(i)), limits::name, faults,
                 out.lines.emplace_back());
    }
  }
  out.city = reader.text("city", limits::name);
  out.region = reader.text("region", limits::name);
  out.postal_code = reader.text("postal_code", limits::code);
  out.country = reader.text("country", limits::code);
  if (!out.country.empty() && !is_country(out.country)) {
    faults.add(reader.at("country"), "unknown_country", "a country is an ISO 3166-1 alpha-2 code, such as CN");
  }
  reader.finish();
  return out;
}

// One "@" with something on both sides and no blanks: what a mail server would refuse anyway.
bool is_email(std::string_view text) {
  const std::size_t sign = text.find('@');
  return sign != 0 && sign != std::string_view::npos && sign + 1 < text.size() &&
         text.find('@', sign + 1) == std::string_view::npos &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' ' || c == ',' || c == ';'; });
}

Contact read_contact(const json::value& value, std::string pointer, Faults& faults) {
  ObjectReader reader(value, std::move(pointer), faults);
  Contact out;
  out.name = reader.text("name", limits::name);
  out.email = reader.text("email", limits::email);
  if (!out.email.empty() && !is_email(out.email)) {
    faults.add(reader.at("email"), "bad_email", "an e-mail address looks like name@example.com");
  }
  out.phone = reader.token("phone", limits::phone, "+ -().,/#*");
  reader.finish();
  return out;
}

BankAccount read_bank(const json::value& value, std::string pointer, Faults& faults) {
  ObjectReader reader(value, std::move(pointer), faults);
  BankAccount out;
  out.bank_name = reader.text("bank_name", limits::name);
  out.account_name = reader.text("account_name", limits::name);
  out.account_number = reader.text("account_number", limits::identifier);
  out.swift = reader.token("swift", limits::code, "");
  reader.finish();
  return out;
}

}  // namespace

Party read_party(const json::value& value, std::string pointer, Faults& faults) {
  ObjectReader reader(value, std::move(pointer), faults);
  Party out;
  out.name = reader.text("name", limits::name, Need::required);
  out.name_en = reader.text("name_en", limits::name);
  out.legal_id = reader.text("legal_id", limits::identifier);
  out.tax_id = reader.text("tax_id", limits::identifier);
  if (const json::value* address = reader.member("address")) {
    out.address = read_address(*address, reader.at("address"), faults);
  }
  if (const json::value* contact = reader.member("contact")) {
    out.contact = read_contact(*contact, reader.at("contact"), faults);
  }
  if (const json::value* bank = reader.member("bank")) out.bank = read_bank(*bank, reader.at("bank"), faults);
  reader.finish();
  return out;
}

Result<Party> parse_party(const json::value& value, std::string_view pointer) {
  Faults faults;
  Party party = read_party(value, std::string(pointer), faults);
  if (!faults.none()) return std::move(faults).error("party_invalid");
  return party;
}

}  // namespace quotary
