// What a check keeps beside is the same in memory and on the disk, and leaves nothing behind.
#include "ledger/log/scratch.h"
#include "ledger/log/subject_join.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

namespace quotary {
namespace {

using testing::TemporaryFolder;

std::size_t count_in(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

std::vector<std::string> scanned(const ScratchState& state, std::string_view prefix, std::string_view from,
                                 bool reverse, std::size_t most) {
  std::vector<std::string> out;
  const auto done = state.scan(prefix, from, reverse, [&](std::string_view key, std::string_view value) {
    out.push_back(std::string(key) + "=" + std::string(value));
    return out.size() < most;
  });
  EXPECT_TRUE(done);
  return out;
}

std::vector<std::string> walked(const ScratchState& state) {
  std::vector<std::string> out;
  const auto at = state.cursor();
  for (at->seek(""); at->valid(); at->next()) out.push_back(std::string(at->key()) + "=" + std::string(at->value()));
  EXPECT_TRUE(at->status());
  return out;
}

TEST(Scratch, IsTheSameInMemoryAndOnTheDisk) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  TemporaryFolder folder;
  {
    ScratchState memory({folder.path(), 1u << 30, 1});
    ScratchState disk({folder.path(), 1, 1});
    ScratchState grows({folder.path(), 20'000, 1});  // from one to the other on the way
    const auto name = [&] {
      std::string out(1, "ab\xff"[random() % 3]);
      for (auto length = random() % 4; length > 0; --length) out += "\x00/b\xff"[random() % 4];
      return out;
    };
    for (int step = 0; step < 5'000; ++step) {
      const std::string key = name(), value = std::string(random() % 40, 'v') + std::to_string(step);
      const bool erase = random() % 4 == 0;
      for (ScratchState* state : {&memory, &disk, &grows}) erase ? state->erase(key) : state->put(key, value);
      const std::string asked = name(), prefix = asked.substr(0, random() % 3),
                        from = random() % 2 == 0 ? std::string() : prefix + name();
      const bool reverse = random() % 2 == 0;
      const auto wanted = scanned(memory, prefix, from, reverse, 5);
      for (ScratchState* state : {&disk, &grows}) {
        EXPECT_EQ(*state->get(asked), *memory.get(asked));
        EXPECT_EQ(scanned(*state, prefix, from, reverse, 5), wanted) << reverse << " " << from.empty();
      }
      if (::testing::Test::HasFailure()) return;
    }
    EXPECT_FALSE(memory.on_disk());
    EXPECT_TRUE(disk.on_disk() && grows.on_disk());
    EXPECT_EQ(walked(disk), walked(memory));
    EXPECT_EQ(walked(grows), walked(memory));
    EXPECT_EQ(count_in(folder.path()), 2u);
  }
  EXPECT_EQ(count_in(folder.path()), 0u);
}

const NameTagger tag;

// What a join told: each broken link with the entry before it.
using Told = std::map<std::uint64_t, std::optional<std::uint64_t>>;

// 500 subjects with three entries each, some of which do not go on as they should.
Told told_with(std::size_t memory_bytes_max, const std::string& where) {
  Told told;
  SubjectJoin join({where, memory_bytes_max, 1}, [&](const SubjectLink& link, const auto& before) {
    told.emplace(link.index, before ? std::optional(before->index) : std::nullopt);
  });
  constexpr std::uint64_t subjects = 500;
  for (std::uint64_t round = 0; round < 3; ++round)
    for (std::uint64_t i = 0; i < subjects; ++i) {
      const std::uint64_t index = round * subjects + i;
      SubjectLink link{index, round + 1, std::nullopt, tag("quote:" + std::to_string(i))};
      if (round > 0) link.prev = index - subjects;
      if (index == 7) link.seq = 2;                 // a first one that says it is the second
      if (index == 8) link.prev = 3;                // a first one that names one before
      if (index == 600) link.prev = 99;             // not the one before
      if (index == 1'200) link.seq = 2;             // the second twice
      if (index == 1'300) link.prev.reset();        // none, though there is one
      if (index == 1'400) link.subject = tag("x");  // of no subject that was there
      join.add(link);
    }
  EXPECT_EQ(count_in(where), memory_bytes_max < 100'000 ? 1u : 0u);
  join.finish();
  EXPECT_TRUE(join.status());
  return told;
}

TEST(Scratch, SubjectsAreFollowedInMemoryAndOnTheDisk) {
  TemporaryFolder folder;
  const Told wanted{{7, std::nullopt}, {8, std::nullopt},    {507, 7}, {600, 100}, {1'200, 700},
                    {1'300, 800},      {1'400, std::nullopt}};
  EXPECT_EQ(told_with(1u << 20, folder.path()), wanted);
  EXPECT_EQ(told_with(20'000, folder.path()), wanted);
  EXPECT_EQ(told_with(0, folder.path()), wanted);
  EXPECT_EQ(count_in(folder.path()), 0u);
}

TEST(Scratch, WithoutAPlaceItSaysSo) {
  ScratchState state({"/nowhere", 1, 1});
  state.put("key", "value");
  ASSERT_FALSE(state.status());
  EXPECT_EQ(state.status().error().code, "no_scratch");
  EXPECT_NE(state.status().error().detail.find("/nowhere/"), std::string::npos);
  EXPECT_EQ(state.get("key").error().code, "no_scratch");
  bool told = false;
  SubjectJoin join({"/nowhere", 1, 1}, [&](const auto&, const auto&) { told = true; });
  join.add({1, 1, std::nullopt, tag("quote:1")});
  join.add({2, 7, std::nullopt, tag("quote:1")});
  join.finish();
  EXPECT_FALSE(told);
  EXPECT_EQ(join.status().error().code, "no_scratch");
}

}  // namespace
}  // namespace quotary
