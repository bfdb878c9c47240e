// The call for a status proof, over an organisation that keeps the index.
#include "tests/api/fixture.h"

#include "signing/keys.h"
#include "tools/quotary_verify/status.h"

#include <thread>

namespace quotary::api {
namespace {

using testing::code_of;
using testing::price_error;
using testing::text;
using testing::World;

class Indexed : public World {
 public:
  std::string number;

  Indexed() {
    number = text(*issue("k"), "number");
    config.index_roots.emplace().pace = {std::chrono::milliseconds(1), std::chrono::milliseconds(0),
                                         std::chrono::milliseconds(1), std::chrono::milliseconds(600'000)};
    reopen();
  }
  // Asked again while the index is behind, as a client does.
  Result<std::string> proof(const Principal& who, const std::string& of) {
    for (int i = 0; i < 20'000; ++i) {
      auto answer = organisation->quote_status_proof(who, of);
      if (answer || answer.error().kind != Errc::unavailable) return answer;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return fail(Errc::unavailable, "never", "");
  }
  std::string status(const Result<std::string>& proof) {
    if (!proof) return proof.error().code;
    const auto key = signing::open_vkey(organisation->vkey().substr(0, organisation->vkey().size() - 1)).value();
    const auto verdict = offline::judge_status(*proof, {}, *key);
    return verdict.holds() ? std::string(verdict.facts.at("status").as_string()) : verdict.code;
  }
};

TEST(StatusProofCalls, NeverLacksWhatHappenedBeforeItWasAskedFor) {
  Indexed w;
  EXPECT_EQ(w.status(w.proof(w.rep, w.number)), "issued");
  const auto request = w.organisation->request_void(w.rep, w.number, "", price_error);
  ASSERT_TRUE(request);
  EXPECT_EQ(w.status(w.proof(w.rep, w.number)), "void_requested");
  ASSERT_TRUE(w.organisation->decide_void(w.manager, text(*request, "id"), Organisation::Decision::approve, "", "{}"));
  EXPECT_EQ(w.status(w.proof(w.manager, w.number)), "voided");
  const auto second = text(*w.issue("k2"), "number");
  EXPECT_EQ(w.status(w.proof(w.auditor, second)), "issued");
  EXPECT_EQ(w.status(w.proof(w.rep, second)), "issued");
  const auto revised = w.issue("k3", World::quote("1.00", R"(, "revision_of": ")" + second + "\""));
  ASSERT_TRUE(revised) << revised.error().detail;
  EXPECT_EQ(w.status(w.proof(w.rep, second)), "superseded");
  EXPECT_EQ(code_of(w.proof(w.rep2, w.number)), "quote_not_found");
  EXPECT_EQ(code_of(w.proof(w.rep, "SHQT2026-999999")), "quote_not_found");
  const auto checked = w.organisation->verify_log(w.auditor, "{}");
  ASSERT_TRUE(checked);
  EXPECT_TRUE(checked->body.at("ok").as_bool()) << json::serialize(checked->body);
}

TEST(StatusProofCalls, TheIndexIsShownInTheMetrics) {
  Indexed w;
  ASSERT_TRUE(w.proof(w.rep, w.number));
  const auto metrics = w.organisation->metrics();
  for (const char* name :
       {"quotary_index_applied_size ", "quotary_index_subjects ", "quotary_index_behind_seconds 0\n",
        "quotary_index_trouble 0\n", "quotary_index_roots_total ", "quotary_index_failures_total 0\n"})
    EXPECT_NE(metrics.find(name), std::string::npos) << name;
  EXPECT_FALSE(w.organisation->index_roots_degraded());
  w.config.index_roots.reset();
  w.reopen();
  EXPECT_EQ(w.organisation->metrics().find("quotary_index_"), std::string::npos);
  EXPECT_EQ(code_of(w.organisation->quote_status_proof(w.rep, w.number)), "index_off");
  EXPECT_FALSE(w.organisation->index_roots_degraded());
}

}  // namespace
}  // namespace quotary::api
