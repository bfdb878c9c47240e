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
