// Any bytes as a document whose signatures' levels are asked for: never a crash, and no level that nothing proves.
#include "signing/seal_level.h"
#include "tests/support/seal_fixture.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  const std::string_view pdf(reinterpret_cast<const char*>(data), size);
  signing::LevelQuestion question;
  question.now = testing::seal_time;
  const auto levels = signing::judge_levels(pdf, question);
  const auto plan = signing::plan_long_term(pdf, question, {});
  QUOTARY_CHECK(levels.has_value() == plan.has_value());
  if (!levels) {
    QUOTARY_CHECK(!levels.error().code.empty() && !levels.error().detail.empty());
    return 0;
  }
  for (const auto& each : levels->signatures) {
    // Without anchors and roots nothing is trusted, so nothing is proved beyond the form.
    QUOTARY_CHECK(each.level <= signing::SealLevel::b_b && !each.best && each.fault);
    QUOTARY_CHECK(each.covered <= size);
  }
  if (!plan->material.empty()) {
    const auto stored = signing::append_security_store(pdf, plan->material);
    QUOTARY_CHECK(!stored || stored->starts_with(pdf));
  }
  return 0;
}
