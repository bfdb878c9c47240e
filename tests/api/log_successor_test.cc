// A log that goes on for one that lost signed entries: what was issued before still holds under the same index, no
// number is given twice, the old log signs no more, and a beginning that fails or loses power at any call is completed
// by the next one. QUOTARY_SEED sets the seed that is printed, QUOTARY_FAULT_POINTS how many points each test takes (0:
// every one).
#include "api/log_successor.h"

#include "api/key_rotation.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/earlier.h"
#include "ledger/log/lost_mark.h"
#include "ledger/log/proof.h"
#include "ledger/log/slots.h"
#include "ledger/records/fold.h"
#include "signing/cosigner.h"
#include "signing/keys.h"
#include "tests/api/fault_points.h"
#include "tests/api/fixture.h"

#include <gmock/gmock.h>

#include <filesystem>

namespace quotary::api {
namespace {

namespace fs = std::filesystem;
using quotary::testing::FaultyFileSystem;
using testing::code_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::text;
using testing::World;

const std::string second_origin = "ledger.example.com/test/2";

// Two quotes stand in a copy of the folder; three more and a void request were signed after it and are lost.
class LogSuccessorTest : public ::testing::Test {
 protected:
  LogSuccessorTest() {
    issue("one");
    first_proof = *world.organisation->quote_proof(world.auditor, issue("two"));
    close();
    old_data = world.config.data_directory;
    left = world.folder.path() + "/left";
    fs::copy(old_data, left, fs::copy_options::recursive);
    kept_size = Slots::read(*posix_file_system(), slots_path(left)).value()->size;
    open();
    for (const char* key : {"three", "four", "five"})
      lost_proof = *world.organisation->quote_proof(world.auditor, issue(key));
    EXPECT_TRUE(world.organisation->request_void(world.rep, "SHQT2026-000001", "void", testing::price_error));
    old_vkey = vkey();
    close();
    last = *Slots::read(*posix_file_system(), slots_path(old_data)).value();
    keys_kept = world.folder.path() + "/keys-kept";
    fs::copy(world.config.keys_directory, keys_kept, fs::copy_options::recursive);
    world.config.data_directory = left;
    mark(left);
  }

  // As a restore leaves it.
  void mark(const std::string& folder, bool counted = true) const {
    ASSERT_TRUE(write_lost_mark(*posix_file_system(), folder, {kept_size, last.size}));
    auto slots = Slots::open(*posix_file_system(), slots_path(folder));
    ASSERT_TRUE(slots);
    ASSERT_TRUE(slots->publish(last.note, counted ? last.counters : std::vector<Counter>{}));
  }
  std::string issue(const std::string& key) {
    const auto issued = world.organisation->issue_quote(world.rep, key, World::quote());
    EXPECT_TRUE(issued) << issued.error().code << " " << issued.error().detail;
    return issued ? text(*issued, "number") : "";
  }
  std::string vkey() const {
    std::string key = world.organisation->vkey();
    key.pop_back();
    return key;
  }
  void close() { world.organisation.reset(); }
  void open() {
    auto opened = Organisation::open(world.config);
    ASSERT_TRUE(opened) << opened.error().code << " " << opened.error().detail;
    world.organisation = std::move(*opened);
  }
  std::unique_ptr<Succession> keys_from(const std::string& trusted) const {
    auto keys = Succession::open(*world.organisation->succession(), trusted, signing::ed25519_holds);
    EXPECT_TRUE(keys) << keys.error().detail;
    return std::move(*keys);
  }
  std::vector<std::string> problems(const CheckpointVerifier& log_key) const {
    LedgerOptions options;
    options.directory = left;
    LedgerPorts ports;
    ports.files = posix_file_system();
    ports.fold = std::make_shared<RecordsFold>();
    const auto report = verify_folder(options, ports, {}, log_key);
    EXPECT_TRUE(report) << report.error().detail;
    std::vector<std::string> out;
    for (const auto& each : report->problems) out.push_back(each.kind + ": " + each.detail);
    return out;
  }

  World world;
  std::string old_data, left, keys_kept, first_proof, lost_proof, old_vkey;
  std::uint64_t kept_size = 0;
  Published last;
};

TEST_F(LogSuccessorTest, GoesOnFromWhatIsLeftAndGivesNoNumberTwice) {
  EXPECT_EQ(code_of(Organisation::open(world.config)), "entries_lost");
  const auto done = begin_log_successor(world.config, second_origin);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  EXPECT_EQ(done->rotation.index, kept_size);
  EXPECT_EQ(done->rotation.old_size_max, last.size);
  EXPECT_EQ(vkey_text(done->rotation.old_key), old_vkey);
  EXPECT_THAT(done->burned, ElementsAre(BurnedRange{"SH-QT", "2026", 3, 5}));
  open();
  EXPECT_EQ(world.organisation->profile().origin, second_origin);
  EXPECT_EQ(issue("six"), "SHQT2026-000006");
  // The request of before is answered by what was lost, so it is a new one here.
  EXPECT_EQ(issue("three"), "SHQT2026-000007");
  const auto one = world.organisation->read_quote(world.rep, "SHQT2026-000001");
  ASSERT_TRUE(one);
  EXPECT_EQ(text(*one, "status"), "issued");  // the request to void it is lost
  EXPECT_EQ(code_of(world.organisation->read_quote(world.rep, "SHQT2026-000003")), "quote_not_found");
  const auto checked = world.organisation->verify_log(world.auditor, "{}");
  ASSERT_TRUE(checked);
  EXPECT_TRUE(checked->body.at("ok").as_bool()) << json::serialize(checked->body);
  EXPECT_FALSE(fs::exists(left + "/lost"));
  EXPECT_FALSE(fs::exists(left + "/successor"));
}

TEST_F(LogSuccessorTest, ProofsOfBothLogsHoldFromEitherKey) {
  ASSERT_TRUE(begin_log_successor(world.config, second_origin));
  open();
  const std::string six = *world.organisation->quote_proof(world.auditor, issue("six"));
  const std::string one_again = *world.organisation->quote_proof(world.auditor, "SHQT2026-000001");
  for (const std::string& trusted : {old_vkey, vkey()}) {
    const auto keys = keys_from(trusted);
    for (const std::string& proof : {first_proof, lost_proof, six, one_again}) EXPECT_TRUE(check_proof(proof, *keys));
    EXPECT_EQ(keys->lost_from("ledger.example.com/test"), kept_size);
    EXPECT_FALSE(keys->lost_from(second_origin));
    EXPECT_THAT(problems(*keys), ElementsAre());
    // Of what the old log signed, only what is left can be compared.
    EXPECT_TRUE(open_earlier(first_proof, "kept", *keys));
    EXPECT_EQ(code_of(open_earlier(lost_proof, "kept", *keys)), "over_lost_entries");
  }
}

TEST_F(LogSuccessorTest, TheOldLogSignsNoMoreThanItHad) {
  ASSERT_TRUE(begin_log_successor(world.config, second_origin));
  open();
  const auto keys = keys_from(vkey());
  close();
  const auto old_keys = signing::KeyFolder::open(posix_file_system(), keys_kept).value();
  const auto within = sign_checkpoint(old_keys->log_signer(), last.size, sha256("a")).value();
  const auto beyond = sign_checkpoint(old_keys->log_signer(), last.size + 1, sha256("a")).value();
  EXPECT_TRUE(open_checkpoint(within, *keys));  // a split view, which no file can show
  EXPECT_EQ(code_of(open_checkpoint(beyond, *keys)), "retired_key");
  // A key's signature under the other log's name is none.
  const auto crossed = checkpoint_text({second_origin, 1, sha256("a")});
  const auto line = old_keys->log_signer().signature_line(crossed).value();
  EXPECT_EQ(code_of(open_checkpoint(crossed + "\n" + line, *keys)), "origin");
  auto config = world.config;
  config.keys_directory = keys_kept;
  EXPECT_EQ(code_of(Organisation::open(config)), "key_retired");
  // Nor does the successor's key go on in the old log's folder, which it could take for its own history.
  config = world.config;
  config.data_directory = old_data;
  EXPECT_EQ(code_of(Organisation::open(config)), "other_history");
}

TEST_F(LogSuccessorTest, WithoutTheCountersAsManyAreBurnedAsEntriesAreLost) {
  mark(left, false);
  const auto done = begin_log_successor(world.config, second_origin);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_THAT(done->burned, ElementsAre(BurnedRange{"SH-QT", "2026", 3, 2 + last.size - kept_size}));
}

TEST_F(LogSuccessorTest, APeriodThatHadBegunInWhatIsLostIsBurnedToo) {
  world.clock->set(*parse_rfc3339("2027-01-02T02:00:00.000Z"));
  mark(left, false);
  const auto done = begin_log_successor(world.config, second_origin);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_THAT(done->burned, ElementsAre(BurnedRange{"SH-QT", "2026", 3, 2 + last.size - kept_size},
                                        BurnedRange{"SH-QT", "2027", 1, last.size - kept_size}));
  open();
  const auto issued = world.organisation->issue_quote(world.rep, "next", World::quote());
  ASSERT_TRUE(issued) << issued.error().detail;
  EXPECT_EQ(text(*issued, "number"), "SHQT2027-00000" + std::to_string(last.size - kept_size + 1));
  const auto checked = world.organisation->verify_log(world.auditor, "{}");
  EXPECT_TRUE(checked->body.at("ok").as_bool()) << json::serialize(checked->body);
}

// The old log's slots, which may still be published to, count the year that has passed since.
TEST_F(LogSuccessorTest, APeriodThatEndedMeanwhileIsBurnedAsItsCounterSays) {
  world.clock->set(*parse_rfc3339("2027-01-02T02:00:00.000Z"));
  const std::string elsewhere = world.folder.path() + "/elsewhere.slots";
  fs::copy_file(slots_path(old_data), elsewhere);
  world.config.publish_to = {elsewhere};
  const auto done = begin_log_successor(world.config, second_origin);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  EXPECT_THAT(done->burned, ElementsAre(BurnedRange{"SH-QT", "2026", 3, 5}));
  open();
  EXPECT_EQ(issue("next"), "SHQT2027-000001");
  const auto checked = world.organisation->verify_log(world.auditor, "{}");
  EXPECT_TRUE(checked->body.at("ok").as_bool()) << json::serialize(checked->body);
}

TEST_F(LogSuccessorTest, AClockThatIsBehindTakesNobodysPlace) {
  world.clock->set(*parse_rfc3339("2026-11-23T02:00:00.000Z"));
  const auto done = begin_log_successor(world.config, second_origin);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  EXPECT_EQ(done->rotation.index, kept_size);
  world.clock->set(*parse_rfc3339("2026-11-25T02:00:00.000Z"));
  open();
  EXPECT_EQ(issue("six"), "SHQT2026-000006");
}

TEST_F(LogSuccessorTest, ASeriesThatIsLostGoesOnBehindItsLastNumber) {
  world.config.data_directory = old_data;
  open();
  const NewSeries added{"BJ-QT", "BJ", "quote", "{BR}QT{YYYY}-{SEQ:6}", "year"};
  const auto admin = Organisation::operator_principal();
  ASSERT_TRUE(world.organisation->add_series(admin, added));
  const auto quote_of = [&](const std::string& key) {
    std::string body = World::quote();
    body.replace(body.find("SH-QT"), 5, "BJ-QT");
    const auto issued = world.organisation->issue_quote(world.rep, key, body);
    EXPECT_TRUE(issued) << issued.error().code << " " << issued.error().detail;
    return issued ? text(*issued, "number") : "";
  };
  quote_of("bj-1");
  EXPECT_EQ(quote_of("bj-2"), "BJQT2026-000002");
  close();
  last = *Slots::read(*posix_file_system(), slots_path(old_data)).value();
  world.config.data_directory = left;
  mark(left);
  const auto done = begin_log_successor(world.config, second_origin);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  EXPECT_THAT(done->burned, ElementsAre(BurnedRange{"SH-QT", "2026", 3, 5}, BurnedRange{"BJ-QT", "2026", 1, 2}));
  open();
  ASSERT_TRUE(world.organisation->add_series(admin, added));
  EXPECT_EQ(quote_of("bj-3"), "BJQT2026-000003");
  const auto checked = world.organisation->verify_log(world.auditor, "{}");
  EXPECT_TRUE(checked->body.at("ok").as_bool()) << json::serialize(checked->body);
}

TEST_F(LogSuccessorTest, ASecondRotationMayBeLostToo) {
  world.config.data_directory = old_data;
  ASSERT_TRUE(rotate_log_key(world.config, KeyEnd::rotated));
  fs::remove_all(left);
  fs::copy(old_data, left, fs::copy_options::recursive);
  kept_size = Slots::read(*posix_file_system(), slots_path(left)).value()->size;
  ASSERT_TRUE(rotate_log_key(world.config, KeyEnd::rotated));
  last = *Slots::read(*posix_file_system(), slots_path(old_data)).value();
  world.config.data_directory = left;
  mark(left);
  const auto done = begin_log_successor(world.config, second_origin);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  open();
  EXPECT_EQ(keys_from(old_vkey)->rotations().size(), 3u);
  EXPECT_EQ(issue("six"), "SHQT2026-000006");
}

TEST_F(LogSuccessorTest, WhatCannotBeSucceededIsRefusedAndLeftAlone) {
  EXPECT_EQ(code_of(begin_log_successor(world.config, "ledger.example.com/test")), "origin_taken");
  EXPECT_EQ(code_of(begin_log_successor(world.config, "not a name")), "bad_origin");
  ASSERT_TRUE(write_lost_mark(*posix_file_system(), left, {kept_size, 0}));
  EXPECT_EQ(code_of(begin_log_successor(world.config, second_origin)), "last_checkpoint_unknown");
  ASSERT_TRUE(write_lost_mark(*posix_file_system(), left, {kept_size, last.size + 3}));  // as a witness says it
  EXPECT_EQ(code_of(begin_log_successor(world.config, second_origin)), "last_checkpoint_unknown");
  auto whole = world.config;
  whole.data_directory = old_data;
  EXPECT_EQ(code_of(begin_log_successor(whole, second_origin)), "nothing_lost");
  EXPECT_FALSE(fs::exists(left + "/successor"));
  EXPECT_FALSE(fs::exists(world.config.keys_directory + "/log.key.next"));
  ASSERT_TRUE(prepare_log_key(world.config));  // for a rotation that will never be
  mark(left);
  EXPECT_EQ(code_of(begin_log_successor(world.config, second_origin)), "other_next_key");
  EXPECT_EQ(code_of(begin_log_successor(world.config, second_origin + "b")), "other_successor");
  world.config.data_directory = old_data;
  open();  // the old log lost nothing by it
}

TEST_F(LogSuccessorTest, ASuccessorsKeyRotatesAndItsLossIsSucceeded) {
  ASSERT_TRUE(begin_log_successor(world.config, second_origin));
  ASSERT_TRUE(rotate_log_key(world.config, KeyEnd::rotated));
  open();
  const std::string six = *world.organisation->quote_proof(world.auditor, issue("six"));
  close();
  const std::string copy = world.folder.path() + "/copy";
  fs::copy(left, copy, fs::copy_options::recursive);
  const auto copied = Slots::read(*posix_file_system(), slots_path(copy)).value()->size;
  open();
  issue("seven");
  close();
  const auto newest = *Slots::read(*posix_file_system(), slots_path(left)).value();
  ASSERT_TRUE(write_lost_mark(*posix_file_system(), copy, {copied, newest.size}));
  ASSERT_TRUE(Slots::open(*posix_file_system(), slots_path(copy))->publish(newest.note, newest.counters));
  world.config.data_directory = copy;
  const auto done = begin_log_successor(world.config, "ledger.example.com/test/3");
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  EXPECT_THAT(done->burned, ElementsAre(BurnedRange{"SH-QT", "2026", 7, 7}));
  open();
  EXPECT_EQ(issue("eight"), "SHQT2026-000008");
  const auto keys = keys_from(old_vkey);
  ASSERT_EQ(keys->rotations().size(), 3u);
  for (const std::string& proof : {first_proof, lost_proof, six}) EXPECT_TRUE(check_proof(proof, *keys));
}

TEST_F(LogSuccessorTest, ARotationThatIsLostLeadsOnAllTheSame) {
  world.config.data_directory = old_data;
  ASSERT_TRUE(rotate_log_key(world.config, KeyEnd::rotated));
  last = *Slots::read(*posix_file_system(), slots_path(old_data)).value();
  world.config.data_directory = left;
  mark(left);
  const auto done = begin_log_successor(world.config, second_origin);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  open();
  const std::string six = *world.organisation->quote_proof(world.auditor, issue("six"));
  for (const std::string& trusted : {old_vkey, vkey()}) {
    const auto keys = keys_from(trusted);
    ASSERT_TRUE(keys);
    EXPECT_EQ(keys->rotations().size(), 2u);
    for (const std::string& proof : {first_proof, lost_proof, six}) EXPECT_TRUE(check_proof(proof, *keys));
    EXPECT_THAT(problems(*keys), ElementsAre());
  }
}

class InterruptedSuccessor : public LogSuccessorTest {
 protected:
  void start_anew() {
    const std::string at = world.folder.path() + "/run-" + std::to_string(++runs);
    fs::create_directories(at);
    fs::copy(left, at + "/data", fs::copy_options::recursive);
    fs::copy(keys_kept, at + "/data.keys", fs::copy_options::recursive);
    files = std::make_shared<FaultyFileSystem>(posix_file_system());
    config = world.config;
    config.data_directory = at + "/data";
    config.keys_directory = at + "/data.keys";
    config.files = files;
  }

  void check_at_points(testing::Fault fault) {
    std::uint64_t resumed = 0;
    testing::interrupt_at_points(fault, 12,
                                 {[&] {
                                    start_anew();
                                    return files;
                                  },
                                  [&] { return code_of(begin_log_successor(config, second_origin)); },
                                  [&](std::uint64_t, const std::string&) { complete_and_look(resumed); }});
    EXPECT_TRUE(resumed > 0 || !testing::all_points_are_tried());
  }
  void complete_and_look(std::uint64_t& resumed) {
    if (files->exists(config.data_directory + "/lost") || files->exists(config.data_directory + "/successor")) {
      const auto again = begin_log_successor(config, second_origin);
      ASSERT_TRUE(again) << again.error().code << " " << again.error().detail;
      resumed += again->resumed ? 1 : 0;
    }
    ASSERT_TRUE(files->lose_unsynced());
    auto opened = Organisation::open(config);
    ASSERT_TRUE(opened) << opened.error().code << " " << opened.error().detail;
    const auto keys = Succession::open(*(*opened)->succession(), old_vkey, signing::ed25519_holds);
    ASSERT_TRUE(keys) << keys.error().detail;
    EXPECT_EQ((*keys)->rotations().size(), 1u);
    const auto issued = (*opened)->issue_quote(world.rep, "six", World::quote());
    ASSERT_TRUE(issued) << issued.error().detail;
    EXPECT_EQ(text(*issued, "number"), "SHQT2026-000006");
    const auto checked = (*opened)->verify_log(world.auditor, "{}");
    ASSERT_TRUE(checked);
    EXPECT_TRUE(checked->body.at("ok").as_bool()) << json::serialize(checked->body);
    opened = Error{};
    fs::remove_all(world.folder.path() + "/run-" + std::to_string(runs));
  }

  std::shared_ptr<FaultyFileSystem> files;
  OrganisationConfig config;
  int runs = 0;
};

TEST_F(InterruptedSuccessor, OnADiskThatFailsFromAnyCallOn) { check_at_points(testing::Fault::from); }
TEST_F(InterruptedSuccessor, OnADiskThatFailsOnce) { check_at_points(testing::Fault::once); }
TEST_F(InterruptedSuccessor, WhenPowerIsLost) { check_at_points(testing::Fault::power); }

}  // namespace
}  // namespace quotary::api
