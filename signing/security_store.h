// The document security store (ISO 32000-2 section 12.8.4.3, EN 319 142-1 section 5.4.2): what signatures are judged
// by, kept in the document itself (PAdES B-LT). FORMAT.md, "Long-term revisions", says how it is written.
#pragma once

#include "signing/pdf_reader.h"
#include "signing/validation_material.h"

#include <map>

namespace quotary::signing {

// The store of one revision. The numbers are of the objects, in the order of `material`.
struct SecurityStore {
  ValidationMaterial material;
  std::vector<std::uint32_t> certificates, revocation_lists, ocsp_answers;
  struct Entry {
    std::vector<std::uint32_t> certificates, revocation_lists, ocsp_answers;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  std::map<std::string, Entry> signatures;  // VRI, by signature_key()
};

// As the document stood after its revision `index`; absent when it has none. Errc::invalid `not_our_profile` for one
// that is not written as ours: unfiltered streams of direct length, each object read once, within the limits of
// validation_material.h. What stands in the streams is not looked at.
[[nodiscard]] Result<std::optional<SecurityStore>> read_security_store(const PdfFile& file, std::size_t index);

// The key of a signature's entry: SHA-1 of the bytes of /Contents as they stand, the zeros behind the CMS included, in
// upper-case hexadecimal. The standard's choice; it names and secures nothing.
[[nodiscard]] std::string signature_key(std::string_view contents);

struct SignatureMaterial {
  std::string key;  // signature_key()
  ValidationMaterial material;
};

// The document with one more revision: its store with what is there and `additions`, each object once; the catalog
// with /DSS and /Extensions /ESIC, and nothing else changed. Errc::conflict `security_store_complete` when the store
// has all of it already; Errc::invalid `not_our_profile`; Errc::too_large `material_too_large`, and the errors of
// append_revision().
[[nodiscard]] Result<std::string> append_security_store(std::string_view pdf,
                                                        const std::vector<SignatureMaterial>& additions);

}  // namespace quotary::signing
