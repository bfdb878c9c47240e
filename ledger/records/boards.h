// What boards show of cases and leads, kept with each entry so that no board looks at each of them. Values and parts of
// rules of the fold; each call reads the state it is given and nothing else.
//
// All of it is kept once for each unit that a case or lead is of: its owner, the owner's team and region, and the whole
// organisation. A unit is named by a text: a person's by the id, the others by the functions below.
#pragma once

#include "ledger/records/cases.h"

#include <string>
#include <vector>

namespace quotary::records {

inline constexpr std::string_view organisation_unit = "organisation";
[[nodiscard]] std::string team_unit(std::string_view region, std::string_view team);
[[nodiscard]] std::string region_unit(std::string_view region);
// Without a team or region there is none of that kind.
[[nodiscard]] std::vector<std::string> units_of(std::string_view owner, std::string_view team, std::string_view region);

// How a case stood before an entry. The stage is empty before its first.
struct CaseBefore {
  std::string_view stage;
  std::optional<Timestamp> completed_at;
};
// Part of every rule about a case: it stands as `now` says from the entry on.
[[nodiscard]] Result<void> follow_case(StateWriter& state, const CaseRecord& now, const CaseBefore& before);

// Cases of a unit that wait for something, longest first; stops when visit answers false.
[[nodiscard]] Result<void> for_each_pending_of(
    const StateReader& state, std::string_view unit,
    const std::function<bool(std::string_view case_id, Timestamp since)>& visit);

// Cases that were opened, and that have been complete since, in a quarter of an hour of UTC: the longest span that no
// day's begin of today's time zones cuts. The fold itself reads no zone, whose rules change with the machine.
inline constexpr std::int64_t flow_span_ms = std::int64_t{15} * 60 * 1000;
struct Flow {
  std::uint64_t opened = 0, completed = 0;
};
// The spans with any that begin from `from` on and before `until`, in order.
[[nodiscard]] Result<void> for_each_flow(const StateReader& state, std::string_view unit, Timestamp from,
                                         Timestamp until,
                                         const std::function<void(Timestamp begin, const Flow& flow)>& visit);

// How many cases were opened under any version of a policy, and are complete or were when they were closed.
struct PolicyUseRecord {
  std::string policy;
  std::uint64_t used = 0, complete = 0;
};
// By name, at most `most`.
[[nodiscard]] Result<std::vector<PolicyUseRecord>> list_policy_use(const StateReader& state, std::string_view unit,
                                                                   std::size_t most);

// A case of a policy as comparisons see it. The texts are the visit's.
struct PolicyCaseRecord {
  std::string_view owner, team, region;
  Timestamp opened_at;
  std::optional<Timestamp> completed_at;
};
// Those opened from `from` on and before `until`, in that order; stops when visit answers false.
[[nodiscard]] Result<void> for_each_policy_case(const StateReader& state, std::string_view policy, Timestamp from,
                                                Timestamp until,
                                                const std::function<bool(const PolicyCaseRecord&)>& visit);

// A lead begins, or ends, to wait for its first touch under an owner.
struct WaitingLead {
  std::string id, owner, team, region;
  Timestamp received_at;
};
[[nodiscard]] Result<void> lead_waits(StateWriter& state, const WaitingLead& lead);
[[nodiscard]] Result<void> lead_waits_no_more(StateWriter& state, const WaitingLead& lead);
[[nodiscard]] Result<std::uint64_t> count_waiting_leads(const StateReader& state, std::string_view unit);
// Longest first; stops when visit answers false.
[[nodiscard]] Result<void> for_each_waiting_lead(
    const StateReader& state, std::string_view unit,
    const std::function<bool(std::string_view lead, Timestamp received_at)>& visit);

}  // namespace quotary::records
