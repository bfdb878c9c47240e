// What uploads leave when the disk fails or loses power at any call: a finished content is whole, an unfinished one
// goes on or goes away.
#include "tests/support/blob_fixture.h"
#include "tests/support/faulty_file_system.h"

#include <optional>

namespace quotary::blobs {
namespace {

// What happens after the call that fails.
enum class After { same_process, restart, power_cut, power_cut_in_part };

class UploadsFaultTest : public testing::BlobFixture {
 protected:
  UploadsFaultTest() : UploadsFaultTest(std::make_shared<testing::FaultyFileSystem>(posix_file_system())) {}

  // One upload from its beginning to its end, as far as it comes.
  void run() {
    if (!try_open()) return;
    const auto made = uploads->create(of_size(content.size()), now);
    if (!made) return;
    id = *made;
    if (auto brought = bring(id, content, 50'000)) finished = std::move(*brought);
  }
  void happen(After after, std::uint64_t seed) {
    faulty->heal();
    if (after == After::same_process && uploads) return;
    close();
    if (after == After::power_cut || after == After::power_cut_in_part) {
      ASSERT_TRUE(faulty->lose_unsynced(seed));
    }
    open();
  }
  // From here on everything works.
  void expect_finished_or_nothing() {
    if (finished) expect_whole(*finished, content);
    now.unix_ms += limits.age_ms_max;
    ASSERT_TRUE(uploads->sweep(now));
    EXPECT_TRUE(names_in(uploads_folder()).empty());
    // No entry names it, when nobody was told that it is finished.
    now.unix_ms += limits.orphan_grace_ms;
    const auto named = [&](const std::string&) -> Result<bool> { return finished.has_value(); };
    const auto swept = uploads->remove_orphans(named, now);
    ASSERT_TRUE(swept) << swept.error().detail;
    EXPECT_TRUE(swept->unreadable.empty());
    EXPECT_EQ(blobs_there().size(), finished ? 1u : 0u);
    lose_power();
    EXPECT_TRUE(names_in(uploads_folder()).empty());
    EXPECT_EQ(blobs_there().size(), finished ? 1u : 0u);
    if (finished) expect_whole(*finished, content);
  }
  void expect_goes_on() {
    if (!uploads->state(id)) return;  // what the power cut took is begun anew
    ++gone_on;
    auto again = bring(id, content, 50'000);
    ASSERT_TRUE(again) << again.error().detail;
    if (finished) {
      EXPECT_EQ(again->hashes, finished->hashes);
    }
    lose_power();
    expect_whole(*again, content);
  }
  void lose_power() {
    close();
    ASSERT_TRUE(faulty->lose_unsynced());
    open();
  }
  // Runs with the n-th call failing, for each n until none fails; answers how many there were.
  template <class Fail, class Check>
  std::uint64_t at_each_call(After after, std::uint64_t seed, const Fail& fail, const Check& check) {
    for (std::uint64_t nth = 1;; ++nth) {
      SCOPED_TRACE("call " + std::to_string(nth));
      close();
      data = folder.path() + "/" + std::to_string(++runs);
      now = {start_ms};
      id = std::string(32, '0');
      finished.reset();
      fail(nth);
      run();
      const std::string failed = faulty->failed();
      SCOPED_TRACE(failed);
      happen(after, seed);
      if (HasFatalFailure()) return nth;
      check();
      if (HasFatalFailure() || failed.empty()) return nth - 1;
    }
  }

  const std::shared_ptr<testing::FaultyFileSystem> faulty;
  const std::string content = content_of(2 * chunk_bytes + 100);
  std::string id;
  std::optional<FinishedUpload> finished;
  std::uint64_t runs = 0, gone_on = 0;

 private:
  explicit UploadsFaultTest(const std::shared_ptr<testing::FaultyFileSystem>& made) : BlobFixture(made), faulty(made) {}
};

constexpr std::uint64_t calls_min = 13;  // of one upload, so that the tests are known to reach all of it

TEST_F(UploadsFaultTest, OneCallFailsAndAllIsFinishedOrCleared) {
  for (const After after : {After::same_process, After::restart, After::power_cut}) {
    SCOPED_TRACE(static_cast<int>(after));
    EXPECT_GE(at_each_call(
                  after, 0, [&](std::uint64_t nth) { faulty->fail_once(nth); }, [&] { expect_finished_or_nothing(); }),
              calls_min);
  }
}

TEST_F(UploadsFaultTest, AllCallsFailFromOneOnAndAllIsFinishedOrCleared) {
  for (const After after : {After::restart, After::power_cut}) {
    SCOPED_TRACE(static_cast<int>(after));
    EXPECT_GE(at_each_call(
                  after, 0, [&](std::uint64_t nth) { faulty->fail_from(nth); }, [&] { expect_finished_or_nothing(); }),
              calls_min);
  }
}

TEST_F(UploadsFaultTest, APowerCutThatKeepsAPartLeavesNothingHalf) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    EXPECT_GE(at_each_call(
                  After::power_cut_in_part, seed, [&](std::uint64_t nth) { faulty->fail_from(nth); },
                  [&] { expect_finished_or_nothing(); }),
              calls_min);
  }
}

TEST_F(UploadsFaultTest, AnUploadThatIsStillThereGoesOnToAWholeContent) {
  for (const After after : {After::same_process, After::restart, After::power_cut}) {
    SCOPED_TRACE(static_cast<int>(after));
    EXPECT_GE(at_each_call(
                  after, 0, [&](std::uint64_t nth) { faulty->fail_once(nth); }, [&] { expect_goes_on(); }),
              calls_min);
    if (after == After::power_cut) continue;
    EXPECT_GE(gone_on, calls_min - 4) << "all but those before the upload had begun";
    gone_on = 0;
  }
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    EXPECT_GE(at_each_call(
                  After::power_cut_in_part, seed, [&](std::uint64_t nth) { faulty->fail_from(nth); },
                  [&] { expect_goes_on(); }),
              calls_min);
  }
}

// The kernel takes the pages of a failed sync for clean: a sync that works later must not make a blob of them.
TEST_F(UploadsFaultTest, WhatAFailedSyncLostIsWrittenAnew) {
  for (const After after : {After::same_process, After::restart}) {
    SCOPED_TRACE(static_cast<int>(after));
    data = folder.path() + "/stuck" + std::to_string(static_cast<int>(after));
    open();
    const std::string made = begin(content.size());
    faulty->fail_from("a sync of " + uploads_folder() + "/" + made);
    EXPECT_EQ(bring(made, content, 50'000).error().code, "injected");
    happen(after, 0);
    EXPECT_EQ(uploads->state(made)->offset, 2 * chunk_bytes);
    const auto brought = bring(made, content, 50'000);
    ASSERT_TRUE(brought) << brought.error().detail;
    lose_power();
    expect_whole(*brought, content);
  }
}

// The file has its name by then, and nothing needs to be sent again.
TEST_F(UploadsFaultTest, AFinishWhoseNamesWereNotSyncedIsAskedForAgain) {
  const std::string made = begin(content.size());
  faulty->fail_from("a sync of " + store_folder() + "/");
  EXPECT_EQ(bring(made, content, 50'000).error().code, "injected");
  EXPECT_EQ(uploads->finish(made).error().code, "injected") << "not before it is on the disk";
  faulty->heal();
  const auto state = uploads->state(made);
  ASSERT_TRUE(state) << state.error().detail;
  EXPECT_TRUE(state->finished);
  EXPECT_EQ(state->offset, content.size());
  const auto again = uploads->finish(made);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(again->hashes.plain, sha256(content));
  lose_power();
  expect_whole(*again, content);
}

TEST_F(UploadsFaultTest, ARemovedBlobStaysAway) {
  const FinishedUpload gone = upload(content);
  ASSERT_TRUE(uploads->drop(gone.reference.id));
  faulty->fail_from("a sync of " + store_folder());
  EXPECT_FALSE(store->remove(gone.reference.id));
  faulty->heal();
  EXPECT_TRUE(store->remove(gone.reference.id)) << "it is gone already, and not yet for good";
  lose_power();
  EXPECT_EQ(store->open_blob(gone.reference).error().code, "blob_missing");
}

TEST_F(UploadsFaultTest, OnlyTheEndIsSynced) {
  const std::uint64_t before = faulty->syncs();
  const std::string made = begin(content.size());
  ASSERT_TRUE(uploads->append(made, 0, content));
  EXPECT_EQ(faulty->syncs(), before);
  ASSERT_TRUE(uploads->finish(made));
  EXPECT_EQ(faulty->syncs(), before + 1);
}

}  // namespace
}  // namespace quotary::blobs
