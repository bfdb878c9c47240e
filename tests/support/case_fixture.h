// Cases for tests that are about something else: their entries, as the calls about cases write them.
#pragma once

#include "api/use_cases/cases/case_access.h"
#include "api/use_cases/drafts.h"
#include "ledger/base/hash.h"
#include "tests/support/gate_fixture.h"

namespace quotary::testing {

// Version 1 of a policy, unless it is there. Ends the test program when it cannot.
inline void publish_once(api::Organisation& organisation, const gates::Policy& policy) {
  auto& parts = organisation.parts();
  const auto there = parts.read<std::optional<records::PolicyRecord>>(
      [&](const StateReader& state) { return records::find_policy(state, policy.name); });
  if (there.value()) return;
  const std::string text = gates::canonical(policy);
  Draft draft = api::draft_by(api::Organisation::operator_principal(), records::policy_published_type,
                              std::string(records::policy_subject_prefix) + policy.name);
  draft.body = {{"policy", policy.name}, {"version", 1}, {"sha256", sha256(text).hex()}};
  draft.objects.push_back(api::facts_object(parse_json(text)->as_object()));
  QUOTARY_CHECK(api::append_one(*parts.ledger, draft).has_value());
}

// A case of the owner's under a policy; `site` as the case's text holds it, or null.
inline std::string open_case(api::Organisation& organisation, const api::Principal& owner,
                             const json::value& site = nullptr, const gates::Policy& policy = demonstration()) {
  publish_once(organisation, policy);
  auto& parts = organisation.parts();
  const std::string id = uuid_v7(parts.now().unix_ms, *parts.config.random);
  Draft draft = api::draft_by(owner, records::case_opened_type, api::case_subject(id));
  draft.body = {{"case", id},
                {"policy", policy.name},
                {"policy_version", 1},
                {"action_type", "demonstration"},
                {"month", "2026-11"}};
  draft.objects.push_back(api::facts_object({{"owner", owner.id}, {"team", owner.team}, {"region", owner.region}}));
  json::object text{{"title", "伺服压装机现场演示"}, {"customer", json::object{{"name", "苏州澄湖新能源"}}}};
  if (!site.is_null()) text["site"] = site;
  draft.objects.push_back({"text", "application/json", canonical_json(text).value(), api::case_subject(id), 1});
  QUOTARY_CHECK(api::append_one(*parts.ledger, draft).has_value());
  return id;
}

}  // namespace quotary::testing
