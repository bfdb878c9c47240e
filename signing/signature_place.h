// Where a signature says that it stands in the file, held against the bytes. For the sources of this folder only.
#pragma once

#include "signing/pdf_reader.h"

namespace quotary::signing {

struct SignaturePlace {
  std::size_t contents_begin = 0, contents_end = 0;  // the hexadecimal string with its brackets
  std::size_t covered = 0;                           // the end of the ByteRange
  std::string cms;                                   // the DER value in Contents, without the zeros behind it
};

// ByteRange and Contents of a signature dictionary in `pdf`, which ends with the revision that brought it: the range
// begins at the first byte, leaves out Contents and nothing else, and reaches that end; Contents is one DER value in
// lower-case digits with zeros behind it. Errc::invalid `seal_invalid` says what does not hold.
[[nodiscard]] Result<SignaturePlace> locate_signature(std::string_view pdf, const PdfObject& object);

}  // namespace quotary::signing
