// Opening, reading, noting, waiving and closing cases. Free functions over an organisation's parts; safe to call from
// any thread; each may block on disk. All begin as case_for() does (case_access.h); the writing ones take an
// Idempotency-Key, which may be empty, and answer with `ledger`.
#pragma once

#include "api/use_cases/cases/case_access.h"

#include <vector>

namespace quotary::api {

// Limits of these calls, in one place. Text is counted in code points after NFC.
inline constexpr std::size_t case_title_characters_max = 200, case_customer_characters_max = 200,
                             case_site_characters_max = 200;
inline constexpr int site_fraction_digits_max = 6;  // millionths of a degree: 0.11 m
inline constexpr std::uint64_t gate_history_entries_max = 1'000;
inline constexpr std::uint64_t case_events_default = 200, case_events_max = 1'000;

struct CaseFilter {
  std::string stage, owner, policy, cursor;  // empty: not asked
  std::optional<std::uint64_t> limit;
};

// {"action_type", "policy", "title", "customer": {"name", "id"?}, "owner"?, "site"?: {"latitude", "longitude",
// "name"?}, "external_refs"?: [{"system", "id"}]} under the policy's newest version. Latitude and longitude are decimal
// strings of degrees (WGS 84). The owner is the caller, or a person in the caller's scope who may work on cases; a crm
// names one. Answers the case with its gate as it was opened. Errc::invalid `case_invalid` with every fault by pointer,
// `policy_unknown`, `action_type_not_covered`, `owner_unknown`, `owner_missing`; conflict `policy_not_newest`.
[[nodiscard]] Result<Answer> open_case(Organisation::Parts& parts, const Principal& caller,
                                       std::string_view idempotency_key, std::string_view body);
// Newest first; a page looks at a bounded number of cases, as list_quotes() does. Errc::invalid `bad_stage`.
[[nodiscard]] Result<Answer> list_cases(const Organisation::Parts& parts, const Principal& caller,
                                        const CaseFilter& filter);
[[nodiscard]] Result<Answer> read_case(const Organisation::Parts& parts, const Principal& caller, std::string_view id);
// {"case", "stage", "complete", "requirements", "sentences", "policy", "ledger"}: `ledger` is of the newest entry about
// the case.
[[nodiscard]] Result<Answer> read_gate(const Organisation::Parts& parts, const Principal& caller, std::string_view id);
// The gate after each entry about the case, computed from the entries alone (ledger/records/case_replay.h), and whether
// the last is how the ledger's state has it: {"case", "policy", "events", "agrees"}. An entry that the rules refuse
// ends the list with its code as `refused`. Errc::too_large `history_too_long` beyond gate_history_entries_max.
[[nodiscard]] Result<Answer> read_gate_history(const Organisation::Parts& parts, const Principal& caller,
                                               std::string_view id);
// {"events", "next_cursor"}: the newest entries about the case, oldest of them first; the cursor leads to older ones.
[[nodiscard]] Result<Answer> read_case_history(const Organisation::Parts& parts, const Principal& caller,
                                               std::string_view id, const PageRequest& page);

// The next version of a note, whose content is the body. gates::check_note() decides whether it is complete; one that
// is not is recorded too, and answered with its `problems`. Errc::not_found `note_unknown`; invalid `not_canonical`;
// conflict `case_is_closed`, `too_many_versions`.
[[nodiscard]] Result<Answer> write_note(Organisation::Parts& parts, const Principal& caller, std::string_view id,
                                        std::string_view note, std::string_view idempotency_key, std::string_view body);
// Absent: the newest version. Errc::not_found `note_unknown`, `note_version_not_found`; gone `erased`.
[[nodiscard]] Result<Answer> read_note(const Organisation::Parts& parts, const Principal& caller, std::string_view id,
                                       std::string_view note, std::optional<std::uint64_t> version);
// {"requirement", "reason": 10 to 2,000 characters}. Errc::invalid `requirement_unknown`, `bad_reason`; forbidden
// `waiver_not_allowed`, `four_eyes` (the owner's own case); conflict `already_waived`, `case_is_closed`.
[[nodiscard]] Result<Answer> waive_requirement(Organisation::Parts& parts, const Principal& caller, std::string_view id,
                                               std::string_view idempotency_key, std::string_view body);
// Errc::conflict `gate_incomplete` with what is missing as problems, where the policy holds closing back;
// `case_is_closed`.
[[nodiscard]] Result<Answer> close_case(Organisation::Parts& parts, const Principal& caller, std::string_view id,
                                        std::string_view idempotency_key, std::string_view body);

// Before a quote that names a case is laid out: whether it may be issued. Errc::invalid `case_unknown` at /case_id,
// also out of the caller's scope; conflict `case_is_closed`, `gate_incomplete`. The fold decides again at the write.
[[nodiscard]] Result<void> check_quote_case(const Organisation::Parts& parts, const Principal& caller,
                                            const std::string& case_id);
// Only whether the caller sees the case: for what is not issued.
[[nodiscard]] Result<records::CaseRecord> case_of_quote(const Organisation::Parts& parts, const Principal& caller,
                                                        const std::string& case_id);
// An error of the fold; `gate_incomplete` gets what is missing now as problems at `pointer`.
[[nodiscard]] Error with_missing(const Organisation::Parts& parts, Error error, std::string_view case_id,
                                 const std::string& pointer);

}  // namespace quotary::api
