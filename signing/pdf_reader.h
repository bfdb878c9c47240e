// A bounded reader of the PDF profile that Quotary writes: classic cross-reference tables, no object streams, no
// encryption. Safe on hostile bytes: no recursion without a limit, no allocation that the input's size does not bound.
#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::signing {

inline constexpr std::size_t pdf_bytes_max = 64u << 20;
inline constexpr std::size_t pdf_revisions_max = 64;
inline constexpr std::size_t pdf_object_bytes_max = 256u << 10;  // of an object without its stream
inline constexpr std::size_t pdf_objects_max = 100'000;          // numbers, and entries of all tables together

struct PdfMember;

// A parsed value. `begin` and `end` are where it stands in the file, so that a writer can change bytes in place.
struct PdfValue {
  enum class Kind { null, boolean, integer, real, name, string, array, dictionary, reference };
  Kind kind = Kind::null;
  std::int64_t number = 0;   // integer; boolean as 0 or 1; object number of a reference
  std::string text;          // name or string, decoded; real as written
  bool hexadecimal = false;  // the string was written as <hex>
  std::vector<PdfValue> items;
  std::vector<PdfMember> members;
  std::size_t begin = 0, end = 0;

  [[nodiscard]] bool is(Kind other) const { return kind == other; }
  [[nodiscard]] bool is_name(std::string_view name) const { return kind == Kind::name && text == name; }
  // Null when this is no dictionary or has no such member.
  [[nodiscard]] const PdfValue* find(std::string_view key) const;
  // The object number that `key` refers to.
  [[nodiscard]] std::optional<std::uint32_t> reference(std::string_view key) const;
};

struct PdfMember {
  std::string key;  // the name, decoded
  PdfValue value;
};

// An object as it stands in the file. `begin` is its number's first digit, `end` lies after "endobj", or after
// "stream".
struct PdfObject {
  std::uint32_t number = 0;
  PdfValue value;
  bool stream = false;
  bool comment = false;  // a comment stands within
  std::size_t begin = 0, end = 0;
};

// One cross-reference section with its trailer.
struct PdfRevision {
  std::map<std::uint32_t, std::size_t> offsets;  // objects in use that this section brings
  std::set<std::uint32_t> freed;                 // other than object 0
  PdfValue trailer;
  std::size_t xref = 0;  // where "xref" stands
  std::size_t end = 0;   // after its "%%EOF" and line end
};

// A file of the profile. Borrows the bytes. Immutable after read().
class PdfFile {
 public:
  // Errc::invalid `not_our_profile`, with what was found, unless the bytes are whole revisions from first to last.
  [[nodiscard]] static Result<PdfFile> read(std::string_view pdf);

  [[nodiscard]] std::string_view bytes() const { return pdf_; }
  // Oldest first; never empty.
  [[nodiscard]] const std::vector<PdfRevision>& revisions() const { return revisions_; }
  [[nodiscard]] const PdfValue& trailer() const { return revisions_.back().trailer; }
  // The object's newest version.
  [[nodiscard]] Result<PdfObject> object(std::uint32_t number) const;
  // The version that revision `index` brings or finds.
  [[nodiscard]] Result<PdfObject> object_at(std::size_t index, std::uint32_t number) const;

 private:
  std::string_view pdf_;
  std::vector<PdfRevision> revisions_;
};

[[nodiscard]] Error not_our_profile(std::string_view what);

}  // namespace quotary::signing
