// Backups of a ledger that goes on: each restores to the very entries of its tree size, a cut or damaged one never
// counts, and what an earlier one has brought is not copied again.
#include "ledger/backup/backup_writer.h"
#include "ledger/backup/drill.h"
#include "ledger/backup/restore.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/log_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

namespace quotary {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t large_bytes = 9u << 20;  // four of them fill the store's memory, so that it writes tables

class BackupTest : public testing::LogFixture {
 protected:
  Result<BackupReport> back_up(Ledger& ledger, FileSystem& into, std::uint64_t keep = 0) {
    QUOTARY_TRY(pinned, pin_ledger(ledger));
    BackupOptions how;
    how.data = options.directory;
    how.folder = backups;
    how.keep = keep;
    how.contents = contents;
    return make_backup(pinned, into, *clock, how);
  }
  Result<BackupReport> back_up(Ledger& ledger, std::uint64_t keep = 0) {
    return back_up(ledger, *posix_file_system(), keep);
  }
  static void append(Ledger& ledger, std::size_t bytes = 10) {
    Draft added = draft("t");
    added.objects[1].bytes = std::string(bytes, 'x');
    const auto done = ledger.append(one(std::move(added)));
    ASSERT_TRUE(done) << done.error().detail;
  }

  // Backs up until an opening no longer merges tables; answers the last one's number.
  std::uint64_t settle(Ledger& ledger) {
    auto report = back_up(ledger);
    for (int i = 0; i < 100 && report && report->bytes_copied > 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      report = back_up(ledger);
    }
    EXPECT_TRUE(report) << report.error().detail;
    return report ? report->manifest.number : 0;
  }

  // Unpacks and checks; answers what was found.
  RestoredCheck restored(std::uint64_t number, const std::vector<OutsideCheckpoint>& outside = {}) {
    const auto files = posix_file_system();
    const std::string target = folder.path() + "/restored-" + std::to_string(++restored_);
    const auto read = read_backup(*files, backups, number);
    if (!read) {
      ADD_FAILURE() << read.error().detail;
      return {};
    }
    last_target = target;
    auto damaged = unpack_backup(*files, backups, read->manifest, target);
    EXPECT_TRUE(damaged) << damaged.error().detail;
    if (damaged) last_damaged = std::move(*damaged);
    if (!last_damaged.empty()) return {};
    auto check = check_restored(target, read->manifest, outside, false, ports, *key, {});
    EXPECT_TRUE(check) << check.error().detail;
    return check ? std::move(*check) : RestoredCheck{};
  }

  // A content beside the ledger, which the next backups are told of.
  std::string add_content(const std::string& name, const std::string& bytes) {
    const std::string path = "blobs/" + name.substr(0, 2) + "/" + name;
    fs::create_directories(options.directory + "/blobs/" + name.substr(0, 2));
    std::ofstream(options.directory + "/" + path, std::ios::binary) << bytes;
    contents.push_back(path);
    return path;
  }

  const std::string backups = folder.path() + "/backups";
  std::vector<std::string> contents;
  int restored_ = 0;
  std::string last_target;
  std::vector<DamagedFile> last_damaged;
};

TEST_F(BackupTest, EveryBackupOfARunUnderLoadRestoresToItsOwnSize) {
  options.log_ahead_bytes = serving_log_ahead_bytes;
  auto ledger = make();
  std::atomic<bool> stop{false};
  std::thread issuing([&] {
    for (int i = 0; !stop; ++i) append(*ledger, i % 10 == 0 ? large_bytes : 100);
  });
  std::vector<BackupManifest> made;
  for (int i = 0; i < 5; ++i) {
    const auto size_before = ledger->state().tree_size;
    const auto report = back_up(*ledger);
    EXPECT_TRUE(report) << report.error().detail;
    if (!report) break;
    EXPECT_GE(report->manifest.tree_size, size_before);
    made.push_back(report->manifest);
    // So that the next one has tables of its own.
    const auto grown = ledger->state().tree_size + 25;
    while (ledger->state().tree_size < grown) std::this_thread::yield();
  }
  stop = true;
  issuing.join();
  ASSERT_EQ(made.size(), 5u);
  EXPECT_GT(made.back().tree_size, made.front().tree_size);
  for (const BackupManifest& manifest : made) {
    const RestoredCheck check = restored(manifest.number);
    EXPECT_EQ(check.report.problems_total, 0u)
        << manifest.number << ": " << (check.report.problems.empty() ? "" : check.report.problems.front().detail);
    EXPECT_EQ(check.report.tree_size, manifest.tree_size);
    EXPECT_EQ(check.report.root, *read_root(manifest.tree_size, ledger->nodes()));
    EXPECT_EQ(check.report.objects_checked, 2 * manifest.tree_size);
  }
}

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(BackupTest, ContentsAreCopiedOnceAndComeBack) {
  auto ledger = make();
  const std::string large(100'000, 'c');
  const auto first = add_content(std::string(32, 'a'), large);
  std::ofstream(options.directory + "/blobs/aa/unnamed") << "not told of";
  ASSERT_TRUE(back_up(*ledger));
  const auto second = add_content(std::string(32, 'b'), "second");
  testing::FaultyFileSystem counting(posix_file_system());
  const auto report = back_up(*ledger, counting);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_GE(report->bytes_present, large.size());
  EXPECT_LT(report->bytes_copied, large.size());
  EXPECT_TRUE(report->contents_missing.empty());
  EXPECT_EQ(restored(2).report.problems_total, 0u);
  EXPECT_EQ(bytes_of(last_target + "/" + first), large);
  EXPECT_EQ(bytes_of(last_target + "/" + second), "second");
  EXPECT_FALSE(fs::exists(last_target + "/blobs/aa/unnamed"));
  // A backup is what its own time had.
  EXPECT_EQ(restored(1).report.problems_total, 0u);
  EXPECT_FALSE(fs::exists(last_target + "/" + second));
}

TEST_F(BackupTest, ALostContentIsToldAndKeepsNobodyFromABackup) {
  auto ledger = make();
  const auto lost = add_content(std::string(32, 'a'), "lost");
  const auto kept = add_content(std::string(32, 'b'), "kept");
  fs::remove(options.directory + "/" + lost);
  const auto report = back_up(*ledger);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->contents_missing, std::vector<std::string>{lost});
  EXPECT_EQ(restored(1).report.problems_total, 0u);
  EXPECT_TRUE(fs::exists(last_target + "/" + kept));
}

TEST_F(BackupTest, ARestoredFolderGoesOn) {
  auto ledger = make();
  for (int i = 0; i < 3; ++i) append(*ledger);
  ASSERT_TRUE(back_up(*ledger));
  ledger.reset();
  EXPECT_EQ(restored(1).report.problems_total, 0u);
  options.directory = last_target;
  auto again = Ledger::open(options, ports);
  ASSERT_TRUE(again) << again.error().detail;
  append(**again);
  EXPECT_EQ((*again)->state().tree_size, 5u);
  again->reset();
  EXPECT_EQ(verify().problems_total, 0u);
}

TEST_F(BackupTest, OnlyNewFilesAreCopied) {
  auto ledger = make();
  for (int i = 0; i < 5; ++i) append(*ledger, large_bytes);
  ledger.reset();
  ledger = *Ledger::open(options, ports);  // an opening writes what the log holds into tables
  const auto first = back_up(*ledger);
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_GT(first->bytes_copied, 5 * large_bytes);
  (void)settle(*ledger);
  std::map<std::string, fs::file_time_type> times;
  for (const auto& file : fs::directory_iterator(backups + "/files")) times[file.path()] = file.last_write_time();
  append(*ledger);
  testing::FaultyFileSystem counting(posix_file_system());
  const auto second = back_up(*ledger, counting);
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_LT(counting.calls(), 40u);  // a table that is copied takes a write for each of its megabytes
  EXPECT_LT(second->bytes_copied, 100'000u);
  EXPECT_GT(second->bytes_present, 5 * large_bytes);
  EXPECT_EQ(second->bytes_copied + second->bytes_present, second->manifest.bytes());
  for (const auto& [path, time] : times) EXPECT_EQ(fs::last_write_time(path), time) << path;
  EXPECT_EQ(restored(1).report.tree_size, 6u);
  EXPECT_EQ(restored(second->manifest.number).report.tree_size, 7u);
}

TEST_F(BackupTest, ATableOfTheSameNameAndSizeButOtherBytesIsCopied) {
  auto ledger = make();
  append(*ledger);
  ledger.reset();
  ledger = *Ledger::open(options, ports);
  const std::uint64_t newest = settle(*ledger);
  // As after a restore elsewhere, which wrote another table under the same name.
  auto manifest = read_backup(*ports.files, backups, newest)->manifest;
  const auto table = std::find_if(manifest.files.begin(), manifest.files.end(),
                                  [](const BackupFile& file) { return file.path.ends_with(".sst"); });
  ASSERT_NE(table, manifest.files.end());
  const Hash real = table->sha256;
  std::string bytes = *read_file(*ports.files, backup_file_path(backups, real));
  bytes[bytes.size() - 100] = static_cast<char>(bytes[bytes.size() - 100] ^ 1);
  table->sha256 = sha256(bytes);
  std::ofstream(backup_file_path(backups, table->sha256), std::ios::binary) << bytes;
  std::ofstream(backup_manifest_path(backups, newest), std::ios::binary) << *manifest_text(manifest);
  const auto second = back_up(*ledger);
  ASSERT_TRUE(second) << second.error().detail;
  const auto again = std::find_if(second->manifest.files.begin(), second->manifest.files.end(),
                                  [&](const BackupFile& file) { return file.path == table->path; });
  ASSERT_NE(again, second->manifest.files.end());
  EXPECT_EQ(again->sha256, real);
  EXPECT_EQ(restored(newest + 1).report.problems_total, 0u);
}

TEST_F(BackupTest, OlderOnesGoOnlyWhenAsked) {
  auto ledger = make();
  for (int i = 0; i < 4; ++i) {
    append(*ledger);
    ASSERT_TRUE(back_up(*ledger));
  }
  EXPECT_THAT(*list_backups(*ports.files, backups), ::testing::ElementsAre(1u, 2u, 3u, 4u));
  const auto kept = back_up(*ledger, 2);
  ASSERT_TRUE(kept && !kept->not_removed);
  EXPECT_EQ(kept->backups_removed, 3u);
  EXPECT_GT(kept->files_removed, 0u);
  EXPECT_THAT(*list_backups(*ports.files, backups), ::testing::ElementsAre(4u, 5u));
  for (const std::uint64_t number : {4u, 5u}) EXPECT_EQ(restored(number).report.problems_total, 0u);
}

TEST_F(BackupTest, OneThatIsCutAtAnyCallNeverCounts) {
  auto ledger = make();
  append(*ledger);
  ASSERT_TRUE(back_up(*ledger));
  bool whole = false;
  for (std::uint64_t nth = 1; !whole; ++nth) {
    append(*ledger);
    testing::FaultyFileSystem failing(posix_file_system());
    failing.fail_from(nth);
    const auto numbers_before = *list_backups(*ports.files, backups);
    const auto report = back_up(*ledger, failing);
    whole = report.has_value() && failing.failed().empty();
    const auto numbers = *list_backups(*ports.files, backups);
    if (report) {
      EXPECT_EQ(numbers.size(), numbers_before.size() + 1);
    } else {
      EXPECT_NE(report.error().detail.find(backups), std::string::npos) << report.error().detail;
      // A name whose folder could not be synced may stand or not; what stands is whole.
      EXPECT_LE(numbers.size(), numbers_before.size() + 1);
    }
    const RestoredCheck check = restored(numbers.back());
    EXPECT_EQ(check.report.problems_total, 0u) << nth;
    EXPECT_TRUE(last_damaged.empty()) << nth;
    ASSERT_LT(nth, 1000u);
  }
}

TEST_F(BackupTest, APowerCutLeavesTheManifestOnlyWithAllItNames) {
  auto ledger = make();
  append(*ledger);
  for (std::uint64_t nth = 1;; ++nth) {
    fs::remove_all(backups);
    testing::FaultyFileSystem losing(posix_file_system());
    losing.fail_from(nth);
    const auto report = back_up(*ledger, losing);
    const bool whole = losing.failed().empty();
    losing.heal();
    ASSERT_TRUE(losing.lose_unsynced());
    const auto numbers = list_backups(*ports.files, backups);
    if (report) {
      ASSERT_TRUE(numbers && numbers->size() == 1);
    }
    if (numbers && !numbers->empty()) {
      EXPECT_EQ(restored(1).report.problems_total, 0u) << nth;
      EXPECT_TRUE(last_damaged.empty()) << nth;
    }
    if (whole) break;
    ASSERT_LT(nth, 1000u);
  }
}

TEST_F(BackupTest, DamageIsNamedByItsFile) {
  auto ledger = make();
  append(*ledger);
  ASSERT_TRUE(back_up(*ledger));
  const auto manifest = read_backup(*ports.files, backups, 1)->manifest;
  for (const BackupFile& file : manifest.files) {
    if (file.size == 0) continue;
    const std::string path = backup_file_path(backups, file.sha256);
    const std::string bytes = *read_file(*ports.files, path);
    std::string changed = bytes;
    changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
    for (const std::string& content : {changed, bytes.substr(1)}) {
      std::ofstream(path, std::ios::binary) << content;
      (void)restored(1);
      ASSERT_EQ(last_damaged.size(), 1u) << file.path;
      EXPECT_EQ(last_damaged.front().path, file.path);
      EXPECT_EQ(last_damaged.front().kept, path);
    }
    fs::remove(path);
    (void)restored(1);
    EXPECT_EQ(last_damaged.size(), 1u);
    std::ofstream(path, std::ios::binary) << bytes;
  }
  EXPECT_EQ(restored(1).report.problems_total, 0u);
  const std::string path = backup_manifest_path(backups, 1);
  std::string text = *read_file(*ports.files, path);
  text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
  std::ofstream(path, std::ios::binary) << text;
  const auto read = read_backup(*ports.files, backups, 1);
  if (read) {
    // A changed digit of a hash is another hash: the file of that name is not there.
    (void)restored(1);
    EXPECT_FALSE(last_damaged.empty());
  } else {
    EXPECT_EQ(read.error().code, "backup_manifest");
    EXPECT_NE(read.error().detail.find(path), std::string::npos);
  }
}

TEST_F(BackupTest, WhatIsNewerThanTheBackupIsCounted) {
  auto ledger = make();
  append(*ledger);
  ASSERT_TRUE(back_up(*ledger));
  const auto outside = [&] {
    auto read = read_outside_checkpoint(*ports.files, options.directory + "/published.slots", *key);
    EXPECT_TRUE(read) << read.error().detail;
    return **read;
  };
  EXPECT_FALSE(restored(1, {outside()}).lost.any());
  append(*ledger);
  append(*ledger);
  const RestoredCheck check = restored(1, {outside()});
  EXPECT_EQ(check.report.problems_total, 0u);
  EXPECT_EQ(check.lost.from, 2u);
  EXPECT_EQ(check.lost.to, 4u);
  OutsideCheckpoint forked = outside();
  forked.size = 2;
  EXPECT_EQ(restored(1, {forked}).report.problems_total, 1u);
}

TEST_F(BackupTest, ForeignFoldersAndFullDisksAreRefusedUntouched) {
  auto ledger = make();
  fs::create_directory(backups);
  std::ofstream(backups + "/holiday.jpg") << "x";
  EXPECT_EQ(back_up(*ledger).error().code, "backup_folder_other");
  EXPECT_FALSE(fs::exists(backups + "/files"));
  fs::remove_all(backups);
  testing::FaultyFileSystem full(posix_file_system());
  full.say_free(1000);
  const auto refused = back_up(*ledger, full);
  EXPECT_EQ(refused.error().code, "backup_no_room");
  EXPECT_NE(refused.error().detail.find("1000 bytes free"), std::string::npos) << refused.error().detail;
  ASSERT_TRUE(back_up(*ledger));
  auto other = read_backup(*ports.files, backups, 1)->manifest;
  other.origin = "other.example.com/log";
  std::ofstream(backup_manifest_path(backups, 1), std::ios::binary) << *manifest_text(other);
  EXPECT_EQ(back_up(*ledger).error().code, "backup_folder_other");
}

TEST(BackupManifestTest, TheExampleOfTheFormatIsWrittenSo) {
  const auto files = posix_file_system();
  const std::string golden = *read_file(*files, QUOTARY_SOURCE_DIR "/tests/golden/backup/manifest.json");
  const std::string format = *read_file(*files, QUOTARY_SOURCE_DIR "/ledger/FORMAT.md");
  EXPECT_NE(format.find(golden), std::string::npos);
  const auto manifest = parse_backup_manifest(golden);
  ASSERT_TRUE(manifest) << manifest.error().detail;
  EXPECT_EQ(*manifest_text(*manifest), golden);
  EXPECT_EQ(manifest->files.at(1), (BackupFile{"store/CURRENT", sha256("MANIFEST-000005\n"), 16}));
  for (const char* path : {"", "/etc/passwd", "store/../x", ".store/x", "store//x", "store/", "store/a b",
                           "store/\xc3\xa4", "lost", "successor", "keys/log.key", "store", "store2/x"})
    EXPECT_FALSE(good_backup_path(path)) << path;
  BackupManifest outside = *manifest;
  outside.files[0].path = "../store/000009.log";
  EXPECT_EQ(parse_backup_manifest(*manifest_text(outside)).error().code, "backup_manifest");
  std::string later = golden;
  later.replace(later.rfind("\"v\":1"), 5, "\"v\":2");
  EXPECT_EQ(parse_backup_manifest(later).error().code, "backup_version");
}

TEST_F(BackupTest, APinKeepsItsFilesWhileTheStoreMovesOn) {
  auto ledger = make();
  for (int i = 0; i < 5; ++i) append(*ledger, large_bytes);
  auto pinned = pin_ledger(*ledger);
  ASSERT_TRUE(pinned) << pinned.error().detail;
  for (int i = 0; i < 20; ++i) append(*ledger, large_bytes);
  BackupOptions how;
  how.data = options.directory;
  how.folder = backups;
  const auto report = make_backup(*pinned, *ports.files, *clock, how);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->manifest.tree_size, 6u);
  EXPECT_EQ(restored(1).report.problems_total, 0u);
  pinned->store.reset();
}

class RestoreTest : public BackupTest {
 protected:
  Result<Restored> restore(std::vector<OutsideCheckpoint> outside, std::optional<std::uint64_t> number = {}) {
    RestoreOptions how;
    how.folder = backups;
    how.number = number;
    how.directory = target;
    how.outside = std::move(outside);
    how.last_word = last_word;
    return restore_backup(how, ports, *key);
  }
  // What the ledger has published.
  OutsideCheckpoint slots() {
    const auto read = read_outside_checkpoint(*ports.files, folder.path() + "/data/published.slots", *key);
    EXPECT_TRUE(read && *read);
    return read && *read ? **read : OutsideCheckpoint{};
  }
  const std::string target = folder.path() + "/new";
  bool last_word = false;
};

TEST_F(RestoreTest, NothingLostGoesOnUnderTheSameOrigin) {
  auto ledger = make();
  for (int i = 0; i < 3; ++i) append(*ledger);
  ASSERT_TRUE(back_up(*ledger));
  ledger.reset();
  const auto restored = restore({slots()});
  ASSERT_TRUE(restored) << restored.error().detail;
  EXPECT_TRUE(restored->writable());
  options.directory = target;
  const auto recorded = begin_restored(options, ports, *restored);
  ASSERT_TRUE(recorded) << recorded.error().detail;
  EXPECT_EQ(*recorded, 4u);
  EXPECT_EQ(verify().problems_total, 0u);
  EXPECT_EQ((*Ledger::open(options, ports))->entry(4)->type, "system.restored");
}

TEST_F(RestoreTest, LostEntriesEndAllWriting) {
  auto ledger = make();
  append(*ledger);
  ASSERT_TRUE(back_up(*ledger));
  append(*ledger);
  append(*ledger);
  ledger.reset();
  const auto restored = restore({slots()});
  ASSERT_TRUE(restored) << restored.error().detail;
  EXPECT_TRUE(restored->holds());
  EXPECT_FALSE(restored->writable());
  EXPECT_EQ(restored->check.lost.from, 2u);
  EXPECT_EQ(restored->check.lost.to, 4u);
  options.directory = target;
  const auto refused = Ledger::open(options, ports);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "entries_lost");
  EXPECT_NE(refused.error().detail.find("#2 to #3"), std::string::npos) << refused.error().detail;
  {
    const auto reading = Ledger::open_for_reading(options, ports, refused.error());
    ASSERT_TRUE(reading) << reading.error().detail;
    EXPECT_EQ((*reading)->state().tree_size, 2u);
    EXPECT_FALSE((*reading)->state().state_whole);
    EXPECT_TRUE((*reading)->entry(1));
    EXPECT_EQ((*reading)->append(one(draft("t"))).error().code, "ledger_read_only");
  }
  fs::remove(target + "/lost");
  EXPECT_EQ(Ledger::open(options, ports).error().code, "rolled_back");
}

TEST_F(RestoreTest, ASizeThatAWitnessNamesIsEnoughToEndWriting) {
  auto ledger = make();
  ASSERT_TRUE(back_up(*ledger));
  ledger.reset();
  const auto restored = restore({{"witness w", 7, {}}});
  ASSERT_TRUE(restored) << restored.error().detail;
  EXPECT_EQ(restored->check.lost.to, 7u);
  options.directory = target;
  const auto refused = Ledger::open(options, ports);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("#1 to #6"), std::string::npos) << refused.error().detail;
  EXPECT_FALSE((*Ledger::open_for_reading(options, ports, refused.error()))->state().state_whole);
}

TEST_F(RestoreTest, WithoutAnyWordFromOutsideItIsForReadingAlone) {
  auto ledger = make();
  ASSERT_TRUE(back_up(*ledger));
  ledger.reset();
  const auto restored = restore({});
  ASSERT_TRUE(restored) << restored.error().detail;
  EXPECT_TRUE(restored->check.unknown);
  options.directory = target;
  EXPECT_EQ(Ledger::open(options, ports).error().code, "entries_lost");
  EXPECT_EQ(restore({}).error().code, "folder_not_empty");
  fs::remove_all(target);
  last_word = true;
  EXPECT_TRUE(restore({})->writable());
  EXPECT_TRUE(Ledger::open(options, ports));
}

// A checkpoint that somebody kept from earlier, or a witness that was not asked since, knows nothing of what came
// later.
TEST_F(RestoreTest, WhatIsOlderThanTheBackupSaysNothingOfWhatCameAfterIt) {
  auto ledger = make();
  append(*ledger);
  const OutsideCheckpoint early = slots();
  append(*ledger);
  ASSERT_TRUE(back_up(*ledger));
  ledger.reset();
  options.directory = target;
  for (const auto& outside : {early, OutsideCheckpoint{"witness w", 0, {}}, OutsideCheckpoint{"witness w", 2, {}}}) {
    fs::remove_all(target);
    const auto restored = restore({outside});
    ASSERT_TRUE(restored) << restored.error().detail;
    EXPECT_TRUE(restored->holds() && restored->check.unknown);
    EXPECT_FALSE(restored->check.lost.any());
    EXPECT_EQ(Ledger::open(options, ports).error().code, "entries_lost") << outside.where;
  }
  fs::remove_all(target);
  last_word = true;
  EXPECT_TRUE(restore({early})->writable());
  EXPECT_TRUE(Ledger::open(options, ports));
}

TEST_F(RestoreTest, NewerBackupsSayWhatAnOlderOneLacks) {
  auto ledger = make();
  for (int i = 0; i < 3; ++i) {
    append(*ledger);
    ASSERT_TRUE(back_up(*ledger));
  }
  ledger.reset();
  for (const std::uint64_t number : {1u, 2u, 3u}) {
    fs::remove_all(target);
    last_word = true;  // is not heard where something speaks
    const auto restored = restore({}, number);
    ASSERT_TRUE(restored) << restored.error().detail;
    EXPECT_EQ(restored->writable(), number == 3);
    EXPECT_EQ(restored->check.lost.to, 4u);
    EXPECT_EQ(restored->check.lost.from, number + 1);
  }
}

TEST_F(RestoreTest, AnotherTreeOfAPublishedSizeIsRefused) {
  auto ledger = make();
  append(*ledger);
  ASSERT_TRUE(back_up(*ledger));
  ledger.reset();
  const Hash other = sha256("another tree");
  const auto restored = restore({{"slots", 2, other}});
  ASSERT_TRUE(restored) << restored.error().detail;
  EXPECT_FALSE(restored->holds());
  options.directory = target;
  EXPECT_EQ(Ledger::open(options, ports).error().code, "restore_unfinished");
}

TEST_F(RestoreTest, ADamagedContentIsLeftOutAndTheLedgerGoesOn) {
  auto ledger = make();
  const auto bad = add_content(std::string(32, 'a'), "bad");
  const auto good = add_content(std::string(32, 'b'), "good");
  const auto report = back_up(*ledger);
  ASSERT_TRUE(report);
  const OutsideCheckpoint published = slots();
  ledger.reset();
  std::ofstream(backup_file_path(backups, sha256("bad"))) << "BAD";
  const auto restored = restore({published});
  ASSERT_TRUE(restored) << restored.error().detail;
  ASSERT_EQ(restored->damaged.size(), 1u);
  EXPECT_EQ(restored->damaged.front().path, bad);
  EXPECT_TRUE(restored->writable());
  EXPECT_FALSE(fs::exists(target + "/" + bad));
  EXPECT_EQ(bytes_of(target + "/" + good), "good");
  options.directory = target;
  EXPECT_TRUE(Ledger::open(options, ports));
}

TEST_F(RestoreTest, OneThatIsCutAtAnyCallIsNeverWrittenTo) {
  auto ledger = make();
  append(*ledger);
  ASSERT_TRUE(back_up(*ledger));
  append(*ledger);
  const OutsideCheckpoint published = slots();
  ledger.reset();
  const LedgerPorts healthy = ports;
  options.directory = target;
  for (std::uint64_t nth = 1;; ++nth) {
    fs::remove_all(target);
    const auto failing = std::make_shared<testing::FaultyFileSystem>(posix_file_system());
    failing->fail_from(nth);
    ports.files = failing;
    const auto restored = restore({published});
    const bool whole = failing->failed().empty();
    EXPECT_EQ(restored.has_value(), whole) << nth;
    failing->heal();
    ports = healthy;
    const auto opened = Ledger::open(options, ports);
    EXPECT_FALSE(opened) << "call " << nth << " failed, and a folder that lacks entries is written to";
    ASSERT_TRUE(failing->lose_unsynced());
    const auto after_power_cut = Ledger::open(options, ports);
    EXPECT_FALSE(after_power_cut) << nth;
    if (whole) break;
    ASSERT_LT(nth, 1000u);
  }
}

}  // namespace
}  // namespace quotary
