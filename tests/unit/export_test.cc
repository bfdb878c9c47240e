// An export holds by itself; whatever is done to it is found and named.
#include "ledger/log/checkpoint.h"
#include "ledger/log/export_files.h"
#include "ledger/log/export_pack.h"
#include "ledger/log/ledger_impl.h"
#include "signing/cosigner.h"
#include "tests/support/export_fixture.h"
#include "tests/support/faulty_file_system.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

namespace quotary {
namespace {

namespace fs = std::filesystem;

class ExportTest : public testing::ExportFixture {};

TEST_F(ExportTest, HoldsWithEachChoiceOfPayloads) {
  make_log(300);
  struct Case {
    ExportPayloads payloads;
    std::uint64_t held, withheld;
  };
  for (const auto& [payloads, held, withheld] :
       {Case{ExportPayloads::none, 0, 600}, Case{ExportPayloads::facts, 300, 300}, Case{ExportPayloads::all, 600, 0}}) {
    SCOPED_TRACE(payloads_text(payloads));
    const auto manifest = write(payloads);
    ASSERT_TRUE(manifest) << manifest.error().detail;
    EXPECT_EQ(manifest->payloads_held, held);
    const ExportReport report = check();
    EXPECT_EQ(report.problems_total, 0u) << told(report);
    EXPECT_EQ(report.checkpoint.size, 300u);
    EXPECT_EQ(report.entries_checked, 300u);
    EXPECT_EQ(report.payloads_checked, held);
    EXPECT_EQ(report.withheld_by_choice, withheld);
    EXPECT_EQ(report.withheld.size(), std::min<std::uint64_t>(withheld, 1'000));
    EXPECT_EQ(report.files_checked, files().size());
    EXPECT_EQ(report.manifest, *manifest);
    fs::remove_all(at(""));
  }
}

TEST_F(ExportTest, NamesWithheldAndErasedPayloads) {
  make_log(20);
  erasing.erased = "customer:1";
  const auto manifest = write(ExportPayloads::all);
  ASSERT_TRUE(manifest) << manifest.error().detail;
  const ExportReport report = check();
  EXPECT_EQ(report.problems_total, 0u) << told(report);
  // Entry 0's customer is 1 by the fixture, then 1, 4, 7, … 19.
  EXPECT_EQ(report.withheld_erased, 8u);
  EXPECT_EQ(report.payloads_checked, 32u);
  ASSERT_EQ(report.withheld.size(), 8u);
  EXPECT_EQ(report.withheld[1].name, "1/text.txt");
  EXPECT_TRUE(report.withheld[1].erased);
}

// An export's own word for it is not enough once it is known which entries erase.
TEST_F(ExportTest, ErasedPayloadsNeedAnEntryThatErasesThem) {
  make_log(20);
  erasing.erased = "customer:1";
  ASSERT_TRUE(write(ExportPayloads::all));
  const auto source = open_export_folder(at(""));
  ASSERT_TRUE(source);
  const auto checked = [&](std::uint64_t erases_at, const std::string& target) {
    ExportCheckOptions how;
    how.erases = [=](const EntryView& entry, std::string_view) { return entry.index == erases_at ? target : ""; };
    return check_export(**source, *key, signer->vkey(), std::move(how)).value();
  };
  const ExportReport told_by = checked(19, "customer:1");
  EXPECT_EQ(told_by.problems_total, 0u) << told(told_by);
  EXPECT_EQ(told_by.erased.at("customer:1").payloads, 8u);
  EXPECT_EQ(told_by.erased.at("customer:1").entry, 19u);
  const ExportReport of_another = checked(19, "customer:2");
  ASSERT_EQ(of_another.problems_total, 1u);
  EXPECT_EQ(of_another.problems[0].index, 0u);
  EXPECT_NE(of_another.problems[0].detail.find("8 payloads of customer:1 erased"), std::string::npos);
}

TEST_F(ExportTest, SaysTheSameBytesAgain) {
  make_log(30);
  ASSERT_TRUE(write());
  ASSERT_TRUE(write(ExportPayloads::facts, "again"));
  for (const std::string& path : files())
    EXPECT_EQ(read(path), *read_file(*posix_file_system(), folder.path() + "/again/" + path)) << path;
}

TEST_F(ExportTest, IsThatOfTheDocumentedLayout) {
  make_log(258);
  ASSERT_TRUE(write());
  EXPECT_EQ(files(), (std::vector<std::string>{"README.txt", "SHA256SUMS", "checkpoint", "index.html", "keys/log.vkey",
                                               "keys/seal-certificate.pem", "manifest.json", "payloads/000.tar",
                                               "payloads/001.tar", "tile/0/000", "tile/0/001.p/2", "tile/1/000.p/1",
                                               "tile/entries/000", "tile/entries/001.p/2"}));
  EXPECT_FALSE(fs::exists(folder.path() + "/export.partial"));
}

// Every file, bytes all over it: found, and the file is named.
TEST_F(ExportTest, EachFlippedByteIsFoundByName) {
  make_log(300);
  ASSERT_TRUE(write(ExportPayloads::all));
  std::size_t tried = 0;
  for (const std::string& path : files()) {
    const std::string whole = read(path);
    const std::size_t step = std::max<std::size_t>(whole.size() / 60, 1);
    for (std::size_t place = 0; place < whole.size(); place += step, ++tried) {
      std::string bad = whole;
      bad[place] = static_cast<char>(bad[place] ^ (1 << place % 8));
      put(path, bad);
      const ExportReport report = check();
      ASSERT_GT(report.problems_total, 0u) << path << " byte " << place;
      ASSERT_TRUE(names(report, "", path) || told(report).find(path) != std::string::npos)
          << path << " byte " << place << "\n"
          << told(report);
    }
    put(path, whole);
  }
  EXPECT_GT(tried, 500u);
  EXPECT_EQ(check().problems_total, 0u);
}

TEST_F(ExportTest, FilesCutAddedToAndMissingAreFound) {
  make_log(300);
  ASSERT_TRUE(write());
  for (const std::string& path : files()) {
    const std::string whole = read(path);
    for (const std::string& bad : {whole.substr(0, whole.size() / 2), whole.substr(0, whole.size() - 1), whole + "x",
                                   whole + std::string(1'024, '\0'), std::string()}) {
      put(path, bad);
      const ExportReport report = check();
      EXPECT_TRUE(names(report, "", path)) << path << " of " << bad.size() << " bytes\n" << told(report);
    }
    fs::remove(at(path));
    EXPECT_TRUE(names(check(), "", path)) << path;
    put(path, whole);
  }
}

TEST_F(ExportTest, WhatDoesNotBelongIsFound) {
  make_log(300);
  ASSERT_TRUE(write());
  for (const char* path : {"extra", "keys/log.key", "tile/0/001.p/43", "tile/0/002", "tile/entries/x001/000",
                           "payloads/002.tar", "payloads/x000/001.tar", "witnessed", "tile/0/000.p/9", "a/b/c/d"}) {
    fs::create_directories(fs::path(at(path)).parent_path());
    put(path, "x");
    EXPECT_TRUE(names(check(), "file", path)) << path;
    fs::remove(at(path));
  }
  EXPECT_EQ(check().problems_total, 0u);
}

TEST_F(ExportTest, LinksPipesAndFoldersAreNotFollowed) {
  make_log(10);
  ASSERT_TRUE(write());
  const std::string bundle = read("tile/entries/000.p/10");
  fs::rename(at("tile/entries/000.p/10"), folder.path() + "/outside");
  fs::create_symlink(folder.path() + "/outside", at("tile/entries/000.p/10"));
  EXPECT_TRUE(names(check(), "file", "tile/entries/000.p/10"));
  fs::remove(at("tile/entries/000.p/10"));
  ASSERT_EQ(::mkfifo(at("tile/entries/000.p/10").c_str(), 0600), 0);
  EXPECT_TRUE(names(check(), "file", "tile/entries/000.p/10"));
  fs::remove(at("tile/entries/000.p/10"));
  put("tile/entries/000.p/10", bundle);
  EXPECT_EQ(check().problems_total, 0u);
  // A folder that is a link is not gone into either, with the right files behind it.
  fs::rename(at("keys"), folder.path() + "/keys-outside");
  fs::create_directory_symlink(folder.path() + "/keys-outside", at("keys"));
  const ExportReport report = check();
  EXPECT_TRUE(names(report, "file", "keys/log.vkey")) << told(report);
  EXPECT_TRUE(names(report, "file", "keys")) << told(report);
}

TEST_F(ExportTest, PathsThatLeadOutAreRefused) {
  make_log(10);
  ASSERT_TRUE(write());
  std::ofstream(folder.path() + "/outside") << "secret";
  const std::string sums = read("SHA256SUMS");
  for (const char* path : {"../outside", "/etc/passwd", "keys/../../outside"}) {
    put("SHA256SUMS", sums + sums_line(sha256("secret"), path));
    EXPECT_TRUE(names(check(), "manifest", "SHA256SUMS")) << path;
    std::string replaced = sums;
    replaced.replace(replaced.find("keys/log.vkey"), 13, path);
    put("SHA256SUMS", replaced);
    EXPECT_TRUE(names(check(), "manifest", "SHA256SUMS")) << path;
  }
}

// Someone without the log's key may make the sums right again; the tree and the chain find what was done.
TEST_F(ExportTest, ChangedEntriesAreFoundThoughTheSumsAreRight) {
  make_log(300);
  ASSERT_TRUE(write());
  std::string bundle = read("tile/entries/000");
  const std::size_t place = bundle.find("\"quote.issued\"", bundle.size() / 2);
  bundle[place + 1] = 'Q';
  put("tile/entries/000", bundle);
  sum_anew();
  const ExportReport report = check();
  ASSERT_FALSE(report.problems.empty());
  EXPECT_FALSE(names(report, "file", "tile/entries/000")) << told(report);
  const auto leaf = std::find_if(report.problems.begin(), report.problems.end(),
                                 [](const ExportProblem& problem) { return problem.kind == "leaf"; });
  ASSERT_NE(leaf, report.problems.end()) << told(report);
  EXPECT_TRUE(names_entry(report, "link", *leaf->index + 1)) << told(report);
  EXPECT_TRUE(names(report, "checkpoint", "checkpoint"));
  EXPECT_EQ(report.entries_checked, 300u);
}

TEST_F(ExportTest, ChangedPayloadsAndTilesAreFoundThoughTheSumsAreRight) {
  make_log(300);
  ASSERT_TRUE(write());
  const std::string pack = read("payloads/001.tar"), tile = read("tile/1/000.p/1");
  std::string bad = pack;
  bad[ustar_block_bytes + 7] ^= 1;  // in the facts of entry 256
  put("payloads/001.tar", bad);
  sum_anew();
  ExportReport report = check();
  EXPECT_TRUE(names_entry(report, "payload", 256)) << told(report);
  EXPECT_EQ(report.problems_total, 1u) << told(report);
  bad = pack;
  bad[0] = '9';  // in the first member's name
  put("payloads/001.tar", bad);
  sum_anew();
  EXPECT_TRUE(names_entry(check(), "payload", 256));
  // Bytes that no payload needs: behind the facts of entry 256, and in the end.
  for (const std::size_t place : {3 * ustar_block_bytes - 1, pack.size() - 1}) {
    bad = pack;
    ASSERT_EQ(bad[place], '\0');
    bad[place] = 'x';
    put("payloads/001.tar", bad);
    sum_anew();
    report = check();
    EXPECT_TRUE(names(report, "payload", "payloads/001.tar")) << told(report);
    EXPECT_EQ(report.problems_total, 1u) << told(report);
  }
  put("payloads/001.tar", pack);
  bad = tile;
  bad[5] ^= 1;
  put("tile/1/000.p/1", bad);
  sum_anew();
  report = check();
  EXPECT_TRUE(names(report, "node", "tile/1/000.p/1")) << told(report);
  EXPECT_EQ(report.problems_total, 1u) << told(report);
}

TEST_F(ExportTest, WithholdingMoreThanTheManifestSaysIsFound) {
  make_log(10);
  ASSERT_TRUE(write(ExportPayloads::all));
  std::string manifest = read("manifest.json");
  const std::string text = "\"payloads\":\"all\"";
  manifest.replace(manifest.find(text), text.size(), "\"payloads\":\"facts\"");
  put("manifest.json", manifest);
  sum_anew();
  EXPECT_GT(check().problems_total, 0u);
}

TEST_F(ExportTest, CountsThatAreNotThoseOfTheEntriesAreFound) {
  make_log(10);
  ASSERT_TRUE(write());
  const std::string manifest = read("manifest.json");
  for (const std::string name : {"payload_bytes", "payloads_held", "withheld_by_choice", "withheld_erased"}) {
    std::string bad = manifest;
    bad.insert(bad.find(':', bad.find("\"" + name + "\"")) + 1, "1");
    if (name == "withheld_erased") bad.replace(bad.find(":10", bad.find(name)), 3, ":1");
    put("manifest.json", bad);
    sum_anew();
    const ExportReport report = check();
    EXPECT_TRUE(names(report, "manifest", "manifest.json")) << name << "\n" << told(report);
    EXPECT_EQ(report.problems_total, 1u) << name;
  }
}

// Whoever holds the key can sign any size: the check ends all the same.
TEST_F(ExportTest, ASizeThatNothingBacksIsBrokenOff) {
  make_log(10);
  ASSERT_TRUE(write());
  for (const std::uint64_t size : {std::uint64_t{1} << 40, UINT64_MAX}) {
    put("checkpoint", *sign_checkpoint(*signer, size, sha256("")));
    const ExportReport report = check();
    EXPECT_TRUE(report.broken_off);
    EXPECT_EQ(report.problems.size(), export_problems_max);
    EXPECT_LT(report.problems_total, 2 * export_problems_max);
  }
}

// The check ends within the last bundle, before its entries have led to all of the tile above them.
TEST_F(ExportTest, ProblemsEnoughEndItAnywhere) {
  make_log(1024);
  ASSERT_TRUE(write(ExportPayloads::none));
  for (const char* tile : {"000", "001", "002", "003"}) put(std::string("tile/0/") + tile, std::string(8192, 'x'));
  const ExportReport report = check();
  EXPECT_TRUE(report.broken_off);
  EXPECT_TRUE(names_entry(report, "leaf", 900)) << "the tiles no longer say what the entries are";
}

TEST_F(ExportTest, AnotherKeyDoesNotHold) {
  make_log(10);
  ASSERT_TRUE(write());
  const auto other = signing::signer_from_seed("ledger.example.com/quotes", std::string(32, '\x02'));
  key = *signing::open_vkey(other->vkey());
  vkey = other->vkey();
  ExportReport report = check();
  EXPECT_TRUE(names(report, "checkpoint", "checkpoint")) << told(report);
  EXPECT_TRUE(names(report, "file", "keys/log.vkey")) << told(report);
  EXPECT_EQ(report.problems_total, 2u);
  // Another key in the folder, though all of it holds under the right one.
  key = *signing::open_vkey(signer->vkey());
  vkey.clear();
  put("keys/log.vkey", other->vkey() + "\n");
  sum_anew();
  report = check();
  EXPECT_TRUE(names(report, "file", "keys/log.vkey")) << told(report);
  EXPECT_EQ(report.problems_total, 1u);
}

TEST_F(ExportTest, ANewerFormatIsNotChecked) {
  make_log(10);
  ASSERT_TRUE(write());
  std::string manifest = read("manifest.json");
  manifest.replace(manifest.find("\"v\":1"), 5, "\"v\":2");
  put("manifest.json", manifest);
  EXPECT_TRUE(names(check(), "manifest", "manifest.json"));  // the sums say that it was changed
  sum_anew();
  EXPECT_EQ(try_check().error().code, "export_version");
  fs::remove(at("manifest.json"));
  EXPECT_TRUE(names(check(), "file", "manifest.json"));
  fs::remove(at("checkpoint"));
  EXPECT_EQ(try_check().error().code, "no_export");
  EXPECT_EQ(try_check("nowhere").error().code, "no_export");
}

TEST_F(ExportTest, WitnessesLinesGoAlong) {
  const auto witness = signing::cosigner_from_seed("witness.example.com/w1", std::string(32, '\x03'));
  const auto witnessed = [&](const std::string& note) {
    const std::string text = note.substr(0, note.find("\n\n") + 1);
    std::ofstream(options.directory + "/witnessed.note") << note + *witness->cosignature_line(1'700'000'000, text);
  };
  auto ledger = make();
  grow(*ledger, 5);
  witnessed(ledger->checkpoint());
  ASSERT_TRUE(write());
  EXPECT_EQ(check().problems_total, 0u);
  EXPECT_NE(read("checkpoint").find("witness.example.com/w1"), std::string::npos);
  EXPECT_FALSE(fs::exists(at("witnessed")));
  // The log has gone on: the newest checkpoint, and the witnessed one beside it.
  fs::remove_all(at(""));
  grow(*ledger, 9);
  ASSERT_TRUE(write());
  EXPECT_EQ(check().checkpoint.size, 9u);
  EXPECT_EQ(check().problems_total, 0u) << told(check());
  EXPECT_EQ(check().manifest.witnessed_size, 5u);
  EXPECT_NE(read("witnessed").find("witness.example.com/w1"), std::string::npos);
  // A signed checkpoint of another history, in its place.
  const auto forged = sign_checkpoint(*signer, 5, sha256("another history"));
  put("witnessed", *forged);
  sum_anew();
  EXPECT_TRUE(names(check(), "checkpoint", "witnessed"));
  fs::remove_all(at(""));
  witnessed(*forged);
  EXPECT_EQ(write().error().code, "witnessed_differs");
  witnessed(*sign_checkpoint(*signer, 10, sha256("more than there is")));
  fs::remove_all(folder.path() + "/export.partial");
  EXPECT_EQ(write().error().code, "rolled_back");
}

TEST_F(ExportTest, NothingIsWrittenOver) {
  make_log(5);
  fs::create_directory(at(""));
  EXPECT_EQ(write().error().code, "export_exists");
  fs::remove_all(at(""));
  fs::create_directory(folder.path() + "/export.partial");
  EXPECT_EQ(write().error().code, "export_exists");
  EXPECT_FALSE(fs::exists(at("")));
}

// Two at once into one folder: the second ends, and takes nothing of the first's away.
TEST_F(ExportTest, TheFolderIsOneExportsAlone) {
  const std::string partial = folder.path() + "/export.partial";
  const auto files = posix_file_system();
  auto first = ExportFiles::create_folder(*files, partial);
  ASSERT_TRUE(first);
  EXPECT_FALSE(ExportFiles::create_folder(*files, partial));
  ASSERT_TRUE((*first)->put("README.txt", "words"));
  ASSERT_TRUE((*first)->finish());
  EXPECT_TRUE(fs::exists(partial + "/SHA256SUMS"));
  // Who removes what a failed export leaves must know whose it is.
  make_log(5);
  bool begun = false;
  ExportOptions how;
  how.target = at("");
  how.target.pop_back();
  how.begun = [&] { begun = true; };
  EXPECT_EQ(export_ledger(options, ports, *key, how).error().code, "export_exists");
  EXPECT_FALSE(begun);
  fs::remove_all(partial);
  EXPECT_TRUE(export_ledger(options, ports, *key, how));
  EXPECT_TRUE(begun);
}

TEST_F(ExportTest, ALedgerThatDoesNotHoldIsNotExported) {
  make_log(20);
  const auto store_with = [&](const std::function<void(Store&)>& change) {
    auto store = *open_rocks_store(store_path(options.directory), StoreMode::open);
    change(*store);
  };
  const auto put_in = [&](Family family, const std::string& name, const std::string& value) {
    store_with([&](Store& store) { ASSERT_TRUE(store.write_synced({{family, name, value}})); });
  };
  std::string fact, entry;
  store_with([&](Store& store) {
    fact = **store.get(Family::objects, object_key(7, 0));
    entry = **store.get(Family::entries, index_key(7));
  });
  put_in(Family::objects, object_key(7, 0), "{}");
  EXPECT_EQ(write().error().code, "export_differs");
  fs::remove_all(folder.path() + "/export.partial");
  ASSERT_TRUE(write(ExportPayloads::none));
  fs::remove_all(at(""));
  put_in(Family::objects, object_key(7, 0), fact);
  std::string bad = entry;
  bad[bad.find("quote.issued")] = 'Q';
  put_in(Family::entries, index_key(7), bad);
  EXPECT_EQ(write().error().code, "export_differs");
  EXPECT_FALSE(fs::exists(at("")));
}

// Bytes 00 01 … 0f, again and again.
class CountingRandom final : public Random {
 public:
  void fill(void* out, std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i) static_cast<char*>(out)[i] = static_cast<char>(i % 16);
  }
};

// FORMAT.md shows an export of its one entry: what it shows is what is written.
TEST_F(ExportTest, IsTheWorkedExample) {
  std::string seed;
  for (int i = 0; i < 32; ++i) seed.push_back(static_cast<char>(i));
  signer = signing::signer_from_seed("ledger.example.com/quotes", seed);
  key = *signing::open_vkey(signer->vkey());
  ports.signer = signer.get();
  ports.random = std::make_shared<CountingRandom>();
  Draft genesis;
  genesis.type = "organisation.created";
  genesis.actor_id = "setup";
  genesis.actor_role = "admin";
  genesis.subject = "organisation";
  genesis.body["origin"] = "ledger.example.com/quotes";
  genesis.objects.push_back({"facts", "application/json", "{}", "", 1});
  ASSERT_TRUE(Ledger::create(options, ports, std::move(genesis)));
  ExportOptions how;
  how.target = folder.path() + "/export";
  how.vkey = signer->vkey();
  ASSERT_TRUE(export_ledger(options, ports, *key, how));
  const std::string format = *read_file(*posix_file_system(), QUOTARY_SOURCE_DIR "/ledger/FORMAT.md");
  const auto shown = [&](const std::string& text) { EXPECT_NE(format.find(text), format.npos) << text; };
  shown(read("manifest.json"));
  std::istringstream lines(read("SHA256SUMS"));
  unsigned compared = 0;
  for (std::string line; std::getline(lines, line);) {
    // These two are texts for people, and may be worded anew.
    if (line.ends_with("README.txt") || line.ends_with("index.html")) continue;
    shown(line + "\n");
    ++compared;
  }
  EXPECT_EQ(compared, 6u);
  EXPECT_EQ(check().problems_total, 0u) << told(check());
}

class ExportArchiveTest : public ExportTest {
 protected:
  [[nodiscard]] std::string archive() const { return folder.path() + "/export.tar"; }
  // What is found of an archive with these bytes: the code of a refusal, the kind of the first problem, or nothing.
  std::string found(std::string_view bytes) {
    std::filesystem::remove(archive());
    EXPECT_TRUE((*posix_file_system()->open(archive(), OpenMode::create_new))->write_at(0, bytes));
    const auto report = try_check("export.tar");
    if (!report) return report.error().code;
    return report->problems_total == 0 ? "" : report->problems.front().kind;
  }
};

TEST_F(ExportArchiveTest, HoldsTheFilesOfTheFolder) {
  make_log(700);
  ASSERT_TRUE(write(ExportPayloads::all));
  const auto manifest = write(ExportPayloads::all, "export.tar");
  ASSERT_TRUE(manifest) << manifest.error().detail;
  EXPECT_FALSE(fs::exists(archive() + ".partial"));
  EXPECT_FALSE(fs::exists(archive() + ".partial.sums"));
  const auto source = open_export_archive(archive());
  ASSERT_TRUE(source) << source.error().detail;
  std::size_t seen = 0;
  ASSERT_TRUE((*source)->visit([&](const std::string& path) {
    const std::string whole = read(path);
    EXPECT_EQ((*source)->open(path).value()->read(whole.size() + 1).value(), whole) << path;
    return ++seen > 0;
  }));
  EXPECT_EQ(seen, files().size());
  const auto report = try_check("export.tar");
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->problems_total, 0u) << told(*report);
  EXPECT_EQ(report->files_checked, files().size());
  EXPECT_EQ(write(ExportPayloads::all, "export.tar").error().code, "export_exists");
}

TEST_F(ExportArchiveTest, EachFlippedByteIsFound) {
  make_log(300);
  ASSERT_TRUE(write(ExportPayloads::all, "export.tar"));
  const std::string whole = *read_file(*posix_file_system(), archive());
  const std::size_t step = whole.size() / 400 | 1;
  for (std::size_t place = 0; place < whole.size(); place += step) {
    std::string bad = whole;
    bad[place] = static_cast<char>(bad[place] ^ 1);
    // What fills a member's last block is nobody's.
    std::string at;
    for (std::size_t i = place; i < whole.size() && i % ustar_block_bytes != 0; ++i) at += whole[i];
    const bool fills = at.find_first_not_of('\0') == at.npos && !at.empty() && place + at.size() < whole.size() &&
                       whole.find_last_not_of('\0', place) / ustar_block_bytes == place / ustar_block_bytes;
    const std::string said = found(bad);
    EXPECT_TRUE(!said.empty() || fills) << place;
  }
}

TEST_F(ExportArchiveTest, WhatIsCutShortOrGoesOnIsNoArchive) {
  make_log(300);
  ASSERT_TRUE(write(ExportPayloads::facts, "export.tar"));
  const std::string whole = *read_file(*posix_file_system(), archive());
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{511}, whole.size() / 2, whole.size() - 512, whole.size() - 1})
    EXPECT_EQ(found(whole.substr(0, size)), "bad_archive") << size;
  EXPECT_EQ(found(whole + '\0'), "bad_archive");
  EXPECT_EQ(found(whole + whole), "bad_archive");
  const std::string members = whole.substr(0, whole.size() - ustar_end_bytes);
  EXPECT_EQ(found(members + whole), "bad_archive");  // each file twice
  const std::string extra = ustar_header({"extra", 1, read_ustar_header(whole.substr(0, 512))->seconds}) + "x" +
                            std::string(ustar_padding(1), '\0');
  EXPECT_EQ(found(extra + whole), "file");
  EXPECT_EQ(found(whole), "");
}

TEST(Ustar, ReadsWhatItWritesAndNothingElse) {
  const UstarMember member{"tile/entries/x001/067.p/5", 1234567, 1'790'000'000};
  const std::string block = ustar_header(member);
  const auto read = read_ustar_header(block);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->name, member.name);
  EXPECT_EQ(read->size, member.size);
  EXPECT_EQ(read->seconds, member.seconds);
  for (std::size_t at = 0; at < block.size(); ++at) {
    for (const char bit : {'\x01', '\x08', '\x40'}) {
      std::string changed = block;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      EXPECT_FALSE(read_ustar_header(changed)) << at;
    }
  }
}

// The writer's own faults: whichever call fails, there is no export under the name, and after success all of it lasts.
class ExportFaultTest : public testing::ExportFixture {
 protected:
  ExportFaultTest() : ExportFaultTest(std::make_shared<testing::FaultyFileSystem>(posix_file_system())) {}
  const std::shared_ptr<testing::FaultyFileSystem> disk;

 private:
  explicit ExportFaultTest(const std::shared_ptr<testing::FaultyFileSystem>& made) : ExportFixture(made), disk(made) {}
};

// Before the name is given, all of it is on the disk: what a power cut leaves then is the whole export.
TEST_F(ExportFaultTest, AllIsOnTheDiskBeforeItHasItsName) {
  make_log(520);
  ASSERT_TRUE(disk->lose_unsynced());
  disk->fail_from("a renaming");
  EXPECT_FALSE(write());
  EXPECT_NE(disk->failed().find("export.partial"), std::string::npos) << disk->failed();
  disk->heal();
  ASSERT_TRUE(disk->lose_unsynced());
  fs::rename(folder.path() + "/export.partial", at(""));
  EXPECT_EQ(check().problems_total, 0u) << told(check());
}

TEST_F(ExportFaultTest, AFailedCallLeavesNoArchive) {
  make_log(260);
  const std::uint64_t before = disk->calls();
  ASSERT_TRUE(write(ExportPayloads::facts, "export.tar"));
  const std::uint64_t calls = disk->calls() - before;
  const std::string archive = folder.path() + "/export.tar";
  fs::remove(archive);
  for (std::uint64_t nth = 1; nth < calls; ++nth) {
    disk->fail_from(nth);
    EXPECT_FALSE(write(ExportPayloads::facts, "export.tar")) << nth;
    disk->heal();
    EXPECT_FALSE(fs::exists(archive)) << nth << " " << disk->failed();
    fs::remove(archive + ".partial");
    fs::remove(archive + ".partial.sums");
    ASSERT_TRUE(disk->lose_unsynced());
  }
  ASSERT_TRUE(write(ExportPayloads::facts, "export.tar"));
  ASSERT_TRUE(disk->lose_unsynced());
  EXPECT_EQ(try_check("export.tar")->problems_total, 0u);
}

TEST_F(ExportFaultTest, AFailedCallLeavesNoExport) {
  make_log(260);
  const std::uint64_t before = disk->calls();
  ASSERT_TRUE(write());
  const std::uint64_t calls = disk->calls() - before;
  EXPECT_GT(calls, 20u);
  fs::remove_all(at(""));
  // The last call syncs the folder in which the name stands: then the export is there, only perhaps not for good.
  for (std::uint64_t nth = 1; nth < calls; ++nth) {
    disk->fail_from(nth);
    EXPECT_FALSE(write()) << nth;
    disk->heal();
    EXPECT_FALSE(fs::exists(at(""))) << nth << " " << disk->failed();
    fs::remove_all(folder.path() + "/export.partial");
    ASSERT_TRUE(disk->lose_unsynced());
  }
}

}  // namespace
}  // namespace quotary
