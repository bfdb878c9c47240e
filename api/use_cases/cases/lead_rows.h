// Leads as answers show them. Thread-safe, as the organisation is.
#pragma once

#include "api/use_cases/parts.h"
#include "ledger/health/month.h"
#include "ledger/health/response.h"
#include "ledger/records/leads.h"

namespace quotary::api {

// The subject and key subject of all entries and private objects about a lead.
[[nodiscard]] std::string lead_subject(std::string_view id);

// {"id", "owner", "state", "promptness", "received_at", ...}: one line of a list.
[[nodiscard]] Result<json::object> lead_row(const Organisation::Parts& parts, const records::LeadRecord& lead);
// The same with its texts, its first touch and its assignments.
[[nodiscard]] Result<json::object> lead_whole(const Organisation::Parts& parts, const records::LeadRecord& lead);
// The facts of an entry about a lead. Errc::corrupt `payload_damaged`.
[[nodiscard]] Result<json::object> lead_facts(const Organisation::Parts& parts, const Entry& entry);
// What an entry about a lead says, with its facts: the answer to the call that wrote it, also when it is replayed.
[[nodiscard]] json::object lead_entry_row(const Entry& entry, const json::object& facts);

}  // namespace quotary::api
