// The calls about confirmations (试用确认书) of cases: made of one version of what was shown, sealed, and signed by the
// customer as quotes are. Safe from any thread; calls may block on disk and the sequencer.
#pragma once

#include "api/use_cases/parts.h"
#include "ledger/records/confirmations.h"

namespace quotary::api {

// Limits of these bodies, in one place; characters are code points after NFC.
inline constexpr std::size_t confirmation_title_characters_max = 200, confirmation_result_characters_max = 2'000,
                             confirmation_place_characters_max = 200;

// {"deck": {"item", "version"}, "title"?, "result_text"?, "held_at"?, "place"?, "requirement"?, "language"?}: makes and
// seals the page, which names exactly that version by its number and commitment. `title` is the case's, and `place` the
// case's site, unless given; `held_at` is RFC 3339 in UTC. What is left out has room to be written on paper. `language`
// is that of these words; the page is in Chinese and English. 201 with the confirmation as it was made.
//
// Errc::invalid `confirmation_invalid` with every fault by pointer; `target_unknown`, `target_kind` (no deck or
// document), `version_withdrawn`, `requirement_unknown`, `character_not_printable`. Errc::conflict `case_is_closed`,
// `too_many_confirmations`; not_found `case_not_found`; unavailable `seal_…`; gone `erased`.
[[nodiscard]] Result<Answer> make_confirmation(Organisation::Parts& parts, const Principal& caller,
                                               std::string_view case_id, std::string_view idempotency_key,
                                               std::string_view body);
// {"case", "items"}, oldest first. Not paged: a case has at most records::confirmations_max.
[[nodiscard]] Result<Answer> list_confirmations(const Organisation::Parts& parts, const Principal& caller,
                                                std::string_view case_id);
[[nodiscard]] Result<Answer> read_confirmation(const Organisation::Parts& parts, const Principal& caller,
                                               std::string_view id);
// Revision 1 is the sealed page; each signature appends one. Errc::not_found `confirmation_not_found`,
// `revision_not_found`; gone `erased`.
[[nodiscard]] Result<Bytes> confirmation_pdf(const Organisation::Parts& parts, const Principal& caller,
                                             std::string_view id, std::uint64_t revision);
// The .tlog-proof of the entry that brought that revision. Errc::not_found as confirmation_pdf().
[[nodiscard]] Result<std::string> confirmation_proof(const Organisation::Parts& parts, const Principal& caller,
                                                     std::string_view id, std::uint64_t revision);
// What Organisation::request_signature() is for quotes. Errc::conflict `signature_request_open`, `fields_signed`,
// `confirmation_accepted`, `confirmation_declined`, `case_is_closed`; `too_many_items` while the case could not take
// the signed confirmation.
[[nodiscard]] Result<Answer> request_confirmation_signature(Organisation::Parts& parts, const Principal& caller,
                                                            std::string_view id, std::string_view idempotency_key,
                                                            std::string_view body);

}  // namespace quotary::api
