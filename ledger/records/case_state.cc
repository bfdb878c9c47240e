#include "ledger/records/case_state.h"

#include "ledger/records/boards.h"
#include "ledger/records/keys.h"
#include "ledger/records/record_json.h"

#include <array>

namespace quotary::records {
namespace {

using gates::EvidenceKind;

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

// Nothing where the state is damaged.
std::optional<gates::EvidenceVersion> version_from(const json::object& row) {
  const json::value* facts = row.if_contains("facts");
  if (facts == nullptr) return std::nullopt;
  auto version = gates::parse_evidence_facts(*facts, "", number_of(row, "number"), {ms_of(row, "received_at")});
  if (!version) return std::nullopt;
  version->withdrawn = row.contains("withdrawn");
  return std::move(*version);
}

// `take` is given each version's row with what a gate weighs of it.
template <class Take>
bool read_versions(const json::object& o, const Take& take) {
  bool whole = true;
  for_each_row(o, "versions", [&](const json::object& row) {
    auto version = version_from(row);
    whole = whole && version.has_value();
    if (version) take(row, std::move(*version));
  });
  return whole;
}

std::size_t count_versions(const json::object& o) {
  const auto* rows = o.if_contains("versions");
  return rows != nullptr && rows->is_array() ? rows->get_array().size() : 0;
}

Result<ItemRecord> item_from(std::string_view case_id, std::string_view id, const json::object& o) {
  ItemRecord out;
  out.id = id;
  out.case_id = case_id;
  const auto kind = gates::find_code<EvidenceKind>(text_of(o, "kind"));
  if (!kind) return state_damaged(item_key(case_id, id));
  out.kind = *kind;
  out.requirement = text_of(o, "requirement");
  out.versions.reserve(count_versions(o));
  const bool whole = read_versions(o, [&](const json::object& row, gates::EvidenceVersion version) {
    out.versions.push_back({std::move(version), number_of(row, "index"), text_of(row, "content"),
                            number_of(row, "size"), number_of(row, "withdrawn")});
  });
  if (!whole) return state_damaged(item_key(case_id, id));
  return out;
}

// The same, as far as a gate weighs it.
Result<gates::EvidenceItem> weighed_from(std::string_view case_id, std::string_view id, const json::object& o) {
  gates::EvidenceItem out{std::string(id), EvidenceKind::other, {}, {}};
  const auto kind = gates::find_code<EvidenceKind>(text_of(o, "kind"));
  if (!kind) return state_damaged(item_key(case_id, id));
  out.kind = *kind;
  if (auto requirement = text_of(o, "requirement"); !requirement.empty()) out.requirement = std::move(requirement);
  out.versions.reserve(count_versions(o));
  const bool whole = read_versions(
      o, [&](const json::object&, gates::EvidenceVersion version) { out.versions.push_back(std::move(version)); });
  if (!whole) return state_damaged(item_key(case_id, id));
  return out;
}

// Reads a stored item by `from`, one of these two. All values come to lie in one piece of memory: a gate reads all
// versions of all items, and most of its time went into asking for memory value by value. The state is ours, so the
// bounds on texts from outside are not asked.
template <class From>
auto read_item(std::string_view case_id, std::string_view id, std::string_view stored, const From& from)
    -> decltype(from(case_id, id, json::object())) {
  std::array<unsigned char, 16u << 10> room;
  json::monotonic_resource memory(room.data(), room.size());
  boost::system::error_code failure;
  const json::value read = json::parse(stored, failure, &memory);
  if (failure || !read.is_object()) return state_damaged(item_key(case_id, id));
  return from(case_id, id, read.get_object());
}

// Those of one case, in the order of their ids.
template <class Item, class From>
Result<std::vector<Item>> read_items(const StateReader& state, std::string_view case_id, const From& from) {
  std::vector<Item> out;
  std::optional<Error> failed;
  const std::string prefix = items_prefix(case_id);
  QUOTARY_TRY_VOID(state.scan(prefix, "", false, [&](std::string_view key, std::string_view value) {
    auto item = read_item(case_id, key.substr(prefix.size()), value, from);
    if (item)
      out.push_back(std::move(*item));
    else
      failed = std::move(item).error();
    return !failed;
  }));
  if (failed) return *failed;
  return out;
}

ContentPlace place_from(const json::object& o) {
  return {text_of(o, "case"), text_of(o, "item"), number_of(o, "version")};
}

}  // namespace

// ---- Values in the state

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

std::string encode(const ContentPlace& place) {
  return json::serialize(json::object{{"case", place.case_id}, {"item", place.item}, {"version", place.version}});
}

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
  QUOTARY_TRY(stored, state.get(item_key(case_id, item)));
  if (!stored) return std::optional<ItemRecord>();
  QUOTARY_TRY(read, read_item(case_id, item, *stored, item_from));
  return std::optional<ItemRecord>(std::move(read));
}

Result<std::vector<ItemRecord>> find_items(const StateReader& state, std::string_view case_id) {
  return read_items<ItemRecord>(state, case_id, item_from);
}

Result<void> for_each_item(const StateReader& state, const std::function<bool(const ItemRecord&)>& visit) {
  constexpr std::string_view prefix = "item/";
  std::optional<Error> failed;
  QUOTARY_TRY_VOID(state.scan(prefix, "", false, [&](std::string_view key, std::string_view value) {
    const auto ids = key.substr(prefix.size());
    const auto slash = ids.find('/');
    auto item = slash != ids.npos ? read_item(ids.substr(0, slash), ids.substr(slash + 1), value, item_from)
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
  QUOTARY_TRY(items, read_items<gates::EvidenceItem>(state, found.id, weighed_from));
  evidence.items = std::move(items);
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

}  // namespace quotary::records
