// The gate of a case after each entry about it, from the entries alone.
#include "api/use_cases/cases/case_answers.h"
#include "api/use_cases/cases/case_calls.h"
#include "api/use_cases/cases/case_words.h"
#include "ledger/log/newest_about.h"
#include "ledger/records/case_replay.h"
#include "ledger/records/confirmations.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::CaseInState;

Error too_long(std::string_view what) {
  return fail(Errc::too_large, "history_too_long",
              "more than " +
                  std::to_string(what == "policy" ? records::policy_versions_max : gate_history_entries_max) +
                  " entries about the " + std::string(what));
}

// The entry with those before it about the same subject, oldest first.
Result<std::vector<std::uint64_t>> chain_of(const Ledger& ledger, std::uint64_t last, std::uint64_t most,
                                            std::string_view what) {
  std::vector<std::uint64_t> out;
  for (std::optional<std::uint64_t> at = last; at;) {
    if (out.size() == most) return too_long(what);
    out.push_back(*at);
    QUOTARY_TRY(entry, ledger.entry(*at));
    at = entry.subject_prev;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

// What the state says, all of one moment: entries that come meanwhile make no difference.
struct Live {
  CaseInState stands;
  records::PolicyRecord policy;
  std::uint64_t last_index = 0;
};

Result<Live> live_case(const Organisation::Parts& parts, const records::CaseRecord& seen) {
  return parts.read<Live>([&](const StateReader& state) -> Result<Live> {
    QUOTARY_TRY(found, records::find_case(state, seen.id));
    if (!found) return fail(Errc::not_found, "case_not_found", "no case " + seen.id);
    QUOTARY_TRY(policy, records::find_policy(state, found->policy, found->policy_version));
    if (!policy) return fail(Errc::corrupt, "state_damaged", "the case's policy is not there; rebuild the index");
    QUOTARY_TRY(stands, records::case_in_state(state, found->id));
    return Live{std::move(stands), std::move(*policy), found->last_index};
  });
}

// Only a code of the rules is an outcome; the rest is trouble in reading.
bool is_refusal(const Error& error) {
  return error.kind == Errc::conflict || error.kind == Errc::invalid || error.kind == Errc::forbidden ||
         error.kind == Errc::not_found;
}

json::object event_of(const Entry& entry) {
  return {{"index", entry.index},
          {"time", format_rfc3339(entry.time)},
          {"type", entry.type},
          {"words", in_words(case_events, entry.type)}};
}

// With those about the confirmations that became evidence of the case, which the rules hold the evidence to.
Result<std::vector<std::uint64_t>> with_confirmations(const Ledger& ledger,
                                                      const std::vector<std::uint64_t>& about_case) {
  std::vector<std::uint64_t> out = about_case;
  for (const std::uint64_t index : about_case) {
    QUOTARY_TRY(entry, ledger.entry(index));
    const auto id = records::text_of(entry.body, "confirmation");
    if (id.empty()) continue;
    QUOTARY_TRY(newest, newest_about(ledger, std::string(records::confirmation_subject_prefix) + id));
    if (!newest) continue;
    QUOTARY_TRY(about, chain_of(ledger, newest->index, gate_history_entries_max, "confirmation"));
    std::copy_if(about.begin(), about.end(), std::back_inserter(out), [&](auto each) { return each < index; });
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Folds one entry after the other and writes down how the case stood; ends with the first that its rules refuse.
class History {
 public:
  History(const Ledger& ledger, std::string case_id) : ledger_(ledger), replay_(std::move(case_id)) {}

  Result<void> prepare(const std::vector<std::uint64_t>& about_policy) {
    for (const std::uint64_t index : about_policy) QUOTARY_TRY_VOID(fold(index));
    return {};
  }
  Result<void> walk(const std::vector<std::uint64_t>& about_case) {
    for (const std::uint64_t index : about_case) {
      QUOTARY_TRY_VOID(fold(index));
      if (refused_) return {};
    }
    return {};
  }
  [[nodiscard]] json::array events() && { return std::move(events_); }
  [[nodiscard]] bool ends_as(const CaseInState& live) const { return !refused_ && last_ && *last_ == live; }

 private:
  Result<void> fold(std::uint64_t index) {
    if (refused_) return {};
    QUOTARY_TRY(entry, ledger_.entry(index));
    const bool of_case = entry.subject.starts_with(records::case_subject_prefix);
    auto applied = apply(entry);
    if (applied && !of_case) return {};
    json::object event = event_of(entry);
    auto stands = applied ? replay_.stands() : Result<CaseInState>(std::move(applied).error());
    if (!stands && !is_refusal(stands.error())) return std::move(stands).error();
    if (stands) {
      const auto& [stage, gate] = stands->standing;
      for (auto& [name, value] : stage_member(stage)) event[name] = std::move(value);
      event["gate"] = gate_member(gate, stands->policy);
      last_ = std::move(*stands);
    } else {
      event["refused"] = stands.error().code;
      refused_ = true;
    }
    events_.push_back(std::move(event));
    return {};
  }

  Result<void> apply(const Entry& entry) {
    const bool has_facts =
        std::any_of(entry.objects.begin(), entry.objects.end(), [](const auto& each) { return each.name == "facts"; });
    if (!has_facts) return replay_.apply(entry, "");
    QUOTARY_TRY(facts, ledger_.object(entry, "facts"));
    return replay_.apply(entry, facts);
  }

  const Ledger& ledger_;
  records::CaseReplay replay_;
  json::array events_;
  std::optional<CaseInState> last_;
  bool refused_ = false;
};

}  // namespace

Result<Answer> read_gate_history(const Organisation::Parts& parts, const Principal& caller, std::string_view id) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY(seen, case_for(parts, caller, Call::read_case, id));
  QUOTARY_TRY(live, live_case(parts, seen));
  const Ledger& ledger = *parts.ledger;
  QUOTARY_TRY(about_policy, chain_of(ledger, live.policy.index, records::policy_versions_max, "policy"));
  QUOTARY_TRY(about_case, chain_of(ledger, live.last_index, gate_history_entries_max, "case"));
  QUOTARY_TRY_VOID(parts.note_read(caller, "case.gate_history", case_subject(seen.id)));

  History history(ledger, seen.id);
  QUOTARY_TRY_VOID(history.prepare(about_policy));
  QUOTARY_TRY(about_all, with_confirmations(ledger, about_case));
  QUOTARY_TRY_VOID(history.walk(about_all));
  const bool agrees = history.ends_as(live.stands);
  return Answer{200,
                {{"case", seen.id},
                 {"policy", json::object{{"name", live.policy.name}, {"version", live.policy.version}}},
                 {"events", std::move(history).events()},
                 {"agrees", agrees}},
                false};
}

}  // namespace quotary::api
