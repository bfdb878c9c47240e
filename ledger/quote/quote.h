// The quote as a value: what a caller asked for, and what it was priced at. Names follow UBL 2.1 Quotation and EN
// 16931. Amounts are decimal strings that passed ledger/quote/money.h; no binary floating point anywhere.
#pragma once

#include "ledger/base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quotary {

struct Address {
  std::vector<std::string> lines;
  std::string city, region, postal_code, country;  // country: ISO 3166-1 alpha-2
};

struct Contact {
  std::string name, email, phone;
};

struct BankAccount {
  std::string bank_name, account_name, account_number, swift;
};

// Seller or buyer: a full snapshot, never a reference.
struct Party {
  std::string name;
  std::string name_en;  // printed beside the name when the quote has two languages
  std::string legal_id, tax_id;
  std::optional<Address> address;
  std::optional<Contact> contact;
  std::optional<BankAccount> bank;
};

enum class RoundingMode { half_up, half_even, down };
enum class RoundingScope { line, document };
enum class TaxScope { line, tax_group };

struct RoundingPolicy {
  RoundingMode mode = RoundingMode::half_up;
  RoundingScope scope = RoundingScope::line;
  TaxScope tax_scope = TaxScope::tax_group;
};

struct TaxClass {
  std::string category;  // S Z E AE G O
  std::string rate;      // percent, up to 4 fraction digits
};

struct LineDiscount {
  std::string percent;  // one of percent and amount is set
  std::string amount;
  std::string reason;
};

struct Item {
  std::string seller_id, name, specification, class_code;
};

struct Unit {
  std::string code;  // UN/ECE Rec 20
  std::string name;  // as printed; may be empty
};

struct QuoteLine {
  Item item;
  std::string quantity;
  Unit unit;
  std::string unit_price;
  std::string price_base_quantity;  // "1" when not given
  std::optional<LineDiscount> discount;
  TaxClass tax;
  std::string note;
  std::string line_extension;   // filled by pricing: net of the line, for information under scope document
  std::string discount_amount;  // filled by pricing: the rounded discount, empty without one
};

// A document-level allowance or charge.
struct DocumentAmount {
  std::string amount;
  std::string reason;
};

struct TaxTotal {
  std::string category, rate, taxable, tax;
};

struct Totals {
  std::string line_extension, allowance, charge, tax_exclusive, tax, tax_inclusive, payable_rounding, payable;
};

struct ExternalReference {
  std::string system, id;
};

struct Validity {
  Date start, end;
};

// A quote that passed validation and pricing, before or after numbering. Value type; copy freely.
struct Quote {
  std::string series;
  std::string revision_of;            // number of the quote that this one replaces, or empty
  std::vector<std::string> language;  // one or two of "zh-CN", "en"
  std::string currency;               // ISO 4217
  std::optional<Date> issue_date;     // as asked; numbering decides
  Validity validity;
  RoundingPolicy rounding;
  Party seller, buyer;
  std::string delivery_terms, payment_terms, incoterms, notes, case_id;
  std::vector<QuoteLine> lines;  // 1..10,000
  std::vector<DocumentAmount> allowances, charges;
  std::vector<ExternalReference> external_refs;

  // Filled by pricing.
  std::vector<TaxTotal> tax_totals;
  Totals totals;
  std::string amount_in_words;  // CNY only, else empty
};

// What numbering adds to a quote.
struct Numbering {
  std::string number;
  std::uint64_t sequence = 0;
  std::string verify_code;  // 80 random bits in Crockford base32 and a check sign
  std::string verify_url;   // {public_url}/v/{number}?code={verify_code}
  Timestamp issued_at;
  Date issue_date;  // in the organisation's time zone
};

}  // namespace quotary
