// A whole organisation at work, with several clients at once, on a disk of which one call fails, or all from one on:
// what was acknowledged is there, the numbers have no gap, everything verifies, and nothing hangs. The seed is printed;
// QUOTARY_SEED sets it, QUOTARY_FAULT_POINTS how many calls of the run are taken (0: every one).
#include "ledger/records/fold.h"
#include "signing/keys.h"
#include "tests/api/fixture.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/settings.h"

#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

namespace quotary::api {
namespace {

namespace fs = std::filesystem;
using testing::price_error;
using testing::text;
using testing::World;

constexpr unsigned clients = 4;
constexpr int quotes_each = 3;
constexpr std::uint64_t points_usual = 10;

// What was acknowledged: numbers with the hash of their PDF, and requests to void.
struct Promised {
  std::mutex mutex;
  std::map<std::string, std::string> quotes;
  std::map<std::string, std::string> voids;  // id of the request, number
};

class FailingDisk : public ::testing::Test {
 protected:
  FailingDisk() {
    world.organisation.reset();
    fs::copy(world.config.data_directory, kept("data"), fs::copy_options::recursive);
    fs::copy(world.config.keys_directory, kept("keys"), fs::copy_options::recursive);
    world.config.log_ahead_bytes = 64u << 10;
  }
  [[nodiscard]] std::string kept(const std::string& what) const { return world.folder.file("kept." + what); }

  void start_anew() {
    fs::remove_all(world.config.data_directory);
    fs::remove_all(world.config.keys_directory);
    fs::copy(kept("data"), world.config.data_directory, fs::copy_options::recursive);
    fs::copy(kept("keys"), world.config.keys_directory, fs::copy_options::recursive);
    files = std::make_shared<quotary::testing::FaultyFileSystem>(posix_file_system());
    world.config.files = files;
  }

  // Errors that a failing disk may be told by. No other kind says what is wrong.
  static void expect_told(const Error& error) {
    EXPECT_TRUE(error.kind == Errc::storage || error.kind == Errc::unavailable) << error.code << ": " << error.detail;
    EXPECT_NE(error.detail, "") << error.code;
  }

  void issue_some(unsigned client, Promised& promised) {
    for (int i = 0; i < quotes_each; ++i) {
      const auto issued = world.issue("client-" + std::to_string(client) + "-" + std::to_string(i),
                                      World::quote(std::to_string(i + 1)));
      if (!issued) {
        expect_told(issued.error());
        continue;
      }
      const std::string number = text(*issued, "number");
      {
        const std::lock_guard lock(promised.mutex);
        EXPECT_TRUE(
            promised.quotes.emplace(number, std::string(issued->body.at("document").at("sha256").as_string())).second)
            << number << " twice";
      }
      const auto asked = world.organisation->request_void(world.rep, number, "void-" + number, price_error);
      if (!asked) {
        expect_told(asked.error());
        continue;
      }
      const std::lock_guard lock(promised.mutex);
      promised.voids.emplace(text(*asked, "id"), number);
    }
  }

  // Whether it could be opened at all.
  bool work(Promised& promised) {
    auto opened = Organisation::open(world.config);
    if (!opened) return expect_told(opened.error()), false;
    world.organisation = std::move(*opened);
    std::vector<std::thread> threads;
    for (unsigned client = 0; client < clients; ++client)
      threads.emplace_back([this, client, &promised] { issue_some(client, promised); });
    for (auto& thread : threads) thread.join();
    world.organisation.reset();
    return true;
  }

  // After the disk was mended.
  void check(const Promised& promised) {
    world.reopen();
    if (!world.organisation) return;
    for (const auto& [number, sha] : promised.quotes) {
      const auto pdf = world.organisation->quote_pdf(world.rep, number);
      ASSERT_TRUE(pdf) << number << ": " << pdf.error().detail;
      EXPECT_EQ(sha256(pdf->bytes).hex(), sha) << number;
      const auto again = world.organisation->read_quote(world.rep, number);
      ASSERT_TRUE(again);
    }
    for (const auto& [id, number] : promised.voids) {
      const auto request = world.organisation->read_void(world.rep, id);
      ASSERT_TRUE(request) << number << ": " << request.error().detail;
    }
    // The next number is one more than there are: none was left out, none is free again.
    const auto listed = world.organisation->list_quotes(world.rep, {});
    ASSERT_TRUE(listed) << listed.error().detail;
    const std::size_t there = listed->body.at("items").as_array().size();
    EXPECT_GE(there, promised.quotes.size());
    const auto next = world.issue("after");
    ASSERT_TRUE(next) << next.error().detail;
    const std::string number = text(*next, "number"), digits = std::to_string(there + 1);
    EXPECT_EQ(number.substr(number.size() - 6), std::string(6 - digits.size(), '0') + digits);
    world.organisation.reset();
    verify();
  }
  void verify() {
    const auto keys = signing::KeyFolder::open(posix_file_system(), world.config.keys_directory).value();
    LedgerOptions options;
    options.directory = world.config.data_directory;
    LedgerPorts ports;
    ports.files = posix_file_system();
    ports.clock = world.clock;
    ports.random = std::make_shared<SystemRandom>();
    ports.cipher = &keys->object_cipher();
    ports.fold = std::make_shared<RecordsFold>();
    const auto log_key = signing::open_vkey(keys->log_signer().vkey()).value();
    const auto report = verify_folder(options, ports, {}, *log_key);
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->problems_total, 0u)
        << report->problems[0].kind << " " << report->problems[0].index << " " << report->problems[0].detail;
  }

  void check_at_points(bool once) {
    const std::uint64_t seed = quotary::testing::chosen_seed();
    std::mt19937_64 random(seed);
    Promised whole;
    start_anew();
    ASSERT_TRUE(work(whole));
    ASSERT_EQ(whole.quotes.size(), std::size_t{clients} * quotes_each);
    const std::uint64_t calls = files->calls();
    check(whole);
    const std::uint64_t asked = quotary::testing::setting("QUOTARY_FAULT_POINTS", points_usual),
                        points = asked == 0 ? calls : asked;
    std::uint64_t stopped = 0;
    for (std::uint64_t i = 0; i < points; ++i) {
      const std::uint64_t nth = asked == 0 ? i + 1 : 1 + random() % calls;
      start_anew();
      once ? files->fail_once(nth) : files->fail_from(nth);
      Promised promised;
      const bool opened = work(promised);
      SCOPED_TRACE("call " + std::to_string(nth) + " of about " + std::to_string(calls) + ", " + files->failed());
      files->heal();
      stopped += !opened || promised.quotes.size() < whole.quotes.size() ? 1 : 0;
      check(promised);
      if (HasFailure()) return;
    }
    EXPECT_GT(stopped, 0u);
  }

  World world;
  std::shared_ptr<quotary::testing::FaultyFileSystem> files;
};

TEST_F(FailingDisk, OneCallThatFailsLosesNothing) { check_at_points(true); }

TEST_F(FailingDisk, ADiskThatFailsFromOneCallOnLosesNothing) { check_at_points(false); }

}  // namespace
}  // namespace quotary::api
