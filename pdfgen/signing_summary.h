// What is known of how a document was signed, as a page for the file -> PDF/A-3u bytes. Pure, as quote_document.h.
#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "pdfgen/fonts.h"

#include <memory>
#include <string>
#include <vector>

namespace quotary::pdfgen {

// One signature. Times are in the organisation's zone.
struct SummarySignature {
  std::string name;                  // with the organisation
  std::string role;                  // as which they signed; may be empty
  std::string field, method;         // in words
  std::vector<std::string> factors;  // one line each: by what they proved who they are, and when
  std::string viewed_at, signed_at;
  std::string ip, user_agent;  // empty: not told to this reader
  std::string displayed_sha256;
  std::string document_sha256;
  std::uint64_t revision = 0, entry_index = 0;
};

struct SigningSummary {
  std::string request_id;  // a UUID
  std::string number, seller_name, buyer_name, currency, tax_inclusive;
  bool of_confirmation = false;  // of a trial: its id is the number, it has a title and no amount
  std::string title;
  std::string document_sha256;    // of the sealed document
  bool completed = false;         // all signers have signed
  bool own_certificates = false;  // some of them with certificates of their own
  std::vector<SummarySignature> signatures;
  std::string consent_id, consent_sha256, consent_chinese, consent_english;
  std::string verify_url;  // empty: no QR
  std::string made_at;
  Timestamp created;
};

// Chinese first and English beside it, with the QR of verify_url and a Seal field. Errc::invalid
// `character_not_printable`.
[[nodiscard]] Result<std::string> signing_summary(std::shared_ptr<const Fonts> fonts, const SigningSummary& summary);

}  // namespace quotary::pdfgen
