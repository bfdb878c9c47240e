#include "ledger/records/erasure.h"

#include "ledger/base/bytes.h"
#include "ledger/records/cases.h"
#include "ledger/records/keys.h"
#include "ledger/records/leads.h"
#include "ledger/records/log_succession.h"
#include "ledger/records/record_json.h"

namespace quotary::records {
namespace {

constexpr std::string_view customer_prefix = "customer:", person_prefix = "person:";

Error refuse(const Entry& entry, std::string_view code, std::string_view detail) {
  return fail(Errc::conflict, std::string(code), entry.type + ": " + std::string(detail));
}

std::string encode(const ErasureRecord& erasure) {
  json::object out{{"target", erasure.target},
                   {"status", erasure.status},
                   {"basis", erasure.basis},
                   {"requested_by", erasure.requested_by},
                   {"requested_role", erasure.requested_role},
                   {"requested_at", erasure.requested_at.unix_ms},
                   {"index", erasure.index}};
  put_text(out, "decided_by", erasure.decided_by);
  put_text(out, "decided_role", erasure.decided_role);
  put_time(out, "decided_at", erasure.decided_at);
  if (erasure.decided_index) out["decided_index"] = erasure.decided_index;
  return json::serialize(out);
}

std::string encode(const HoldRecord& hold) {
  json::object out{{"target", hold.target},
                   {"placed_by", hold.placed_by},
                   {"placed_role", hold.placed_role},
                   {"placed_at", hold.placed_at.unix_ms},
                   {"index", hold.index}};
  put_text(out, "released_by", hold.released_by);
  put_text(out, "released_role", hold.released_role);
  put_time(out, "released_at", hold.released_at);
  if (hold.released_index) out["released_index"] = hold.released_index;
  return json::serialize(out);
}

// A key subject that can be erased and is not.
Result<std::string> target_of(const Entry& entry, const StateReader& state) {
  auto target = text_of(entry.body, "target");
  const bool of_case = target.starts_with(case_subject_prefix), of_lead = target.starts_with(lead_subject_prefix);
  if (!target.starts_with(customer_prefix) && !target.starts_with(person_prefix) && !of_case && !of_lead)
    return refuse(entry, "bad_target", "a customer, a person, a case or a lead is erased, not " + target);
  if (target.starts_with(person_prefix)) {
    QUOTARY_TRY(person, find_person(state, std::string_view(target).substr(person_prefix.size())));
    if (!person) return refuse(entry, "bad_target", "no " + target);
  }
  if (of_case) {
    QUOTARY_TRY(found, find_case(state, std::string_view(target).substr(case_subject_prefix.size())));
    if (!found) return refuse(entry, "bad_target", "no " + target);
  }
  if (of_lead) {
    QUOTARY_TRY(found, find_lead(state, std::string_view(target).substr(lead_subject_prefix.size())));
    if (!found) return refuse(entry, "bad_target", "no " + target);
  }
  QUOTARY_TRY(erased, find_erased_by(state, target));
  if (erased) return refuse(entry, "already_erased", target + " was erased by entry " + std::to_string(*erased));
  return target;
}

// An erased person signs in no more, by password or token.
Result<void> forget_credentials(std::string_view person, StateWriter& state) {
  for (const std::string_view prefix : {"login/", "token/"}) {
    std::vector<std::string> keys;
    QUOTARY_TRY_VOID(state.scan(prefix, "", false, [&](std::string_view key, std::string_view value) {
      if (value == person) keys.emplace_back(key);
      return true;
    }));
    for (const std::string& key : keys) state.erase(key);
  }
  return {};
}

Result<void> erase(const std::string& target, const Entry& entry, StateWriter& state) {
  state.put(erased_key(target), std::to_string(entry.index));
  if (target.starts_with(person_prefix))
    return forget_credentials(std::string_view(target).substr(person_prefix.size()), state);
  return {};
}

Result<ErasureRecord> decided(const Entry& entry, StateWriter& state, std::string_view status) {
  const auto id = text_of(entry.body, "erasure");
  QUOTARY_TRY(found, find_erasure(state, id));
  if (!found) return refuse(entry, "erasure_unknown", "no such request");
  if (found->status != "open") return refuse(entry, "already_decided", "the request is " + found->status);
  if (text_of(entry.body, "target") != found->target)
    return refuse(entry, "target_differs", "the request is about " + found->target);
  const bool own = found->requested_by == entry.actor_id;
  if (status == "withdrawn" && !own)
    return fail(Errc::forbidden, "not_requester", "only who asked withdraws a request");
  if (status != "withdrawn" && own) return fail(Errc::forbidden, "four_eyes", "who asked does not decide");
  found->status = status;
  found->decided_by = entry.actor_id;
  found->decided_role = entry.actor_role;
  found->decided_at = entry.time;
  found->decided_index = entry.index;
  state.put(erasure_key(id), encode(*found));
  state.erase(erasing_key(found->target));
  return std::move(*found);
}

}  // namespace

std::string erased_target(const Entry& entry) {
  return entry.type == erasure_approved_type || entry.type == erasure_restated_type ? text_of(entry.body, "target")
                                                                                    : std::string();
}

Found<ErasureRecord> find_erasure(const StateReader& state, std::string_view id) {
  return read_record<ErasureRecord>(state, erasure_key(id), [&](const json::object& o) {
    return ErasureRecord{std::string(id),          text_of(o, "target"),       text_of(o, "status"),
                         text_of(o, "basis"),      text_of(o, "requested_by"), text_of(o, "requested_role"),
                         text_of(o, "decided_by"), text_of(o, "decided_role"), Timestamp{ms_of(o, "requested_at")},
                         time_of(o, "decided_at"), number_of(o, "index"),      number_of(o, "decided_index")};
  });
}

Found<HoldRecord> find_hold(const StateReader& state, std::string_view id) {
  return read_record<HoldRecord>(state, hold_key(id), [&](const json::object& o) {
    return HoldRecord{std::string(id),
                      text_of(o, "target"),
                      text_of(o, "placed_by"),
                      text_of(o, "placed_role"),
                      text_of(o, "released_by"),
                      text_of(o, "released_role"),
                      Timestamp{ms_of(o, "placed_at")},
                      time_of(o, "released_at"),
                      number_of(o, "index"),
                      number_of(o, "released_index")};
  });
}

Found<std::uint64_t> find_erased_by(const StateReader& state, std::string_view target) {
  QUOTARY_TRY(stored, state.get(erased_key(target)));
  if (!stored) return std::optional<std::uint64_t>();
  const auto index = parse_u64(*stored);
  if (!index) return state_damaged(erased_key(target));
  return std::optional<std::uint64_t>(*index);
}

Found<std::string> find_open_erasure(const StateReader& state, std::string_view target) {
  return state.get(erasing_key(target));
}

Found<std::string> find_hold_on(const StateReader& state, std::string_view target) {
  std::optional<std::string> id;
  QUOTARY_TRY_VOID(state.scan(held_prefix(target), "", false, [&](std::string_view, std::string_view found) {
    id = found;
    return false;
  }));
  return id;
}

std::string_view without_generation(std::string_view key_subject) {
  return key_subject.substr(0, key_subject.find('.'));
}

Result<std::string> live_key_subject(const StateReader& state, std::string_view key_subject) {
  std::string candidate(key_subject);
  const std::string_view base = without_generation(key_subject);
  for (unsigned generation = 1; generation <= generations_max; ++generation) {
    if (generation > 1) candidate = std::string(base) + "." + std::to_string(generation);
    QUOTARY_TRY(erased, find_erased_by(state, candidate));
    if (!erased) return candidate;
  }
  return fail(Errc::too_large, "too_often_erased",
              std::string(base) + " was erased " + std::to_string(generations_max) + " times");
}

Result<void> erasure_requested(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY(target, target_of(entry, state));
  QUOTARY_TRY(open, find_open_erasure(state, target));
  if (open) return refuse(entry, "erasure_open", "the request " + *open + " is open");
  ErasureRecord erasure;
  erasure.id = text_of(entry.body, "erasure");
  QUOTARY_TRY(taken, find_erasure(state, erasure.id));
  if (taken || erasure.id.empty()) return refuse(entry, "erasure_exists", "the request is there");
  erasure.target = target;
  erasure.status = "open";
  erasure.basis = text_of(entry.body, "basis");
  erasure.requested_by = entry.actor_id;
  erasure.requested_role = entry.actor_role;
  erasure.requested_at = entry.time;
  erasure.index = entry.index;
  state.put(erasure_key(erasure.id), encode(erasure));
  state.put(erasures_key(entry.index), erasure.id);
  state.put(erasing_key(target), erasure.id);
  return {};
}

Result<void> erasure_approved(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY(target, target_of(entry, state));
  QUOTARY_TRY(hold, find_hold_on(state, target));
  if (hold) return refuse(entry, "legal_hold", "the legal hold " + *hold + " forbids it until it is released");
  QUOTARY_TRY(erasure, decided(entry, state, "approved"));
  return erase(erasure.target, entry, state);
}

// Their keys are gone, whatever holds on them or requests about them are left: it says what is, and decides nothing.
Result<void> erasure_restated(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY_VOID(take_succession_place(entry, state, "an erasure is restated"));
  QUOTARY_TRY(target, target_of(entry, state));
  return erase(target, entry, state);
}

Result<void> erasure_rejected(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY_VOID(decided(entry, state, "rejected"));
  return {};
}

Result<void> erasure_withdrawn(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY_VOID(decided(entry, state, "withdrawn"));
  return {};
}

Result<void> hold_placed(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY(target, target_of(entry, state));
  HoldRecord hold;
  hold.id = text_of(entry.body, "hold");
  QUOTARY_TRY(taken, find_hold(state, hold.id));
  if (taken || hold.id.empty()) return refuse(entry, "hold_exists", "the hold is there");
  hold.target = target;
  hold.placed_by = entry.actor_id;
  hold.placed_role = entry.actor_role;
  hold.placed_at = entry.time;
  hold.index = entry.index;
  state.put(hold_key(hold.id), encode(hold));
  state.put(holds_key(entry.index), hold.id);
  state.put(held_prefix(target) + hold.id, hold.id);
  return {};
}

Result<void> hold_released(const Entry& entry, StateWriter& state) {
  const auto id = text_of(entry.body, "hold");
  QUOTARY_TRY(hold, find_hold(state, id));
  if (!hold) return refuse(entry, "hold_unknown", "no such hold");
  if (hold->released_at) return refuse(entry, "already_released", "the hold was released");
  if (text_of(entry.body, "target") != hold->target)
    return refuse(entry, "target_differs", "the hold is on " + hold->target);
  hold->released_by = entry.actor_id;
  hold->released_role = entry.actor_role;
  hold->released_at = entry.time;
  hold->released_index = entry.index;
  state.put(hold_key(id), encode(*hold));
  state.erase(held_prefix(hold->target) + id);
  return {};
}

Result<void> refuse_erased_subjects(const Entry& entry, const StateReader& state) {
  std::string_view looked_at;
  for (const ObjectRef& object : entry.objects) {
    if (object.key_subject.empty() || object.key_subject == looked_at) continue;
    looked_at = object.key_subject;
    QUOTARY_TRY(erased, find_erased_by(state, looked_at));
    if (erased)
      return refuse(entry, "subject_erased",
                    std::string(looked_at) + " was erased by entry " + std::to_string(*erased) +
                        " meanwhile: send the request again");
  }
  return {};
}

}  // namespace quotary::records
