// The calls about leads: who may record which, what a repetition answers, how promptly one was answered.
#include "api/use_cases/cases/board_calls.h"
#include "api/use_cases/cases/lead_calls.h"
#include "tests/api/fixture.h"

namespace quotary::api {
namespace {

using testing::code_of;
using testing::text;
using testing::World;

struct Leads : World {
  Organisation::Parts& parts() { return organisation->parts(); }
  Timestamp now() const { return clock->now(); }
  void wait(std::int64_t ms) { clock->set(Timestamp{now().unix_ms + ms}); }

  static std::string choice(std::initializer_list<std::pair<std::string, int>> candidates, const std::string& chosen,
                            const std::string& reason, const std::string& more) {
    std::string out = R"({"rule": {"name": "by-load", "version": 3}, "candidates": [)";
    for (const auto& [person, score] : candidates)
      out += std::string(out.ends_with('[') ? "" : ", ") + R"({"person": ")" + person + R"(", "score": )" +
             std::to_string(score) + "}";
    return out + R"(], "chosen": ")" + chosen + R"(", "reason": ")" + reason + "\"" + more + "}";
  }
  std::string body(const Principal& to, const std::string& more = "") const {
    return choice({{to.id, 1}}, to.id, "rule", R"(, "received_at": ")" + format_rfc3339(now()) + "\"" + more);
  }
  std::string lead(const Principal& to) {
    const auto made = record_lead(parts(), to, "", body(to));
    EXPECT_TRUE(made) << made.error().code << " " << made.error().detail;
    return made ? text(*made, "id") : "";
  }
  Result<Answer> touch(const Principal& who, const std::string& id,
                       const std::string& given = R"({"channel": "phone"})", const std::string& key = "") {
    return touch_lead(parts(), who, id, key, given);
  }
  json::object read(const Principal& who, const std::string& id) {
    auto found = read_lead(parts(), who, id);
    EXPECT_TRUE(found) << found.error().code << " " << found.error().detail;
    return found ? std::move(found->body) : json::object();
  }
  std::string promptness(const std::string& id) { return std::string(read(rep, id).at("promptness").as_string()); }
  std::pair<int, int> counted(const Principal& who) {
    const auto counts = phi_board(parts(), who, {})->body.at("counts");
    return {counts.at("leads").to_number<int>(), counts.at("answered_in_time").to_number<int>()};
  }
};

constexpr std::int64_t hour_ms = 3'600'000;
using Pair = std::pair<int, int>;

TEST(LeadCalls, ALeadIsErasedByTwoPeopleAndItsFiguresStay) {
  Leads w;
  const auto made = record_lead(w.parts(), w.rep, "", w.body(w.rep, R"(, "name": "陈立")"));
  ASSERT_TRUE(made) << made.error().detail;
  const auto id = text(*made, "id");
  EXPECT_TRUE(w.touch(w.rep, id));
  EXPECT_EQ(w.read(w.rep, id).at("name").as_string(), "陈立");
  const Principal officer{"dpo", Role::admin, "", ""};
  const auto about = [](const std::string& lead) {
    return R"({"lead": ")" + lead + R"(", "basis": "person_request", "reason_text": "本人书面要求删除其资料"})";
  };
  EXPECT_EQ(code_of(w.organisation->ask_erasure(officer, "", about("none"))), "lead_unknown");
  const auto asked = w.organisation->ask_erasure(officer, "", about(id));
  ASSERT_TRUE(asked) << asked.error().detail;
  EXPECT_EQ(text(*asked, "target"), "lead:" + id);
  const auto done =
      w.organisation->decide_erasure(w.director, text(*asked, "id"), Organisation::Decision::approve, "", "{}");
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_TRUE(done->body.at("key_destroyed").as_bool());
  EXPECT_EQ(w.read(w.rep, id).at("name").as_string(), erased_text);
  EXPECT_EQ(w.counted(w.rep), (Pair{1, 1}));
  const auto verified = w.organisation->verify_log(w.auditor, "{}");
  EXPECT_TRUE(verified->body.at("ok").as_bool()) << json::serialize(verified->body);
}

TEST(LeadCalls, BordersOfPromptnessAreExact) {
  Leads w;
  const std::tuple<std::int64_t, const char*, int> borders[] = {{12 * hour_ms - 1, "green", 1},
                                                                {12 * hour_ms, "yellow", 1},
                                                                {24 * hour_ms, "yellow", 1},
                                                                {24 * hour_ms + 1, "red", 0}};
  int leads = 0, in_time = 0;
  for (const auto& [after, colour, counts] : borders) {
    const auto id = w.lead(w.rep);
    EXPECT_EQ(w.promptness(id), "waiting");
    w.wait(after);
    EXPECT_TRUE(w.touch(w.rep, id));
    EXPECT_EQ(w.promptness(id), colour);
    EXPECT_EQ(w.read(w.rep, id).at("response_ms").to_number<std::int64_t>(), after);
    ++leads, in_time += counts;
    EXPECT_EQ(w.counted(w.rep), (Pair{leads, in_time}));
  }
  // One that waits turns red after 24 hours.
  const auto id = w.lead(w.rep);
  w.wait(24 * hour_ms);
  EXPECT_EQ(w.promptness(id), "waiting");
  w.wait(1);
  EXPECT_EQ(w.promptness(id), "red");
}

TEST(LeadCalls, AReassignmentMovesWhatIsCountedUntilTheFirstTouch) {
  Leads w;
  const auto id = w.lead(w.rep);
  EXPECT_EQ(w.counted(w.rep), (Pair{1, 0}));
  const auto to = [&](const Principal& who, const Principal& to_whom, const std::string& reason) {
    return assign_lead(w.parts(), who, id, "",
                       Leads::choice({{w.rep.id, 9}, {w.rep2.id, 3}}, to_whom.id, reason, R"(, "note": "客户改约")"));
  };
  EXPECT_EQ(code_of(to(w.director, w.rep2, "load")), "lead_invalid");  // does not follow
  EXPECT_EQ(code_of(to(w.director, w.rep, "load")), "owner_unchanged");
  EXPECT_EQ(code_of(to(w.manager, w.rep2, "override")), "person_unknown");  // not of the manager's team
  const auto moved = to(w.director, w.rep2, "override");
  ASSERT_TRUE(moved) << moved.error().code;
  EXPECT_FALSE(moved->body.at("follows").as_bool());
  EXPECT_EQ(w.counted(w.rep), (Pair{0, 0}));
  EXPECT_EQ(w.counted(w.rep2), (Pair{1, 0}));
  EXPECT_EQ(code_of(w.touch(w.rep, id)), "lead_not_found");  // not theirs any more
  EXPECT_EQ(code_of(read_lead(w.parts(), w.rep, id)), "lead_not_found");
  EXPECT_TRUE(w.touch(w.rep2, id));
  EXPECT_TRUE(to(w.director, w.rep, "load"));
  EXPECT_EQ(w.counted(w.rep), (Pair{0, 0}));
  EXPECT_EQ(w.counted(w.rep2), (Pair{1, 1}));

  const auto read = w.read(w.rep, id);
  ASSERT_EQ(read.at("assignments").as_array().size(), 3u);
  EXPECT_TRUE(read.at("assignments").at(0).at("follows").as_bool());
  EXPECT_FALSE(read.at("assignments").at(1).at("follows").as_bool());
  EXPECT_TRUE(read.at("assignments").at(2).at("follows").as_bool());
  EXPECT_EQ(read.at("assignments").at(1).at("note").as_string(), "客户改约");
  EXPECT_EQ(read.at("first_touch").at("by").at("id").as_string(), w.rep2.id);
}

TEST(LeadCalls, OneFirstTouchAtATimeThatCanBe) {
  Leads w;
  const auto id = w.lead(w.rep);
  w.wait(hour_ms);
  const auto at = [&](std::int64_t ms, const std::string& more = "") {
    return w.touch(
        w.rep, id,
        R"({"channel": "visit", "touched_at": ")" + format_rfc3339({w.now().unix_ms + ms}) + "\"" + more + "}");
  };
  EXPECT_EQ(code_of(at(-hour_ms - 1)), "touched_before_received");
  EXPECT_EQ(code_of(at(1)), "touched_in_future");
  EXPECT_EQ(code_of(at(0, R"(, "by": ")" + w.rep2.id + "\"")), "person_unknown");
  EXPECT_EQ(code_of(w.touch(w.rep, id, "{}")), "required");
  EXPECT_EQ(code_of(w.touch(w.rep, id, R"({"channel": "微信"})")), "bad_code");
  EXPECT_EQ(code_of(w.touch(w.rep, id, R"({"channel": "phone", "when": 1})")), "unknown_member");
  EXPECT_EQ(code_of(w.touch(w.rep, id, R"({"channel": "phone", "touched_at": "now"})")), "bad_time");
  EXPECT_TRUE(at(-hour_ms));
  EXPECT_EQ(code_of(at(0)), "already_touched");
  const auto touch = w.read(w.rep, id).at("first_touch");
  EXPECT_EQ(touch.at("recorded_at").as_string(), format_rfc3339(w.now()));
  EXPECT_EQ(touch.at("at").as_string(), format_rfc3339({w.now().unix_ms - hour_ms}));
}

TEST(LeadCalls, ARepetitionIsAnsweredAsTheFirstTime) {
  Leads w;
  const auto given = w.body(w.rep, R"(, "name": "陈立", "note": "想看演示")");
  const auto first = record_lead(w.parts(), w.rep, "k", given);
  ASSERT_TRUE(first) << first.error().detail;
  const auto again = record_lead(w.parts(), w.rep, "k", given);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->body, first->body);
  EXPECT_EQ(again->status, 201);
  EXPECT_EQ(code_of(record_lead(w.parts(), w.rep, "k", w.body(w.rep))), "idempotency_key_reused");
  EXPECT_EQ(w.counted(w.rep).first, 1);
  const auto id = text(*first, "id");
  const auto touched = w.touch(w.rep, id, R"({"channel": "phone"})", "t");
  w.wait(1'000);
  EXPECT_EQ(w.touch(w.rep, id, R"({"channel": "phone"})", "t")->body, touched->body);
  EXPECT_EQ(w.read(w.manager, id).at("name").as_string(), "陈立");
  EXPECT_EQ(w.read(w.auditor, id).at("note").as_string(), "想看演示");
}

TEST(LeadCalls, NamesAndWordsAreNotInTheEntry) {
  Leads w;
  const auto made = record_lead(w.parts(), w.rep, "", w.body(w.rep, R"(, "name": "陈立", "contact": "13800000000")"));
  const auto entry = w.parts().ledger->entry(made->body.at("ledger").at("index").to_number<std::uint64_t>());
  const auto facts = w.parts().ledger->object(*entry, "facts");
  for (const char* secret : {"陈立", "13800000000"}) {
    EXPECT_EQ(entry->canonical.find(secret), std::string::npos);
    EXPECT_EQ(facts->find(secret), std::string::npos);
  }
  EXPECT_EQ(entry->objects.back().key_subject, "lead:" + text(*made, "id"));
}

TEST(LeadCalls, EachRoleRecordsAsFarAsItReaches) {
  Leads w;
  const auto code = [&](const Principal& who, const Principal& to) {
    return code_of(record_lead(w.parts(), who, "", w.body(to)));
  };
  const auto crm = w.person("CRM", Role::crm, "");
  EXPECT_EQ(code(w.rep, w.rep), "");
  EXPECT_EQ(code(w.rep, w.rep2), "person_unknown");
  EXPECT_EQ(code(w.manager, w.rep), "");
  EXPECT_EQ(code(w.manager, w.rep2), "person_unknown");
  EXPECT_EQ(code(w.director, w.rep2), "");
  EXPECT_EQ(code(crm, w.rep2), "");
  EXPECT_EQ(code(crm, w.finance), "person_unknown");  // who has no leads
  EXPECT_EQ(code(w.finance, w.rep), "role_not_allowed");
  EXPECT_EQ(code(w.auditor, w.rep), "role_not_allowed");
  // A service key's touch is the owner's.
  const auto id = w.lead(w.rep);
  EXPECT_EQ(code_of(w.touch(w.rep2, id)), "lead_not_found");
  ASSERT_TRUE(w.touch(crm, id));
  EXPECT_EQ(w.read(crm, id).at("first_touch").at("by").at("id").as_string(), w.rep.id);
  EXPECT_EQ(w.read(crm, id).at("first_touch").at("recorded_by").as_string(), crm.id);
}

TEST(LeadCalls, FaultsOfABodyAreNamed) {
  Leads w;
  const auto pointer = [&](const std::string& given) {
    const auto refused = record_lead(w.parts(), w.rep, "", given);
    return refused                            ? std::string()
           : refused.error().problems.empty() ? refused.error().code
                                              : refused.error().problems.front().pointer;
  };
  EXPECT_EQ(pointer("{}"), "/received_at");
  EXPECT_EQ(pointer(R"({"received_at": "2026-11-24T02:00:00Z"})"), "/rule");
  EXPECT_EQ(pointer(R"({"received_at": "2026-11-24T02:00:00Z", "rule": {"name": "x"}})"), "/rule/version");
  EXPECT_EQ(pointer(R"({"received_at": "2026-11-24T02:00:00Z", "rule": {"name": "x", "version": 1, "z": 1}})"),
            "/rule/z");
  EXPECT_EQ(pointer(R"({"received_at": "1999-11-24T02:00:00Z", "rule": {"name": "x", "version": 1}})"), "/received_at");
  EXPECT_EQ(pointer(w.body(w.rep, R"(, "name": 1)")), "/name");
  EXPECT_EQ(pointer(w.body(w.rep, R"(, "colour": "red")")), "/colour");
  EXPECT_EQ(pointer(w.body(w.rep, ", \"note\": \"" + std::string(2'001, 'x') + "\"")), "/note");
  w.wait(-hour_ms);
  const auto early = w.body(w.rep);
  w.wait(hour_ms);
  EXPECT_EQ(pointer(early), "");
  EXPECT_EQ(pointer(Leads::choice({{w.rep.id, 1}}, w.rep.id, "rule", R"(, "received_at": "2026-11-24T03:00:00.000Z")")),
            "received_in_future");
  EXPECT_EQ(pointer(Leads::choice({{w.rep.id, 1}}, w.rep.id, "rule", R"(, "received_at": "9999-12-31T23:59:59.999Z")")),
            "received_in_future");
}

TEST(LeadCalls, ListsComeInPagesAndAsFarAsTheCallerReaches) {
  Leads w;
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) made.push_back(w.lead(i % 2 ? w.rep2 : w.rep));
  EXPECT_TRUE(w.touch(w.rep, made[0]));
  const auto ids = [&](const Principal& who, LeadFilter filter) {
    std::vector<std::string> out;
    for (;;) {
      const auto page = list_leads(w.parts(), who, filter);
      EXPECT_TRUE(page) << page.error().code;
      for (const auto& each : page->body.at("items").as_array()) out.emplace_back(each.at("id").as_string());
      if (!page->body.contains("next_cursor")) return out;
      filter.cursor = page->body.at("next_cursor").as_string();
    }
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids(w.director, {"", "", "", 2}), (Ids{made[4], made[3], made[2], made[1], made[0]}));
  EXPECT_EQ(ids(w.rep, {"", "", "", 1}), (Ids{made[4], made[2], made[0]}));
  EXPECT_EQ(ids(w.manager, {}), (Ids{made[4], made[2], made[0]}));
  EXPECT_EQ(ids(w.auditor, {w.rep2.id, "", "", 1}), (Ids{made[3], made[1]}));
  EXPECT_EQ(ids(w.rep, {w.rep2.id, "", "", {}}), Ids{});
  EXPECT_EQ(ids(w.rep, {"", "touched", "", {}}), Ids{made[0]});
  EXPECT_EQ(ids(w.director, {"", "waiting", "", 1}), (Ids{made[4], made[3], made[2], made[1]}));
  EXPECT_EQ(code_of(list_leads(w.parts(), w.rep, {"", "late", "", {}})), "bad_state");
  EXPECT_EQ(code_of(list_leads(w.parts(), w.rep, {"", "", "x", {}})), "bad_cursor");
}

}  // namespace
}  // namespace quotary::api
