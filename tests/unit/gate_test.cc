// The gate's rules, one after another, on the case of a demonstration.
#include "ledger/gates/gate.h"

#include "tests/support/gate_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace quotary::gates {
namespace {

using testing::confirmation;
using testing::deck;
using testing::deck_version;
using testing::demonstration;
using ::testing::ElementsAre;
using testing::hour_ms;
using ::testing::IsEmpty;
using testing::photo;
using testing::photo_version;
using testing::received;
using testing::whole_case;

enum Place : std::size_t { of_photo, of_deck, of_confirmation, of_note };

Waiver waiver(std::string requirement, std::string role, std::uint64_t index = 70) {
  return {std::move(requirement), std::move(role), received, index};
}

TEST(Gate, AWholeCaseIsComplete) {
  const GateState state = evaluate(demonstration(), whole_case());
  EXPECT_TRUE(state.complete);
  ASSERT_EQ(state.requirements.size(), 4u);
  EXPECT_EQ(state.requirements[of_note].id, "note:decision_chain");
  for (const RequirementState& each : state.requirements) {
    EXPECT_EQ(each.standing, Standing::met) << each.id;
    EXPECT_EQ(each.counted, 1u) << each.id;
    EXPECT_EQ(each.needed, 1u) << each.id;
    EXPECT_THAT(each.reasons, IsEmpty()) << each.id;
  }
  EXPECT_THAT(words(state, demonstration()), IsEmpty());
}

TEST(Gate, AnEmptyCaseLacksEverything) {
  const GateState state = evaluate(demonstration(), {});
  EXPECT_FALSE(state.complete);
  for (const RequirementState& each : state.requirements) {
    EXPECT_EQ(each.standing, Standing::missing) << each.id;
    EXPECT_EQ(each.counted, 0u) << each.id;
  }
}

TEST(Gate, WithoutAConfirmationTheCaseWaits) {
  CaseEvidence evidence = whole_case();
  evidence.items.pop_back();
  const GateState state = evaluate(demonstration(), evidence);
  EXPECT_FALSE(state.complete);
  EXPECT_EQ(state.requirements[of_photo].standing, Standing::met);
  EXPECT_EQ(state.requirements[of_deck].standing, Standing::met);
  EXPECT_EQ(state.requirements[of_confirmation].standing, Standing::missing);
}

TEST(Gate, AConfirmationOfAnEarlierDeckIsStale) {
  CaseEvidence evidence = whole_case();
  evidence.items[2] = confirmation(1);
  const GateState state = evaluate(demonstration(), evidence);
  EXPECT_FALSE(state.complete);
  EXPECT_EQ(state.requirements[of_confirmation].standing, Standing::invalid);
  EXPECT_THAT(state.requirements[of_confirmation].reasons, ElementsAre("stale_target"));
}

TEST(Gate, AgeEndsAtTheMillisecond) {
  CaseEvidence evidence = whole_case();
  Timestamp& captured = *evidence.items[0].versions[0].captured_at;
  captured.unix_ms = received.unix_ms - 24 * hour_ms;
  EXPECT_TRUE(evaluate(demonstration(), evidence).complete);
  --captured.unix_ms;
  EXPECT_THAT(evaluate(demonstration(), evidence).requirements[of_photo].reasons, ElementsAre("too_old"));
  captured.unix_ms = received.unix_ms - 25 * hour_ms;
  EXPECT_THAT(evaluate(demonstration(), evidence).requirements[of_photo].reasons, ElementsAre("too_old"));
}

TEST(Gate, AManagersWaiverCompletesAndIsShown) {
  CaseEvidence evidence = whole_case();
  evidence.items[0].versions[0].captured_at->unix_ms -= 25 * hour_ms;
  evidence.waivers = {waiver("site_photo", "region_director", 90), waiver("site_photo", "manager", 80)};
  const GateState state = evaluate(demonstration(), evidence);
  EXPECT_TRUE(state.complete);
  EXPECT_EQ(state.requirements[of_photo].standing, Standing::waived);
  EXPECT_EQ(state.requirements[of_photo].waiver, waiver("site_photo", "manager", 80));
  EXPECT_EQ(state.requirements[of_photo].counted, 0u);
  EXPECT_THAT(words(state, demonstration()), IsEmpty());
}

TEST(Gate, AWaiverNeverHidesThatARequirementIsMet) {
  CaseEvidence evidence = whole_case();
  evidence.waivers = {waiver("site_photo", "manager")};
  const GateState state = evaluate(demonstration(), evidence);
  EXPECT_EQ(state.requirements[of_photo].standing, Standing::met);
  EXPECT_FALSE(state.requirements[of_photo].waiver);
}

TEST(Gate, AWaiverStandsBeforeAndAfterEvidenceThatIsNotValid) {
  CaseEvidence evidence = whole_case();
  evidence.items.erase(evidence.items.begin());
  evidence.waivers = {waiver("site_photo", "manager")};
  EXPECT_EQ(evaluate(demonstration(), evidence).requirements[of_photo].standing, Standing::waived);
  EvidenceItem later = photo();
  later.versions[0].has_geo = false;
  evidence.items.push_back(later);
  EXPECT_EQ(evaluate(demonstration(), evidence).requirements[of_photo].standing, Standing::waived);
}

TEST(Gate, WhoMayNotWaiveChangesNothing) {
  CaseEvidence evidence = whole_case();
  evidence.items.clear();
  const GateState before = evaluate(demonstration(), evidence);
  evidence.waivers = {waiver("site_photo", "rep"), waiver("deck", "region_director"),
                      waiver("trial_confirmation", "manager"), waiver("note:decision_chain", "manager"),
                      waiver("unheard_of", "manager")};
  EXPECT_EQ(evaluate(demonstration(), evidence), before);
}

// What is wrong with an item, and the one reason that the gate gives.
struct Wrong {
  const char* reason;
  std::size_t item;
  std::function<void(EvidenceItem&)> change;
};

TEST(Gate, EachReason) {
  Policy policy = demonstration();
  policy.requirements[of_deck].needs.insert(EvidenceNeed::parent_version);
  CaseEvidence whole = whole_case();
  whole.items[1].versions[1].parent = 1;
  ASSERT_TRUE(evaluate(policy, whole).complete);
  const Wrong table[] = {
      {"too_old", 0, [](auto& item) { item.versions[0].captured_at->unix_ms = 0; }},
      {"geo_missing", 0, [](auto& item) { item.versions[0].has_geo = false; }},
      {"captured_at_missing", 0, [](auto& item) { item.versions[0].captured_at.reset(); }},
      {"version_label_missing", 1, [](auto& item) { item.versions[1].has_version_label = false; }},
      {"change_note_missing", 1, [](auto& item) { item.versions[1].has_change_note = false; }},
      {"parent_version_missing", 1, [](auto& item) { item.versions[1].parent.reset(); }},
      {"parent_version_missing", 1, [](auto& item) { item.versions[1].parent = 2; }},
      {"parent_version_missing", 1, [](auto& item) { item.versions.erase(item.versions.begin()); }},
      {"signature_missing", 2, [](auto& item) { item.versions[0].signature.reset(); }},
      {"signature_too_weak", 2, [](auto& item) { item.versions[0].signature = SignatureGrade::wet_scan; }},
      {"target_missing", 2, [](auto& item) { item.versions[0].target.reset(); }},
      {"stale_target", 2, [](auto& item) { item.versions[0].target->version = 1; }},
      {"target_unknown", 2, [](auto& item) { item.versions[0].target->version = 3; }},
      {"target_unknown", 2, [](auto& item) { item.versions[0].target->item = "photo-1"; }},
      {"target_unknown", 2, [](auto& item) { item.versions[0].target->item = "deck-2"; }},
      {"flag:future_time", 0,
       [](auto& item) {
         item.versions[0].flags = {"future_time", "exif_missing"};
       }},
  };
  std::set<std::string> seen;
  for (const Wrong& wrong : table) {
    CaseEvidence evidence = whole;
    wrong.change(evidence.items[wrong.item]);
    const GateState state = evaluate(policy, evidence);
    EXPECT_FALSE(state.complete) << wrong.reason;
    for (std::size_t i = 0; i < state.requirements.size(); ++i) {
      if (i == wrong.item) {
        EXPECT_EQ(state.requirements[i].standing, Standing::invalid) << wrong.reason;
        EXPECT_THAT(state.requirements[i].reasons, ElementsAre(wrong.reason));
      } else {
        EXPECT_EQ(state.requirements[i].standing, Standing::met) << wrong.reason << " " << i;
      }
    }
    const auto said = words(state, policy);
    ASSERT_EQ(said.size(), 1u) << wrong.reason;
    EXPECT_EQ(said[0].requirement, policy.requirements[wrong.item].id);
    seen.insert(said[0].en);
  }
  EXPECT_EQ(seen.size(), 12u) << "each reason has its own words";
}

TEST(Gate, ReasonsOfAllItemsStandOnceInTheirOrder) {
  CaseEvidence evidence = whole_case();
  EvidenceItem first = photo("photo-1"), second = photo("photo-2"), third = photo("photo-3");
  first.versions[0].flags = {"future_time", "duplicate_of", "macro"};
  second.versions[0].has_geo = false;
  second.versions[0].captured_at.reset();
  third.versions[0].captured_at->unix_ms = 0;
  third.versions[0].has_geo = false;
  evidence.items = {first, second, third};
  EXPECT_THAT(evaluate(demonstration(), evidence).requirements[of_photo].reasons,
              ElementsAre("too_old", "geo_missing", "captured_at_missing", "flag:duplicate_of", "flag:future_time"));
}

TEST(Gate, MaxAgeAndALeastGradeAskForWhatTheyMeasure) {
  Policy policy = demonstration();
  policy.requirements[of_photo].needs.clear();
  policy.requirements[of_confirmation].needs.clear();
  CaseEvidence evidence = whole_case();
  evidence.items[0].versions[0].captured_at.reset();
  evidence.items[2].versions[0].signature.reset();
  const GateState state = evaluate(policy, evidence);
  EXPECT_THAT(state.requirements[of_photo].reasons, ElementsAre("captured_at_missing"));
  EXPECT_THAT(state.requirements[of_confirmation].reasons, ElementsAre("signature_missing"));
}

TEST(Gate, GradesCompare) {
  for (std::size_t least = 0; least < codes<SignatureGrade>.size(); ++least) {
    for (std::size_t given = 0; given < codes<SignatureGrade>.size(); ++given) {
      Policy policy = demonstration();
      policy.requirements[of_confirmation].signature_at_least = static_cast<SignatureGrade>(least);
      CaseEvidence evidence = whole_case();
      evidence.items[2].versions[0].signature = static_cast<SignatureGrade>(given);
      EXPECT_EQ(evaluate(policy, evidence).complete, given >= least) << given << " of " << least;
    }
  }
}

TEST(Gate, AFirstVersionNeedsNoChangeNoteAndNoParent) {
  Policy policy = demonstration();
  policy.requirements[of_deck].needs.insert(EvidenceNeed::parent_version);
  CaseEvidence evidence = whole_case();
  evidence.items[1].versions.pop_back();
  evidence.items[2] = confirmation(1);
  EXPECT_TRUE(evaluate(policy, evidence).complete);
}

TEST(Gate, WithdrawingTheNewestMakesTheOneBeforeCurrentAgain) {
  CaseEvidence evidence = whole_case();
  evidence.items[1].versions[1].withdrawn = true;
  const GateState state = evaluate(demonstration(), evidence);
  EXPECT_EQ(state.requirements[of_deck].standing, Standing::met);
  EXPECT_THAT(state.requirements[of_confirmation].reasons, ElementsAre("stale_target"));
  evidence.items[2] = confirmation(1);
  EXPECT_TRUE(evaluate(demonstration(), evidence).complete);
}

TEST(Gate, AnItemWithoutAVersionLeftIsNotThere) {
  CaseEvidence evidence = whole_case();
  for (EvidenceVersion& version : evidence.items[1].versions) version.withdrawn = true;
  const GateState state = evaluate(demonstration(), evidence);
  EXPECT_EQ(state.requirements[of_deck].standing, Standing::missing);
  EXPECT_THAT(state.requirements[of_confirmation].reasons, ElementsAre("stale_target"));
  evidence.items[1].versions.clear();
  EXPECT_EQ(evaluate(demonstration(), evidence).requirements[of_deck].standing, Standing::missing);
}

TEST(Gate, AConfirmationHoldsForADeckThatIsItselfNotValid) {
  CaseEvidence evidence = whole_case();
  evidence.items[1].versions[1].has_change_note = false;
  const GateState state = evaluate(demonstration(), evidence);
  EXPECT_EQ(state.requirements[of_deck].standing, Standing::invalid);
  EXPECT_EQ(state.requirements[of_confirmation].standing, Standing::met);
}

TEST(Gate, AnyOfSeveralDecksMayBeTheTarget) {
  CaseEvidence evidence = whole_case();
  EvidenceItem other = deck();
  other.id = "deck-2";
  evidence.items.push_back(other);
  evidence.items[2].versions[0].target->item = "deck-2";
  EXPECT_TRUE(evaluate(demonstration(), evidence).complete);
}

TEST(Gate, AnItemStandsForWhatItWasReportedForOrElseForItsKind) {
  CaseEvidence evidence = whole_case();
  evidence.items[0].requirement.reset();
  EXPECT_TRUE(evaluate(demonstration(), evidence).complete);
  for (const char* other : {"deck", "unheard_of", ""}) {
    evidence.items[0].requirement = other;
    EXPECT_EQ(evaluate(demonstration(), evidence).requirements[of_photo].standing, Standing::missing) << other;
  }
  evidence.items[0].requirement = "site_photo";
  evidence.items[0].kind = EvidenceKind::document;
  EXPECT_EQ(evaluate(demonstration(), evidence).requirements[of_photo].standing, Standing::missing);
}

TEST(Gate, EnoughValidItemsAreEnoughWhateverElseIsThere) {
  Policy policy = demonstration();
  policy.requirements[of_photo].min_count = 2;
  CaseEvidence evidence = whole_case();
  GateState state = evaluate(policy, evidence);
  EXPECT_EQ(state.requirements[of_photo].standing, Standing::missing) << "one of two, and none that is not valid";
  EXPECT_EQ(state.requirements[of_photo].counted, 1u);
  EXPECT_EQ(state.requirements[of_photo].needed, 2u);
  EvidenceItem bad = photo("photo-2");
  bad.versions[0].has_geo = false;
  evidence.items.push_back(bad);
  state = evaluate(policy, evidence);
  EXPECT_EQ(state.requirements[of_photo].standing, Standing::invalid);
  EXPECT_EQ(state.requirements[of_photo].counted, 1u);
  evidence.items.push_back(photo("photo-3"));
  state = evaluate(policy, evidence);
  EXPECT_EQ(state.requirements[of_photo].standing, Standing::met);
  EXPECT_EQ(state.requirements[of_photo].counted, 2u);
  EXPECT_THAT(state.requirements[of_photo].reasons, IsEmpty());
}

TEST(Gate, TheNewestVersionOfANoteCounts) {
  CaseEvidence evidence = whole_case();
  const auto standing = [&] { return evaluate(demonstration(), evidence).requirements[of_note].standing; };
  evidence.notes = {{"decision_chain", 2, received, false}, {"decision_chain", 1, received, true}};
  EXPECT_EQ(standing(), Standing::missing);
  evidence.notes = {{"decision_chain", 1, received, false}, {"decision_chain", 2, received, true}};
  EXPECT_EQ(standing(), Standing::met);
  evidence.notes = {{"decision_chain", 1, received, true}, {"decision_chain", 1, received, false}};
  EXPECT_EQ(standing(), Standing::missing);
  std::swap(evidence.notes[0], evidence.notes[1]);
  EXPECT_EQ(standing(), Standing::missing);
  evidence.notes = {{"another", 1, received, true}};
  EXPECT_EQ(standing(), Standing::missing);
}

TEST(Gate, ANoteThatIsNotRequiredHoldsNothingBack) {
  Policy policy = demonstration();
  policy.notes[0].required = false;
  CaseEvidence evidence = whole_case();
  evidence.notes.clear();
  const GateState state = evaluate(policy, evidence);
  EXPECT_TRUE(state.complete);
  EXPECT_EQ(state.requirements.size(), 3u);
}

TEST(Gate, WordsSayWhatIsMissingAndWhatToDo) {
  CaseEvidence evidence = whole_case();
  evidence.items[0].versions[0].captured_at->unix_ms = 0;
  evidence.items[0].versions[0].has_geo = false;
  evidence.items.pop_back();
  evidence.notes.clear();
  const auto said = words(evaluate(demonstration(), evidence), demonstration());
  ASSERT_EQ(said.size(), 3u);
  EXPECT_EQ(
      said[0],
      (Sentence{
          "site_photo",
          "“现场照片”不符合要求（有效 0 份，需要 1 份）：上传时距采集已超过 24 小时，没有位置；请重新采集并上传。",
          "\"Photo on site\" does not count (0 of 1): it was captured more than 24 hours before it was "
          "received and has no location; capture it again and upload it."}));
  EXPECT_EQ(said[1],
            (Sentence{"trial_confirmation",
                      "缺少“试用确认书”（有效 0 份，需要 1 份）：请上传确认书，须有签名（至少为在线留痕签名），"
                      "针对“演示文稿”的当前版本。",
                      "\"Trial confirmation\" is missing (0 of 1): upload a confirmation with a signature (at least a "
                      "recorded signature), for the current version of \"Slide deck\"."}));
  EXPECT_EQ(said[2],
            (Sentence{"note:decision_chain", "“决策链”尚未填写完整：请列出各角色及其人员，至少有一位决策者。",
                      "\"Decision chain\" is missing or not complete: name the roles and who holds them, at least one "
                      "decision maker."}));
}

TEST(Gate, EveryRefusableFlagHasItsWords) {
  Policy policy = demonstration();
  policy.requirements[of_photo].refuse_flags = {refusable_flags.begin(), refusable_flags.end()};
  std::set<std::string> seen;
  for (const std::string_view flag : refusable_flags) {
    CaseEvidence evidence = whole_case();
    evidence.items[0].versions[0].flags = {std::string(flag)};
    const auto said = words(evaluate(policy, evidence), policy);
    ASSERT_EQ(said.size(), 1u);
    seen.insert(said[0].zh);
    seen.insert(said[0].en);
  }
  EXPECT_EQ(seen.size(), 2 * refusable_flags.size());
}

TEST(Gate, JsonForMachines) {
  CaseEvidence evidence = whole_case();
  evidence.items[0].versions[0].has_geo = false;
  evidence.items.pop_back();
  evidence.waivers = {waiver("trial_confirmation", "region_director")};
  EXPECT_EQ(
      canonical_json(gate_to_json(evaluate(demonstration(), evidence))).value(),
      R"({"complete":false,"requirements":[{"counted":0,"id":"site_photo","needed":1,"reasons":["geo_missing"],"state":"invalid"},)"
      R"({"counted":1,"id":"deck","needed":1,"state":"met"},)"
      R"({"counted":0,"id":"trial_confirmation","needed":1,"state":"waived","waiver":{"at":"2026-11-24T10:00:00.000Z","index":70,"role":"region_director"}},)"
      R"({"counted":1,"id":"note:decision_chain","needed":1,"state":"met"}]})");
}

}  // namespace
}  // namespace quotary::gates
