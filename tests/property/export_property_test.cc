// Exports of logs of any size hold, and a damaged byte anywhere is found. The seed is printed; QUOTARY_SEED sets it.
#include "ledger/log/subject_links.h"
#include "tests/support/export_fixture.h"
#include "tests/support/settings.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace quotary {
namespace {

class ExportProperty : public testing::ExportFixture {
 protected:
  // Exports the log as it is, checks it, and damages one byte of each of some files.
  void check_one(std::mt19937_64& random, std::uint64_t size) {
    SCOPED_TRACE("size " + std::to_string(size));
    const auto payloads = static_cast<ExportPayloads>(random() % 3);
    const auto written = write(payloads);
    ASSERT_TRUE(written) << written.error().detail;
    const ExportReport report = check();
    EXPECT_EQ(report.problems_total, 0u) << told(report);
    EXPECT_EQ(report.entries_checked, size);
    EXPECT_EQ(report.payloads_checked + report.withheld_by_choice, 2 * size);
    auto paths = files();
    EXPECT_EQ(report.files_checked, paths.size());
    std::shuffle(paths.begin(), paths.end(), random);
    paths.resize(std::min<std::size_t>(paths.size(), 4));
    for (const std::string& path : paths) {
      const std::string whole = read(path);
      std::string bad = whole;
      const std::size_t place = random() % whole.size();
      bad[place] = static_cast<char>(bad[place] ^ (1 << random() % 8));
      put(path, bad);
      const ExportReport found = check();
      EXPECT_TRUE(names(found, "", path) || told(found).find(path) != std::string::npos)
          << path << " byte " << place << "\n"
          << told(found);
      put(path, whole);
    }
    std::filesystem::remove_all(at(""));
  }
};

TEST_F(ExportProperty, LogsOfAnySizeHold) {
  std::mt19937_64 random(testing::chosen_seed());
  std::vector<std::uint64_t> sizes{1, 2, 255, 256, 257, 511, 512, 513};
  for (int i = 0; i < 6; ++i) sizes.push_back(1 + random() % 1'500);
  std::sort(sizes.begin(), sizes.end());
  auto ledger = make();
  for (const std::uint64_t size : sizes) {
    grow(*ledger, size, 1 + random() % 50);
    check_one(random, size);
  }
}

// 256 full tiles of level 0: a full one of level 1, and a third level.
TEST_F(ExportProperty, ALogOverTwoLevelsHolds) {
  std::mt19937_64 random(testing::chosen_seed());
  auto ledger = make();
  for (const std::uint64_t size : {std::uint64_t{65'535}, std::uint64_t{65'536}, 65'537 + random() % 300}) {
    grow(*ledger, size, 1'000);
    check_one(random, size);
  }
}

// What SubjectLinks finds in passes of little memory is what a map of all subjects finds.
TEST(SubjectLinksProperty, FindsWhatAMapFinds) {
  std::mt19937_64 random(testing::chosen_seed());
  for (int round = 0; round < 200; ++round) {
    const std::uint64_t subjects = 1 + random() % 60;
    std::vector<EntryView> entries;
    std::vector<std::string> names;
    for (std::uint64_t i = 0; i < subjects; ++i) names.push_back("subject:" + std::to_string(i));
    std::map<std::string_view, EntryView> last;
    std::vector<std::uint64_t> expected;
    for (std::uint64_t index = 0; index < 300; ++index) {
      EntryView entry;
      entry.index = index;
      entry.subject = names[random() % subjects];
      const auto known = last.find(entry.subject);
      const std::optional<EntryView> before =
          known == last.end() ? std::nullopt : std::optional<EntryView>(known->second);
      entry.subject_seq = before ? before->subject_seq + 1 : 1;
      if (before) entry.subject_prev = before->index;
      if (random() % 40 == 0) {
        random() % 2 == 0 ? void(++entry.subject_seq) : void(entry.subject_prev = random() % (index + 1));
        const bool holds = before ? entry.subject_seq == before->subject_seq + 1 && entry.subject_prev == before->index
                                  : entry.subject_seq == 1 && !entry.subject_prev;
        if (!holds) expected.push_back(index);
      }
      last[entry.subject] = entry;
      entries.push_back(entry);
    }
    SubjectLinks links(1 + random() % 20);
    std::vector<std::uint64_t> found;
    unsigned passes = 0;
    while (links.begin_pass()) {
      ASSERT_LT(++passes, 200u);
      for (const EntryView& entry : entries) {
        if (links.follow(entry)) found.push_back(entry.index);
      }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    ASSERT_EQ(found, expected) << "round " << round;
  }
}

}  // namespace
}  // namespace quotary
