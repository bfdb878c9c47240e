// Everything about one quote for a court's file: the document with all its revisions, the entries and their proofs,
// what was recorded of each signature, certificates, revocation data, texts, time, and a page that says what it shows.
#pragma once

#include "api/organisation.h"

namespace quotary::api {

inline constexpr std::size_t evidence_bytes_max = 96u << 20;  // of all files together
inline constexpr std::size_t evidence_entries_max = 1'000;    // about one quote

// A ustar archive (ledger/log/ustar.h) of the folder; FORMAT.md, "Evidence of one quote", says what stands in it.
// Private payloads are in plain in it. It is recorded as a read. Errc::gone `erased` when the document was;
// Errc::too_large `evidence_too_large`; unavailable while no seal can be used; errors of reading the quote.
[[nodiscard]] Result<Bytes> quote_evidence(Organisation& organisation, const Principal& caller,
                                           std::string_view number);

}  // namespace quotary::api
