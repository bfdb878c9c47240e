// The objects of an appended revision, byte for byte: nothing may stand between them or hide in them. Internal to
// signing.
#pragma once

#include "signing/pdf_reader.h"

#include <map>

namespace quotary::signing {

// Limits of this file, in one place.
inline constexpr std::size_t revision_objects_max = 2'000;
inline constexpr std::size_t revision_syntax_bytes_max = 1u << 20;   // of its objects without their streams
inline constexpr std::size_t document_syntax_bytes_max = 16u << 20;  // of the sealed front's
inline constexpr std::size_t revision_words_bytes_max = 48;          // of a name that is repeated in a description

struct RevisionObject {
  PdfObject object;
  std::string_view data;  // of a stream, as it stands in the file
};

// All objects of the revision `index` (not 0). Errors, Errc::invalid:
//   revision_too_large  more objects or bytes than an allowed revision has
//   bytes_hidden        something else than white space stands between its objects or in its end, or a comment in one
//   object_malformed    an object that is not written as a table says, or a stream whose end is in doubt
[[nodiscard]] Result<std::map<std::uint32_t, RevisionObject>> read_revision_objects(const PdfFile& file,
                                                                                    std::size_t index);

// Whether two values say the same, however they are written: members in any order.
[[nodiscard]] bool same_value(const PdfValue& a, const PdfValue& b);

// Whether an object of the first `revisions` revisions refers to a number from `size` on: an object that comes later
// would be drawn into what was signed. Errc::invalid `document_too_large` when they have too much to look at.
[[nodiscard]] Result<bool> refers_beyond(const PdfFile& file, std::size_t revisions, std::int64_t size);

// What an object is, in words for who has to find it in a viewer: "the field Rep (object 7)".
[[nodiscard]] std::string describe_object(const PdfObject& object);

}  // namespace quotary::signing
