// The rules of leads, and what boards keep beside cases and leads, step by step and against a count of everything.
#include "ledger/base/hash.h"
#include "ledger/records/boards.h"
#include "ledger/records/fold.h"
#include "ledger/records/leads.h"
#include "tests/support/gate_fixture.h"
#include "tests/support/map_state.h"

#include <gtest/gtest.h>

#include <random>

namespace quotary {
namespace {

using testing::MapState;

struct Told {
  Entry entry;
  std::string facts;
};

// Three people of two teams; a minute passes with each entry.
struct Leads {
  MapState state;
  RecordsFold fold;
  std::vector<Told> told;  // what was taken
  Timestamp now = testing::received;

  std::string add(std::string_view type, std::string_view subject, json::object body, const json::object& facts = {}) {
    Entry entry;
    entry.index = told.size();
    entry.time = now;
    entry.type = type;
    entry.actor_id = "m";
    entry.actor_role = "manager";
    entry.subject = subject;
    entry.body = std::move(body);
    const std::string text = facts.empty() ? "" : json::serialize(facts);
    MapState next = state;
    const auto done = fold.apply(entry, text, next);
    if (!done) return done.error().code;
    state = std::move(next);
    told.push_back({std::move(entry), text});
    now.unix_ms += 60'000;
    return "";
  }
  Leads() {
    for (const auto& [id, team] : {std::pair("p1", "a"), {"p2", "a"}, {"p3", "b"}})
      EXPECT_EQ(add("person.added", "person:" + std::string(id), {{"person", id}, {"role", "rep"}},
                    {{"team", team}, {"region", "east"}}),
                "");
  }
  static json::object facts(const std::string& chosen, const std::string& received = "2026-11-24T09:00:00.000Z",
                            const std::string& reason = "rule") {
    json::array candidates{json::object{{"person", "p1"}, {"score", 5}}, json::object{{"person", "p2"}, {"score", 7}},
                           json::object{{"person", "p3"}, {"score", 7}}};
    return {{"received_at", received},
            {"candidates", candidates},
            {"chosen", chosen},
            {"reason", reason},
            {"inputs", json::object{{"source", "web"}, {"band", 3}}}};
  }
  std::string assign(std::uint64_t number, const json::object& facts, const std::string& id = "l1",
                     const std::string& month = "2026-11") {
    return add("lead.assigned", "lead:" + id,
               {{"lead", id}, {"rule", "by-load"}, {"rule_version", 2}, {"month", month}, {"assignment", number}},
               facts);
  }
  std::string touch(const std::string& at, const std::string& by = "p2", const std::string& id = "l1") {
    return add("lead.first_touch", "lead:" + id, {{"lead", id}},
               {{"touched_at", at}, {"channel", "phone"}, {"by", by}});
  }
  records::LeadRecord lead(const std::string& id = "l1") const { return **records::find_lead(state, id); }
  std::pair<std::uint64_t, std::uint64_t> counted(const std::string& person) const {
    const auto counts = *records::find_counts(state, person, "2026-11");
    return {counts.leads, counts.answered_in_time};
  }
  std::uint64_t waiting(const std::string& unit) const { return *records::count_waiting_leads(state, unit); }
};

using Pair = std::pair<std::uint64_t, std::uint64_t>;

TEST(LeadsFold, AChoiceFollowsFromItsCandidatesOrSaysSo) {
  Leads w;
  // p2 and p3 score the same: the first of them is chosen.
  EXPECT_EQ(w.assign(1, Leads::facts("p3")), "bad_lead_entry");
  EXPECT_EQ(w.assign(1, Leads::facts("p1")), "bad_lead_entry");
  EXPECT_EQ(w.assign(1, Leads::facts("p9", "2026-11-24T09:00:00.000Z", "override")), "bad_lead_entry");
  EXPECT_EQ(w.assign(1, Leads::facts("p2")), "");
  EXPECT_TRUE(records::choice_follows(*records::parse_lead_choice(Leads::facts("p2"))));
  const auto against = records::parse_lead_choice(Leads::facts("p3", "", "override"));
  EXPECT_FALSE(records::choice_follows(*against));
  EXPECT_EQ(w.assign(1, Leads::facts("p3", "2026-11-24T09:00:00.000Z", "override"), "l2"), "");
}

TEST(LeadsFold, EveryFaultOfAChoiceIsNamed) {
  const auto code = [](const char* text) {
    const auto read = records::parse_lead_choice(parse_json(text)->as_object());
    return read ? std::string() : read.error().problems.front().pointer + " " + read.error().problems.front().code;
  };
  EXPECT_EQ(code(R"({})"), "/candidates required");
  EXPECT_EQ(code(R"({"candidates": [], "chosen": "a", "reason": "r"})"), "/candidates required");
  EXPECT_EQ(code(R"({"candidates": [{"person": "a", "score": 1.5}], "chosen": "a", "reason": "r"})"),
            "/candidates/0/score bad_number");
  EXPECT_EQ(code(R"({"candidates": [{"person": "王", "score": 1}], "chosen": "a", "reason": "r"})"),
            "/candidates/0/person bad_code");
  EXPECT_EQ(
      code(
          R"({"candidates": [{"person": "a", "score": 1}, {"person": "a", "score": 1}], "chosen": "a", "reason": "r"})"),
      "/candidates/1/person duplicate_candidate");
  EXPECT_EQ(code(R"({"candidates": [{"person": "a", "score": 1}], "chosen": "b", "reason": "r"})"),
            "/chosen chosen_not_candidate");
  EXPECT_EQ(
      code(
          R"({"candidates": [{"person": "a", "score": 1}, {"person": "b", "score": 2}], "chosen": "a", "reason": "r"})"),
      "/reason choice_does_not_follow");
  EXPECT_EQ(
      code(
          R"({"candidates": [{"person": "a", "score": 1}], "chosen": "a", "reason": "r", "inputs": {"name": "李 雷"}})"),
      "/inputs/name bad_code");
  EXPECT_EQ(code(R"({"candidates": [{"person": "a", "score": 1}], "chosen": "a", "reason": "r", "sunny": 1})"),
            "/sunny unknown_member");
}

TEST(LeadsFold, AnUntouchedLeadCountsForWhoHasItNow) {
  Leads w;
  EXPECT_EQ(w.assign(1, Leads::facts("p2")), "");
  EXPECT_EQ(w.counted("p2"), (Pair{1, 0}));
  EXPECT_EQ(w.waiting("p2"), 1u);
  EXPECT_EQ(w.waiting("team:east/a"), 1u);
  const auto to_p3 = Leads::facts("p3", "2026-11-24T09:00:00.000Z", "override");
  EXPECT_EQ(w.assign(1, to_p3), "assignment_not_next");
  EXPECT_EQ(w.assign(3, to_p3), "assignment_not_next");
  EXPECT_EQ(w.assign(2, Leads::facts("p2")), "owner_unchanged");
  EXPECT_EQ(w.assign(2, Leads::facts("p3", "2026-11-24T08:00:00.000Z", "override")), "lead_differs");
  EXPECT_EQ(w.assign(2, to_p3, "l1", "2026-12"), "lead_differs");
  EXPECT_EQ(w.assign(2, to_p3), "");
  EXPECT_EQ(w.counted("p2"), (Pair{0, 0}));
  EXPECT_EQ(w.counted("p3"), (Pair{1, 0}));
  EXPECT_EQ(w.waiting("p2"), 0u);
  EXPECT_EQ(w.waiting("team:east/a"), 0u);
  EXPECT_EQ(w.waiting("team:east/b"), 1u);
  EXPECT_EQ(w.waiting("region:east"), 1u);
  EXPECT_EQ(w.waiting("organisation"), 1u);
  // Once touched it stays counted there, whoever gets it next.
  EXPECT_EQ(w.touch("2026-11-24T09:30:00.000Z", "p3"), "");
  EXPECT_EQ(w.assign(3, Leads::facts("p2")), "");
  EXPECT_EQ(w.counted("p3"), (Pair{1, 1}));
  EXPECT_EQ(w.counted("p2"), (Pair{0, 0}));
  EXPECT_EQ(w.waiting("organisation"), 0u);
  EXPECT_EQ(w.lead().owner, "p2");
  EXPECT_EQ(w.lead().assignments.size(), 3u);
}

TEST(LeadsFold, AFirstTouchIsOneAndNeitherTooEarlyNorToCome) {
  Leads w;
  EXPECT_EQ(w.touch("2026-11-24T09:30:00.000Z"), "lead_unknown");
  EXPECT_EQ(w.assign(1, Leads::facts("p2", "2026-11-24T23:00:00.000Z")), "received_in_future");
  EXPECT_EQ(w.assign(1, Leads::facts("p2")), "");
  EXPECT_EQ(w.touch("2026-11-24T08:59:59.999Z"), "touched_before_received");
  EXPECT_EQ(w.touch("2026-11-24T23:00:00.000Z"), "touched_in_future");
  EXPECT_EQ(w.touch("2026-11-24T09:30:00.000Z", "p9"), "person_unknown");
  EXPECT_EQ(w.touch("2026-11-24T09:00:00.000Z"), "");
  EXPECT_EQ(w.touch("2026-11-24T09:30:00.000Z"), "already_touched");
  EXPECT_EQ(w.counted("p2"), (Pair{1, 1}));
}

// 24 hours to the millisecond are in time, one more is not.
TEST(LeadsFold, InTimeEndsAfterTheTwentyFourthHour) {
  for (const auto& [at, in_time] : {std::pair("2026-11-24T09:00:00.000Z", 1u), {"2026-11-24T09:00:00.001Z", 0u}}) {
    Leads w;
    EXPECT_EQ(w.assign(1, Leads::facts("p2", "2026-11-23T09:00:00.000Z")), "");
    EXPECT_EQ(w.touch(at), "");
    EXPECT_EQ(w.counted("p2"), (Pair{1, in_time}));
  }
}

// A ledger of random entries about cases and leads: what boards read is what a look at each record gives, and a second
// fold of the same entries gives the same state.
struct Play : Leads {
  std::mt19937 engine{7};
  std::vector<std::string> cases, leads;
  std::uint64_t ids = 0;

  std::uint64_t below(std::uint64_t most) { return engine() % most; }
  void publish(const char* name, std::uint64_t version) {
    const std::string toml = "name = \"" + std::string(name) + "\"\naction_types = [\"demonstration\"]\ngates = []\n" +
                             R"(title = { zh = "策略", en = "Policy" }
[[note]]
id = "step"
kind = "step"
title = { zh = "下一步", en = "Next step" }
)";
    const auto text = gates::canonical(gates::parse_policy_toml(toml).value());
    EXPECT_EQ(
        add("policy.published", "policy:" + std::string(name),
            {{"policy", name}, {"version", version}, {"sha256", sha256(text).hex()}}, parse_json(text)->as_object()),
        "");
  }
  void open() {
    const char* owners[][2] = {{"p1", "a"}, {"p2", "a"}, {"p3", "b"}};
    const auto& owner = owners[below(3)];
    const std::string id = "c" + std::to_string(ids++);
    EXPECT_EQ(add("case.opened", "case:" + id,
                  {{"case", id},
                   {"policy", below(2) ? "one" : "two"},
                   {"policy_version", 1},
                   {"action_type", "demonstration"},
                   {"month", "2026-11"}},
                  {{"owner", owner[0]}, {"team", owner[1]}, {"region", "east"}}),
              "");
    cases.push_back(id);
  }
  void step() {
    now.unix_ms += static_cast<std::int64_t>(below(7'200'000));
    const auto what = below(6);
    if (what == 0 || cases.empty()) return open();
    const auto& id = cases[below(cases.size())];
    const auto found = **records::find_case(state, id);
    if (what <= 2 && !found.closed_at) {  // complete, or not any more
      const std::uint64_t version = found.notes.empty() ? 1 : found.notes.front().version + 1;
      EXPECT_EQ(add("case.noted", "case:" + id,
                    {{"case", id}, {"note", "step"}, {"version", version}, {"complete", below(3) > 0}}),
                "");
    } else if (what == 3 && !found.closed_at) {
      EXPECT_EQ(add("case.closed", "case:" + id, {{"case", id}}), "");
    } else if (what == 4 || leads.empty()) {
      const std::string lead = "l" + std::to_string(ids++);
      EXPECT_EQ(assign(1, facts("p2", format_rfc3339(now)), lead), "");
      leads.push_back(lead);
    } else {
      const auto there = **records::find_lead(state, leads[below(leads.size())]);
      if (below(2)) return (void)touch(format_rfc3339(now), "p1", there.id);
      const std::string next = there.owner == "p1" ? "p3" : "p1";
      (void)assign(there.assignments.size() + 1, facts(next, format_rfc3339(there.received_at), "override"), there.id);
    }
  }
};

struct Seen {
  records::StageCounts stages;
  std::map<std::int64_t, std::pair<std::uint64_t, std::uint64_t>> flow;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> policies;
  std::vector<std::string> pending, waiting;
};

Seen look_at_each(const Play& play, const std::string& unit) {
  Seen out;
  const auto holds = [&](const auto& record) {
    const auto units = records::units_of(record.owner, record.team, record.region);
    return std::find(units.begin(), units.end(), unit) != units.end();
  };
  const auto span = [](Timestamp time) { return time.unix_ms - time.unix_ms % records::flow_span_ms; };
  for (const auto& id : play.cases) {
    const auto found = **records::find_case(play.state, id);
    if (!holds(found)) continue;
    const auto stage = found.stage();
    ++(stage == "pending" ? out.stages.pending : stage == "complete" ? out.stages.complete : out.stages.closed);
    if (stage == "pending") out.pending.push_back(id);
    ++out.flow[span(found.opened_at)].first;
    if (found.completed_at) ++out.flow[span(*found.completed_at)].second;
    ++out.policies[found.policy].first;
    if (found.completed_at) ++out.policies[found.policy].second;
  }
  for (const auto& id : play.leads) {
    const auto found = **records::find_lead(play.state, id);
    if (holds(found) && !found.touched_at) out.waiting.push_back(id);
  }
  return out;
}

Seen read_boards(const Play& play, const std::string& unit) {
  Seen out;
  out.stages = *records::find_stages(play.state, unit);
  EXPECT_TRUE(records::for_each_flow(play.state, unit, {0}, {play.now.unix_ms + 1},
                                     [&](Timestamp begin, const records::Flow& flow) {
                                       out.flow[begin.unix_ms] = {flow.opened, flow.completed};
                                     }));
  const auto policies = records::list_policy_use(play.state, unit, 10);
  for (const auto& each : *policies) out.policies[each.policy] = {each.used, each.complete};
  const auto into = [](std::vector<std::string>& ids) {
    return [&ids](std::string_view id, Timestamp) {
      ids.emplace_back(id);
      return true;
    };
  };
  EXPECT_TRUE(records::for_each_pending_of(play.state, unit, into(out.pending)));
  EXPECT_TRUE(records::for_each_waiting_lead(play.state, unit, into(out.waiting)));
  EXPECT_EQ(*records::count_waiting_leads(play.state, unit), out.waiting.size());
  return out;
}

TEST(BoardsFold, WhatIsKeptIsWhatALookAtEachGives) {
  Play play;
  play.publish("one", 1);
  play.publish("two", 1);
  for (int i = 0; i < 600; ++i) play.step();
  ASSERT_GT(play.cases.size(), 20u);
  ASSERT_GT(play.leads.size(), 20u);
  for (const std::string unit : {"p1", "p2", "p3", "team:east/a", "team:east/b", "region:east", "organisation"}) {
    SCOPED_TRACE(unit);
    const auto each = look_at_each(play, unit), kept = read_boards(play, unit);
    EXPECT_EQ(each.stages.pending, kept.stages.pending);
    EXPECT_EQ(each.stages.complete, kept.stages.complete);
    EXPECT_EQ(each.stages.closed, kept.stages.closed);
    EXPECT_EQ(each.flow, kept.flow);
    EXPECT_EQ(each.policies, kept.policies);
    EXPECT_EQ(each.pending, kept.pending);
    EXPECT_EQ(each.waiting, kept.waiting);
  }
  std::size_t of_policies = 0, complete = 0;
  for (const char* policy : {"one", "two"})
    EXPECT_TRUE(records::for_each_policy_case(play.state, policy, {0}, {play.now.unix_ms + 1}, [&](const auto& each) {
      ++of_policies;
      if (each.completed_at) ++complete;
      return true;
    }));
  EXPECT_EQ(of_policies, play.cases.size());
  const auto use = read_boards(play, "organisation").policies;
  EXPECT_EQ(complete, use.at("one").second + use.at("two").second);
}

TEST(BoardsFold, TheSameEntriesGiveTheSameStateAgain) {
  Play play;
  play.publish("one", 1);
  play.publish("two", 1);
  for (int i = 0; i < 300; ++i) play.step();
  MapState again;
  for (const Told& each : play.told) EXPECT_TRUE(play.fold.apply(each.entry, each.facts, again));
  EXPECT_EQ(again.values, play.state.values);
}

TEST(BoardsFold, WhatWaitsIsToldWithSinceWhen) {
  Play play;
  play.publish("one", 1);
  play.publish("two", 1);
  play.open();
  Timestamp since;
  EXPECT_TRUE(records::for_each_pending(play.state, [&](std::string_view, Timestamp at) {
    since = at;
    return true;
  }));
  EXPECT_EQ(since, (**records::find_case(play.state, play.cases.front())).opened_at);
}

}  // namespace
}  // namespace quotary
