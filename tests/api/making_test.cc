// The making of an organisation on a disk that fails or loses power at any call: the next run of the same completes it,
// and what it cannot vouch for it refuses and leaves alone. The seed is printed; QUOTARY_SEED sets it,
// QUOTARY_FAULT_POINTS how many points each test takes (0: every one).
#include "tests/api/fixture.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/settings.h"

#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <random>

namespace quotary::api {
namespace {

using quotary::testing::FaultyFileSystem;
using testing::code_of;
using ::testing::HasSubstr;
using testing::text;
using testing::World;

class MakingTest : public ::testing::Test {
 protected:
  MakingTest() { start_anew(); }

  void start_anew() {
    const std::string at = folder_.file(std::to_string(++folders_));
    std::filesystem::create_directories(at);
    files_ = std::make_shared<FaultyFileSystem>(posix_file_system());
    config_ = {};
    config_.data_directory = at + "/data";
    config_.keys_directory = at + "/data.keys";
    config_.files = files_;
    config_.clock = clock_;
  }

  std::string key(const char* name) const { return config_.keys_directory + "/" + name; }
  std::string published_slots() const { return config_.data_directory + "/published.slots"; }
  Result<std::unique_ptr<Organisation>> create() const { return Organisation::create(config_, made_); }

  // In new folders, fails from the first call on whose description holds `what`.
  void cut_at(std::string_view what) {
    start_anew();
    files_->fail_from(what);
    ASSERT_FALSE(create()) << "it never came to " << what;
    files_->heal();
  }

  // Every file below the organisation's folders with what it holds, but for the store's own, which each opening writes.
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> out;
    for (const auto& folder : {config_.data_directory, config_.keys_directory}) {
      for (const auto& item : std::filesystem::recursive_directory_iterator(folder)) {
        if (item.is_regular_file() && item.path().string().find("/store/") == std::string::npos)
          out[item.path()] = *read_file(*posix_file_system(), item.path());
      }
    }
    return out;
  }

  static void expect_issues(Organisation& organisation) {
    const auto admin = Organisation::operator_principal();
    ASSERT_TRUE(organisation.ready());
    testing::add_sample_series(organisation);
    const auto person = organisation.add_person(admin, {"李雷", Role::rep, "A", "EAST", "", ""});
    ASSERT_TRUE(person);
    const auto rep = organisation.authenticate(*organisation.issue_token(admin, text(*person, "id")));
    ASSERT_TRUE(rep);
    const auto issued = organisation.issue_quote(*rep, "k", World::quote());
    ASSERT_TRUE(issued) << issued.error().code << " " << issued.error().detail;
    EXPECT_EQ(text(*issued, "number"), "SHQT2026-000001");
    const auto checked = organisation.verify_log({"auditor-1", Role::auditor, {}, {}}, "{}");
    ASSERT_TRUE(checked) << checked.error().detail;
    EXPECT_TRUE(checked->body.at("ok").as_bool()) << json::serialize(checked->body);
  }

  enum class Fault { from, once, power };

  // At each point of a fault: what is left opens or says that it is unfinished, and the same making completes it.
  void check_at_points(Fault fault, std::uint64_t sample) {
    const std::uint64_t run_seed = quotary::testing::chosen_seed();
    std::mt19937_64 random(run_seed);
    start_anew();
    ASSERT_TRUE(create());
    const std::uint64_t calls = files_->calls();
    ASSERT_GT(calls, 20u);
    const std::uint64_t points = quotary::testing::setting("QUOTARY_FAULT_POINTS", sample);
    std::uint64_t interrupted = 0;
    for (std::uint64_t i = 0; i < (points == 0 ? calls : points); ++i) {
      const std::uint64_t nth = points == 0 ? i + 1 : 1 + random() % calls;
      start_anew();
      fault == Fault::once ? files_->fail_once(nth) : files_->fail_from(nth);
      const auto first = code_of(create());
      SCOPED_TRACE("call " + std::to_string(nth) + " of " + std::to_string(calls) + ", " + files_->failed() +
                   ", seed " + std::to_string(run_seed) + ": " + first);
      files_->heal();
      ASSERT_TRUE(fault != Fault::power || files_->lose_unsynced(random() | 1));
      const auto log_key = read_file(*files_, key("log.key"));
      // A failure that was told leaves an unfinished making, unless it was that of the end's own sync; one that was not
      // needed none.
      const bool ended = !files_->exists(key("making")) && files_->exists(published_slots());
      if (first.empty() || ended) {
        EXPECT_EQ(code_of(create()), "folder_not_empty");
      } else {
        ++interrupted;
        auto again = create();
        ASSERT_TRUE(again) << again.error().code << " " << again.error().detail;
      }
      EXPECT_FALSE(files_->exists(key("making")));
      EXPECT_TRUE(!log_key || *read_file(*files_, key("log.key")) == *log_key) << "a key was made twice";
      // Whatever power loss follows.
      ASSERT_TRUE(files_->lose_unsynced());
      auto opened = Organisation::open(config_);
      ASSERT_TRUE(opened) << opened.error().code << " " << opened.error().detail;
      expect_issues(**opened);
      if (HasFailure()) return;
    }
    EXPECT_GT(interrupted, 0u);
  }

  quotary::testing::TemporaryFolder folder_;
  std::shared_ptr<testing::SetClock> clock_ = std::make_shared<testing::SetClock>(testing::sample_start);
  std::shared_ptr<FaultyFileSystem> files_;
  OrganisationConfig config_;
  NewOrganisation made_ = testing::sample_organisation();
  int folders_ = 0;
};

TEST_F(MakingTest, GoesOnFromEveryCallThatFailed) { check_at_points(Fault::from, 4); }

TEST_F(MakingTest, GoesOnFromEveryCallThatFailedOnce) { check_at_points(Fault::once, 4); }

TEST_F(MakingTest, GoesOnAfterAPowerCut) { check_at_points(Fault::power, 4); }

TEST_F(MakingTest, AnUnfinishedOneSaysSoAndRecordsWhatItIs) {
  for (const char* place : {"/pepper.key", "/seal.key.pem", "/seal.cert.pem", "/published.slots"}) {
    SCOPED_TRACE(place);
    cut_at(place);
    const auto opened = Organisation::open(config_);
    EXPECT_EQ(code_of(opened), "organisation_unfinished");
    EXPECT_THAT(opened.error().detail, HasSubstr("quotary init"));
    EXPECT_EQ(
        *read_file(*files_, key("making")),
        R"({"data":")" + config_.data_directory +
            R"(","origin":"ledger.example.com/test","public_url":"https://quotes.example.com","seal":"development",)"
            R"("seller":"a958a0829951fc3f97123096cb99d44f1ac7ca6ea3bfd2f33383b1b5c979183b","time_zone":"Asia/Shanghai","v":"1"})"
            "\n");
  }
}

TEST_F(MakingTest, GoesOnOnlyWithTheSame) {
  cut_at("/published.slots");
  const auto before = contents();
  const auto differing = [&](const NewOrganisation& other, const OrganisationConfig& config) {
    const auto made = Organisation::create(config, other);
    return code_of(made) == "making_differs" ? made.error().detail : code_of(made);
  };
  NewOrganisation other = made_;
  other.public_url = "https://elsewhere.example.com";
  EXPECT_THAT(differing(other, config_),
              ::testing::AllOf(HasSubstr("differs in public_url (https://quotes.example.com):"),
                               HasSubstr(config_.keys_directory)));
  other.seller.name = "另一家公司";
  EXPECT_THAT(differing(other, config_), HasSubstr("differs in public_url (https://quotes.example.com), seller:"));
  other = made_;
  other.origin = "ledger.example.com/other";
  other.time_zone = "Europe/Berlin";
  EXPECT_THAT(differing(other, config_),
              HasSubstr("differs in origin (ledger.example.com/test), time_zone (Asia/Shanghai):"));
  OrganisationConfig elsewhere = config_;
  elsewhere.data_directory += "-2";
  EXPECT_THAT(differing(made_, elsewhere), HasSubstr("differs in data (" + config_.data_directory + "):"));
  OrganisationConfig sealed = config_;
  sealed.seal.certificate_path = sealed.seal.key_path = "x.pem";
  EXPECT_THAT(differing(made_, sealed), HasSubstr("differs in seal (development):"));
  EXPECT_EQ(contents(), before);
  EXPECT_FALSE(files_->exists(elsewhere.data_directory));
  ASSERT_TRUE(create());
}

TEST_F(MakingTest, AFinishedOrganisationIsLeftAlone) {
  expect_issues(**create());
  const auto before = contents();
  EXPECT_EQ(code_of(create()), "folder_not_empty");
  OrganisationConfig elsewhere = config_;
  elsewhere.data_directory += "-2";
  EXPECT_EQ(code_of(Organisation::create(elsewhere, made_)), "keys_exist");
  elsewhere = config_;
  elsewhere.keys_directory += "-2";
  EXPECT_EQ(code_of(Organisation::create(elsewhere, made_)), "folder_not_empty");
  EXPECT_FALSE(files_->exists(elsewhere.keys_directory));
  EXPECT_EQ(contents(), before);
  // Nor does it become unfinished when a part of its keys is lost.
  std::filesystem::rename(key("subjects.keys"), key("subjects.keys.away"));
  EXPECT_EQ(code_of(create()), "folder_not_empty");
  std::filesystem::rename(config_.data_directory, config_.data_directory + ".away");
  EXPECT_EQ(code_of(create()), "keys_exist");
  EXPECT_EQ(code_of(Organisation::open(config_)), "key_missing");
}

TEST_F(MakingTest, ALedgerOfAnotherInItsPlaceIsRefused) {
  expect_issues(**create());
  const auto other = config_;
  cut_at("/published.slots");
  std::filesystem::remove_all(config_.data_directory);
  std::filesystem::copy(other.data_directory, config_.data_directory, std::filesystem::copy_options::recursive);
  EXPECT_EQ(code_of(create()), "published_signature");
  OrganisationConfig moved = other;
  moved.data_directory = config_.data_directory;
  EXPECT_TRUE(Organisation::open(moved));
}

TEST_F(MakingTest, AServedOneIsNoLongerInTheMaking) {
  // All is there but the removal of the record.
  files_->fail_from("a removal of " + key("making"));
  ASSERT_FALSE(create());
  files_->heal();
  { ASSERT_TRUE(Organisation::open(config_)); }
  EXPECT_FALSE(files_->exists(key("making")));
  EXPECT_EQ(code_of(create()), "folder_not_empty");
}

TEST_F(MakingTest, OneThatEndedDoesNotComeBackWithAPowerCut) {
  ASSERT_TRUE(create());
  ASSERT_TRUE(files_->lose_unsynced());
  EXPECT_FALSE(files_->exists(key("making")));
  // Nor where the sync of its end failed, once it is served.
  start_anew();
  ASSERT_TRUE(create());
  const std::uint64_t calls = files_->calls();
  start_anew();
  files_->fail_once(calls);
  const auto failed = create();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().detail, "a sync of " + config_.keys_directory + " was made to fail");
  expect_issues(**Organisation::open(config_));
  ASSERT_TRUE(files_->lose_unsynced());
  made_.public_url = "https://elsewhere.example.com";
  EXPECT_EQ(code_of(create()), "folder_not_empty");
}

TEST_F(MakingTest, OneAtATime) {
  cut_at("/published.slots");
  {
    const auto held = files_->lock(key("making"));
    ASSERT_TRUE(held);
    EXPECT_EQ(code_of(create()), "locked");
  }
  EXPECT_TRUE(create());
}

TEST_F(MakingTest, RefusedInputMakesNothing) {
  for (const char* origin : {"", "two words", "a+b", "a\x01z", "a\xe3\x80\x80z", "\xff"}) {
    made_.origin = origin;
    EXPECT_EQ(code_of(create()), "bad_origin") << origin;
  }
  made_.origin = "ledger.example.com/test";
  config_.fonts.bold = "/nowhere.ttc";
  EXPECT_EQ(code_of(create()), "font_missing");
  EXPECT_FALSE(files_->exists(config_.data_directory));
  EXPECT_FALSE(files_->exists(config_.keys_directory));
  config_.fonts = {};
  // A seal of one's own in the key folder is not taken for a development one.
  std::filesystem::create_directories(config_.keys_directory);
  std::ofstream(key("seal.key.pem")) << "mine";
  EXPECT_EQ(code_of(create()), "keys_exist");
  EXPECT_FALSE(files_->exists(key("log.key")));
}

}  // namespace
}  // namespace quotary::api
