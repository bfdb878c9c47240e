#include "api/use_cases/cases/policy_calls.h"

#include "api/use_cases/cases/case_writing.h"
#include "ledger/quote/reader.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"

namespace quotary::api {
namespace {

using records::PolicyRecord;

// A policy that lets somebody waive who never may would promise what no call keeps.
void check_waiving_roles(const gates::Policy& policy, Faults& faults) {
  for (std::size_t i = 0; i < policy.requirements.size(); ++i) {
    const std::string pointer = "/requirement/" + std::to_string(i) + "/waive";
    for (const std::string& name : policy.requirements[i].waive) {
      const auto role = parse_role(name);
      if (!role)
        faults.add(pointer, role.error());
      else if (scope_of(*role, Call::waive_requirement) == Scope::none)
        faults.add(pointer, "role_may_not_waive", "the role " + name + " may waive nothing");
    }
  }
}

Result<gates::Policy> parse(const PolicyText& text) {
  QUOTARY_TRY(policy, text.form == PolicyText::Form::toml ? gates::parse_policy_toml(text.text)
                                                          : gates::parse_policy_json(text.text));
  Faults faults;
  check_waiving_roles(policy, faults);
  if (!faults.none()) return std::move(faults).error("policy_invalid");
  return policy;
}

json::object title_member(const gates::Policy::Title& title) { return {{"zh", title.zh}, {"en", title.en}}; }

Result<json::object> published(const Entry& entry) {
  return json::object{{"name", records::text_of(entry.body, "policy")},
                      {"version", records::number_of(entry.body, "version")},
                      {"sha256", records::text_of(entry.body, "sha256")},
                      {"published_at", format_rfc3339(entry.time)}};
}

Result<std::uint64_t> next_version(const StateReader& state, std::string_view name) {
  QUOTARY_TRY(newest, records::find_policy(state, name));
  return newest ? newest->version + 1 : 1;
}

}  // namespace

Result<Answer> publish_policy(Organisation::Parts& parts, const Principal& caller, std::string_view idempotency_key,
                              const PolicyText& text) {
  QUOTARY_TRY_VOID(require_call(caller, Call::publish_policy));
  QUOTARY_TRY(policy, parse(text));
  const std::string canonical = gates::canonical(policy);
  QUOTARY_TRY(facts, parse_json(canonical));
  // Two writings of one policy are one request.
  QUOTARY_TRY(turn, take_turn(parts, caller, "/v1/policies", idempotency_key, facts));
  if (turn.before) return answer_again(parts, *turn.before, 201, published);
  Draft draft =
      turn.draft(caller, records::policy_published_type, std::string(records::policy_subject_prefix) + policy.name);
  draft.body = {{"policy", policy.name}, {"sha256", sha256(canonical).hex()}};
  draft.objects.push_back({"facts", "application/json", canonical, "", 1});
  const auto command = [&](const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
    QUOTARY_TRY(version, next_version(state, policy.name));
    if (version > records::policy_versions_max)
      return fail(Errc::conflict, "too_many_versions",
                  "a policy has at most " + std::to_string(records::policy_versions_max) + " versions");
    draft.body["version"] = version;
    return std::vector<Draft>{draft};
  };
  return answer_written(parts, command, 201, published);
}

Result<Answer> list_policies(const Organisation::Parts& parts, const Principal& caller, const PageRequest& page) {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_policy));
  return page_of(parts, records::policy_name_prefix, page,
                 [](const StateReader& state, std::string_view name) -> Result<json::object> {
                   QUOTARY_TRY(found, records::find_policy(state, name));
                   if (!found) return fail(Errc::corrupt, "state_damaged", "the list names a policy that is not there");
                   return json::object{{"name", found->name},
                                       {"version", found->version},
                                       {"title", title_member(found->policy.title)},
                                       {"sha256", found->sha256},
                                       {"published_at", format_rfc3339(found->published_at)}};
                 });
}

Result<Answer> read_policy(const Organisation::Parts& parts, const Principal& caller, std::string_view name,
                           std::optional<std::uint64_t> version) {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_policy));
  std::optional<PolicyRecord> found;
  std::uint64_t newest = 0;
  QUOTARY_TRY_VOID(parts.ledger->read_state([&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    QUOTARY_TRY(last, records::find_policy(state, name));
    if (!last) return {};
    newest = last->version;
    if (version && *version == 0) return {};  // 0 is no version
    QUOTARY_TRY(asked, records::find_policy(state, name, version.value_or(0)));
    found = std::move(asked);
    return {};
  }));
  if (!found)
    return fail(Errc::not_found, "policy_not_found",
                "no policy " + std::string(name) + (version ? " of version " + std::to_string(*version) : ""));
  QUOTARY_TRY(entry, parts.ledger->entry(found->index));
  QUOTARY_TRY(proof, parts.ledger->proof(found->index));
  QUOTARY_TRY(policy, parse_json(gates::canonical(found->policy)));
  return Answer{200,
                {{"name", found->name},
                 {"version", found->version},
                 {"newest", newest},
                 {"sha256", found->sha256},
                 {"published_at", format_rfc3339(found->published_at)},
                 {"policy", std::move(policy)},
                 {"ledger", ledger_member(entry, proof)}},
                false};
}

Result<Answer> check_policy(const Organisation::Parts& parts, const Principal& caller, const PolicyText& text) {
  QUOTARY_TRY_VOID(require_call(caller, Call::publish_policy));
  QUOTARY_TRY(policy, parse(text));
  const std::string canonical = gates::canonical(policy);
  QUOTARY_TRY(shown, parse_json(canonical));
  json::object out{{"name", policy.name}, {"sha256", sha256(canonical).hex()}, {"policy", std::move(shown)}};
  QUOTARY_TRY_VOID(parts.ledger->read_state([&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    QUOTARY_TRY(version, next_version(state, policy.name));
    QUOTARY_TRY(trial, try_policy(state, policy));
    out["version"] = version;
    out["trial"] = std::move(trial);
    return {};
  }));
  const auto& trial = out.at("trial").as_object();
  QUOTARY_TRY_VOID(parts.note_read(caller, "policy.check", std::string(records::policy_subject_prefix) + policy.name,
                                   trial.at("open").to_number<std::uint64_t>()));
  return Answer{200, std::move(out), false};
}

}  // namespace quotary::api
