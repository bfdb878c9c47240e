// What a verification must not miss where its parts meet: between two stretches, before the first entry of an
// incremental one, and where a part ends early.
#include "ledger/log/ledger_impl.h"
#include "ledger/log/walk.h"
#include "tests/support/log_fixture.h"

#include <gmock/gmock.h>

namespace quotary {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::uint64_t entries = 1'100, stretch = 256;

class VerifyBordersTest : public testing::LogFixture {
 protected:
  VerifyBordersTest() {
    auto ledger = make();
    const auto appended = ledger->append([&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
      std::vector<Draft> drafts;
      for (std::uint64_t i = 1; i < entries; ++i)
        drafts.push_back(draft("quote.issued", "quote:" + std::to_string(i % 7)));
      return drafts;
    });
    EXPECT_TRUE(appended) << appended.error().detail;
  }

  void change(Family family, const std::string& at, std::optional<std::string> value) {
    auto store = open_rocks_store(store_path(options.directory), StoreMode::open);
    ASSERT_TRUE(store) << store.error().detail;
    ASSERT_TRUE((*store)->write_synced({{family, at, value ? std::optional<std::string_view>(*value) : std::nullopt}}));
  }
  std::string stored(Family family, const std::string& at) {
    return **open_rocks_store(store_path(options.directory), StoreMode::read_only).value()->get(family, at);
  }
  std::vector<std::string> found_with(const VerifyOptions& how) {
    const auto report = verify_folder(options, ports, how, *key);
    EXPECT_TRUE(report) << report.error().detail;
    return report ? found(*report) : std::vector<std::string>();
  }
};

// Such a key ends whatever reads entry after entry, so it must not hide what these would have found.
TEST_F(VerifyBordersTest, AKeyBetweenTwoEntriesIsNamedWhereverItStands) {
  for (const std::uint64_t index : {stretch - 1, 2 * stretch - 1, stretch, std::uint64_t{300}, entries - 1}) {
    const std::string surplus = index_key(index) + '\0';
    change(Family::entries, surplus, "x");
    for (const unsigned threads : {1u, 2u}) {
      VerifyOptions how;
      how.threads = threads;
      EXPECT_THAT(found_with(how), Contains(HasSubstr("that is no entry's"))) << index;
    }
    change(Family::entries, surplus, std::nullopt);
    EXPECT_TRUE(found_with({}).empty()) << index;
  }
}

TEST_F(VerifyBordersTest, APayloadBetweenTwoStretchesIsNamed) {
  change(Family::objects, object_key(stretch - 1, 7), "x");
  EXPECT_THAT(found_with({}), Contains(HasSubstr("is named by no entry")));
}

// Without the facts there is no state to compare, which is no reason to say that all holds.
TEST_F(VerifyBordersTest, AFoldThatEndsEarlyIsNotPassedOver) {
  change(Family::objects, object_key(5, 0), std::nullopt);
  VerifyOptions how;
  how.payloads = false;
  EXPECT_THAT(found_with(how), Contains(HasSubstr("could not be followed to the last one")));
}

TEST_F(VerifyBordersTest, APayloadBehindAnEntryThatCannotBeReadIsNotMissed) {
  change(Family::entries, index_key(5), "x");
  const auto all = found_with({});
  EXPECT_THAT(all, Contains(StartsWith("5 ")));
  EXPECT_THAT(all, ::testing::Not(Contains(StartsWith("6 payload"))));
}

// An incremental run takes the entries before it as they are stored, and its own must go on from them.
TEST_F(VerifyBordersTest, AnIncrementalRunGoesOnFromTheEntriesBefore) {
  VerifyOptions how;
  how.from = 700;
  EXPECT_TRUE(found_with(how).empty());
  // Another subject's entry at the place that one of them names.
  change(Family::entries, index_key(695), stored(Family::entries, index_key(694)));
  EXPECT_THAT(found_with(how), Contains(HasSubstr("an entry before those that were read")));
}

}  // namespace
}  // namespace quotary
