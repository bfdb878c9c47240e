// Cases opened, listed, noted, waived and closed: rules, scopes, races and replays.
#include "tests/api/case_world.h"

#include <set>
#include <thread>

namespace quotary::api {
namespace {

using testing::CaseWorld;
using testing::code_of;
using testing::pointers_of;
using testing::text;

TEST(CaseCalls, AnOpeningIsPendingAndItsWordsArePrivate) {
  CaseWorld w;
  const auto opened = w.open(w.rep, R"(, "site": {"latitude": "31.298886", "longitude": "120.585316", "name": "二厂"},
      "external_refs": [{"system": "crm", "id": "OPP-1001"}])",
                             "k");
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ(opened->status, 201);
  EXPECT_EQ(text(*opened, "stage"), "pending");
  EXPECT_EQ(text(*opened, "stage_zh"), "待补全");
  EXPECT_EQ(opened->body.at("policy").at("version").to_number<int>(), 1);
  EXPECT_EQ(opened->body.at("owner").at("name").as_string(), "李雷");
  EXPECT_EQ(opened->body.at("gate").at("requirements").as_array().size(), 4u);
  EXPECT_EQ(opened->body.at("gate").at("sentences").as_array().size(), 4u);
  const auto entry = *w.parts().ledger->entry(records::number_of(opened->body.at("ledger").as_object(), "index"));
  EXPECT_EQ(records::text_of(entry.body, "month"), "2026-11");
  for (const char* word : {"澄湖", "OPP-1001", "31.298886", "李雷"})
    EXPECT_EQ(entry.canonical.find(word), std::string::npos) << word;
  const auto again = w.open(w.rep, R"(, "site": {"latitude": "31.298886", "longitude": "120.585316", "name": "二厂"},
      "external_refs": [{"system": "crm", "id": "OPP-1001"}])",
                            "k");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->body, opened->body);
  EXPECT_EQ(code_of(w.open(w.rep, "", "k")), "idempotency_key_reused");
  const auto read = read_case(w.parts(), w.manager, text(*opened, "id"));
  ASSERT_TRUE(read);
  for (const char* member : {"title", "customer", "site", "external_refs", "opened_at", "gate"})
    EXPECT_EQ(read->body.at(member), opened->body.at(member)) << member;
  // However the case went on.
  ASSERT_TRUE(write_note(w.parts(), w.rep, text(*opened, "id"), "decision_chain", "", testing::whole_chain));
  EXPECT_EQ(w.open(w.rep, R"(, "site": {"latitude": "31.298886", "longitude": "120.585316", "name": "二厂"},
      "external_refs": [{"system": "crm", "id": "OPP-1001"}])",
                   "k")
                ->body,
            opened->body);
}

TEST(CaseCalls, WhatIsWrongIsNamedWhereItIs) {
  CaseWorld w;
  const auto size = w.size();
  const auto faults = [&](const std::string& body) {
    const auto done = open_case(w.parts(), w.rep, "", body);
    return done ? "opened" : done.error().code + " " + pointers_of(done.error());
  };
  EXPECT_EQ(faults("{}"), "case_invalid /action_type:required /policy:required /title:required /customer:required ");
  EXPECT_EQ(faults(w.request(R"(, "site": {"latitude": "90.1", "longitude": "1.1234567"}, "more": 1)")),
            "case_invalid /site/latitude:out_of_range /site/longitude:too_many_fraction_digits /more:unknown_member ");
  EXPECT_EQ(faults(w.request(R"(, "site": {"latitude": 31.2, "longitude": "120"})")),
            "case_invalid /site/latitude:wrong_type ");
  EXPECT_EQ(faults(R"({"action_type": "visit", "policy": "none", "title": "t", "customer": {"name": "c"}})"),
            "policy_unknown /policy:policy_unknown ");
  EXPECT_EQ(faults(R"({"action_type": "visit", "policy": "demonstration", "title": "t", "customer": {"name": "c"}})"),
            "action_type_not_covered /action_type:action_type_not_covered ");
  EXPECT_EQ(faults("[]"), "bad_type :bad_type ");
  EXPECT_EQ(w.size(), size);
}

TEST(CaseCalls, TheOwnerIsSomebodyInTheCallersScope) {
  CaseWorld w;
  const auto named = [&](const Principal& who, const std::string& owner) {
    const auto done = w.open(who, R"(, "owner": ")" + owner + R"(")");
    return done ? std::string(done->body.at("owner").at("id").as_string()) : done.error().code;
  };
  EXPECT_EQ(named(w.manager, w.rep.id), w.rep.id);
  EXPECT_EQ(named(w.manager, w.rep2.id), "owner_unknown");
  EXPECT_EQ(named(w.rep, w.rep2.id), "owner_unknown");
  EXPECT_EQ(named(w.director, w.rep2.id), w.rep2.id);
  EXPECT_EQ(named(w.director, w.finance.id), "owner_unknown");  // of the region, but works on no case
  EXPECT_EQ(named(w.director, "nobody"), "owner_unknown");
  const Principal crm = w.person("CRM", Role::crm, "");
  EXPECT_EQ(code_of(w.open(crm)), "owner_missing");
  EXPECT_EQ(named(crm, crm.id), "owner_missing");
  EXPECT_EQ(named(crm, w.rep2.id), w.rep2.id);
  for (const auto& who : {w.finance, w.auditor, w.admin}) EXPECT_EQ(code_of(w.open(who)), "role_not_allowed");
  // A manager's own case, with the manager's own team.
  EXPECT_EQ(text(*w.open(w.manager), "team"), "east-1");
}

TEST(CaseCalls, ListsShowWhatTheCallerMaySee) {
  CaseWorld w;
  std::vector<std::string> ids{w.id};
  for (int i = 0; i < 4; ++i) ids.push_back(text(*w.open(i % 2 == 0 ? w.rep2 : w.rep), "id"));
  const auto listed = [&](const Principal& who, const CaseFilter& filter) {
    std::string out;
    const auto answer = list_cases(w.parts(), who, filter);
    EXPECT_TRUE(answer);
    for (const auto& item : answer->body.at("items").as_array())
      out += std::to_string(std::find(ids.begin(), ids.end(), item.at("id").as_string()) - ids.begin());
    return out + (answer->body.contains("next_cursor") ? "+" : "");
  };
  EXPECT_EQ(listed(w.rep, {}), "420");
  EXPECT_EQ(listed(w.rep2, {}), "31");
  EXPECT_EQ(listed(w.manager, {}), "420");
  EXPECT_EQ(listed(w.director, {}), "43210");
  EXPECT_EQ(listed(w.auditor, {{}, w.rep2.id, {}, {}, {}}), "31");
  EXPECT_EQ(listed(w.rep, {{}, w.rep2.id, {}, {}, {}}), "");
  EXPECT_EQ(listed(w.director, {"complete", {}, {}, {}, {}}), "");
  EXPECT_EQ(listed(w.director, {"pending", {}, "demonstration", {}, {}}), "43210");
  EXPECT_EQ(listed(w.director, {{}, {}, "other", {}, {}}), "");
  EXPECT_EQ(code_of(list_cases(w.parts(), w.rep, {"open", {}, {}, {}, {}})), "bad_stage");
  EXPECT_EQ(code_of(list_cases(w.parts(), w.rep, {{}, {}, {}, "x", {}})), "bad_cursor");
  // Page by page, nothing twice and nothing left out.
  std::string walked, cursor;
  for (int page = 0; page < 5; ++page) {
    const auto answer = list_cases(w.parts(), w.director, {{}, {}, {}, cursor, 2});
    ASSERT_TRUE(answer);
    for (const auto& item : answer->body.at("items").as_array())
      walked += std::to_string(std::find(ids.begin(), ids.end(), item.at("id").as_string()) - ids.begin());
    if (!answer->body.contains("next_cursor")) break;
    cursor = text(*answer, "next_cursor");
  }
  EXPECT_EQ(walked, "43210");
  EXPECT_EQ(read_case(w.parts(), w.rep2, w.id).error().code, "case_not_found");
}

TEST(CaseCalls, ANoteIsRecordedAlsoWhenItIsNotComplete) {
  CaseWorld w;
  const auto half = w.note(R"({"roles": [{"role": "user", "person": "李工"}]})");
  ASSERT_TRUE(half);
  EXPECT_EQ(half->status, 201);
  EXPECT_FALSE(half->body.at("complete").as_bool());
  EXPECT_EQ(half->body.at("problems").as_array()[0].at("code").as_string(), "decision_maker_missing");
  EXPECT_EQ(w.standing("note:decision_chain"), "missing");
  const auto whole = w.note(testing::whole_chain, "k");
  ASSERT_TRUE(whole);
  EXPECT_TRUE(whole->body.at("complete").as_bool());
  EXPECT_TRUE(whole->body.at("problems").as_array().empty());
  EXPECT_EQ(w.standing("note:decision_chain"), "met");
  EXPECT_EQ(w.note(testing::whole_chain, "k")->body, whole->body);

  const auto newest = read_note(w.parts(), w.manager, w.id, "decision_chain", {});
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->body.at("version").to_number<int>(), 2);
  EXPECT_EQ(newest->body.at("content"), *parse_json(testing::whole_chain));
  const auto first = read_note(w.parts(), w.rep, w.id, "decision_chain", 1);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->body.at("problems"), half->body.at("problems"));
  EXPECT_EQ(code_of(read_note(w.parts(), w.rep, w.id, "decision_chain", 3)), "note_version_not_found");
  EXPECT_EQ(code_of(read_note(w.parts(), w.rep, w.id, "weather", {})), "note_unknown");
  EXPECT_EQ(code_of(read_note(w.parts(), w.rep2, w.id, "decision_chain", {})), "case_not_found");
  EXPECT_EQ(code_of(write_note(w.parts(), w.rep, w.id, "weather", "", "{}")), "note_unknown");
  EXPECT_EQ(code_of(write_note(w.parts(), w.rep2, w.id, "decision_chain", "", "{}")), "case_not_found");
  EXPECT_EQ(code_of(write_note(w.parts(), w.auditor, w.id, "decision_chain", "", "{}")), "role_not_allowed");
  EXPECT_EQ(code_of(w.note(R"({"roles": null})")), "not_canonical");
  const auto entry = *w.parts().ledger->entry(records::number_of(whole->body.at("ledger").as_object(), "index"));
  EXPECT_EQ(entry.canonical.find("陈总"), std::string::npos);
}

TEST(CaseCalls, NotesAtOnceGetDifferentVersions) {
  CaseWorld w;
  constexpr std::size_t count = 8;
  std::vector<std::uint64_t> versions(count);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < count; ++i)
      threads.emplace_back([&, i] {
        const auto done = w.note();
        versions[i] = done ? records::number_of(done->body, "version") : 0;
      });
  }
  EXPECT_EQ(std::set<std::uint64_t>(versions.begin(), versions.end()),
            (std::set<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(CaseCalls, OnlyWhomThePolicyNamesWaivesAndNotTheirOwn) {
  CaseWorld w;
  EXPECT_EQ(code_of(w.waive(w.rep, "site_photo")), "role_not_allowed");
  EXPECT_EQ(code_of(w.waive(w.manager, "trial_confirmation")), "waiver_not_allowed");
  EXPECT_EQ(code_of(w.waive(w.director, "deck")), "waiver_not_allowed");
  EXPECT_EQ(code_of(w.waive(w.manager, "nothing")), "requirement_unknown");
  EXPECT_EQ(code_of(w.waive(w.manager, "site_photo", "太短")), "bad_reason");
  EXPECT_EQ(code_of(w.waive(w.manager, "site_photo", std::string(12, ' '))), "bad_reason");
  const Principal other = w.person("孙经理", Role::manager, "east-2");
  EXPECT_EQ(code_of(w.waive(other, "site_photo")), "case_not_found");
  const auto waived = w.waive(w.manager, "site_photo");
  ASSERT_TRUE(waived) << waived.error().detail;
  EXPECT_EQ(text(*waived, "role"), "manager");
  EXPECT_EQ(w.standing("site_photo"), "waived");
  EXPECT_EQ(w.requirement("site_photo").at("waiver").at("role").as_string(), "manager");
  EXPECT_EQ(code_of(w.waive(w.manager, "site_photo")), "already_waived");
  const auto entry = *w.parts().ledger->entry(records::number_of(waived->body.at("ledger").as_object(), "index"));
  EXPECT_EQ(entry.canonical.find("拍照"), std::string::npos);
  // A manager's own case is for somebody else.
  w.id = text(*w.open(w.manager), "id");
  EXPECT_EQ(code_of(w.waive(w.manager, "site_photo")), "four_eyes");
  EXPECT_EQ(code_of(w.waive(w.director, "site_photo")), "");
}

TEST(CaseCalls, ClosingWaitsForTheGateAndEndsTheCase) {
  CaseWorld w;
  const auto size = w.size();
  const auto refused = close_case(w.parts(), w.rep, w.id, "k", "{}");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "gate_incomplete");
  ASSERT_EQ(refused.error().problems.size(), 4u);
  EXPECT_EQ(refused.error().problems[2].code, "trial_confirmation");
  EXPECT_NE(refused.error().problems[2].detail.find("试用确认书"), std::string::npos);
  EXPECT_EQ(w.size(), size);
  w.complete();
  EXPECT_EQ(code_of(close_case(w.parts(), w.rep, w.id, "", R"({"force": true})")), "case_invalid");
  EXPECT_EQ(code_of(close_case(w.parts(), w.rep2, w.id, "", "{}")), "case_not_found");
  const auto closed = close_case(w.parts(), w.rep, w.id, "k", "{}");
  ASSERT_TRUE(closed) << closed.error().detail;
  EXPECT_EQ(text(*closed, "stage_zh"), "已结案");
  EXPECT_EQ(close_case(w.parts(), w.rep, w.id, "k", "{}")->body, closed->body);
  EXPECT_EQ(code_of(close_case(w.parts(), w.rep, w.id, "", "{}")), "case_is_closed");
  EXPECT_EQ(code_of(w.note()), "case_is_closed");
  EXPECT_EQ(code_of(w.waive(w.manager, "site_photo")), "case_is_closed");
  EXPECT_EQ(w.photo(2), "case_is_closed");
}

TEST(CaseCalls, ReadsOfAuditorsAndAdministratorsAreRecorded) {
  CaseWorld w;
  const auto chained = [&] {
    w.clock->set(Timestamp{w.clock->now().unix_ms + 120'000});
    return *w.parts().chain_access();
  };
  (void)chained();
  ASSERT_TRUE(read_case(w.parts(), w.rep, w.id));
  EXPECT_EQ(chained(), 0u);
  ASSERT_TRUE(w.note());
  const std::function<Result<Answer>()> reads[] = {
      [&] { return read_case(w.parts(), w.auditor, w.id); },
      [&] { return read_gate(w.parts(), w.admin, w.id); },
      [&] { return read_gate_history(w.parts(), w.auditor, w.id); },
      [&] { return read_case_history(w.parts(), w.auditor, w.id, {}); },
      [&] { return read_note(w.parts(), w.admin, w.id, "decision_chain", {}); },
      [&] { return list_cases(w.parts(), w.auditor, {}); },
  };
  for (const auto& read : reads) {
    ASSERT_TRUE(read());
    EXPECT_EQ(chained(), 1u);
  }
}

}  // namespace
}  // namespace quotary::api
