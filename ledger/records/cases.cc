#include "ledger/records/cases.h"

#include "ledger/base/hash.h"
#include "ledger/records/boards.h"
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

// ---- Values in the state

json::array rows_of(const std::vector<gates::Waiver>& waivers) {
  json::array out;
  for (const auto& each : waivers)
    out.push_back(json::object{
        {"requirement", each.requirement}, {"role", each.role}, {"at", each.at.unix_ms}, {"index", each.index}});
  return out;
}

json::array rows_of(const std::vector<gates::NoteFact>& notes) {
  json::array out;
  for (const auto& each : notes)
    out.push_back(json::object{
        {"note", each.id}, {"version", each.version}, {"at", each.at.unix_ms}, {"complete", each.complete ? 1 : 0}});
  return out;
}

template <class Row>
void for_each_row(const json::object& object, std::string_view name, const Row& row) {
  const auto* rows = object.if_contains(name);
  if (!rows || !rows->is_array()) return;
  for (const auto& each : rows->get_array())
    if (each.is_object()) row(each.get_object());
}

std::string encode(const CaseRecord& found) {
  json::object out{{"action_type", found.action_type},
                   {"policy", found.policy},
                   {"policy_version", found.policy_version},
                   {"owner", found.owner},
                   {"month", found.month},
                   {"opened_at", found.opened_at.unix_ms},
                   {"index", found.index},
                   {"last_index", found.last_index},
                   {"items", found.items}};
  put_text(out, "team", found.team);
  put_text(out, "region", found.region);
  put_time(out, "completed_at", found.completed_at);
  put_time(out, "closed_at", found.closed_at);
  if (!found.waivers.empty()) out["waivers"] = rows_of(found.waivers);
  if (!found.notes.empty()) out["notes"] = rows_of(found.notes);
  return json::serialize(out);
}

CaseRecord case_from(std::string_view id, const json::object& o) {
  CaseRecord out;
  out.id = id;
  out.action_type = text_of(o, "action_type");
  out.policy = text_of(o, "policy");
  out.policy_version = number_of(o, "policy_version");
  out.owner = text_of(o, "owner");
  out.team = text_of(o, "team");
  out.region = text_of(o, "region");
  out.month = text_of(o, "month");
  out.opened_at = {ms_of(o, "opened_at")};
  out.completed_at = time_of(o, "completed_at");
  out.closed_at = time_of(o, "closed_at");
  out.index = number_of(o, "index");
  out.last_index = number_of(o, "last_index");
  out.items = number_of(o, "items");
  for_each_row(o, "waivers", [&](const json::object& row) {
    out.waivers.push_back(
        {text_of(row, "requirement"), text_of(row, "role"), {ms_of(row, "at")}, number_of(row, "index")});
  });
  for_each_row(o, "notes", [&](const json::object& row) {
    out.notes.push_back(
        {text_of(row, "note"), number_of(row, "version"), {ms_of(row, "at")}, number_of(row, "complete") != 0});
  });
  return out;
}

std::string encode(const ItemRecord& item) {
  json::array versions;
  for (const EvidenceRecord& each : item.versions) {
    json::object row{{"number", each.version.number},
                     {"received_at", each.version.received_at.unix_ms},
                     {"facts", gates::evidence_facts_to_json(each.version)},
                     {"index", each.index},
                     {"content", each.content},
                     {"size", each.size}};
    if (each.version.withdrawn) row["withdrawn"] = each.withdrawn_index;
    versions.push_back(std::move(row));
  }
  json::object out{{"kind", gates::code_of(item.kind)}, {"versions", std::move(versions)}};
  put_text(out, "requirement", item.requirement);
  return json::serialize(out);
}

Result<ItemRecord> item_from(std::string_view case_id, std::string_view id, const json::object& o) {
  ItemRecord out;
  out.id = id;
  out.case_id = case_id;
  const auto damaged = [&] { return state_damaged(item_key(case_id, id)); };
  const auto kind = gates::find_code<EvidenceKind>(text_of(o, "kind"));
  if (!kind) return damaged();
  out.kind = *kind;
  out.requirement = text_of(o, "requirement");
  bool whole = true;
  for_each_row(o, "versions", [&](const json::object& row) {
    const auto facts =
        gates::parse_evidence_facts(object_of(row, "facts"), "", number_of(row, "number"), {ms_of(row, "received_at")});
    if (!facts) {
      whole = false;
      return;
    }
    EvidenceRecord version{*facts, number_of(row, "index"), text_of(row, "content"), number_of(row, "size"),
                           number_of(row, "withdrawn")};
    version.version.withdrawn = version.withdrawn_index != 0;  // the log's first entry withdraws nothing
    out.versions.push_back(std::move(version));
  });
  if (!whole) return damaged();
  return out;
}

std::string encode(const ContentPlace& place) {
  return json::serialize(json::object{{"case", place.case_id}, {"item", place.item}, {"version", place.version}});
}

ContentPlace place_from(const json::object& o) {
  return {text_of(o, "case"), text_of(o, "item"), number_of(o, "version")};
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

// ---- Readers

Found<PolicyRecord> find_policy(const StateReader& state, std::string_view name, std::uint64_t version) {
  if (version == 0) {
    QUOTARY_TRY(newest, read_object(state, policy_name_key(name)));
    if (!newest) return std::optional<PolicyRecord>();
    version = number_of(*newest, "version");
  }
  const std::string key = policy_key(name, version);
  QUOTARY_TRY(stored, read_object(state, key));
  if (!stored) return std::optional<PolicyRecord>();
  auto policy = gates::parse_policy_json(text_of(*stored, "text"));
  if (!policy) return state_damaged(key);
  return std::optional<PolicyRecord>(PolicyRecord{std::string(name), version, number_of(*stored, "index"),
                                                  Timestamp{ms_of(*stored, "published_at")}, text_of(*stored, "sha256"),
                                                  std::move(*policy)});
}

Result<std::vector<PolicyName>> list_policies(const StateReader& state) {
  std::vector<PolicyName> out;
  QUOTARY_TRY_VOID(state.scan(policy_name_prefix, "", false, [&](std::string_view key, std::string_view value) {
    const auto read = parse_json(value);
    if (read && read->is_object())
      out.push_back({std::string(key.substr(policy_name_prefix.size())), number_of(read->get_object(), "version")});
    return true;
  }));
  return out;
}

Found<CaseRecord> find_case(const StateReader& state, std::string_view id) {
  return read_record<CaseRecord>(state, case_key(id), [&](const json::object& o) { return case_from(id, o); });
}

Found<ItemRecord> find_item(const StateReader& state, std::string_view case_id, std::string_view item) {
  QUOTARY_TRY(stored, read_object(state, item_key(case_id, item)));
  if (!stored) return std::optional<ItemRecord>();
  QUOTARY_TRY(read, item_from(case_id, item, *stored));
  return std::optional<ItemRecord>(std::move(read));
}

Result<std::vector<ItemRecord>> find_items(const StateReader& state, std::string_view case_id) {
  std::vector<ItemRecord> out;
  std::optional<Error> failed;
  const std::string prefix = items_prefix(case_id);
  QUOTARY_TRY_VOID(state.scan(prefix, "", false, [&](std::string_view key, std::string_view value) {
    const auto read = parse_json(value);
    auto item = read && read->is_object() ? item_from(case_id, key.substr(prefix.size()), read->get_object())
                                          : Result<ItemRecord>(state_damaged(key));
    if (!item) {
      failed = std::move(item).error();
      return false;
    }
    out.push_back(std::move(*item));
    return true;
  }));
  if (failed) return *failed;
  return out;
}

Result<void> for_each_item(const StateReader& state, const std::function<bool(const ItemRecord&)>& visit) {
  constexpr std::string_view prefix = "item/";
  std::optional<Error> failed;
  QUOTARY_TRY_VOID(state.scan(prefix, "", false, [&](std::string_view key, std::string_view value) {
    const auto ids = key.substr(prefix.size());
    const auto slash = ids.find('/');
    const auto read = parse_json(value);
    auto item = slash != ids.npos && read && read->is_object()
                    ? item_from(ids.substr(0, slash), ids.substr(slash + 1), read->get_object())
                    : Result<ItemRecord>(state_damaged(key));
    if (item) return visit(*item);
    failed = std::move(item).error();
    return false;
  }));
  if (failed) return *failed;
  return {};
}

Found<std::string> find_case_of_item(const StateReader& state, std::string_view item) {
  return state.get(item_case_key(item));
}

Found<ContentPlace> find_content(const StateReader& state, std::string_view tag) {
  return read_record<ContentPlace>(state, content_key(tag), place_from);
}

Found<ContentPlace> find_blob(const StateReader& state, std::string_view id) {
  return read_record<ContentPlace>(state, blob_key(id), place_from);
}

Result<gates::GateState> gate_of(const StateReader& state, const CaseRecord& found) {
  QUOTARY_TRY(policy, find_policy(state, found.policy, found.policy_version));
  if (!policy) return state_damaged(policy_key(found.policy, found.policy_version));
  return gate_under(state, found, policy->policy);
}

Result<gates::GateState> gate_under(const StateReader& state, const CaseRecord& found, const gates::Policy& policy) {
  gates::CaseEvidence evidence;
  QUOTARY_TRY(items, find_items(state, found.id));
  for (ItemRecord& item : items) {
    gates::EvidenceItem one{item.id, item.kind, {}, {}};
    if (!item.requirement.empty()) one.requirement = item.requirement;
    for (EvidenceRecord& each : item.versions) one.versions.push_back(std::move(each.version));
    evidence.items.push_back(std::move(one));
  }
  evidence.waivers = found.waivers;
  evidence.notes = found.notes;
  return gates::evaluate(policy, evidence);
}

Found<std::uint64_t> find_note(const StateReader& state, std::string_view case_id, std::string_view note,
                               std::uint64_t version) {
  const std::string key = note_key(case_id, note, version);
  QUOTARY_TRY(stored, state.get(key));
  if (!stored) return std::optional<std::uint64_t>();
  const auto index = parse_u64(*stored);
  if (!index) return state_damaged(key);
  return std::optional<std::uint64_t>(*index);
}

Result<health::Counts> find_counts(const StateReader& state, std::string_view person, std::string_view month) {
  const std::string key = counts_key(person, month);
  QUOTARY_TRY(stored, state.get(key));
  if (!stored) return health::Counts{};
  const auto read = parse_json(*stored);
  if (!read) return state_damaged(key);
  auto counts = health::parse_counts(*read);
  if (!counts) return state_damaged(key);
  return *counts;
}

Result<StageCounts> find_stages(const StateReader& state, std::string_view unit) {
  QUOTARY_TRY(found, read_record<StageCounts>(state, stages_key(unit), [](const json::object& o) {
                return StageCounts{number_of(o, "pending"), number_of(o, "complete"), number_of(o, "closed")};
              }));
  return found.value_or(StageCounts{});
}

Result<void> for_each_pending(const StateReader& state,
                              const std::function<bool(std::string_view case_id, Timestamp since)>& visit) {
  return for_each_pending_of(state, organisation_unit, visit);
}

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
