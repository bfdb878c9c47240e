// What entries say of evidence, and what notes hold: strict readers of JSON.
#include "ledger/gates/gate.h"
#include "ledger/gates/note.h"
#include "tests/support/gate_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quotary::gates {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::received;

std::vector<std::string> listed(const std::vector<Problem>& problems) {
  std::vector<std::string> out;
  for (const Problem& problem : problems) out.push_back(problem.pointer + " " + problem.code);
  return out;
}

json::value parsed(std::string_view text) { return parse_json(text).value(); }

TEST(EvidenceFacts, AllMembersAndBack) {
  const json::value facts = parsed(
      R"({"captured_at":"2026-11-24T09:00:00.000Z","change_note":true,"flags":["duplicate_of","learned_later"],"geo":true,)"
      R"("parent":1,"signature":"passkey","target":{"item":"0193-ab","version":2},"version_label":true})");
  const EvidenceVersion version = parse_evidence_facts(facts, "/facts", 3, received).value();
  EXPECT_EQ(version.number, 3u);
  EXPECT_EQ(version.received_at, received);
  EXPECT_EQ(version.captured_at, Timestamp{received.unix_ms - testing::hour_ms});
  EXPECT_TRUE(version.has_geo && version.has_version_label && version.has_change_note);
  EXPECT_EQ(version.parent, 1u);
  EXPECT_THAT(version.flags, ElementsAre("duplicate_of", "learned_later"));
  EXPECT_EQ(version.signature, SignatureGrade::passkey);
  EXPECT_EQ(version.target, (Target{"0193-ab", 2}));
  EXPECT_FALSE(version.withdrawn);
  EXPECT_EQ(canonical_json(evidence_facts_to_json(version)).value(), canonical_json(facts).value());
}

TEST(EvidenceFacts, WhatIsAbsentIsFalseOrNone) {
  const EvidenceVersion version = parse_evidence_facts(json::object(), "", 1, received).value();
  EvidenceVersion bare;
  bare.number = 1;
  bare.received_at = received;
  EXPECT_EQ(version, bare);
  EXPECT_TRUE(evidence_facts_to_json(version).empty());
}

TEST(EvidenceFacts, EachFaultHasItsPointer) {
  const std::pair<const char*, std::vector<std::string>> table[] = {
      {R"([])", {"/facts wrong_type"}},
      {R"({"geo":null})", {"/facts/geo wrong_type"}},
      {R"({"geo":1})", {"/facts/geo wrong_type"}},
      {R"({"received_at":"2026-11-24T09:00:00Z"})", {"/facts/received_at unknown_member"}},
      {R"({"withdrawn":true})", {"/facts/withdrawn unknown_member"}},
      {R"({"captured_at":"2026-11-24"})", {"/facts/captured_at bad_time"}},
      {R"({"captured_at":"2026-11-24T09:00:00+08:00"})", {"/facts/captured_at bad_time"}},
      {R"({"captured_at":1})", {"/facts/captured_at wrong_type"}},
      {R"({"parent":0})", {"/facts/parent out_of_range"}},
      {R"({"parent":3})", {"/facts/parent parent_not_earlier"}},
      {R"({"parent":"1"})", {"/facts/parent wrong_type"}},
      {R"({"parent":1.5})", {"/facts/parent wrong_type"}},
      {R"({"flags":"macro"})", {"/facts/flags wrong_type"}},
      {R"({"flags":["macro","macro"]})", {"/facts/flags/1 repeated"}},
      {R"({"flags":["a b"]})", {"/facts/flags/0 bad_code"}},
      {R"({"signature":"oral"})", {"/facts/signature not_allowed"}},
      {R"({"signature":""})", {"/facts/signature not_allowed"}},
      {R"({"target":"deck-1"})", {"/facts/target wrong_type"}},
      {R"({"target":{"item":"deck-1"}})", {"/facts/target/version required"}},
      {R"({"target":{"item":"","version":0,"x":1}})",
       {"/facts/target/item blank", "/facts/target/version out_of_range", "/facts/target/x unknown_member"}},
      {R"({"target":{"item":"deck 1","version":1000001}})",
       {"/facts/target/item bad_token", "/facts/target/version out_of_range"}},
  };
  for (const auto& [text, faults] : table) {
    const auto refused = parse_evidence_facts(parsed(text), "/facts", 3, received);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, "evidence_invalid") << text;
    EXPECT_EQ(listed(refused.error().problems), faults) << text;
  }
}

Policy::Note note_of(NoteKind kind) {
  Policy::Note out;
  out.id = "note";
  out.kind = kind;
  return out;
}

TEST(CheckNote, CompleteNotes) {
  const std::pair<NoteKind, const char*> table[] = {
      {NoteKind::text, R"({"text":"客户希望缩短节拍"})"},
      {NoteKind::roles, R"({"roles":[{"role":"decision_maker","person":"王工"},{"role":"user","person":"unknown"}]})"},
      {NoteKind::roles, R"({"roles":[{"role":"user","person":"李"},{"role":"decision_maker","person":"unknown"}]})"},
      {NoteKind::quote, R"({"quote":"价格太高，交期也太长。"})"},
      {NoteKind::step, R"({"what":"试用","date":"2028-02-29","deliverable":"试用报告"})"},
  };
  for (const auto& [kind, content] : table) {
    const NoteCheck check = check_note(note_of(kind), parsed(content));
    EXPECT_TRUE(check.complete) << content;
    EXPECT_THAT(check.problems, IsEmpty()) << content;
  }
}

TEST(CheckNote, EachProblemHasItsPointer) {
  struct Case {
    NoteKind kind;
    const char* content;
    std::vector<std::string> problems;
  };
  const Case table[] = {
      {NoteKind::text, R"("text")", {" wrong_type"}},
      {NoteKind::text, R"({})", {"/text required"}},
      {NoteKind::text, R"({"text":" \n\t\u3000"})", {"/text blank"}},
      {NoteKind::text, R"({"text":"x","more":1})", {"/more unknown_member"}},
      {NoteKind::roles, R"({"roles":[]})", {"/roles too_few"}},
      {NoteKind::roles, R"({"roles":[{"role":"user","person":"李"}]})", {"/roles decision_maker_missing"}},
      {NoteKind::roles,
       R"({"roles":[{"role":"decision_maker"},{"role":"Chief","person":" "}]})",
       {"/roles/0/person required", "/roles/1/role bad_code", "/roles/1/person blank"}},
      {NoteKind::roles, R"({"roles":["decision_maker"]})", {"/roles/0 wrong_type", "/roles decision_maker_missing"}},
      {NoteKind::quote, R"({"quote":""})", {"/quote blank"}},
      {NoteKind::quote, R"({"text":"x"})", {"/quote required", "/text unknown_member"}},
      {NoteKind::step, R"({"what":"试用","date":"2027-02-29","deliverable":"报告"})", {"/date bad_date"}},
      {NoteKind::step, R"({"what":"","date":20270228,"deliverable":"报告"})", {"/what blank", "/date wrong_type"}},
      {NoteKind::step, R"({})", {"/what required", "/date required", "/deliverable required"}},
  };
  for (const Case& each : table) {
    const NoteCheck check = check_note(note_of(each.kind), parsed(each.content));
    EXPECT_FALSE(check.complete) << each.content;
    EXPECT_EQ(listed(check.problems), each.problems) << each.content;
  }
}

TEST(CheckNote, BlanksMakeATextNoLonger) {
  Policy::Note note = note_of(NoteKind::text);
  note.min_characters = 4;
  EXPECT_TRUE(check_note(note, parsed(R"({"text":"交期太长"})")).complete);
  EXPECT_THAT(listed(check_note(note, parsed(R"({"text":"交 期　太\n\n"})")).problems), ElementsAre("/text too_short"));
}

TEST(CheckNote, ListsAndTextsAreBounded) {
  json::array roles(limits::note_roles_max + 1, json::object{{"role", "decision_maker"}, {"person", "x"}});
  EXPECT_THAT(listed(check_note(note_of(NoteKind::roles), json::object{{"roles", roles}}).problems),
              ElementsAre("/roles too_many"));
  const std::string text(limits::note_text_characters_max + 1, 'x');
  EXPECT_THAT(listed(check_note(note_of(NoteKind::quote), json::object{{"quote", text}}).problems),
              ElementsAre("/quote too_long"));
}

}  // namespace
}  // namespace quotary::gates
