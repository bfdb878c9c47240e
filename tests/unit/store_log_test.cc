// What was written is read back from the store's log by code of our own: whatever its length, wherever a block ends.
#include "ledger/log/rocks_log.h"
#include "ledger/log/spare_log.h"
#include "ledger/log/store.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

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

void write_behind_end(const std::string& log, std::string_view bytes) {
  const auto file = *posix_file_system()->open(log, OpenMode::read_write);
  ASSERT_TRUE(file->write_at(*log_end(*file), bytes));
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

// A second sync finds nothing left to sync, and a disk that is well again: what the first one lost stays lost.
TEST_F(StoreLogTest, AfterAWriteOrSyncThatFailedAllLaterOnesFail) {
  using ::testing::HasSubstr;
  const std::string calls[] = {"a write to ", "a sync of ", "a sync of " + directory + " "};
  for (std::uint64_t nth = 1; nth <= std::size(calls); ++nth) {
    std::filesystem::remove_all(directory);
    auto files = std::make_shared<testing::FaultyFileSystem>(posix_file_system());
    auto store = *open_rocks_store(directory, StoreMode::create, files);
    files->fail_once(nth);
    const auto first = store->write_synced({{Family::entries, "a", "1"}});
    ASSERT_FALSE(first) << nth;
    ASSERT_THAT(first.error().detail, HasSubstr(calls[nth - 1]));
    files->heal();
    EXPECT_EQ(store->sync().error().detail, first.error().detail);
    EXPECT_EQ(store->write({{Family::entries, "b", "2"}}).error().detail, first.error().detail);
    EXPECT_EQ(store->sync().error().detail, first.error().detail);
    EXPECT_FALSE(*store->get(Family::entries, "b"));
  }
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

// Where a log of these bytes ends.
std::uint64_t end_of(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  const auto file = posix_file_system()->open(path, OpenMode::read_only);
  const auto end = log_end(**file);
  EXPECT_TRUE(end);
  return end ? *end : 0;
}

class LogEndTest : public StoreLogTest {
 protected:
  // Makes a log of some records; ends_ holds where each ends.
  void SetUp() override {
    const unsigned seed = std::random_device()();
    std::cout << "seed " << seed << std::endl;
    random_.seed(seed);
    auto store = *open_rocks_store(directory, StoreMode::create);
    for (const std::size_t size : {900u, 70'000u, 300u, 20'000u, 0u, 100'000u}) {
      write_and_read(*store, "k", std::string(size + random_() % 200, static_cast<char>(random_())));
      ends_.push_back(std::filesystem::file_size(log_of(directory)));
    }
    bytes_ = *read_file(*posix_file_system(), log_of(directory));
  }
  std::string noise(std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

  const std::string path_ = folder.file("copy.log");
  std::mt19937 random_;
  std::vector<std::uint64_t> ends_;
  std::string bytes_;
};

TEST_F(LogEndTest, IsBehindTheLastRecordWhateverFollows) {
  ASSERT_EQ(end_of(path_, bytes_), bytes_.size());
  ASSERT_EQ(end_of(path_, bytes_ + std::string(3u << 20, '\0')), bytes_.size());
  ASSERT_EQ(end_of(path_, bytes_ + noise(100'000)), bytes_.size());
  ASSERT_EQ(end_of(path_, ""), 0u);
  ASSERT_EQ(end_of(path_, std::string(1u << 20, '\0')), 0u);
}

TEST_F(LogEndTest, LeavesOutWhatACrashLeftOfTheLastRecord) {
  const std::uint64_t begin = ends_[ends_.size() - 2];
  for (int i = 0; i < 300; ++i) {
    std::string torn = bytes_;
    // Any of the sectors it touches may not have got there.
    for (std::uint64_t at = begin; at < torn.size(); at = at / 512 * 512 + 512) {
      const std::uint64_t end = std::min<std::uint64_t>(at / 512 * 512 + 512, torn.size());
      if (random_() % 4 == 0)
        std::fill(torn.begin() + static_cast<std::ptrdiff_t>(at), torn.begin() + static_cast<std::ptrdiff_t>(end),
                  '\0');
    }
    if (torn == bytes_) continue;
    ASSERT_EQ(end_of(path_, torn + std::string(random_() % 100'000, '\0')), begin);
    ASSERT_EQ(end_of(path_, bytes_.substr(0, begin + random_() % (bytes_.size() - begin))), begin);
  }
}

// A log whose writer overtakes those who read it: what they read first is older than what they read next.
class Overtaken final : public File {
 public:
  Overtaken(std::string early, std::string late) : early_(std::move(early)), late_(std::move(late)) {}
  Result<std::string> read_at(std::uint64_t offset, std::size_t size) const override {
    looks_ += offset == 0 ? 1 : 0;
    return (looks_ == 1 ? early_ : late_).substr(offset, size);
  }
  Result<void> write_at(std::uint64_t, std::string_view) override { return {}; }
  Result<void> sync() override { return {}; }
  Result<void> truncate(std::uint64_t) override { return {}; }
  Result<std::uint64_t> size() const override { return late_.size(); }

 private:
  const std::string early_, late_;
  mutable int looks_ = 0;
};

TEST_F(LogEndTest, IsFoundWhileTheLogIsWritten) {
  std::string early = bytes_;
  std::fill(early.begin() + static_cast<std::ptrdiff_t>(ends_[1]),
            early.begin() + static_cast<std::ptrdiff_t>(ends_[2]), '\0');
  const std::string zeros(1u << 20, '\0');
  EXPECT_EQ(*log_end(Overtaken(early + zeros, bytes_ + zeros)), bytes_.size());
}

// Nothing is taken for a crash's leavings that a later record shows to have been whole once.
TEST_F(LogEndTest, DamageBeforeALaterRecordIsLeftToTheEngine) {
  const std::uint64_t last = ends_[ends_.size() - 2];
  for (std::uint64_t at = 0; at < last; at += 1 + random_() % 97) {
    std::string damaged = bytes_;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random_() % 8));
    // The few bytes that fill a block up mean nothing.
    const std::uint64_t end = end_of(path_, damaged);
    ASSERT_EQ(end, damaged.size()) << "byte " << at;
  }
}

TEST_F(StoreLogTest, ZerosAheadAreTakenUpAndCutOff) {
  constexpr std::uint64_t ahead = 1u << 20;
  const std::string crashed = folder.file("crashed");
  {
    auto store = *open_rocks_store(directory, StoreMode::create, posix_file_system(), ahead);
    ASSERT_EQ(write_and_read(*store, "a", std::string(1'000, 'a')), 2u);
    EXPECT_EQ(std::filesystem::file_size(log_of(directory)), ahead);
    EXPECT_FALSE(std::filesystem::exists(directory + "/log.spare")) << "the next is made once much of this one is used";
    ASSERT_EQ(write_and_read(*store, "b", std::string(ahead / 2, 'b')), 2u);
    std::filesystem::copy(directory, crashed);
  }
  EXPECT_LT(std::filesystem::file_size(log_of(directory)), ahead);
  EXPECT_FALSE(std::filesystem::exists(directory + "/log.spare"));
  // What a kill leaves, with half of a record behind it.
  write_behind_end(log_of(crashed), "a torn record");
  const auto expect_whole = [&](const Result<std::unique_ptr<Store>>& store) {
    ASSERT_TRUE(store) << store.error().detail;
    EXPECT_EQ((*store)->get(Family::entries, "b")->value().size(), ahead / 2);
    EXPECT_EQ(**(*store)->get(Family::entries, "a"), std::string(1'000, 'a'));
  };
  expect_whole(open_rocks_store(crashed, StoreMode::read_only));
  expect_whole(salvage_rocks_store(crashed));
  expect_whole(open_rocks_store(crashed, StoreMode::open, posix_file_system(), ahead));
}

TEST_F(StoreLogTest, ASalvagedCopyLeavesTheSpareOut) {
  { ASSERT_EQ(write_and_read(**open_rocks_store(directory, StoreMode::create), "a", "held"), 2u); }
  std::ofstream(directory + "/log.spare") << std::string(1'000, '\0');  // as a killed process leaves it
  const auto store = salvage_rocks_store(directory);
  ASSERT_TRUE(store) << store.error().detail;
  EXPECT_EQ(**(*store)->get(Family::entries, "a"), "held");
  std::vector<std::string> copies, spares;
  for (const auto& item : std::filesystem::recursive_directory_iterator(folder.path())) {
    const std::string path = item.path();
    if (path.find(".salvage-") == path.npos) continue;
    copies.push_back(path);
    if (path.ends_with("log.spare")) spares.push_back(path);
  }
  EXPECT_THAT(copies, ::testing::Contains(::testing::EndsWith("/CURRENT")));
  EXPECT_THAT(spares, ::testing::IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(directory + "/log.spare"));
}

// The start names its own log before it has said that what the one before holds is in tables.
TEST_F(StoreLogTest, AStartThatIsCutOffCanBeMadeAgainOnATornRecord) {
  const std::string crashed = folder.file("crashed");
  {
    auto store = *open_rocks_store(directory, StoreMode::create, posix_file_system(), 1u << 20);
    ASSERT_EQ(write_and_read(*store, "a", "held"), 2u);
    std::filesystem::copy(directory, crashed);
  }
  const std::string torn = log_of(crashed);
  write_behind_end(torn, "a torn record");
  for (int i = 0; i < 2; ++i) {
    auto files = std::make_shared<testing::FaultyFileSystem>(posix_file_system());
    files->fail_from("MANIFEST");
    ASSERT_FALSE(open_rocks_store(crashed, StoreMode::open, files, 1u << 20));
    ASSERT_NE(log_of(crashed), torn);
  }
  ASSERT_TRUE(std::filesystem::exists(torn));
  for (const StoreMode mode : {StoreMode::read_only, StoreMode::open}) {
    auto store = open_rocks_store(crashed, mode);
    ASSERT_TRUE(store) << store.error().detail;
    EXPECT_EQ(**(*store)->get(Family::entries, "a"), "held");
  }
}

// A start reads and cuts the log before it makes its own: that is not a second one.
TEST_F(StoreLogTest, ALedgerThatHardlyGrowsHasNoSpareAfterARestart) {
  { ASSERT_EQ(write_and_read(**open_rocks_store(directory, StoreMode::create), "a", "a"), 2u); }
  auto store = *open_rocks_store(directory, StoreMode::open, posix_file_system(), 1u << 20);
  ASSERT_EQ(write_and_read(*store, "b", "b"), 2u);
  for (int i = 0; i < 20; ++i) {
    ASSERT_FALSE(std::filesystem::exists(directory + "/log.spare"));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

TEST_F(StoreLogTest, ZerosThatTheDiskRefusesAreTakenAwayAndNotAskedForAgainAndAgain) {
  auto files = std::make_shared<testing::FaultyFileSystem>(posix_file_system());
  const std::string spare_path = folder.file("log.spare");
  SpareLog spare(files, folder.path(), 1u << 20);
  files->fail_once(4);  // the making, the truncation, a write, a write
  spare.make();
  ASSERT_THAT(files->failed(), ::testing::HasSubstr("a write to " + spare_path));
  EXPECT_FALSE(std::filesystem::exists(spare_path));
  const std::uint64_t calls = files->calls();
  spare.make_soon();
  spare.make();
  EXPECT_EQ(files->calls(), calls);
  EXPECT_FALSE(spare.take(folder.file("next.log")));
  spare.make();
  EXPECT_TRUE(spare.take(folder.file("next.log")));
  EXPECT_EQ(std::filesystem::file_size(folder.file("next.log")), 1u << 20);
}

// The engine may keep a log in which it found no record, beside the one that it begins.
TEST_F(StoreLogTest, WhatACrashLeftOfTheFirstRecordIsGoneOnceThereIsAnother) {
  constexpr std::uint64_t ahead = 1u << 20;
  const std::string crashed = folder.file("crashed"), again = folder.file("again");
  {
    auto store = *open_rocks_store(directory, StoreMode::create, posix_file_system(), ahead);
    std::filesystem::copy(directory, crashed);
  }
  std::fstream(log_of(crashed), std::ios::in | std::ios::out | std::ios::binary).seekp(0) << std::string(900, 'x');
  ASSERT_TRUE(open_rocks_store(crashed, StoreMode::open, posix_file_system(), ahead)) << "which writes nothing";
  {
    auto store = open_rocks_store(crashed, StoreMode::open, posix_file_system(), ahead);
    ASSERT_TRUE(store) << store.error().detail;
    ASSERT_EQ(write_and_read(**store, "a", "first"), 2u);
    std::filesystem::copy(crashed, again);
  }
  for (const std::string& each : {crashed, again}) {
    for (const StoreMode mode : {StoreMode::read_only, StoreMode::open}) {
      auto store = open_rocks_store(each, mode, posix_file_system(), ahead);
      ASSERT_TRUE(store) << store.error().detail;
      EXPECT_EQ(**(*store)->get(Family::entries, "a"), "first");
    }
  }
}

// The engine's reading instance goes round and round on some damage of what is framed.
TEST_F(StoreLogTest, DamageOfTheEnginesOwnFilesEndsAReading) {
  {
    auto store = *open_rocks_store(directory, StoreMode::create);
    for (int i = 0; i < 3; ++i) ASSERT_EQ(write_and_read(*store, std::to_string(i), std::string(200, 'a')), 2u);
  }
  for (const auto& item : std::filesystem::directory_iterator(directory)) {
    const std::string path = item.path();
    if (!path.ends_with(".log") && path.find("MANIFEST") == path.npos) continue;
    const std::string bytes = *read_file(*posix_file_system(), path);
    ASSERT_GT(bytes.size(), 200u) << path;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 4);
      std::ofstream(path, std::ios::binary) << damaged;
      const auto store = open_rocks_store(directory, StoreMode::read_only);
      if (store) (void)(*store)->get(Family::entries, "0");
    }
    std::ofstream(path, std::ios::binary) << bytes;
  }
  const auto store = open_rocks_store(directory, StoreMode::read_only);
  ASSERT_TRUE(store) << store.error().detail;
  EXPECT_EQ(**(*store)->get(Family::entries, "2"), std::string(200, 'a'));
}

TEST_F(StoreLogTest, LogsThatFollowAreMadeOfZerosToo) {
  constexpr std::uint64_t ahead = 256u << 10;
  auto store = *open_rocks_store(directory, StoreMode::create, posix_file_system(), ahead);
  const std::string first = log_of(directory);
  for (int i = 0; log_of(directory) == first && i < 40; ++i)
    ASSERT_EQ(write_and_read(*store, std::to_string(i), std::string(1u << 20, 'x')), 2u);
  ASSERT_NE(log_of(directory), first);
  ASSERT_EQ(write_and_read(*store, "end", "e"), 2u);
  for (int i = 0; i < 40; ++i) {
    auto other = open_rocks_store(directory, StoreMode::read_only);
    ASSERT_TRUE(other) << other.error().detail;
    ASSERT_EQ(**(*other)->get(Family::entries, "end"), "e");
    ASSERT_EQ((*other)->get(Family::entries, "0")->value().size(), 1u << 20);
    ASSERT_EQ(write_and_read(*store, "more" + std::to_string(i), std::string(50'000, 'y')), 2u);
  }
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
