// What a document to sign is about, in words: for who signs it, who sent it and the page on how it was signed. Inside
// api/use_cases.
#pragma once

#include "api/use_cases/parts.h"
#include "ledger/records/confirmations.h"

namespace quotary::api {

struct SignableWords {
  std::string title;                    // of a confirmation; a quote has none
  std::string seller;                   // whose document it is
  Party buyer;                          // whom it is for
  std::string check_url;                // where it can be checked at any time
  json::object told;                    // to who signs: under the document's code ("quote", "confirmation")
  std::string currency, tax_inclusive;  // of a quote
};
// Errors of reading its private objects: Errc::gone `erased` once they are.
[[nodiscard]] Result<SignableWords> words_of(const Organisation::Parts& parts, const records::Signable& document);

}  // namespace quotary::api
