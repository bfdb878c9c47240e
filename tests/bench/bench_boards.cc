// quotary_bench_boards [entries] [people]: how long boards take to answer over a ledger of that many entries about
// cases and leads of ninety days, and how much state each entry leaves.
#include "api/organisation.h"
#include "api/use_cases/cases/board_calls.h"
#include "api/use_cases/cases/lead_calls.h"
#include "api/use_cases/drafts.h"
#include "ledger/gates/policy.h"
#include "ledger/health/month.h"
#include "tests/support/fake_log.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace quotary::api {
namespace {

using quotary::testing::SetClock;
using Steady = std::chrono::steady_clock;

double ms_since(Steady::time_point start) {
  return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

constexpr const char* policy_toml = R"(name = "bench"
action_types = ["demonstration"]
gates = []
title = { zh = "演示", en = "Demonstration" }
[[note]]
id = "words"
kind = "quote"
title = { zh = "原话", en = "Words" }
)";

class Bench {
 public:
  Bench(std::uint64_t entries, int people) : entries_(entries) {
    OrganisationConfig config;
    config.data_directory = folder_.path() + "/data";
    config.keys_directory = folder_.path() + "/data.keys";
    config.clock = clock_;
    NewOrganisation made;
    made.origin = "bench.example.com/boards";
    made.public_url = "https://quotes.example.com";
    made.seller.name = "上海衡拓自动化设备有限公司";
    auto created = Organisation::create(config, made);
    QUOTARY_CHECK(created.has_value());
    organisation_ = std::move(*created);
    add_people(people);
    const auto text = gates::canonical(*gates::parse_policy_toml(policy_toml));
    Draft policy = draft_by("admin", "admin", "policy.published", "policy:bench");
    policy.body = {{"policy", "bench"}, {"version", 1}, {"sha256", sha256(text).hex()}};
    policy.objects.push_back(facts_object(parse_json(text)->as_object()));
    write({policy});
  }

  void fill() {
    const auto start = Steady::now();
    constexpr std::int64_t span_ms = std::int64_t{90} * 86'400'000;
    const std::int64_t begin = clock_->now().unix_ms;
    for (std::uint64_t written = 0; written < entries_;) {
      clock_->set(Timestamp{begin + static_cast<std::int64_t>(written * (span_ms / 1000) / entries_ * 1000)});
      std::vector<Draft> drafts;
      for (int i = 0; i < 100; ++i) add_case_and_lead(drafts);
      written += drafts.size();
      write(std::move(drafts));
    }
    std::printf("%llu entries written in %.1f s, %d cases and leads, %zu people\n",
                static_cast<unsigned long long>(organisation_->ledger_state().tree_size), ms_since(start) / 1000, made_,
                people_.size());
  }

  void measure() {
    const auto& parts = organisation_->parts();
    const Principal finance{"finance", Role::finance, "", ""}, director{"director", Role::region_director, "", "r1"},
        manager{"manager", Role::manager, "t1", "r1"}, rep = people_.front();
    for (const auto& [name, who] :
         {std::pair("organisation", finance), {"region", director}, {"team", manager}, {"person", rep}}) {
      time(name, "phi", [&] { return phi_board(parts, who, {}).has_value(); });
      time(name, "overview", [&] { return overview_board(parts, who, {}, {}).has_value(); });
      time(name, "comparison", [&] { return policy_comparison(parts, who, "bench", {}).has_value(); });
      time(name, "leads", [&] { return list_leads(parts, who, {}).has_value(); });
    }
    time("organisation", "phi csv", [&] { return phi_board_csv(parts, finance, {}).has_value(); });
    time("person", "onboarding", [&] { return onboarding_board(parts, rep, "").has_value(); });
  }

 private:
  void write(std::vector<Draft> drafts) {
    const auto done = organisation_->parts().ledger->append(
        [&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> { return drafts; });
    if (!done) std::printf("%s: %s\n", done.error().code.c_str(), done.error().detail.c_str());
    QUOTARY_CHECK(done.has_value());
  }
  void add_people(int count) {
    std::vector<Draft> drafts;
    for (int i = 0; i < count; ++i) {
      Principal person{"person-" + std::to_string(i), Role::rep, "t" + std::to_string(i % 10),
                       "r" + std::to_string(i / 10 % 4)};
      Draft draft = draft_by("admin", "admin", "person.added", "person:" + person.id);
      draft.body = {{"person", person.id}, {"role", "rep"}};
      draft.objects.push_back(facts_object({{"team", person.team}, {"region", person.region}}));
      draft.objects.push_back(
          {"name", "application/json", R"({"name":"成员)" + std::to_string(i) + "\"}", "person:" + person.id, 1});
      drafts.push_back(std::move(draft));
      people_.push_back(std::move(person));
    }
    write(std::move(drafts));
  }
  // Five entries: of five cases four become complete, and of five leads four are touched.
  void add_case_and_lead(std::vector<Draft>& drafts) {
    const int number = made_++;
    const Principal& owner = people_[static_cast<std::size_t>(number) * 7 % people_.size()];
    const std::string id = std::to_string(number);
    const auto now = clock_->now();
    const auto month = health::format_month(health::month_of(now, *organisation_->parts().zone));
    Draft opened = draft_by(owner, "case.opened", "case:" + id);
    opened.body = {
        {"case", id}, {"policy", "bench"}, {"policy_version", 1}, {"action_type", "demonstration"}, {"month", month}};
    opened.objects.push_back(facts_object({{"owner", owner.id}, {"team", owner.team}, {"region", owner.region}}));
    drafts.push_back(std::move(opened));
    Draft lead = draft_by(owner, "lead.assigned", "lead:" + id);
    lead.body = {{"lead", id}, {"rule", "bench"}, {"rule_version", 1}, {"month", month}, {"assignment", 1}};
    lead.objects.push_back(facts_object({{"received_at", format_rfc3339(now)},
                                         {"candidates", json::array{json::object{{"person", owner.id}, {"score", 1}}}},
                                         {"chosen", owner.id},
                                         {"reason", "bench"}}));
    drafts.push_back(std::move(lead));
    if (number % 5 == 0) return;
    for (std::uint64_t version : {1u, 2u}) {
      Draft noted = draft_by(owner, "case.noted", "case:" + id);
      noted.body = {{"case", id}, {"note", "words"}, {"version", version}, {"complete", true}};
      drafts.push_back(std::move(noted));
    }
    Draft touched = draft_by(owner, "lead.first_touch", "lead:" + id);
    touched.body = {{"lead", id}};
    touched.objects.push_back(
        facts_object({{"touched_at", format_rfc3339(now)}, {"channel", "phone"}, {"by", owner.id}}));
    drafts.push_back(std::move(touched));
  }
  template <class Ask>
  void time(const char* whose, const char* what, const Ask& ask) const {
    const auto first = Steady::now();
    QUOTARY_CHECK(ask());
    const double cold = ms_since(first);
    std::vector<double> each;
    for (int i = 0; i < 9; ++i) {
      const auto start = Steady::now();
      QUOTARY_CHECK(ask());
      each.push_back(ms_since(start));
    }
    std::sort(each.begin(), each.end());
    std::printf("%-13s %-11s first %7.2f ms, middle of nine %7.2f ms\n", whose, what, cold, each[4]);
  }

  const std::uint64_t entries_;
  quotary::testing::TemporaryFolder folder_;
  const std::shared_ptr<SetClock> clock_ = std::make_shared<SetClock>("2026-08-20T02:03:04.567Z");
  std::unique_ptr<Organisation> organisation_;
  std::vector<Principal> people_;
  int made_ = 0;
};

}  // namespace
}  // namespace quotary::api

int main(int argc, char** argv) {
  const auto number = [&](int at, long otherwise) {
    return argc > at ? std::strtol(argv[at], nullptr, 10) : otherwise;
  };
  quotary::api::Bench bench(static_cast<std::uint64_t>(number(1, 100'000)), static_cast<int>(number(2, 400)));
  bench.fill();
  bench.measure();
  return 0;
}
