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

// An indirect object of a revision: everything between "obj" and "endobj".
struct NewObject {
  std::uint32_t number;
  std::string body;
};
// The lowest number that no object of the file has. Errc::invalid `not_our_profile`.
[[nodiscard]] Result<std::uint32_t> next_object_number(const PdfFile& file);
// The file with one more revision that holds these objects, new ones or replaced, with its table and trailer.
// Errc::too_large `file_too_large` over pdf_bytes_max or pdf_objects_max, `too_many_revisions` over pdf_revisions_max.
[[nodiscard]] Result<std::string> append_revision(const PdfFile& file, std::vector<NewObject> objects);
// The value as it stands in the file, a dictionary, with more members before its end.
[[nodiscard]] std::string with_members(std::string_view pdf, const PdfValue& dictionary, std::string_view members);

// A signature in a field without area on the first page: what DocMDP P 2 lets be added.
struct InvisibleSignature {
  std::string field;               // its name; ASCII without brackets
  std::string description;         // UTF-8, read by people in their viewer's list
  std::string before, behind;      // members of the signature dictionary, before ByteRange and behind Contents
  std::size_t contents_bytes = 0;  // reserved
};
// Appends a revision with that field, its signature, and the first page and the form that list it. Errc::invalid
// `not_our_profile`; Errc::too_large `too_many_fields`, and those of append_revision().
[[nodiscard]] Result<PreparedSignature> prepare_invisible_signature(std::string_view pdf,
                                                                    const InvisibleSignature& signature);

// Errc::internal `seal_too_large` when the CMS does not fit.
[[nodiscard]] Result<void> put_signature(PreparedSignature& prepared, std::string_view cms);

// The signature of a reserved field.
struct FieldSignature {
  std::uint32_t field = 0;  // its object
  std::string members;      // of the signature dictionary, beside those that every one has; each line ends with "\n"
  std::string appearance;   // a form XObject, dictionary and stream; empty when the field has no area
};
// Appends a revision with the signature, its appearance if any, and the field, in which only /V and /AP change. The
// caller has checked that the field may be signed. Errc::invalid `not_our_profile`; Errc::too_large `file_too_large`.
[[nodiscard]] Result<PreparedSignature> prepare_field_signature(const PdfFile& file, const FieldSignature& signature);

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
