// What was written is read back from the store's log by code of our own: whatever its length, wherever a block ends.
#include "ledger/log/rocks_log.h"
#include "ledger/log/store.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

namespace quotary {
namespace {

// The newest log file of a store.
std::string log_of(const std::string& directory) {
  std::string newest;
  for (const auto& item : std::filesystem::directory_iterator(directory)) {
    if (item.path().extension() == ".log" && item.path().string() > newest) newest = item.path().string();
  }
  return newest;
}

class StoreLogTest : public ::testing::Test {
 protected:
  // Writes one value and reads the batch back; how many operations came as written, before one that did not.
  std::size_t write_and_read(Store& store, const std::string& key, const std::string& value) {
    EXPECT_TRUE(store.write_synced({{Family::entries, key, value}, {Family::state, "gone", std::nullopt}}));
    std::size_t seen = 0;
    const auto read =
        store.read_back([&](Family family, std::string_view read_key, std::optional<std::string_view> read_value) {
          const bool same = seen == 0 ? family == Family::entries && read_key == key && read_value == value
                                      : family == Family::state && read_key == "gone" && !read_value;
          seen += same ? 1 : 0;
          return same;
        });
    EXPECT_TRUE(read) << read.error().detail;
    return seen;
  }

  testing::TemporaryFolder folder;
  const std::string directory = folder.path() + "/store";
};

TEST_F(StoreLogTest, EveryLengthComesBackAsWritten) {
  const unsigned seed = std::random_device()();
  std::cout << "seed " << seed << std::endl;
  std::mt19937 random(seed);
  auto store = *open_rocks_store(directory, StoreMode::create);
  // Small steps over a block's end, so that every remainder is met, and records of several blocks between them.
  for (int i = 0; i < 400; ++i) {
    const std::size_t size = i % 10 == 9 ? 30'000 + random() % 200'000 : random() % 700;
    ASSERT_EQ(write_and_read(*store, std::to_string(i), std::string(size, static_cast<char>(random()))), 2u)
        << "record " << i << " of " << size << " bytes";
  }
  // Past the end of a log file: the engine begins a new one.
  const std::string first = log_of(directory);
  for (int i = 0; i < 5; ++i)
    ASSERT_EQ(write_and_read(*store, "large" + std::to_string(i), std::string(9u << 20, 'x')), 2u);
  EXPECT_NE(log_of(directory), first);
}

TEST_F(StoreLogTest, AByteThatWasChangedIsNamedOrDiffers) {
  auto store = *open_rocks_store(directory, StoreMode::create);
  ASSERT_EQ(write_and_read(*store, "a", std::string(40'000, 'a')), 2u);
  const std::string log = log_of(directory);
  const auto begin = std::filesystem::file_size(log);
  ASSERT_EQ(write_and_read(*store, "b", std::string(50'000, 'b')), 2u);
  const auto end = std::filesystem::file_size(log);
  for (std::uint64_t at = begin; at < end; at += at < begin + 40 || at > end - 40 ? 1 : 997) {
    const auto flip = [&] {
      std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(static_cast<std::streamoff>(at));
      const int byte = file.get();
      file.seekp(static_cast<std::streamoff>(at));
      file.put(static_cast<char>(byte ^ 1));
    };
    flip();
    const auto read = store->read_back([](Family, std::string_view, std::optional<std::string_view>) { return true; });
    flip();
    ASSERT_FALSE(read) << "byte " << at - begin;
    EXPECT_EQ(read.error().code, "store_log_damaged");
    EXPECT_NE(read.error().detail.find("at byte"), std::string::npos);
  }
  EXPECT_TRUE(store->read_back([](Family, std::string_view, std::optional<std::string_view>) { return true; }));
}

// The engine gives such a family another number in its log than it had.
TEST_F(StoreLogTest, AFamilyThatWasMadeAnewComesBackAsItself) {
  {
    auto store = *open_rocks_store(directory, StoreMode::create);
    EXPECT_EQ(write_and_read(*store, "a", "before"), 2u);
    ASSERT_TRUE(store->recreate(Family::state));
    EXPECT_EQ(write_and_read(*store, "b", "after"), 2u);
  }
  auto store = *open_rocks_store(directory, StoreMode::open);
  EXPECT_EQ(write_and_read(*store, "c", "opened again"), 2u);
}

TEST_F(StoreLogTest, WhatIsNoWholeRecordIsRefused) {
  EXPECT_FALSE(log_record("", 0));
  EXPECT_FALSE(log_record("123456", 0));
  EXPECT_FALSE(log_record(std::string(7, '\0'), 0));
  EXPECT_FALSE(log_record(std::string(20, '\0'), 32'768 - 6));
  EXPECT_FALSE(log_record(std::string(40'000, 'x'), 100));
}

}  // namespace
}  // namespace quotary
