#include "api/use_cases/signable_words.h"

#include "api/use_cases/cases/confirmation_words.h"

namespace quotary::api {
namespace {

Result<SignableWords> words_of_quote(const Organisation::Parts& parts, const records::Signable& document) {
  QUOTARY_TRY(quote, parts.read<std::optional<records::QuoteRecord>>(
                         [&](const StateReader& state) { return records::find_quote(state, document.number); }));
  if (!quote) return fail(Errc::corrupt, "state_damaged", "a signature request's quote is not there");
  QUOTARY_TRY(issued, parts.ledger->entry(quote->index));
  QUOTARY_TRY(stored, parts.stored_quote(issued));
  SignableWords out;
  out.seller = stored.quote.seller.name;
  out.check_url = stored.numbering.verify_url;
  out.currency = quote->currency;
  out.tax_inclusive = quote->tax_inclusive;
  out.told = {
      {"number", quote->number},         {"issue_date", quote->issue_date},        {"valid_until", quote->valid_end},
      {"currency", quote->currency},     {"payable", stored.quote.totals.payable}, {"seller", out.seller},
      {"buyer", stored.quote.buyer.name}};
  out.buyer = std::move(stored.quote.buyer);
  return out;
}

Result<SignableWords> words_of_confirmation(const Organisation::Parts& parts, const records::Signable& document) {
  QUOTARY_TRY(found, parts.read<std::optional<records::ConfirmationRecord>>(
                         [&](const StateReader& state) { return records::find_confirmation(state, document.number); }));
  if (!found) return fail(Errc::corrupt, "state_damaged", "a signature request's confirmation is not there");
  QUOTARY_TRY(words, confirmation_words(parts, *found));
  SignableWords out;
  out.title = words.title;
  out.seller = words.seller;
  out.buyer.name = words.customer;
  // By its hash: its number alone shows nobody what it is.
  out.check_url = parts.profile.public_url + "/v1/verify/sha256/" + document.newest_sha256();
  out.told = {{"id", found->number},
              {"title", words.title},
              {"case_title", words.case_title},
              {"shown", words.shown_title},
              {"version", found->target.version},
              {"made_at", format_rfc3339(found->made_at)},
              {"seller", out.seller},
              {"customer", words.customer}};
  if (!words.version_label.empty()) out.told["version_label"] = words.version_label;
  return out;
}

}  // namespace

Result<SignableWords> words_of(const Organisation::Parts& parts, const records::Signable& document) {
  return document.kind == records::SignableKind::quote ? words_of_quote(parts, document)
                                                       : words_of_confirmation(parts, document);
}

}  // namespace quotary::api
