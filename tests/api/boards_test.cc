// Leads, PHI and boards through their own calls. Cases come from entries that are written as the calls about cases do.
#include "api/use_cases/cases/board_calls.h"
#include "api/use_cases/cases/lead_calls.h"
#include "api/use_cases/drafts.h"
#include "ledger/gates/policy.h"
#include "ledger/health/month.h"
#include "ledger/records/cases.h"
#include "tests/api/fixture.h"

namespace quotary::api {
namespace {

using testing::code_of;
using testing::text;
using testing::World;

constexpr std::int64_t minute_ms = 60'000, hour_ms = 60 * minute_ms;

struct Boards : World {
  int made = 0;

  using World::World;

  Timestamp now() const { return clock->now(); }
  void wait(std::int64_t ms) { clock->set(Timestamp{now().unix_ms + ms}); }
  Organisation::Parts& parts() { return organisation->parts(); }

  void write(std::vector<Draft> drafts) {
    const auto done =
        parts().ledger->append([&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> { return drafts; });
    ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  }
  // A policy that asks for `notes` notes of the customer's own words, and nothing else.
  void publish(const std::string& name, int notes, std::uint64_t version = 1) {
    std::string toml = "name = \"" + name + "\"\naction_types = [\"demonstration\"]\ngates = []\n" +
                       "title = { zh = \"策略 " + std::to_string(version) + "\", en = \"Policy\" }\n";
    for (int i = 0; i < notes; ++i)
      toml += "[[note]]\nid = \"n" + std::to_string(i) +
              "\"\nkind = \"quote\"\ntitle = { zh = \"原话\", en = \"Words\" }\n";
    const auto policy = gates::parse_policy_toml(toml);
    ASSERT_TRUE(policy) << policy.error().detail;
    const auto canonical = gates::canonical(*policy);
    Draft draft = draft_by("admin", "admin", "policy.published", "policy:" + name);
    draft.body = {{"policy", name}, {"version", version}, {"sha256", sha256(canonical).hex()}};
    draft.objects.push_back(facts_object(parse_json(canonical)->as_object()));
    write({draft});
  }
  // A case of `owner` with the first `filled` of its policy's notes; -> its id.
  std::string open(const Principal& owner, const std::string& policy, int filled, std::uint64_t version = 1) {
    std::vector<Draft> drafts;
    const auto id = add_case(owner, policy, filled, version, drafts);
    write(std::move(drafts));
    return id;
  }
  std::string add_case(const Principal& owner, const std::string& policy, int filled, std::uint64_t version,
                       std::vector<Draft>& drafts) {
    const std::string id = "case-" + std::to_string(made++);
    Draft opened = draft_by(owner, "case.opened", "case:" + id);
    opened.body = {{"case", id},
                   {"policy", policy},
                   {"policy_version", version},
                   {"action_type", "demonstration"},
                   {"month", health::format_month(health::month_of(now(), *parts().zone))}};
    opened.objects.push_back(facts_object({{"owner", owner.id}, {"team", owner.team}, {"region", owner.region}}));
    opened.objects.push_back({"text", "application/json", R"({"title":"演示 )" + id + "\"}", "case:" + id, 1});
    drafts.push_back(std::move(opened));
    for (int i = 0; i < filled; ++i) drafts.push_back(noted(owner, id, i, 1));
    return id;
  }
  static Draft noted(const Principal& owner, const std::string& id, int note, std::uint64_t version) {
    Draft draft = draft_by(owner, "case.noted", "case:" + id);
    draft.body = {{"case", id}, {"note", "n" + std::to_string(note)}, {"version", version}, {"complete", true}};
    return draft;
  }
  void note(const Principal& owner, const std::string& id, int note) { write({noted(owner, id, note, 1)}); }

  static std::string lead_body(const std::string& chosen, Timestamp received, const std::string& more = "") {
    return R"({"received_at": ")" + format_rfc3339(received) +
           R"(", "rule": {"name": "by-load", "version": 3}, "inputs": {"source": "web", "band": 2},
             "candidates": [{"person": ")" +
           chosen + R"(", "score": 10}], "chosen": ")" + chosen + R"(", "reason": "rule")" + more + "}";
  }
  std::string lead(const Principal& owner, Timestamp received, const std::string& more = "") {
    const auto made_one = record_lead(parts(), owner, "", lead_body(owner.id, received, more));
    EXPECT_TRUE(made_one) << made_one.error().code << " " << made_one.error().detail;
    return made_one ? text(*made_one, "id") : "";
  }
  Result<Answer> touch(const Principal& who, const std::string& id,
                       const std::string& body = R"({"channel": "phone"})") {
    return touch_lead(parts(), who, id, "", body);
  }
  // Leads received now, `answered` of them answered at once.
  bool through_calls = false;  // each lead by its own calls; else all as one batch of the same entries
  void leads(const Principal& owner, int count, int answered) {
    std::vector<Draft> drafts;
    for (int i = 0; i < count; ++i) {
      if (!through_calls) {
        add_lead(owner, i < answered, drafts);
        continue;
      }
      const auto id = lead(owner, now());
      if (i < answered) {
        EXPECT_TRUE(touch(owner, id));
      }
    }
    if (!drafts.empty()) write(std::move(drafts));
  }
  void add_lead(const Principal& owner, bool answered, std::vector<Draft>& drafts) {
    const std::string id = "lead-" + std::to_string(made++);
    const auto time = format_rfc3339(now());
    Draft draft = draft_by(owner, "lead.assigned", "lead:" + id);
    draft.body = {{"lead", id},
                  {"rule", "by-load"},
                  {"rule_version", 3},
                  {"month", health::format_month(health::month_of(now(), *parts().zone))},
                  {"assignment", 1}};
    draft.objects.push_back(facts_object({{"received_at", time},
                                          {"candidates", json::array{json::object{{"person", owner.id}, {"score", 1}}}},
                                          {"chosen", owner.id},
                                          {"reason", "rule"}}));
    drafts.push_back(std::move(draft));
    if (!answered) return;
    Draft touched = draft_by(owner, "lead.first_touch", "lead:" + id);
    touched.body = {{"lead", id}};
    touched.objects.push_back(facts_object({{"touched_at", time}, {"channel", "phone"}, {"by", owner.id}}));
    drafts.push_back(std::move(touched));
  }
  // Response 0.92, completion 0.85, completeness 0.78.
  void month_of_85(const Principal& owner) {
    leads(owner, 25, 23);
    std::vector<Draft> drafts;
    for (int i = 0; i < 17; ++i) add_case(owner, "one-note", 1, 1, drafts);
    for (int filled : {8, 7, 7}) add_case(owner, "many-notes", filled, 1, drafts);
    write(std::move(drafts));
  }
  // Response 0.90, completion 0.875, completeness 0.85.
  void month_of_87_50(const Principal& owner) {
    leads(owner, 10, 9);
    std::vector<Draft> drafts;
    for (int i = 0; i < 7; ++i) add_case(owner, "one-note", 1, 1, drafts);
    add_case(owner, "thirteen-notes", 10, 1, drafts);
    write(std::move(drafts));
  }
  void publish_all() {
    publish("one-note", 1);
    publish("many-notes", 11);
    publish("thirteen-notes", 13);
  }

  json::object phi(const Principal& who, const PhiFilter& filter = {}) {
    auto read = phi_board(parts(), who, filter);
    EXPECT_TRUE(read) << read.error().code << " " << read.error().detail;
    return read ? std::move(read->body) : json::object();
  }
  json::object overview(const Principal& who, const BoardUnitFilter& unit = {}) {
    auto read = overview_board(parts(), who, unit, {});
    EXPECT_TRUE(read) << read.error().code << " " << read.error().detail;
    return read ? std::move(read->body) : json::object();
  }
};

std::string shown(const json::value& value) { return json::serialize(value); }

TEST(Phi, TheExamplesThatAreWorkedOut) {
  Boards w("2026-09-15T04:00:00.000Z");
  w.publish_all();
  w.month_of_87_50(w.rep);
  w.month_of_85(w.rep2);
  w.through_calls = true;
  w.clock->set("2026-10-15T04:00:00.000Z");
  w.month_of_87_50(w.rep);
  w.month_of_85(w.rep2);
  w.clock->set("2026-11-02T04:00:00.000Z");

  const auto october = w.phi(w.rep, {{}, "2026-10", "", {}});
  EXPECT_EQ(october.at("response_rate").as_string(), "0.9000");
  EXPECT_EQ(october.at("action_completion").as_string(), "0.8750");
  EXPECT_EQ(october.at("information_completeness").as_string(), "0.8500");
  EXPECT_EQ(october.at("phi").as_string(), "87.50");
  EXPECT_EQ(october.at("previous").at("phi").as_string(), "87.50");
  EXPECT_TRUE(october.at("benchmark").as_bool());
  EXPECT_EQ(
      shown(october.at("counts")),
      R"({"leads":10,"answered_in_time":9,"actions_due":8,"actions_complete":7,"fields_required":20,"fields_filled":17})");
  EXPECT_EQ(shown(october.at("weights")), R"({"version":1,"response":"0.3","completion":"0.4","completeness":"0.3"})");

  // Exactly 85 is no benchmark.
  const auto other = w.phi(w.rep2, {{}, "2026-10", "", {}});
  EXPECT_EQ(other.at("response_rate").as_string(), "0.9200");
  EXPECT_EQ(other.at("action_completion").as_string(), "0.8500");
  EXPECT_EQ(other.at("information_completeness").as_string(), "0.7800");
  EXPECT_EQ(other.at("phi").as_string(), "85.00");
  EXPECT_FALSE(other.at("benchmark").as_bool());

  // The month before the first has nothing, and neither has the current one, which is not closed.
  EXPECT_FALSE(w.phi(w.rep, {{}, "2026-09", "", {}}).at("benchmark").as_bool());
  const auto november = w.phi(w.rep);
  EXPECT_EQ(november.at("month").as_string(), "2026-11");
  EXPECT_FALSE(november.at("closed").as_bool());
  for (const char* rate : {"response_rate", "action_completion", "information_completeness", "phi"})
    EXPECT_TRUE(november.at(rate).is_null()) << rate;
}

TEST(Phi, AnOpenMonthIsNoBenchmarkYet) {
  Boards w("2026-10-15T04:00:00.000Z");
  w.publish_all();
  w.month_of_87_50(w.rep);
  w.clock->set("2026-11-15T04:00:00.000Z");
  w.month_of_87_50(w.rep);
  EXPECT_EQ(w.phi(w.rep).at("phi").as_string(), "87.50");
  EXPECT_EQ(w.phi(w.rep).at("previous").at("phi").as_string(), "87.50");
  EXPECT_FALSE(w.phi(w.rep).at("benchmark").as_bool());
  w.clock->set("2026-11-30T16:00:00.000Z");  // the month is over in the organisation's zone
  EXPECT_TRUE(w.phi(w.rep, {{}, "2026-11", "", {}}).at("benchmark").as_bool());
}

TEST(Phi, MonthsBeginAtTheOrganisationsMidnight) {
  Boards w("2026-12-01T04:00:00.000Z");
  const auto at = [](const char* time) { return *parse_rfc3339(time); };
  w.lead(w.rep, at("2026-11-30T15:59:59.999Z"));
  w.lead(w.rep, at("2026-11-30T16:00:00.000Z"));
  w.lead(w.rep, at("2026-11-30T16:00:00.000Z"));
  EXPECT_EQ(w.phi(w.rep, {{}, "2026-11", "", {}}).at("counts").at("leads").to_number<int>(), 1);
  EXPECT_EQ(w.phi(w.rep, {{}, "2026-12", "", {}}).at("counts").at("leads").to_number<int>(), 2);
  for (const char* month : {"2027-01", "1999-12", "2026-13", "2026-1", "now"})
    EXPECT_EQ(code_of(phi_board(w.parts(), w.rep, {{}, month, "", {}})), "bad_month") << month;
}

TEST(Phi, ATeamsAverageNeedsThreePeople) {
  Boards w;
  w.publish_all();
  const auto second = w.person("赵六", Role::rep, "east-1");
  w.month_of_85(w.rep);
  w.month_of_87_50(second);
  const auto average = [&] { return w.phi(w.rep).at("average"); };
  EXPECT_EQ(shown(average()), R"({"of":"team","people":2,"phi":null})");
  const auto third = w.person("孙七", Role::rep, "east-1");
  EXPECT_EQ(average().at("people").to_number<int>(), 2);  // one without an index tells nothing
  w.month_of_85(third);
  EXPECT_EQ(shown(average()), R"({"of":"team","people":3,"phi":"85.83"})");
  EXPECT_EQ(shown(w.phi(w.manager).at("average")), R"({"of":"team","people":3,"phi":"85.83"})");
}

TEST(Phi, EachRoleSeesAsFarAsItReaches) {
  Boards w;
  w.publish_all();
  w.month_of_85(w.rep);
  w.month_of_87_50(w.rep2);
  const auto code = [&](const Principal& who, const BoardUnitFilter& unit) {
    return code_of(phi_board(w.parts(), who, {unit, "", "", {}}));
  };
  // A rep: own figures and an average, never a list of people.
  const auto own = w.phi(w.rep);
  EXPECT_EQ(own.at("unit").at("person").at("id").as_string(), w.rep.id);
  EXPECT_FALSE(own.contains("people"));
  EXPECT_EQ(code(w.rep, {w.rep.id, "", ""}), "");
  EXPECT_EQ(code(w.rep, {w.rep2.id, "", ""}), "person_not_found");
  EXPECT_EQ(code(w.rep, {"", "east-1", ""}), "team_not_found");
  EXPECT_EQ(code(w.rep, {"", "", "east"}), "region_not_found");
  // A manager: the team.
  const auto team = w.phi(w.manager);
  EXPECT_EQ(team.at("unit").at("team").as_string(), "east-1");
  EXPECT_EQ(team.at("phi").as_string(), "85.00");
  std::set<std::string> ids;
  for (const auto& each : team.at("people").as_array()) ids.emplace(each.at("person").at("id").as_string());
  EXPECT_EQ(ids, (std::set<std::string>{w.rep.id, w.manager.id}));
  EXPECT_EQ(code(w.manager, {w.rep.id, "", ""}), "");
  EXPECT_EQ(code(w.manager, {w.rep2.id, "", ""}), "person_not_found");
  EXPECT_EQ(code(w.manager, {"", "east-2", ""}), "team_not_found");
  EXPECT_EQ(code(w.manager, {"", "", "east"}), "region_not_found");
  // A director: the region with each team.
  EXPECT_EQ(w.phi(w.director).at("unit").at("kind").as_string(), "region");
  EXPECT_EQ(w.phi(w.director).at("counts").at("leads").to_number<int>(), 35);
  EXPECT_EQ(w.phi(w.director, {{"", "east-2", ""}, "", "", {}}).at("phi").as_string(), "87.50");
  EXPECT_EQ(code(w.director, {"", "east-1", "west"}), "team_not_found");
  EXPECT_EQ(code(w.director, {"", "east-9", ""}), "team_not_found");
  // The others: all of it, and any part.
  for (const Principal* who : {&w.finance, &w.auditor}) {
    EXPECT_EQ(w.phi(*who).at("unit").at("kind").as_string(), "organisation");
    EXPECT_EQ(w.phi(*who, {{"", "", "east"}, "", "", {}}).at("counts").at("leads").to_number<int>(), 35);
    EXPECT_EQ(code(*who, {w.rep2.id, "", ""}), "");
    EXPECT_EQ(code(*who, {w.finance.id, "", ""}), "person_not_found");  // has no cases
    EXPECT_EQ(code(*who, {"nobody", "", ""}), "person_not_found");
    EXPECT_EQ(code(*who, {w.rep.id, "east-1", ""}), "bad_unit");
  }
  const auto crm = w.person("CRM", Role::crm, "");
  EXPECT_EQ(code(crm, {}), "role_not_allowed");
  EXPECT_EQ(code(Organisation::operator_principal(), {}), "role_not_allowed");
}

TEST(Phi, PeopleComeInPages) {
  Boards w;
  for (int i = 0; i < 5; ++i) w.person("成员", Role::rep, "east-3");
  std::vector<std::string> ids;
  PhiFilter filter{{"", "east-3", ""}, "", "", 2};
  for (;;) {
    const auto page = w.phi(w.director, filter);
    EXPECT_LE(page.at("people").as_array().size(), 2u);
    for (const auto& each : page.at("people").as_array()) ids.emplace_back(each.at("person").at("id").as_string());
    if (!page.contains("next_cursor")) break;
    filter.cursor = page.at("next_cursor").as_string();
  }
  EXPECT_EQ(ids.size(), 5u);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

TEST(Phi, ATableIsOfTheSameTreeAndHoldsNoFormula) {
  Boards w;
  w.publish_all();
  const auto sly = w.person("=1+1", Role::rep, "east-1");
  w.month_of_87_50(sly);
  const auto table = phi_board_csv(w.parts(), w.manager, {});
  ASSERT_TRUE(table) << table.error().code;
  EXPECT_NE(table->bytes.find(sly.id +
                              ",'=1+1,rep,east-1,east,2026-11,10,9,8,7,20,17,0.9000,0.8750,0.8500,87.50,,false,1\r\n"),
            std::string::npos)
      << table->bytes;
  const auto as_of = w.phi(w.manager).at("as_of");
  EXPECT_EQ(as_of.at("tree_size").to_number<std::uint64_t>(), table->tree_size);
  EXPECT_EQ(as_of.at("root").as_string(), table->root);
  EXPECT_EQ(w.organisation->ledger_state().root.hex(), table->root);
}

TEST(BoardsCalls, TheSameTreeGivesTheSameAnswerAlsoAfterARestart) {
  Boards w;
  w.publish_all();
  w.month_of_85(w.rep);
  w.lead(w.rep2, w.now());
  w.open(w.rep2, "one-note", 0);
  const auto all = [&] {
    // An auditor's reads would be chained when the organisation is closed.
    return shown(w.phi(w.director)) + shown(w.overview(w.finance)) +
           shown(onboarding_board(w.parts(), w.director, w.rep.id)->body) +
           shown(policy_comparison(w.parts(), w.director, "one-note", {})->body);
  };
  const auto before = all();
  EXPECT_EQ(all(), before);
  w.reopen();
  EXPECT_EQ(all(), before);
  // What is stored is what the entries lead to.
  const auto verified = verify_ledger(*w.parts().ledger, {});
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->problems_total, 0u) << verified->problems.front().detail;
  w.lead(w.rep, w.now());
  EXPECT_NE(all(), before);
}

TEST(Overview, ShowsWhereThingsStandAndWhatWaitsLongest) {
  Boards w("2026-11-20T02:00:00.000Z");
  w.publish_all();
  const auto oldest = w.open(w.rep, "one-note", 0);
  w.wait(24 * hour_ms);
  const auto other_team = w.open(w.rep2, "many-notes", 3);
  w.open(w.rep, "one-note", 1);
  const auto waiting = w.lead(w.rep, w.now());
  w.wait(25 * hour_ms);
  const auto done_late = w.open(w.rep, "one-note", 0);
  w.note(w.rep, done_late, 0);

  const auto region = w.overview(w.director);
  EXPECT_EQ(shown(region.at("stages")),
            R"([{"stage":"pending","cases":2},{"stage":"complete","cases":2},{"stage":"closed","cases":0}])");
  ASSERT_EQ(region.at("overdue").as_array().size(), 2u);
  EXPECT_EQ(region.at("overdue").at(0).at("case").as_string(), oldest);
  EXPECT_EQ(region.at("overdue").at(0).at("title").as_string(), "演示 " + oldest);
  EXPECT_EQ(region.at("overdue").at(0).at("waiting_ms").to_number<std::int64_t>(), 49 * hour_ms);
  EXPECT_EQ(region.at("overdue").at(1).at("case").as_string(), other_team);
  EXPECT_EQ(region.at("leads").at("waiting").to_number<int>(), 1);
  EXPECT_EQ(region.at("leads").at("longest").at(0).at("lead").as_string(), waiting);
  EXPECT_EQ(region.at("leads").at("longest").at(0).at("promptness").as_string(), "red");
  const auto& trend = region.at("trend").as_array();
  ASSERT_EQ(trend.size(), 7u);
  EXPECT_EQ(shown(trend[6]), R"({"day":"2026-11-22","opened":1,"completed":1})");
  EXPECT_EQ(shown(trend[5]), R"({"day":"2026-11-21","opened":2,"completed":1})");
  EXPECT_EQ(shown(trend[4]), R"({"day":"2026-11-20","opened":1,"completed":0})");
  EXPECT_EQ(shown(trend[0]), R"({"day":"2026-11-16","opened":0,"completed":0})");
  EXPECT_EQ(
      shown(region.at("policies")),
      R"([{"cases":1,"complete":0,"rate":"0.0000","policy":"many-notes"},{"cases":3,"complete":2,"rate":"0.6667","policy":"one-note"}])");
  // Each sees their own part of it.
  EXPECT_EQ(w.overview(w.rep2).at("overdue").as_array().size(), 1u);
  EXPECT_EQ(w.overview(w.manager).at("overdue").at(0).at("case").as_string(), oldest);
  EXPECT_EQ(w.overview(w.manager).at("overdue").as_array().size(), 1u);
  EXPECT_EQ(w.overview(w.rep2).at("leads").at("waiting").to_number<int>(), 0);
  EXPECT_EQ(w.overview(w.auditor, {w.rep.id, "", ""}).at("leads").at("waiting").to_number<int>(), 1);
  EXPECT_EQ(code_of(overview_board(w.parts(), w.rep, {w.rep2.id, "", ""}, {})), "person_not_found");
  EXPECT_EQ(code_of(overview_board(w.parts(), w.rep, {}, 101)), "bad_limit");
}

TEST(Overview, DaysBeginAtTheOrganisationsMidnight) {
  Boards w("2026-11-20T15:59:59.999Z");
  w.publish("one-note", 1);
  w.open(w.rep, "one-note", 0);
  w.clock->set("2026-11-20T16:00:00.000Z");
  w.open(w.rep, "one-note", 0);
  w.open(w.rep, "one-note", 0);
  const auto trend = w.overview(w.rep).at("trend").as_array();
  EXPECT_EQ(shown(trend[5]), R"({"day":"2026-11-20","opened":1,"completed":0})");
  EXPECT_EQ(shown(trend[6]), R"({"day":"2026-11-21","opened":2,"completed":0})");
}

TEST(Onboarding, CountsTheFirstThirtyLocalDays) {
  Boards w("2026-10-01T02:00:00.000Z");
  w.publish("one-note", 1);
  w.open(w.rep, "one-note", 1);
  const auto late = w.open(w.rep, "one-note", 0);
  w.clock->set("2026-10-30T15:59:59.000Z");  // the last second of the thirtieth day
  w.open(w.rep, "one-note", 1);
  w.clock->set("2026-10-30T16:00:00.000Z");
  w.open(w.rep, "one-note", 1);
  w.note(w.rep, late, 0);
  const auto read = onboarding_board(w.parts(), w.manager, w.rep.id);
  ASSERT_TRUE(read) << read.error().code;
  EXPECT_EQ(read->body.at("cases").to_number<int>(), 3);
  EXPECT_EQ(read->body.at("complete").to_number<int>(), 2);
  EXPECT_EQ(read->body.at("rate").as_string(), "0.6667");
  EXPECT_EQ(text(*read, "from"), "2026-09-30T16:00:00.000Z");
  EXPECT_EQ(text(*read, "until"), "2026-10-30T16:00:00.000Z");
  EXPECT_TRUE(read->body.at("over").as_bool());
  EXPECT_EQ(shown(onboarding_board(w.parts(), w.rep, "")->body), shown(read->body));
  EXPECT_EQ(code_of(onboarding_board(w.parts(), w.rep2, w.rep.id)), "person_not_found");
  EXPECT_TRUE(onboarding_board(w.parts(), w.rep2, "")->body.at("rate").is_null());
}

TEST(Comparison, IsOfThirtyDaysBeforeAndAfterAVersion) {
  Boards w("2026-09-01T00:00:00.000Z");
  w.publish("demo", 1);
  w.open(w.rep, "demo", 1);  // too long before
  w.clock->set("2026-10-01T00:00:00.000Z");
  w.open(w.rep, "demo", 1);
  w.open(w.rep2, "demo", 0);
  w.clock->set("2026-10-20T00:00:00.000Z");
  w.publish("demo", 2, 2);
  w.open(w.rep, "demo", 2, 2);
  const auto read = [&](const Principal& who, std::optional<std::uint64_t> version = {}) {
    auto found = policy_comparison(w.parts(), who, "demo", version);
    EXPECT_TRUE(found) << found.error().code;
    return found->body;
  };
  const auto all = read(w.director);
  EXPECT_EQ(all.at("version").to_number<int>(), 2);
  EXPECT_EQ(all.at("before").at("cases").to_number<int>(), 2);
  EXPECT_EQ(all.at("before").at("rate").as_string(), "0.5000");
  EXPECT_EQ(all.at("after").at("rate").as_string(), "1.0000");
  EXPECT_FALSE(all.at("after").at("over").as_bool());
  EXPECT_EQ(all.at("difference_points").as_string(), "50.00");
  EXPECT_EQ(read(w.rep).at("difference_points").as_string(), "0.00");
  EXPECT_TRUE(read(w.rep2).at("difference_points").is_null());
  EXPECT_TRUE(read(w.director, 1).at("before").at("rate").is_null());
  EXPECT_EQ(code_of(policy_comparison(w.parts(), w.rep, "demo", 3)), "policy_not_found");
  EXPECT_EQ(code_of(policy_comparison(w.parts(), w.rep, "none", {})), "policy_not_found");
  EXPECT_EQ(code_of(policy_comparison(w.parts(), w.rep, "demo", 0)), "bad_version");
}

}  // namespace
}  // namespace quotary::api
