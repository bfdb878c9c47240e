// For tests that drive the real program: makes cases in a stopped organisation's folder, and lets time pass there.
//   quotary_evidence_helper case DATA TOKEN   opens a case of whose token that is; prints its id
//   quotary_evidence_helper sweep DATA DAYS   does what time alone brings, so many days from now
#include "tests/support/case_fixture.h"
#include "tests/support/fake_log.h"

#include <cstdio>

namespace quotary {
namespace {

std::unique_ptr<api::Organisation> open(const std::string& data, const std::shared_ptr<Clock>& clock) {
  api::OrganisationConfig config;
  config.data_directory = data;
  config.keys_directory = data + ".keys";
  config.clock = clock;
  auto opened = api::Organisation::open(config);
  if (!opened) std::fprintf(stderr, "%s: %s\n", opened.error().code.c_str(), opened.error().detail.c_str());
  QUOTARY_CHECK(opened.has_value());
  return std::move(*opened);
}

int run(const std::string& what, const std::string& data, const std::string& more) {
  constexpr std::int64_t day_ms = 86'400'000;
  const auto clock = std::make_shared<testing::SetClock>(SystemClock().now());
  const auto organisation = open(data, clock);
  if (what == "case") {
    const auto owner = organisation->authenticate(more);
    QUOTARY_CHECK(owner.has_value());
    std::printf("%s\n", testing::open_case(*organisation, *owner).c_str());
    return 0;
  }
  clock->set(Timestamp{clock->now().unix_ms + day_ms * std::stoi(more)});
  // The uploads first, then the contents that nothing leads to any more.
  for (int hour = 0; hour < 2; ++hour) {
    clock->set(Timestamp{clock->now().unix_ms + day_ms});
    QUOTARY_CHECK(organisation->run_due_events().has_value());
  }
  return 0;
}

}  // namespace
}  // namespace quotary

int main(int count, char** arguments) {
  if (count != 4) return std::fputs("quotary_evidence_helper case|sweep DATA TOKEN|DAYS\n", stderr), 2;
  return quotary::run(arguments[1], arguments[2], arguments[3]);
}
