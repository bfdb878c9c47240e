// What the facts about a signed quote are worth before three laws, in words: for the evidence of one quote. Data; it
// claims no more than the method of each signature gives, and says where it claims nothing.
#pragma once

#include <span>
#include <string_view>

namespace quotary::api {

// A provision and what the evidence shows of it.
struct LegalPoint {
  std::string_view provision_chinese, provision_english;  // "第五条（二）" "Article 5 (2)"
  std::string_view chinese, english;
};

// How a signature came about, as far as its worth depends on it.
enum class SigningKind {
  recorded,   // drawn or typed behind a link, with a code or without
  passkey,    // the same, confirmed by a passkey
  buyer,      // a certificate that is trusted and names the buyer
  trusted,    // a certificate that is trusted and names somebody else
  unknown,    // a certificate that leads to nothing that is trusted
  seller_key  // the seller's own key, under their password
};

// 中华人民共和国电子签名法 (as amended in 2019), articles 5, 6 and 8: of the document and its record.
[[nodiscard]] std::span<const LegalPoint> points_on_the_document();
// Article 13 of that law, of one signature.
[[nodiscard]] std::span<const LegalPoint> points_on_chinese_signature(SigningKind kind);
// Regulation (EU) No 910/2014 (eIDAS), articles 3 (10), 25 (1) and 26.
[[nodiscard]] std::span<const LegalPoint> points_on_european_signature(SigningKind kind);
// 15 U.S.C. 7001 and 7006 (ESIGN): of the document and all signatures.
[[nodiscard]] std::span<const LegalPoint> points_on_american_record();

}  // namespace quotary::api
