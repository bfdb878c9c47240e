// Policies published, read, raced for, and tried on the cases that are there.
#include "tests/api/case_world.h"

#include <set>
#include <thread>

namespace quotary::api {
namespace {

using quotary::testing::demonstration_toml;
using testing::CaseWorld;
using testing::code_of;
using testing::pointers_of;
using testing::text;

std::uint64_t version_of(const Answer& answer) { return records::number_of(answer.body, "version"); }

std::string replaced(std::string whole, const std::string& what, const std::string& by) {
  const auto at = whole.find(what);
  EXPECT_NE(at, whole.npos) << what;
  return whole.replace(at, what.size(), by);
}

// The demonstration's without its last requirement, so that a confirmation is not asked for.
std::string without_confirmation() {
  const std::string whole(demonstration_toml);
  return whole.substr(0, whole.rfind("[[requirement]]"));
}

TEST(PolicyCalls, VersionsCountUpAndEachIsKept) {
  CaseWorld w;
  const auto second = w.publish(without_confirmation());
  ASSERT_TRUE(second);
  EXPECT_EQ(second->status, 201);
  EXPECT_EQ(version_of(*second), 2u);
  const auto newest = read_policy(w.parts(), w.rep, "demonstration", {});
  ASSERT_TRUE(newest);
  EXPECT_EQ(version_of(*newest), 2u);
  EXPECT_EQ(sha256(*canonical_json(newest->body.at("policy"))).hex(), text(*second, "sha256"));
  const auto first = read_policy(w.parts(), w.auditor, "demonstration", 1);
  ASSERT_TRUE(first);
  EXPECT_EQ(records::number_of(first->body, "newest"), 2u);
  EXPECT_EQ(first->body.at("policy").at("requirement").as_array().size(), 3u);
  EXPECT_EQ(first->body.at("policy").at("title").at("zh").as_string(), "现场演示");
  for (const std::uint64_t none : {0u, 3u})
    EXPECT_EQ(code_of(read_policy(w.parts(), w.rep, "demonstration", none)), "policy_not_found");
  EXPECT_EQ(code_of(read_policy(w.parts(), w.rep, "nothing", {})), "policy_not_found");
  const auto listed = list_policies(w.parts(), w.finance, {});
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->body.at("items").as_array().size(), 1u);
  EXPECT_EQ(listed->body.at("items").as_array()[0].at("version").to_number<int>(), 2);
}

TEST(PolicyCalls, EachFaultIsNamedAndNothingIsWritten) {
  CaseWorld w;
  const auto size = w.size();
  std::string wrong(demonstration_toml);
  wrong = replaced(wrong, R"(waive = ["manager", "region_director"])", R"(waive = ["rep", "nobody"])");
  const auto refused = w.publish(wrong);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "policy_invalid");
  EXPECT_EQ(pointers_of(refused.error()), "/requirement/0/waive:unknown_role /requirement/0/waive:role_may_not_waive ");
  wrong = replaced(std::string(demonstration_toml), R"(max_age = "24h")", R"(max_age = "a day")");
  wrong = replaced(wrong, R"(target = "deck")", R"(target = "desk")");
  const auto two = check_policy(w.parts(), w.admin, {wrong, PolicyText::Form::toml});
  ASSERT_FALSE(two);
  EXPECT_NE(pointers_of(two.error()).find("/requirement/0/max_age:"), std::string::npos) << pointers_of(two.error());
  EXPECT_NE(pointers_of(two.error()).find("/requirement/2/target:"), std::string::npos) << pointers_of(two.error());
  EXPECT_EQ(code_of(w.publish("name = ")), "bad_toml");
  EXPECT_EQ(code_of(publish_policy(w.parts(), w.admin, "", {"{", PolicyText::Form::json})), "bad_json");
  for (const auto& who : {w.rep, w.manager, w.director, w.finance, w.auditor})
    EXPECT_EQ(code_of(publish_policy(w.parts(), who, "", {demonstration_toml, PolicyText::Form::toml})),
              "role_not_allowed");
  EXPECT_EQ(w.size(), size);
}

TEST(PolicyCalls, ARepetitionIsReplayedInWhicheverForm) {
  CaseWorld w;
  const auto first = w.publish(without_confirmation(), "k");
  ASSERT_TRUE(first);
  const auto canonical = gates::canonical(*gates::parse_policy_toml(without_confirmation()));
  const auto again = publish_policy(w.parts(), w.admin, "k", {canonical, PolicyText::Form::json});
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->body, first->body);
  EXPECT_EQ(code_of(w.publish(std::string(demonstration_toml), "k")), "idempotency_key_reused");
  EXPECT_EQ(version_of(*read_policy(w.parts(), w.rep, "demonstration", {})), 2u);
}

TEST(PolicyCalls, ThoseAtOnceGetDifferentVersions) {
  CaseWorld w;
  constexpr std::size_t count = 8;
  std::vector<std::uint64_t> versions(count);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < count; ++i)
      threads.emplace_back([&, i] {
        const auto done = w.publish(std::string(demonstration_toml));
        versions[i] = done ? version_of(*done) : 0;
      });
  }
  EXPECT_EQ(std::set<std::uint64_t>(versions.begin(), versions.end()),
            (std::set<std::uint64_t>{2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(PolicyCalls, ATrialSaysWhatWouldChangeAndChangesNothing) {
  CaseWorld w;
  for (const auto& done : {w.photo(), w.deck(1), code_of(w.note())}) EXPECT_EQ(done, "");
  ASSERT_TRUE(w.open(w.rep2));  // stays pending under both
  const auto size = w.size();
  const std::string milder = without_confirmation();
  const auto checked = check_policy(w.parts(), w.admin, {milder, PolicyText::Form::toml});
  ASSERT_TRUE(checked) << checked.error().detail;
  EXPECT_EQ(version_of(*checked), 2u);
  const auto& trial = checked->body.at("trial").as_object();
  EXPECT_EQ(trial.at("now"), (json::object{{"complete", 0u}, {"pending", 2u}}));
  EXPECT_EQ(trial.at("as_if"), (json::object{{"complete", 1u}, {"pending", 1u}}));
  EXPECT_FALSE(trial.at("cut").as_bool());
  ASSERT_EQ(trial.at("changes").as_array().size(), 1u);
  const auto& change = trial.at("changes").as_array()[0];
  EXPECT_EQ(change.at("case").as_string(), w.id);
  EXPECT_EQ(change.at("now").at("stage_zh").as_string(), "待补全");
  EXPECT_EQ(change.at("as_if").at("stage").as_string(), "complete");
  EXPECT_EQ(w.size(), size);

  // Published, it is what new cases stand under; the old one keeps its own.
  ASSERT_TRUE(w.publish(milder));
  EXPECT_EQ(w.stage(), "pending");
  // The other way round: what is complete would wait again, and why.
  EXPECT_EQ(w.confirmation(1), "");
  EXPECT_EQ(w.stage(), "complete");
  const auto stricter = check_policy(
      w.parts(), w.admin,
      {replaced(std::string(demonstration_toml), "min_count = 1", "min_count = 2"), PolicyText::Form::toml});
  ASSERT_TRUE(stricter);
  const auto& back = stricter->body.at("trial").at("changes").as_array();
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(back[0].at("sentences").as_array()[0].at("requirement").as_string(), "site_photo");
  // A closed case is no open one.
  ASSERT_TRUE(close_case(w.parts(), w.rep, w.id, "", "{}"));
  EXPECT_EQ(
      check_policy(w.parts(), w.admin, {milder, PolicyText::Form::toml})->body.at("trial").at("open").to_number<int>(),
      1);
}

}  // namespace
}  // namespace quotary::api
