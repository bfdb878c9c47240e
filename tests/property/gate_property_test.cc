// Random policies and cases. The seed is printed; QUOTARY_SEED=n runs one again. Prints what an evaluation costs.
#include "ledger/gates/gate.h"
#include "tests/support/gate_fixture.h"
#include "tests/support/settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <random>
#include <span>

namespace quotary::gates {
namespace {

class GateProperty : public ::testing::Test {
 protected:
  void SetUp() override { random_.seed(testing::chosen_seed()); }

  std::uint64_t below(std::uint64_t n) { return std::uniform_int_distribution<std::uint64_t>(0, n - 1)(random_); }
  bool sometimes(std::uint64_t one_in) { return below(one_in) == 0; }

  template <class Value>
  Value any() {
    return static_cast<Value>(below(codes<Value>.size()));
  }
  template <class Value>
  std::set<Value> some() {
    std::set<Value> out;
    for (auto left = below(codes<Value>.size() + 1); left > 0; --left) out.insert(any<Value>());
    return out;
  }
  std::set<std::string> some_of(std::span<const std::string_view> all) {
    std::set<std::string> out;
    for (const std::string_view each : all)
      if (sometimes(3)) out.emplace(each);
    return out;
  }
  std::string text() {
    static constexpr std::string_view pieces[] = {"演示", "a", "\"", "\\", "\n", "é", "😀", "/~", "\t", " "};
    std::string out = "x";
    for (auto left = below(6); left > 0; --left) out += pieces[below(std::size(pieces))];
    return out;
  }
  Policy::Title title() { return {text(), text()}; }

  Policy policy(std::size_t requirements_most) {
    static constexpr std::string_view roles[] = {"manager", "region_director", "admin"};
    Policy out;
    out.name = "p-" + std::to_string(below(1000));
    out.title = title();
    out.action_types = {"demonstration", "t" + std::to_string(below(9))};
    out.gates = some<GatePoint>();
    for (auto count = below(4); out.notes.size() < count;) {
      Policy::Note& note = out.notes.emplace_back();
      note.id = "n" + std::to_string(out.notes.size());
      note.kind = any<NoteKind>();
      note.title = title();
      note.required = !sometimes(3);
      if (note.kind == NoteKind::text && sometimes(2)) note.min_characters = 1 + below(limits::min_characters_max);
    }
    for (auto count = 1 + below(requirements_most); out.requirements.size() < count;) {
      Policy::Requirement requirement;
      requirement.id = "r" + std::to_string(out.requirements.size());
      requirement.kind = any<EvidenceKind>();
      requirement.title = title();
      requirement.min_count = 1 + below(3);
      if (sometimes(3)) requirement.max_age_hours = 1 + below(limits::max_age_hours_max);
      requirement.needs = some<EvidenceNeed>();
      requirement.refuse_flags = some_of(refusable_flags);
      requirement.waive = some_of(roles);
      if (sometimes(3)) requirement.signature_at_least = any<SignatureGrade>();
      if (sometimes(2) && !out.requirements.empty())
        requirement.target = out.requirements[below(out.requirements.size())].id;
      out.requirements.push_back(std::move(requirement));
    }
    return out;
  }

  EvidenceVersion version(std::uint64_t number, std::uint64_t items) {
    EvidenceVersion out;
    out.number = number;
    out.received_at = testing::received;
    if (!sometimes(4))
      out.captured_at = Timestamp{out.received_at.unix_ms - static_cast<std::int64_t>(below(72) * testing::hour_ms)};
    out.has_geo = !sometimes(4);
    out.has_version_label = !sometimes(4);
    out.has_change_note = !sometimes(4);
    if (number > 1 && !sometimes(4)) out.parent = 1 + below(number - 1);
    if (sometimes(4)) out.flags = some_of(refusable_flags);
    if (!sometimes(4)) out.signature = any<SignatureGrade>();
    if (!sometimes(3)) out.target = Target{"i" + std::to_string(below(items)), 1 + below(3)};
    out.withdrawn = sometimes(4);
    return out;
  }

  CaseEvidence evidence(const Policy& policy, std::uint64_t items) {
    CaseEvidence out;
    for (std::uint64_t i = 0; i < items; ++i) {
      const Policy::Requirement& requirement = policy.requirements[below(policy.requirements.size())];
      EvidenceItem& item = out.items.emplace_back();
      item.id = "i" + std::to_string(i);
      item.kind = requirement.kind;
      if (sometimes(2)) item.requirement = requirement.id;
      for (auto count = 1 + below(3); item.versions.size() < count;)
        item.versions.push_back(version(item.versions.size() + 1, items));
    }
    for (const Policy::Requirement& requirement : policy.requirements) {
      if (sometimes(4)) out.waivers.push_back({requirement.id, "manager", testing::received, below(100)});
      if (sometimes(4)) out.waivers.push_back({requirement.id, "admin", testing::received, 100 + below(100)});
    }
    for (const Policy::Note& note : policy.notes)
      for (auto number = below(3); number > 0; --number)
        out.notes.push_back({note.id, number, testing::received, !sometimes(3)});
    return out;
  }

  std::mt19937_64 random_;
};

TEST_F(GateProperty, CanonicalFormIsReadBackAsThePolicy) {
  for (int round = 0; round < 500; ++round) {
    const Policy policy = this->policy(limits::requirements_max);
    const std::string text = canonical(policy);
    const auto again = parse_policy_json(text);
    ASSERT_TRUE(again) << again.error().detail << "\n" << text;
    ASSERT_EQ(*again, policy) << text;
    ASSERT_EQ(canonical(*again), text);
  }
}

TEST_F(GateProperty, OrderDoesNotMatterAndTheSameAgainGivesTheSame) {
  int complete = 0;
  for (int round = 0; round < 1'000; ++round) {
    const Policy policy = this->policy(4);
    CaseEvidence evidence = this->evidence(policy, 1 + below(12));
    const GateState state = evaluate(policy, evidence);
    ASSERT_EQ(evaluate(policy, evidence), state);
    std::shuffle(evidence.items.begin(), evidence.items.end(), random_);
    std::shuffle(evidence.waivers.begin(), evidence.waivers.end(), random_);
    std::shuffle(evidence.notes.begin(), evidence.notes.end(), random_);
    for (EvidenceItem& item : evidence.items) std::shuffle(item.versions.begin(), item.versions.end(), random_);
    ASSERT_EQ(evaluate(policy, evidence), state);
    complete += state.complete ? 1 : 0;
  }
  EXPECT_GT(complete, 10);
  EXPECT_LT(complete, 990);
}

TEST_F(GateProperty, AWithdrawnNewestVersionIsAsIfItHadNotCome) {
  for (int round = 0; round < 1'000; ++round) {
    const Policy policy = this->policy(4);
    CaseEvidence evidence = this->evidence(policy, 1 + below(8));
    // Targets name versions by number, and one that is gone is another fault than one that was withdrawn.
    Policy untargeted = policy;
    for (Policy::Requirement& requirement : untargeted.requirements) requirement.target.clear();
    const GateState before = evaluate(untargeted, evidence);
    EvidenceItem& item = evidence.items[below(evidence.items.size())];
    item.versions.push_back(version(item.versions.size() + 1, evidence.items.size()));
    item.versions.back().withdrawn = true;
    ASSERT_EQ(evaluate(untargeted, evidence), before);
  }
}

TEST_F(GateProperty, WhatEachStateSaysAgrees) {
  for (int round = 0; round < 1'000; ++round) {
    const Policy policy = this->policy(6);
    const CaseEvidence evidence = this->evidence(policy, below(16));
    const GateState state = evaluate(policy, evidence);
    std::size_t open = 0;
    for (const RequirementState& each : state.requirements) {
      ASSERT_EQ(each.standing == Standing::met, each.counted >= each.needed);
      ASSERT_EQ(each.standing == Standing::waived, each.waiver.has_value());
      ASSERT_EQ(each.standing == Standing::invalid, !each.reasons.empty());
      ASSERT_EQ(std::set(each.reasons.begin(), each.reasons.end()).size(), each.reasons.size());
      if (each.standing == Standing::invalid || each.standing == Standing::missing) ++open;
    }
    ASSERT_EQ(state.complete, open == 0);
    const auto said = words(state, policy);
    ASSERT_EQ(said.size(), open);
    for (const Sentence& sentence : said) {
      ASSERT_TRUE(sentence.zh.ends_with("。")) << sentence.zh;
      ASSERT_TRUE(sentence.en.ends_with(".")) << sentence.en;
    }
    // Without waivers nothing that was met is lost, and nothing that was not is won.
    CaseEvidence unwaived = evidence;
    unwaived.waivers.clear();
    const GateState bare = evaluate(policy, unwaived);
    for (std::size_t i = 0; i < bare.requirements.size(); ++i)
      ASSERT_EQ(bare.requirements[i].standing == Standing::met, state.requirements[i].standing == Standing::met);
    ASSERT_TRUE(canonical_json(gate_to_json(state)));
  }
}

TEST_F(GateProperty, FactsAreReadBack) {
  for (int round = 0; round < 1'000; ++round) {
    EvidenceVersion version = this->version(1 + below(5), 9);
    version.withdrawn = false;
    const json::object facts = evidence_facts_to_json(version);
    const auto again = parse_evidence_facts(facts, "", version.number, version.received_at);
    ASSERT_TRUE(again) << again.error().detail;
    ASSERT_EQ(*again, version);
  }
}

TEST_F(GateProperty, CostOfALargeCase) {
  using Steady = std::chrono::steady_clock;
  Policy policy;
  while (policy.requirements.size() < limits::requirements_max) policy = this->policy(limits::requirements_max);
  const CaseEvidence evidence = this->evidence(policy, 200);
  // The quickest of many: whatever else the machine does makes some slower, and none quicker.
  double least_us = std::numeric_limits<double>::max();
  for (int round = 0; round < 500; ++round) {
    const auto start = Steady::now();
    const GateState state = evaluate(policy, evidence);
    least_us = std::min(least_us, std::chrono::duration<double, std::micro>(Steady::now() - start).count());
    ASSERT_EQ(state.requirements.size(),
              policy.requirements.size() +
                  static_cast<std::size_t>(std::count_if(policy.notes.begin(), policy.notes.end(),
                                                         [](const auto& note) { return note.required; })));
  }
  std::printf("32 requirements, 200 items: %.1f us an evaluation\n", least_us);
}

}  // namespace
}  // namespace quotary::gates
