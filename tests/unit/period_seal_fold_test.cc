// The rules of period seals, step by step, from the published cases; most are seals that lie.
#include "ledger/log/entry.h"
#include "ledger/records/fold.h"
#include "ledger/records/period_seal.h"
#include "tests/support/golden.h"
#include "tests/support/map_state.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

using testing::golden_json;
using testing::MapState;

TEST(PeriodSealFold, FollowsThePublishedCases) {
  const json::value set = golden_json("period_seal/entries.json");
  const RecordsFold fold;
  MapState state;
  for (const json::value& each : set.at("cases").as_array()) {
    SCOPED_TRACE(std::string(each.at("name").as_string()));
    const auto entry = parse_entry(std::string_view(each.at("entry").as_string()));
    ASSERT_TRUE(entry) << entry.error().detail;
    EXPECT_EQ(entry->leaf.hex(), each.at("leaf").as_string());
    MapState next = state;
    const auto done = fold.apply(*entry, std::string_view(each.at("facts").as_string()), next);
    const auto* const code = each.as_object().if_contains("code");
    EXPECT_EQ(done ? "" : done.error().code, code != nullptr ? std::string_view(code->as_string()) : "")
        << (done ? "" : done.error().detail);
    if (done) state = std::move(next);
  }
  const auto seal = records::find_period_seal(state, "SH-QT", "2026-11");
  ASSERT_TRUE(seal && *seal);
  EXPECT_EQ((*seal)->index, 7u);
  EXPECT_EQ((*seal)->figures.count, 2u);
  EXPECT_EQ((*seal)->figures.sums.at("USD").tax_inclusive, "50.00");
}

}  // namespace
}  // namespace quotary
