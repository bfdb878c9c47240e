// A server that was made to take any period seal writes a whole, signed ledger: verification still finds the seals that
// lie, by entry.
#include "ledger/log/entry.h"
#include "ledger/records/fold.h"
#include "ledger/records/keys.h"
#include "ledger/records/period_seal.h"
#include "tests/support/golden.h"
#include "tests/support/log_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace quotary {
namespace {

// Believes what a seal says that no honest fold takes.
class Gullible final : public Fold {
 public:
  Result<void> apply(const Entry& entry, std::string_view facts, StateWriter& state) const override {
    const auto honest = honest_.apply(entry, facts, state);
    if (honest || entry.type != records::period_sealed_type) return honest;
    json::object value = entry.body;
    const json::value parsed = json::parse(facts);
    for (const auto& [name, sums] : parsed.get_object()) value[name] = sums;
    value["index"] = entry.index;
    state.put(records::seal_key(std::string_view(entry.body.at("series").as_string()),
                                std::string_view(entry.body.at("period").as_string())),
              json::serialize(value));
    return {};
  }

 private:
  RecordsFold honest_;
};

class PeriodSealVerify : public testing::LogFixture {
 protected:
  static Draft draft_of(const json::value& each) {
    const Entry entry = parse_entry(std::string_view(each.at("entry").as_string())).value();
    Draft draft{entry.type, entry.actor_id, entry.actor_role, entry.subject, "", "", entry.body, {}, {}};
    for (const ObjectRef& object : entry.objects)
      draft.objects.push_back({object.name, object.media_type,
                               object.name == "facts" ? std::string(each.at("facts").as_string()) : object.name,
                               object.key_subject, object.revision});
    return draft;
  }
  // The published ledger with the named seals at its end; what a verification finds.
  std::vector<std::string> found_with(const std::vector<std::string>& seals) {
    std::filesystem::remove_all(options.directory);
    const json::value set = testing::golden_json("period_seal/entries.json");
    ports.fold = std::make_shared<Gullible>();
    std::unique_ptr<Ledger> ledger;
    const auto add = [&](const json::value& each) {
      const Entry entry = parse_entry(std::string_view(each.at("entry").as_string())).value();
      clock->set(format_rfc3339(entry.time));
      if (!ledger) {
        ledger = Ledger::create(options, ports, draft_of(each)).value();
        return;
      }
      const auto done = ledger->append(one(draft_of(each)));
      EXPECT_TRUE(done) << done.error().detail;
    };
    const json::array& cases = set.at("cases").as_array();
    for (const json::value& each : cases)
      if (each.at("name") != "sealed" && !each.as_object().contains("code")) add(each);
    for (const std::string& name : seals)
      for (const json::value& each : cases)
        if (std::string_view(each.at("name").as_string()) == name) add(each);
    ledger.reset();
    ports.fold = std::make_shared<RecordsFold>();
    return found(verify());
  }
};

bool names(const std::vector<std::string>& found, const std::string& problem) {
  return std::any_of(found.begin(), found.end(), [&](const auto& each) { return each.find(problem) == 0; });
}

TEST_F(PeriodSealVerify, ATrueSealHolds) { EXPECT_EQ(found_with({"sealed"}), std::vector<std::string>()); }

TEST_F(PeriodSealVerify, ASealThatLiesIsNamedAtItsIndex) {
  const std::string at = "7 state: the entry cannot follow those before it: series.period_sealed: ";
  EXPECT_TRUE(names(found_with({"a count too small"}), at + "its count is 1, but of 2026-11 the entries say 2"));
  EXPECT_TRUE(names(found_with({"another last number"}), at + "its last is \"SHQT2026-000003\""));
  EXPECT_TRUE(names(found_with({"another sum"}), at + "its sums is "));
  EXPECT_TRUE(names(found_with({"the month that runs"}), at + "2026-12 had not ended"));
}

TEST_F(PeriodSealVerify, APeriodSealedTwiceIsNamed) {
  EXPECT_TRUE(names(found_with({"sealed", "sealed twice"}),
                    "8 state: the entry cannot follow those before it: series.period_sealed: entry 7 seals 2026-11"));
}

}  // namespace
}  // namespace quotary
