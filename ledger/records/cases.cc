#include "ledger/records/cases.h"

#include "ledger/base/hash.h"
#include "ledger/records/boards.h"
#include "ledger/records/case_state.h"
#include "ledger/records/confirmations.h"
#include "ledger/records/keys.h"
#include "ledger/records/record_json.h"

#include <algorithm>

namespace quotary::records {
namespace {

using gates::EvidenceKind;

Error refuse(const Entry& entry, std::string_view code, std::string_view detail) {
  return fail(Errc::conflict, std::string(code), entry.type + ": " + std::string(detail));
}

Error malformed(const Entry& entry, std::string_view what) {
  return fail(Errc::invalid, "bad_case_entry", entry.type + ": " + std::string(what));
}

// ---- Counters beside the cases

template <class Change>
Result<void> count(StateWriter& state, const CaseRecord& found, const Change& change) {
  QUOTARY_TRY(counts, find_counts(state, found.owner, found.month));
  change(counts);
  state.put(counts_key(found.owner, found.month), json::serialize(health::to_json(counts)));
  return {};
}

// ---- What all rules share

struct Open {
  CaseRecord found;
  PolicyRecord policy;
  std::string_view stage_before;
};

Result<Open> open_case(const Entry& entry, const StateReader& state) {
  const auto id = text_of(entry.body, "case");
  if (entry.subject != std::string(case_subject_prefix) + id) return malformed(entry, "its subject is another case");
  QUOTARY_TRY(found, find_case(state, id));
  if (!found) return refuse(entry, "case_unknown", "no such case");
  if (found->closed_at) return refuse(entry, "case_is_closed", "the case is closed");
  QUOTARY_TRY(policy, find_policy(state, found->policy, found->policy_version));
  if (!policy) return state_damaged(policy_key(found->policy, found->policy_version));
  const auto stage = found->stage();
  return Open{std::move(*found), std::move(*policy), stage};
}

// The case as the entry leaves it, with its gate and what is counted of it.
Result<void> put(const Entry& entry, StateWriter& state, Open& open) {
  CaseRecord& found = open.found;
  QUOTARY_TRY(gate, gate_under(state, found, open.policy.policy));
  const CaseBefore before{open.stage_before, found.completed_at};
  const bool was_complete = found.completed_at.has_value();
  if (gate.complete && !was_complete) found.completed_at = entry.time;
  if (!gate.complete) found.completed_at.reset();
  if (gate.complete != was_complete)
    QUOTARY_TRY_VOID(count(state, found, [&](health::Counts& counts) {
      gate.complete ? ++counts.actions_complete : --counts.actions_complete;
    }));
  QUOTARY_TRY_VOID(follow_case(state, found, before));
  found.last_index = entry.index;
  state.put(case_key(found.id), encode(found));
  return {};
}

const gates::Policy::Requirement* requirement_of(const gates::Policy& policy, std::string_view id) {
  const auto found = std::find_if(policy.requirements.begin(), policy.requirements.end(),
                                  [&](const auto& each) { return each.id == id; });
  return found == policy.requirements.end() ? nullptr : &*found;
}

std::uint64_t required_notes(const gates::Policy& policy) {
  return static_cast<std::uint64_t>(
      std::count_if(policy.notes.begin(), policy.notes.end(), [](const auto& each) { return each.required; }));
}

}  // namespace

// ---- Rules

Result<void> policy_published(const Entry& entry, const json::object& facts, StateWriter& state) {
  const auto name = text_of(entry.body, "policy");
  const auto version = number_of(entry.body, "version");
  if (entry.subject != std::string(policy_subject_prefix) + name)
    return malformed(entry, "its subject is another policy");
  const auto text = canonical_json(facts);
  if (!text) return malformed(entry, "its facts are no policy");
  const auto policy = gates::parse_policy_json(*text);
  if (!policy) return malformed(entry, "its facts are no policy: " + policy.error().detail);
  if (policy->name != name || gates::canonical(*policy) != *text)
    return malformed(entry, "its facts are another policy");
  if (text_of(entry.body, "sha256") != sha256(*text).hex()) return malformed(entry, "it names another text");
  QUOTARY_TRY(newest, find_policy(state, name));
  const std::uint64_t before = newest ? newest->version : 0;
  if (version != before + 1 || version > policy_versions_max)
    return refuse(entry, "policy_version_not_next", "the newest version is " + std::to_string(before));
  state.put(policy_key(name, version), json::serialize(json::object{{"text", *text},
                                                                    {"sha256", sha256(*text).hex()},
                                                                    {"published_at", entry.time.unix_ms},
                                                                    {"index", entry.index}}));
  state.put(policy_name_key(name), json::serialize(json::object{{"version", version}}));
  return {};
}

Result<void> case_opened(const Entry& entry, const json::object& facts, StateWriter& state) {
  const auto& body = entry.body;
  CaseRecord found;
  found.id = text_of(body, "case");
  if (found.id.empty() || entry.subject != std::string(case_subject_prefix) + found.id)
    return malformed(entry, "its subject is another case");
  QUOTARY_TRY(taken, find_case(state, found.id));
  if (taken) return refuse(entry, "case_exists", "the case is there");
  found.policy = text_of(body, "policy");
  found.policy_version = number_of(body, "policy_version");
  found.action_type = text_of(body, "action_type");
  found.month = text_of(body, "month");
  QUOTARY_TRY(policy, find_policy(state, found.policy));
  if (!policy) return refuse(entry, "policy_unknown", "no policy " + found.policy);
  if (policy->version != found.policy_version)
    return refuse(entry, "policy_not_newest", "the policy's newest version is " + std::to_string(policy->version));
  if (!policy->policy.action_types.contains(found.action_type))
    return refuse(entry, "action_type_not_covered", "the policy is not for " + found.action_type);
  found.owner = text_of(facts, "owner");
  if (found.owner.empty() || found.month.empty()) return malformed(entry, "it names no owner or month");
  found.team = text_of(facts, "team");
  found.region = text_of(facts, "region");
  found.opened_at = entry.time;
  found.index = entry.index;
  QUOTARY_TRY_VOID(count(state, found, [&](health::Counts& counts) {
    ++counts.actions_due;
    counts.fields_required += required_notes(policy->policy);
  }));
  state.put(cases_key(entry.index), found.id);
  state.put(own_cases_prefix(found.owner) + digits20(entry.index), found.id);
  Open open{std::move(found), std::move(*policy), {}};
  return put(entry, state, open);
}

Result<void> case_noted(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY(open, open_case(entry, state));
  gates::NoteFact fact{text_of(entry.body, "note"), number_of(entry.body, "version"), entry.time, false};
  const auto& notes = open.policy.policy.notes;
  const auto of_policy = std::find_if(notes.begin(), notes.end(), [&](const auto& each) { return each.id == fact.id; });
  if (of_policy == notes.end()) return refuse(entry, "note_unknown", "the policy asks for no note " + fact.id);
  const auto* complete = entry.body.if_contains("complete");
  if (!complete || !complete->is_bool()) return malformed(entry, "it does not say whether the note is complete");
  fact.complete = complete->get_bool();
  auto& kept = open.found.notes;
  const auto before = std::find_if(kept.begin(), kept.end(), [&](const auto& each) { return each.id == fact.id; });
  const std::uint64_t last = before == kept.end() ? 0 : before->version;
  if (fact.version != last + 1 || fact.version > note_versions_max)
    return refuse(entry, "note_version_not_next", "the note's newest version is " + std::to_string(last));
  const bool was = before != kept.end() && before->complete;
  state.put(note_key(open.found.id, fact.id, fact.version), std::to_string(entry.index));
  before == kept.end() ? (void)kept.push_back(fact) : (void)(*before = fact);
  if (of_policy->required && was != fact.complete)
    QUOTARY_TRY_VOID(count(state, open.found, [&](health::Counts& counts) {
      fact.complete ? ++counts.fields_filled : --counts.fields_filled;
    }));
  return put(entry, state, open);
}

Result<void> evidence_added(const Entry& entry, const json::object& facts, StateWriter& state) {
  QUOTARY_TRY(open, open_case(entry, state));
  const auto& body = entry.body;
  const auto id = text_of(body, "item");
  const auto kind = gates::find_code<EvidenceKind>(text_of(body, "kind"));
  const auto number = number_of(body, "version");
  if (id.empty() || !kind) return malformed(entry, "it names no item or kind");
  auto read = gates::parse_evidence_facts(facts, "", number, entry.time);
  if (!read) return malformed(entry, "its facts: " + read.error().detail);
  QUOTARY_TRY(item, find_item(state, open.found.id, id));
  if (!item) {
    QUOTARY_TRY(elsewhere, find_case_of_item(state, id));
    if (elsewhere) return refuse(entry, "item_of_another_case", "the item is of another case");
    if (open.found.items >= case_items_max)
      return refuse(entry, "too_many_items", "a case has at most " + std::to_string(case_items_max) + " items");
    item = ItemRecord{id, open.found.id, *kind, text_of(body, "requirement"), {}};
    if (!item->requirement.empty()) {
      const auto* of_policy = requirement_of(open.policy.policy, item->requirement);
      if (of_policy == nullptr || of_policy->kind != *kind)
        return refuse(entry, "requirement_unknown",
                      "the policy has no requirement " + item->requirement + " of that kind");
    }
    ++open.found.items;
    state.put(item_case_key(id), open.found.id);
  } else if (item->kind != *kind || item->requirement != text_of(body, "requirement")) {
    return refuse(entry, "item_differs", "the item is of another kind or requirement");
  }
  const std::uint64_t last = item->versions.empty() ? 0 : item->versions.back().version.number;
  if (number != last + 1 || number > evidence_versions_max)
    return refuse(entry, "version_not_next", "the item's newest version is " + std::to_string(last));
  if (read->target) {
    QUOTARY_TRY(target, find_item(state, open.found.id, read->target->item));
    if (!target || read->target->version == 0 || read->target->version > target->versions.size())
      return refuse(entry, "target_unknown", "the case has no such version of " + read->target->item);
  }
  const auto tag = text_of(body, "tag");
  if (!tag.empty()) {
    QUOTARY_TRY(place, find_content(state, tag));
    if (!place) state.put(content_key(tag), encode(ContentPlace{open.found.id, id, number}));
  }
  if (const auto blob = text_of(body, "blob"); !blob.empty()) {
    QUOTARY_TRY(named, find_blob(state, blob));
    if (named) return refuse(entry, "content_taken", "the content is another version's");
    state.put(blob_key(blob), encode(ContentPlace{open.found.id, id, number}));
  }
  if (body.contains("confirmation")) QUOTARY_TRY_VOID(confirmation_recorded(entry, *read, state));
  item->versions.push_back({std::move(*read), entry.index, text_of(body, "content"), number_of(body, "size"), 0});
  state.put(item_key(open.found.id, id), encode(*item));
  return put(entry, state, open);
}

Result<void> evidence_withdrawn(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY(open, open_case(entry, state));
  QUOTARY_TRY(item, find_item(state, open.found.id, text_of(entry.body, "item")));
  const auto number = number_of(entry.body, "version");
  if (!item || number == 0 || number > item->versions.size())
    return refuse(entry, "version_unknown", "the case has no such version");
  auto& version = item->versions[number - 1].version;
  if (version.withdrawn) return refuse(entry, "already_withdrawn", "the version is withdrawn");
  version.withdrawn = true;
  item->versions[number - 1].withdrawn_index = entry.index;
  state.put(item_key(open.found.id, item->id), encode(*item));
  return put(entry, state, open);
}

Result<void> case_waived(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY(open, open_case(entry, state));
  const auto id = text_of(entry.body, "requirement");
  const auto* requirement = requirement_of(open.policy.policy, id);
  if (requirement == nullptr) return refuse(entry, "requirement_unknown", "the policy has no requirement " + id);
  if (!requirement->waive.contains(entry.actor_role))
    return fail(Errc::forbidden, "waiver_not_allowed", "the policy lets nobody of your role waive " + id);
  if (entry.actor_id == open.found.owner)
    return fail(Errc::forbidden, "four_eyes", "nobody waives a requirement of their own case");
  const bool waived = std::any_of(open.found.waivers.begin(), open.found.waivers.end(),
                                  [&](const auto& each) { return each.requirement == id; });
  if (waived) return refuse(entry, "already_waived", "the requirement is waived");
  open.found.waivers.push_back({id, entry.actor_role, entry.time, entry.index});
  return put(entry, state, open);
}

Result<void> case_closed(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY(open, open_case(entry, state));
  if (open.policy.policy.gates.contains(gates::GatePoint::case_close) && !open.found.completed_at)
    return refuse(entry, "gate_incomplete", "something that the policy asks for is missing (待补全)");
  QUOTARY_TRY_VOID(close_confirmations(entry, open.found.id, state));
  open.found.closed_at = entry.time;
  return put(entry, state, open);
}

Result<void> check_case_for_quote(const Entry& entry, std::string_view case_id, const StateReader& state) {
  QUOTARY_TRY(found, find_case(state, case_id));
  if (!found) return refuse(entry, "case_unknown", "no such case");
  if (found->closed_at) return refuse(entry, "case_is_closed", "the case is closed");
  QUOTARY_TRY(policy, find_policy(state, found->policy, found->policy_version));
  if (!policy) return state_damaged(policy_key(found->policy, found->policy_version));
  if (policy->policy.gates.contains(gates::GatePoint::quote_issue) && !found->completed_at)
    return refuse(entry, "gate_incomplete", "something that the policy asks for is missing (待补全)");
  return {};
}

}  // namespace quotary::records
