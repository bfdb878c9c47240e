// The rules of policies, cases and their evidence, step by step.
#include "ledger/base/hash.h"
#include "ledger/records/cases.h"
#include "ledger/records/fold.h"
#include "tests/support/gate_fixture.h"
#include "tests/support/map_state.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

using gates::Standing;
using testing::MapState;

constexpr const char* one_case = "c1";

// A ledger with the demonstration's policy and one open case; a minute passes with each entry.
struct Cases {
  MapState state;
  RecordsFold fold;
  std::uint64_t size = 0;
  Timestamp now = testing::received;
  std::string role = "rep", actor = "p1";

  std::string add(std::string_view type, std::string_view subject, json::object body, const json::object& facts = {}) {
    Entry entry;
    entry.index = size;
    entry.time = now;
    entry.type = type;
    entry.actor_id = actor;
    entry.actor_role = role;
    entry.subject = subject;
    entry.body = std::move(body);
    MapState next = state;
    const auto done = fold.apply(entry, facts.empty() ? "" : json::serialize(facts), next);
    if (!done) return done.error().code;
    state = std::move(next);
    ++size;
    now.unix_ms += 60'000;
    return "";
  }
  std::string publish(std::uint64_t version, const gates::Policy& policy = testing::demonstration()) {
    const std::string text = gates::canonical(policy);
    return add("policy.published", "policy:" + policy.name,
               {{"policy", policy.name}, {"version", version}, {"sha256", sha256(text).hex()}},
               parse_json(text)->as_object());
  }
  std::string open(const std::string& id = one_case, const std::string& owner = "p1", std::uint64_t version = 1) {
    return add("case.opened", "case:" + id,
               {{"case", id},
                {"policy", "demonstration"},
                {"policy_version", version},
                {"action_type", "demonstration"},
                {"month", "2026-11"}},
               {{"owner", owner}, {"team", "east"}, {"region", "china"}});
  }
  std::string about(std::string_view type, json::object body, const json::object& facts = {}) {
    body["case"] = one_case;
    return add(type, std::string("case:") + one_case, std::move(body), facts);
  }
  std::string evidence(const std::string& item, const std::string& kind, std::uint64_t version,
                       const json::object& facts, json::object more = {}) {
    more["item"] = item;
    more["kind"] = kind;
    more["version"] = version;
    more["content"] = sha256(item + std::to_string(version)).hex();
    more["size"] = 1'000;
    return about("evidence.added", std::move(more), facts);
  }
  std::string photo(std::uint64_t version = 1, std::int64_t age_ms = testing::hour_ms) {
    return evidence("photo-1", "photo", version,
                    {{"captured_at", format_rfc3339({now.unix_ms - age_ms})}, {"geo", true}});
  }
  std::string deck(std::uint64_t version) {
    json::object facts{{"version_label", true}};
    if (version > 1) facts["change_note"] = true;
    return evidence("deck-1", "deck", version, facts);
  }
  std::string confirmation(std::uint64_t deck) {
    return evidence("confirmation-1", "confirmation", 1,
                    {{"signature", "recorded"}, {"target", json::object{{"item", "deck-1"}, {"version", deck}}}});
  }
  std::string note(std::uint64_t version, bool complete = true) {
    return about("case.noted", {{"note", "decision_chain"}, {"version", version}, {"complete", complete}});
  }

  records::CaseRecord found(const std::string& id = one_case) const { return **records::find_case(state, id); }
  std::string stage() const { return std::string(found().stage()); }
  gates::RequirementState standing(const std::string& requirement) const {
    const auto gate = records::gate_of(state, found()).value();
    for (const auto& each : gate.requirements)
      if (each.id == requirement) return each;
    ADD_FAILURE() << "no requirement " << requirement;
    return {};
  }
  health::Counts counts(const std::string& person = "p1") const {
    return *records::find_counts(state, person, "2026-11");
  }

  Cases() {
    EXPECT_EQ(publish(1), "");
    EXPECT_EQ(open(), "");
  }
};

TEST(CasesFold, ACaseWaitsUntilTheLastPieceIsThere) {
  Cases c;
  EXPECT_EQ(c.stage(), "pending");
  EXPECT_EQ(c.photo(), "");
  EXPECT_EQ(c.deck(1), "");
  EXPECT_EQ(c.deck(2), "");
  EXPECT_EQ(c.note(1), "");
  EXPECT_EQ(c.stage(), "pending");
  EXPECT_EQ(c.standing("trial_confirmation").standing, Standing::missing);
  EXPECT_EQ(c.confirmation(2), "");
  EXPECT_EQ(c.stage(), "complete");
  EXPECT_EQ(*c.found().completed_at, Timestamp{c.now.unix_ms - 60'000});
  EXPECT_EQ(c.about("case.closed", {}), "");
  EXPECT_EQ(c.stage(), "closed");
  EXPECT_EQ(c.photo(2), "case_is_closed");
}

TEST(CasesFold, AConfirmationOfAnOlderDeckIsStale) {
  Cases c;
  EXPECT_EQ(c.deck(1), "");
  EXPECT_EQ(c.confirmation(1), "");
  EXPECT_EQ(c.standing("trial_confirmation").standing, Standing::met);
  EXPECT_EQ(c.deck(2), "");
  EXPECT_EQ(c.standing("trial_confirmation").reasons, std::vector<std::string>{"stale_target"});
  // The newer one is taken back: the older is current again.
  EXPECT_EQ(c.about("evidence.withdrawn", {{"item", "deck-1"}, {"version", 2}}), "");
  EXPECT_EQ(c.standing("trial_confirmation").standing, Standing::met);
  EXPECT_EQ(c.about("evidence.withdrawn", {{"item", "deck-1"}, {"version", 2}}), "already_withdrawn");
  EXPECT_EQ(c.about("evidence.withdrawn", {{"item", "deck-1"}, {"version", 3}}), "version_unknown");
}

TEST(CasesFold, WhatIsTooOldIsToldAndMayBeWaivedByWhomThePolicyNames) {
  Cases c;
  EXPECT_EQ(c.photo(1, 25 * testing::hour_ms), "");
  EXPECT_EQ(c.standing("site_photo").reasons, std::vector<std::string>{"too_old"});
  EXPECT_EQ(c.about("case.waived", {{"requirement", "site_photo"}}), "waiver_not_allowed");
  c.role = "manager";
  EXPECT_EQ(c.about("case.waived", {{"requirement", "site_photo"}}), "four_eyes");  // the owner's own case
  c.actor = "m1";
  EXPECT_EQ(c.about("case.waived", {{"requirement", "deck"}}), "waiver_not_allowed");
  EXPECT_EQ(c.about("case.waived", {{"requirement", "nothing"}}), "requirement_unknown");
  EXPECT_EQ(c.about("case.waived", {{"requirement", "site_photo"}}), "");
  EXPECT_EQ(c.standing("site_photo").standing, Standing::waived);
  EXPECT_EQ(c.about("case.waived", {{"requirement", "site_photo"}}), "already_waived");
}

TEST(CasesFold, TheGateHoldsClosingAndQuotesBack) {
  Cases c;
  EXPECT_EQ(c.about("case.closed", {}), "gate_incomplete");
  Entry quote;
  quote.type = "quote.issued";
  const auto refusal = [&](const char* id) {
    const auto checked = records::check_case_for_quote(quote, id, c.state);
    return checked ? std::string() : checked.error().code;
  };
  EXPECT_EQ(refusal(one_case), "gate_incomplete");
  EXPECT_EQ(refusal("c2"), "case_unknown");
  for (const auto& done : {c.photo(), c.deck(1), c.note(1), c.confirmation(1)}) EXPECT_EQ(done, "");
  EXPECT_EQ(refusal(one_case), "");
  EXPECT_EQ(c.about("case.closed", {}), "");
  EXPECT_EQ(refusal(one_case), "case_is_closed");
}

TEST(CasesFold, PoliciesHaveVersionsAndACaseKeepsItsOwn) {
  Cases c;
  gates::Policy milder = testing::demonstration();
  std::erase_if(milder.requirements, [](const auto& each) { return each.id != "deck"; });
  EXPECT_EQ(c.publish(1, milder), "policy_version_not_next");
  EXPECT_EQ(c.publish(3, milder), "policy_version_not_next");
  EXPECT_EQ(c.publish(2, milder), "");
  EXPECT_EQ(c.open("c2", "p1", 1), "policy_not_newest");
  EXPECT_EQ(c.open("c2", "p1", 2), "");
  EXPECT_EQ(records::gate_of(c.state, c.found())->requirements.size(), 4u);
  EXPECT_EQ(records::gate_of(c.state, c.found("c2"))->requirements.size(), 2u);
  EXPECT_EQ((*records::find_policy(c.state, "demonstration"))->version, 2u);
  EXPECT_EQ((*records::find_policy(c.state, "demonstration", 1))->policy, testing::demonstration());
  EXPECT_FALSE(*records::find_policy(c.state, "demonstration", 3));
  EXPECT_FALSE(*records::find_policy(c.state, "none"));
  EXPECT_EQ(records::list_policies(c.state)->size(), 1u);
  EXPECT_EQ(c.open("c2", "p1", 2), "case_exists");
}

TEST(CasesFold, EachVersionFollowsTheOneBefore) {
  Cases c;
  EXPECT_EQ(c.deck(2), "version_not_next");
  EXPECT_EQ(c.deck(1), "");
  EXPECT_EQ(c.deck(1), "version_not_next");
  EXPECT_EQ(c.evidence("deck-1", "document", 2, {}), "item_differs");
  EXPECT_EQ(c.evidence("x", "photo", 1, {}, {{"requirement", "deck"}}), "requirement_unknown");
  EXPECT_EQ(c.evidence("x", "film", 1, {}), "bad_case_entry");
  EXPECT_EQ(c.evidence("x", "photo", 1, {{"sunny", true}}), "bad_case_entry");
  EXPECT_EQ(c.confirmation(2), "target_unknown");
  EXPECT_EQ(c.note(2), "note_version_not_next");
  EXPECT_EQ(c.about("case.noted", {{"note", "nothing"}, {"version", 1}, {"complete", true}}), "note_unknown");
  EXPECT_EQ(c.add("case.noted", "case:c9", {{"case", "c9"}, {"note", "decision_chain"}}), "case_unknown");
  EXPECT_EQ(c.add("case.closed", "case:c9", {{"case", one_case}}), "bad_case_entry");
  // An item's id is of one case.
  EXPECT_EQ(c.open("c2"), "");
  EXPECT_EQ(c.add("evidence.added", "case:c2", {{"case", "c2"}, {"item", "deck-1"}, {"kind", "deck"}, {"version", 1}},
                  {{"version_label", true}}),
            "item_of_another_case");
}

TEST(CasesFold, EqualContentIsFoundWhereItWasFirst) {
  Cases c;
  EXPECT_EQ(c.evidence("a", "photo", 1, {}, {{"tag", "t"}}), "");
  EXPECT_EQ(c.evidence("b", "photo", 1, {{"flags", json::array{"duplicate_of"}}}, {{"tag", "t"}}), "");
  const auto place = **records::find_content(c.state, "t");
  EXPECT_EQ(place.item, "a");
  EXPECT_EQ(place.version, 1u);
  EXPECT_FALSE(*records::find_content(c.state, "u"));
}

TEST(CasesFold, CountsFollowEachEntry) {
  Cases c;
  EXPECT_EQ(c.counts(), (health::Counts{0, 0, 1, 0, 1, 0}));
  EXPECT_EQ(c.note(1, false), "");
  EXPECT_EQ(c.counts().fields_filled, 0u);
  EXPECT_EQ(c.note(2), "");
  EXPECT_EQ(c.note(3), "");
  EXPECT_EQ(c.counts().fields_filled, 1u);
  for (const auto& done : {c.photo(), c.deck(1), c.confirmation(1)}) EXPECT_EQ(done, "");
  EXPECT_EQ(c.counts().actions_complete, 1u);
  EXPECT_EQ(records::find_stages(c.state, "p1")->complete, 1u);
  // A newer deck makes the confirmation stale: the case waits again.
  EXPECT_EQ(c.deck(2), "");
  EXPECT_EQ(c.stage(), "pending");
  EXPECT_EQ(c.counts().actions_complete, 0u);
  EXPECT_EQ(records::find_stages(c.state, "p1")->pending, 1u);
  EXPECT_EQ(records::find_stages(c.state, "p1")->complete, 0u);
  EXPECT_EQ(c.open("c2", "p2"), "");
  EXPECT_EQ(c.counts(), (health::Counts{0, 0, 1, 0, 1, 1}));
  EXPECT_EQ(c.counts("p2"), (health::Counts{0, 0, 1, 0, 1, 0}));
}

TEST(CasesFold, WhatWaitsLongestComesFirst) {
  Cases c;
  EXPECT_EQ(c.open("c0", "p2"), "");
  const auto pending = [&] {
    std::vector<std::string> out;
    EXPECT_TRUE(records::for_each_pending(c.state, [&](std::string_view id, Timestamp) {
      out.emplace_back(id);
      return true;
    }));
    return out;
  };
  EXPECT_EQ(pending(), (std::vector<std::string>{"c1", "c0"}));
  for (const auto& done : {c.photo(), c.deck(1), c.note(1), c.confirmation(1)}) EXPECT_EQ(done, "");
  EXPECT_EQ(pending(), std::vector<std::string>{"c0"});
}

TEST(MemoryState, ScansBothWaysFromWhereItIsAsked) {
  MemoryState state;
  for (const char* key : {"a", "b/1", "b/2", "b/3", "c"}) state.put(key, "");
  const auto scanned = [&](std::string_view from, bool reverse, std::size_t most = 9) {
    std::string out;
    EXPECT_TRUE(state.scan("b/", from, reverse, [&](std::string_view key, std::string_view) {
      out += key.back();
      return out.size() < most;
    }));
    return out;
  };
  EXPECT_EQ(scanned("", false), "123");
  EXPECT_EQ(scanned("", true), "321");
  EXPECT_EQ(scanned("b/2", false), "23");
  EXPECT_EQ(scanned("b/2", true), "21");
  EXPECT_EQ(scanned("b/25", true), "21");
  EXPECT_EQ(scanned("", true, 2), "32");
  state.erase("b/3");
  EXPECT_EQ(scanned("", true), "21");
}

}  // namespace
}  // namespace quotary
