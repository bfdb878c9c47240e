#include "pdfgen/laid.h"
#include "pdfgen/line_break.h"
#include "pdfgen/printable.h"

#include <charconv>
#include <set>

namespace quotary::pdfgen {
namespace {

constexpr std::size_t problems_max = 50;

std::string code_point(char32_t c) {
  char digits[8];
  const auto end = std::to_chars(digits, digits + sizeof digits, static_cast<unsigned>(c), 16).ptr;
  std::string hex(digits, end);
  for (char& d : hex)
    if (d >= 'a') d = static_cast<char>(d - 'a' + 'A');
  return "U+" + std::string(hex.size() < 4 ? 4 - hex.size() : 0, '0') + hex;
}

void check_party(PrintableCheck& check, const Party& party, const std::string& at) {
  check.text(party.name, at + "/name");
  check.text(party.name_en, at + "/name_en");
  check.text(party.legal_id, at + "/legal_id");
  check.text(party.tax_id, at + "/tax_id");
  if (party.address) {
    const Address& address = *party.address;
    for (std::size_t i = 0; i < address.lines.size(); ++i)
      check.text(address.lines[i], at + "/address/lines/" + std::to_string(i));
    check.text(address.city, at + "/address/city");
    check.text(address.region, at + "/address/region");
    check.text(address.postal_code, at + "/address/postal_code");
    check.text(address.country, at + "/address/country");
  }
  if (party.contact) {
    check.text(party.contact->name, at + "/contact/name");
    check.text(party.contact->email, at + "/contact/email");
    check.text(party.contact->phone, at + "/contact/phone");
  }
  if (party.bank) {
    check.text(party.bank->bank_name, at + "/bank/bank_name");
    check.text(party.bank->account_name, at + "/bank/account_name");
    check.text(party.bank->account_number, at + "/bank/account_number");
    check.text(party.bank->swift, at + "/bank/swift");
  }
}

}  // namespace

void PrintableCheck::text(std::string_view text, const std::string& pointer) {
  std::set<char32_t> seen;
  for (const char32_t c : decode_utf8(text)) {
    if (c == U'\n' || c == U'\t') continue;
    if (faces_.faces[0].glyph(c) != 0 && faces_.faces[1].glyph(c) != 0) continue;
    if (!seen.insert(c).second || problems_.size() >= problems_max) continue;
    const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0xd800 && c < 0xe000);
    problems_.push_back({pointer, "character_not_printable",
                         (control ? std::string("a control character") : "the character " + encode_utf8(c)) + " (" +
                             code_point(c) + ") has no glyph in the document's fonts; replace it"});
  }
}

std::string with_stand_ins(const FaceSet& faces, std::string_view text, bool& replaced) {
  constexpr char32_t stand_in = 0x3013;
  std::string out;
  for (const char32_t c : decode_utf8(text)) {
    const bool printed = c == U'\n' || c == U'\t' || (faces.faces[0].glyph(c) != 0 && faces.faces[1].glyph(c) != 0);
    replaced |= !printed;
    out += encode_utf8(printed ? c : stand_in);
  }
  return out;
}

Result<void> PrintableCheck::result() const {
  if (problems_.empty()) return {};
  Error error =
      fail(Errc::invalid, "character_not_printable", problems_.front().pointer + ": " + problems_.front().detail);
  error.problems = problems_;
  return error;
}

Result<void> check_printable_text(const Fonts& fonts, std::string_view text, const std::string& pointer) {
  PrintableCheck check(static_cast<const FaceSet&>(fonts));
  check.text(text, pointer);
  return check.result();
}

Result<void> check_printable(const FaceSet& faces, const Quote& quote) {
  PrintableCheck check(faces);
  check.text(quote.currency, "/currency");
  check.text(quote.revision_of, "/revision_of");
  check_party(check, quote.seller, "/seller");
  check_party(check, quote.buyer, "/buyer");
  check.text(quote.delivery_terms, "/delivery_terms");
  check.text(quote.payment_terms, "/payment_terms");
  check.text(quote.incoterms, "/incoterms");
  check.text(quote.notes, "/notes");
  for (std::size_t i = 0; i < quote.lines.size(); ++i) {
    const QuoteLine& line = quote.lines[i];
    const std::string at = "/lines/" + std::to_string(i);
    check.text(line.item.seller_id, at + "/item/seller_id");
    check.text(line.item.name, at + "/item/name");
    check.text(line.item.specification, at + "/item/specification");
    check.text(line.unit.code, at + "/unit/code");
    check.text(line.unit.name, at + "/unit/name");
    check.text(line.note, at + "/note");
    if (line.discount) check.text(line.discount->reason, at + "/discount/reason");
  }
  for (std::size_t i = 0; i < quote.allowances.size(); ++i)
    check.text(quote.allowances[i].reason, "/allowances/" + std::to_string(i) + "/reason");
  for (std::size_t i = 0; i < quote.charges.size(); ++i)
    check.text(quote.charges[i].reason, "/charges/" + std::to_string(i) + "/reason");
  return check.result();
}

}  // namespace quotary::pdfgen
