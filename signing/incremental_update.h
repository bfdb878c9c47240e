// Appends a revision to a PDF of our profile, byte for byte as said here: what stands before it is never touched.
#pragma once

#include "ledger/base/hash.h"
#include "ledger/base/time.h"
#include "signing/pdf_reader.h"

#include <string>
#include <string_view>
#include <vector>

namespace quotary::signing {

// 16 KiB for the CMS, as hexadecimal digits in /Contents.
inline constexpr std::size_t contents_bytes = 16u << 10;

struct SignatureText {
  Timestamp time;
  std::string field;
  std::string reason, location, name;  // UTF-8, left out when empty
};

// A file with an empty certifying signature. The digits of /Contents are zeros until put_signature.
struct PreparedSignature {
  std::string pdf;
  std::size_t gap_begin = 0, gap_end = 0;  // "<", the digits and ">" lie in [gap_begin, gap_end)
  Hash digest;                             // SHA-256 of everything but the gap
};

// Fills the unsigned field `text.field` with a new signature dictionary that certifies the document (DocMDP P 2).
// Errc::invalid `not_our_profile`; Errc::invalid `seal_field` when the field is missing or signed, or the document is
// certified already.
[[nodiscard]] Result<PreparedSignature> prepare_signature(std::string_view pdf, const SignatureText& text);

// The field that carries a document's proof (FORMAT.md, "A PDF that carries its proof").
inline constexpr std::string_view ledger_proof_field = "LedgerProof";

// Appends to a sealed file one more revision: an invisible, signed field LedgerProof, as a widget without area on the
// first page. What it writes, and where, follows from `sealed` and `time` (/M, whole seconds) alone, so that a reader
// may write it again and compare; the digits of /Contents come with put_signature. Errc::invalid `not_our_profile`;
// Errc::conflict `ledger_proof_exists`.
[[nodiscard]] Result<PreparedSignature> prepare_ledger_proof(std::string_view sealed, Timestamp time);

// Errc::internal `seal_too_large` when the CMS does not fit.
[[nodiscard]] Result<void> put_signature(PreparedSignature& prepared, std::string_view cms);

// D:20261124020304Z
[[nodiscard]] std::string pdf_date(Timestamp time);
// Reads exactly that form.
[[nodiscard]] std::optional<Timestamp> parse_pdf_date(std::string_view text);
// A text string: ASCII as a literal, other text as hexadecimal UTF-16.
[[nodiscard]] std::string pdf_text_string(std::string_view utf8);

// A signature field of the document's AcroForm.
struct FormField {
  std::uint32_t number = 0;
  PdfObject object;
};
// At most `fields_max` of them; they must be references to terminal fields. Empty when there is no AcroForm.
inline constexpr std::size_t fields_max = 64;
[[nodiscard]] Result<std::vector<FormField>> form_fields(const PdfFile& file, const PdfValue& catalog);

}  // namespace quotary::signing
