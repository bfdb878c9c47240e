// Quote -> PDF/A-3u bytes. Pure: same quote, same fonts, same bytes.
#pragma once

#include "ledger/quote/quote.h"
#include "pdfgen/fonts.h"

#include <memory>
#include <string>
#include <string_view>

namespace quotary::pdfgen {

// The seller's branding: a PNG or JPEG logo (may be empty, at most 1 MB), checked when loaded.
struct Branding {
  std::string logo;
};

// A quote laid out but for number, code, QR and times: line breaks, pages, fonts subset, content compressed. Immutable
// after prepare(), so finish() may run on any thread; no PoDoFo object lives in it.
class QuoteDocument {
 public:
  // Errc::invalid `character_not_printable` (problems[] name the character, its code point and where it stands)
  // when no face has a glyph. CPU-bound; call it on a worker.
  [[nodiscard]] static Result<QuoteDocument> prepare(std::shared_ptr<const Fonts> fonts, const Quote& quote,
                                                     const Branding& branding);

  // The unsigned revision-0 bytes that the seal is appended to: signature fields Seal (invisible or a small mark),
  // Rep, Customer1..3 with widgets and /AP, the canonical quote attached as quote.json (AFRelationship Source), number
  // and code in XMP and Info (see pdfgen/metadata names in the .cc), dates from numbering.
  [[nodiscard]] Result<std::string> finish(const Numbering& numbering, std::string_view canonical_quote) const;

  // The same page marked as a draft (草稿 DRAFT across each page): no number, code, QR, fields or attachment.
  [[nodiscard]] Result<std::string> draft(Timestamp created) const;

 private:
  struct Laid;
  std::shared_ptr<const Laid> laid_;
};

// What a void certificate states. Names and texts are printed, so they must pass the same glyph check.
struct VoidCertificate {
  std::string certificate_id;  // the void request's id
  std::string number;
  std::string document_sha256;
  std::string seller_name, buyer_name, currency, tax_inclusive;
  std::string issued_at, requested_at, decided_at;  // already in the organisation's zone
  std::string requested_by, decided_by;             // names with roles
  std::string reason, reason_text, comment;         // reason: its code in words
  std::string status_before;                        // in words
  std::uint64_t issue_index = 0, request_index = 0;
  std::string verify_url;
  Timestamp created;
};

// PDF/A-3u, one page unless its texts are long, Chinese first and English beside it, with the QR of verify_url and a
// Seal field.
[[nodiscard]] Result<std::string> void_certificate(std::shared_ptr<const Fonts> fonts,
                                                   const VoidCertificate& certificate);

}  // namespace quotary::pdfgen
