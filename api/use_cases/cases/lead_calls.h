// The calls about leads (ledger/records/leads.h): who was to answer one and how soon it was answered. Thread-safe, as
// the organisation is; each may block on disk.
//
// What is out of the caller's scope is Errc::not_found `lead_not_found`. Writing calls may have an idempotency key; its
// repetition is answered as the first time.
#pragma once

#include "api/use_cases/parts.h"

namespace quotary::api {

inline constexpr std::size_t lead_name_characters_max = 200, lead_contact_characters_max = 200,
                             lead_note_characters_max = 2'000;
// No lead is older than what a month's figures are asked for.
inline constexpr int lead_year_min = 2000;

// {"received_at", "rule": {"name", "version"}, "inputs", "candidates", "chosen", "reason", "name", "contact", "note"}:
// a lead came and was assigned. Members of the choice as records::parse_lead_choice() reads them; texts may be absent.
// Errc::invalid `lead_invalid` with every fault by pointer, `bad_time`, `person_unknown` for a chosen one who is not
// there, holds no leads or is out of the caller's scope; conflict `received_in_future`.
[[nodiscard]] Result<Answer> record_lead(Organisation::Parts& parts, const Principal& caller,
                                         std::string_view idempotency_key, std::string_view body);
// The same without `received_at`, `name` and `contact`: it goes to somebody else. Errors of record_lead();
// Errc::conflict `owner_unchanged`, `too_many_assignments`.
[[nodiscard]] Result<Answer> assign_lead(Organisation::Parts& parts, const Principal& caller, std::string_view id,
                                         std::string_view idempotency_key, std::string_view body);
// {"touched_at", "channel", "by"}: its first touch. `touched_at` absent: now; `by` absent: the caller, or for a service
// key whose lead it is. Errc::conflict `already_touched`, `touched_before_received`, `touched_in_future`.
[[nodiscard]] Result<Answer> touch_lead(Organisation::Parts& parts, const Principal& caller, std::string_view id,
                                        std::string_view idempotency_key, std::string_view body);

// With its texts, how promptly it was answered, and all assignments with what each was chosen from.
[[nodiscard]] Result<Answer> read_lead(const Organisation::Parts& parts, const Principal& caller, std::string_view id);

struct LeadFilter {
  std::string owner, state, cursor;  // empty: not asked; state: waiting | touched
  std::optional<std::uint64_t> limit;
};
// {"items", "next_cursor"}, newest first.
[[nodiscard]] Result<Answer> list_leads(const Organisation::Parts& parts, const Principal& caller,
                                        const LeadFilter& filter);

}  // namespace quotary::api
