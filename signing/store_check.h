// Whether a document security store only grows from revision to revision (ISO 32000-2 section 12.8.4.3, EN 319 142-1
// section 5.4.2). What its streams hold is for who judges signatures' levels. Internal to signing.
#pragma once

#include "signing/revision_objects.h"

#include <set>
#include <string>

namespace quotary::signing {

inline constexpr std::size_t store_entries_max = 2'000;  // of all its arrays together

struct StoreState {
  // The object numbers in each array: "Certs", "CRLs", "OCSPs", and "VRI/key/Cert" and so on for each signature.
  std::map<std::string, std::set<std::uint32_t>> arrays;
  std::map<std::uint32_t, PdfValue> parts;  // indirect dictionaries and arrays that it is made of
  std::set<std::uint32_t> streams;          // certificates, lists and answers
};

// The store that the catalog's /DSS leads to, all of it in `added` (objects of this revision) or in `earlier`; what it
// names of `added` goes into `claimed`. Errc::invalid `store_malformed`, or `store_entries_lost` when it lacks
// something that `earlier` has.
[[nodiscard]] Result<StoreState> check_store(const PdfValue& store, const StoreState& earlier,
                                             const std::map<std::uint32_t, RevisionObject>& added,
                                             std::set<std::uint32_t>& claimed);

}  // namespace quotary::signing
