// The rules of erasures and legal holds, step by step, from the published cases.
#include "ledger/log/entry.h"
#include "ledger/records/erasure.h"
#include "ledger/records/fold.h"
#include "tests/support/golden.h"
#include "tests/support/map_state.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

using testing::golden_json;
using testing::MapState;

TEST(ErasureFold, FollowsThePublishedCases) {
  const json::value set = golden_json("erasure/entries.json");
  const RecordsFold fold;
  MapState state;
  for (const json::value& each : set.at("cases").as_array()) {
    SCOPED_TRACE(std::string(each.at("name").as_string()));
    const auto entry = parse_entry(std::string_view(each.at("entry").as_string()));
    ASSERT_TRUE(entry) << entry.error().detail;
    EXPECT_EQ(entry->leaf.hex(), each.at("leaf").as_string());
    MapState next = state;
    const auto done = fold.apply(*entry, "", next);
    const auto* const code = each.as_object().if_contains("code");
    EXPECT_EQ(done ? "" : done.error().code, code != nullptr ? std::string_view(code->as_string()) : "");
    if (done) state = std::move(next);
  }
  for (const auto& [target, index] : set.at("erased").as_object()) {
    const auto by = fold.erased_by(state, target);
    ASSERT_TRUE(by && *by);
    EXPECT_EQ(**by, index.to_number<std::uint64_t>());
    EXPECT_EQ(*records::live_key_subject(state, target), std::string(target) + ".2");
  }
  for (const json::value& target : set.at("not_erased").as_array())
    EXPECT_FALSE(fold.erased_by(state, std::string_view(target.as_string()))->has_value());
}

TEST(ErasureFold, ACaseIsErasedWhenItIsThereAndUnderNoHold) {
  const RecordsFold fold;
  MapState state;
  std::uint64_t size = 0;
  const auto add = [&](std::string_view type, std::string_view actor, json::object body) -> std::string {
    Entry entry;
    entry.index = size;
    entry.type = type;
    entry.actor_id = actor;
    entry.actor_role = "admin";
    entry.subject = "erasure:e";
    entry.body = std::move(body);
    MapState next = state;
    const auto done = fold.apply(entry, "", next);
    if (!done) return done.error().code;
    state = std::move(next);
    ++size;
    return "";
  };
  const json::object about{{"erasure", "e"}, {"target", "case:c1"}, {"basis", "other"}};
  EXPECT_EQ(add("erasure.requested", "one", about), "bad_target");
  state.put("case/c1", R"({"owner":"p1"})");
  EXPECT_EQ(add("erasure.requested", "one", about), "");
  EXPECT_EQ(add("legal_hold.placed", "one", {{"hold", "h"}, {"target", "case:c2"}}), "bad_target");
  EXPECT_EQ(add("legal_hold.placed", "one", {{"hold", "h"}, {"target", "case:c1"}}), "");
  EXPECT_EQ(add("erasure.approved", "two", about), "legal_hold");
  EXPECT_EQ(add("legal_hold.released", "one", {{"hold", "h"}, {"target", "case:c1"}}), "");
  EXPECT_EQ(add("erasure.approved", "one", about), "four_eyes");
  EXPECT_EQ(add("erasure.approved", "two", about), "");
  EXPECT_TRUE(fold.erased_by(state, "case:c1")->has_value());
}

TEST(ErasureFold, GenerationsFollowEachOther) {
  MapState state;
  std::string subject = "customer:7";
  for (int generation = 2; generation < 5; ++generation) {
    state.put("erased/" + subject, "1");
    subject = *records::live_key_subject(state, "customer:7");
    EXPECT_EQ(subject, "customer:7." + std::to_string(generation));
    EXPECT_EQ(records::without_generation(subject), "customer:7");
    EXPECT_EQ(*records::live_key_subject(state, subject), subject);
  }
  for (unsigned generation = 1; generation <= records::generations_max; ++generation)
    state.put("erased/customer:7." + std::to_string(generation), "1");
  EXPECT_EQ(records::live_key_subject(state, "customer:7").error().code, "too_often_erased");
}

}  // namespace
}  // namespace quotary
