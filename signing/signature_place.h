// Where a signature says that it stands in the file, held against the bytes. For the sources of this folder only.
#pragma once

#include "signing/pdf_reader.h"

namespace quotary::signing {

struct SignaturePlace {
  std::size_t gap_begin = 0, gap_end = 0;  // "<", the digits and ">" of Contents
  std::string der;                         // the value in it, without the zeros behind
};

// Of a signature dictionary of any program. Its revision begins at `begin` and ends with `pdf`. Errc::invalid
// `byte_range` unless the range begins at the first byte, leaves out Contents and nothing else, and reaches the
// revision's end; `contents_malformed` unless Contents is one value of this revision, DER or a CMS in BER, in
// hexadecimal with zeros behind it.
[[nodiscard]] Result<SignaturePlace> locate_any_signature(std::string_view pdf, std::size_t begin,
                                                          const PdfValue& dictionary);

// Whether Contents is in lower-case digits, as ours is.
[[nodiscard]] bool is_in_lower_case(std::string_view pdf, const SignaturePlace& place);

// locate_any_signature() of one that we wrote: Contents in lower-case digits. Errc::invalid `seal_invalid` says what
// does not hold.
[[nodiscard]] Result<SignaturePlace> locate_signature(std::string_view pdf, const PdfObject& object);

}  // namespace quotary::signing
