// Opening a case, and closing it.
#include "api/use_cases/cases/case_answers.h"
#include "api/use_cases/cases/case_calls.h"
#include "api/use_cases/cases/case_words.h"
#include "api/use_cases/cases/case_writing.h"
#include "ledger/quote/reader.h"
#include "ledger/records/erasure.h"
#include "ledger/records/fields.h"

namespace quotary::api {
namespace {

constexpr std::string_view identifier_signs = "-_.";

struct NewCase {
  std::string action_type, policy, owner;
  json::object text;  // the private object: title, customer, site, external_refs
};

// Whose case it is going to be.
struct Owner {
  std::string id, team, region;
};

json::object read_customer(const json::value& value, Faults& faults) {
  ObjectReader reader(value, "/customer", faults);
  json::object out{{"name", reader.text("name", case_customer_characters_max, Need::required)}};
  if (auto id = reader.text("id", limits::identifier); !id.empty()) out["id"] = id;
  reader.finish();
  return out;
}

std::string read_degrees(ObjectReader& reader, std::string_view name, int most, Faults& faults) {
  const DecimalRule rule{3, site_fraction_digits_max, true, true, false};
  auto degrees = reader.decimal(name, rule, Need::required);
  if (!degrees.empty() && (to_rational(degrees) > most || to_rational(degrees) < -most))
    faults.add(reader.at(name), "out_of_range",
               "degrees from -" + std::to_string(most) + " to " + std::to_string(most));
  return degrees;
}

json::object read_site(const json::value& value, Faults& faults) {
  ObjectReader reader(value, "/site", faults);
  json::object out{{"latitude", read_degrees(reader, "latitude", 90, faults)},
                   {"longitude", read_degrees(reader, "longitude", 180, faults)}};
  if (auto name = reader.text("name", case_site_characters_max); !name.empty()) out["name"] = name;
  reader.finish();
  return out;
}

json::array read_references(const json::array& items, Faults& faults) {
  json::array out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    ObjectReader reader(items[i], "/external_refs/" + std::to_string(i), faults);
    out.push_back(json::object{{"system", reader.text("system", limits::identifier, Need::required)},
                               {"id", reader.text("id", limits::identifier, Need::required)}});
    reader.finish();
  }
  return out;
}

// Documents about the case will show these.
void check_printable(const Organisation::Parts& parts, const json::object& text, Faults& faults) {
  const auto check = [&](const json::object& object, std::string_view name, const std::string& pointer,
                         std::size_t most) {
    if (const auto done = parts.document_text(records::text_of(object, name), pointer, most); !done)
      faults.add(pointer, done.error());
  };
  check(text, "title", "/title", case_title_characters_max);
  check(records::object_of(text, "customer"), "name", "/customer/name", case_customer_characters_max);
  check(records::object_of(text, "site"), "name", "/site/name", case_site_characters_max);
}

Result<NewCase> parse_new_case(const Organisation::Parts& parts, const json::object& body) {
  Faults faults;
  const json::value whole(body);
  ObjectReader reader(whole, "", faults);
  NewCase out;
  out.action_type = reader.token("action_type", limits::code, identifier_signs, Need::required);
  out.policy = reader.token("policy", limits::code, identifier_signs, Need::required);
  out.text["title"] = reader.text("title", case_title_characters_max, Need::required);
  if (const auto* customer = reader.member("customer", Need::required))
    out.text["customer"] = read_customer(*customer, faults);
  out.owner = reader.token("owner", limits::identifier, identifier_signs);
  if (const auto* site = reader.member("site")) out.text["site"] = read_site(*site, faults);
  if (const auto* references = reader.list("external_refs", limits::external_refs_max))
    out.text["external_refs"] = read_references(*references, faults);
  reader.finish();
  if (faults.none()) check_printable(parts, out.text, faults);
  if (!faults.none()) return std::move(faults).error("case_invalid");
  return out;
}

Result<Owner> find_owner(const StateReader& state, const Principal& caller, const std::string& asked) {
  if (asked.empty() || asked == caller.id) {
    if (caller.role == Role::crm)
      return invalid("owner_missing", "/owner", "a service names the person whose case it is");
    return Owner{caller.id, caller.team, caller.region};
  }
  const auto unknown = [&] { return invalid("owner_unknown", "/owner", "no person " + asked + " who may own a case"); };
  QUOTARY_TRY(person, records::find_person(state, asked));
  if (!person || !in_scope(caller, Call::open_case, person->id, person->team, person->region)) return unknown();
  const auto role = parse_role(person->role);
  if (!role || *role == Role::crm || scope_of(*role, Call::work_case) == Scope::none) return unknown();
  QUOTARY_TRY(erased, records::find_erased_by(state, "person:" + asked));
  if (erased) return unknown();
  return Owner{person->id, person->team, person->region};
}

// The version that the case is going to stand under.
Result<std::uint64_t> find_version(const StateReader& state, const NewCase& asked) {
  QUOTARY_TRY(policy, records::find_policy(state, asked.policy));
  if (!policy) return invalid("policy_unknown", "/policy", "no policy " + asked.policy);
  if (policy->policy.action_types.contains(asked.action_type)) return policy->version;
  std::string known;
  for (const auto& each : policy->policy.action_types) known += " " + each;
  return invalid("action_type_not_covered", "/action_type", "the policy is for" + known);
}

// From the entry alone, so that a replay says the same however the case went on.
Result<json::object> opened(const Organisation::Parts& parts, const Entry& entry) {
  QUOTARY_TRY(stored, parts.ledger->object(entry, "facts"));
  QUOTARY_TRY(facts, parse_json(stored));
  if (!facts.is_object()) return fail(Errc::corrupt, "payload_damaged", "the facts of an opening are no object");
  records::CaseRecord found;
  found.id = records::text_of(entry.body, "case");
  found.action_type = records::text_of(entry.body, "action_type");
  found.policy = records::text_of(entry.body, "policy");
  found.policy_version = records::number_of(entry.body, "policy_version");
  found.owner = records::text_of(facts.get_object(), "owner");
  found.team = records::text_of(facts.get_object(), "team");
  found.region = records::text_of(facts.get_object(), "region");
  found.opened_at = entry.time;
  QUOTARY_TRY(policy, parts.read<std::optional<records::PolicyRecord>>([&](const StateReader& state) {
    return records::find_policy(state, found.policy, found.policy_version);
  }));
  if (!policy) return fail(Errc::corrupt, "state_damaged", "the case's policy is not there; rebuild the index");
  const auto gate = gates::evaluate(policy->policy, {});
  if (gate.complete) found.completed_at = entry.time;
  QUOTARY_TRY(text, opening_text(parts, entry.index));
  auto out = case_member(parts, found, std::move(text));
  out["gate"] = gate_member(gate, policy->policy);
  return out;
}

Result<json::object> closed(const Entry& entry) {
  json::object out{{"case", records::text_of(entry.body, "case")}};
  for (auto& [name, value] : stage_member("closed")) out[name] = std::move(value);
  out["closed_at"] = format_rfc3339(entry.time);
  return out;
}

}  // namespace

Result<Answer> open_case(Organisation::Parts& parts, const Principal& caller, std::string_view idempotency_key,
                         std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::open_case));
  QUOTARY_TRY(object, parse_body(body));
  const auto describe = [&](const Entry& entry) { return opened(parts, entry); };
  QUOTARY_TRY(turn, take_turn(parts, caller, "/v1/cases", idempotency_key, object));
  if (turn.before) return answer_again(parts, *turn.before, 201, describe);
  QUOTARY_TRY(asked, parse_new_case(parts, object));
  const std::string id = uuid_v7(parts.now().unix_ms, *parts.config.random);
  Draft draft = turn.draft(caller, records::case_opened_type, case_subject(id));
  const auto text = private_object("text", asked.text, case_subject(id));
  const auto command = [&](const StateReader& state, Timestamp now) -> Result<std::vector<Draft>> {
    QUOTARY_TRY(version, find_version(state, asked));
    QUOTARY_TRY(owner, find_owner(state, caller, asked.owner));
    draft.body = {{"case", id},
                  {"policy", asked.policy},
                  {"policy_version", version},
                  {"action_type", asked.action_type},
                  {"month", format_date(parts.zone->local_date(now)).substr(0, 7)}};
    draft.objects = {facts_object({{"owner", owner.id}, {"team", owner.team}, {"region", owner.region}}), text};
    return std::vector<Draft>{draft};
  };
  return answer_written(parts, command, 201, describe);
}

Result<Answer> close_case(Organisation::Parts& parts, const Principal& caller, std::string_view id,
                          std::string_view idempotency_key, std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::work_case));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(turn, take_turn(parts, caller, "/v1/cases/" + std::string(id) + "/close", idempotency_key, object));
  if (turn.before) return answer_again(parts, *turn.before, 200, closed);
  QUOTARY_TRY(found, case_for(parts, caller, Call::work_case, id));
  Faults faults;
  const json::value whole(object);
  ObjectReader(whole, "", faults).finish();
  if (!faults.none()) return std::move(faults).error("case_invalid");
  Draft draft = turn.draft(caller, records::case_closed_type, case_subject(found.id));
  draft.body = {{"case", found.id}};
  const auto command = [&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    return std::vector<Draft>{draft};  // the fold holds the gate to it
  };
  auto answer = answer_written(parts, command, 200, closed);
  if (!answer) return with_missing(parts, std::move(answer).error(), found.id, "");
  return answer;
}

}  // namespace quotary::api
