// The change of a log's key: what was signed before still holds, what comes after is the new key's, and a change that
// fails or loses power at any call is completed by the next one.
#include "api/key_rotation.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/proof.h"
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
using ::testing::HasSubstr;
using testing::text;
using testing::World;

class KeyRotationTest : public ::testing::Test {
 protected:
  KeyRotationTest() { issue("before"); }

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
  std::string key_file(const char* name) const { return world.config.keys_directory + "/" + name; }
  void close() { world.organisation.reset(); }
  void open() {
    auto opened = Organisation::open(world.config);
    ASSERT_TRUE(opened) << opened.error().code << " " << opened.error().detail;
    world.organisation = std::move(*opened);
  }
  std::string proof_of(const std::string& number) { return *world.organisation->quote_proof(world.auditor, number); }
  Result<VerifyReport> verify_folder_with(const CheckpointVerifier& log_key) const {
    LedgerOptions options;
    options.directory = world.config.data_directory;
    LedgerPorts ports;
    ports.files = posix_file_system();
    ports.fold = std::make_shared<RecordsFold>();
    return verify_folder(options, ports, {}, log_key);
  }

  World world;
};

TEST_F(KeyRotationTest, WhatBothKeysSignedHoldsFromEitherOfThem) {
  const std::string old_vkey = vkey(), old_proof = proof_of("SHQT2026-000001");
  const std::string next = *prepare_log_key(world.config);  // while it is served
  issue("between");
  close();
  const auto done = rotate_log_key(world.config, KeyEnd::rotated);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  EXPECT_EQ(vkey_text(done->rotation.old_key), old_vkey);
  EXPECT_EQ(vkey_text(done->rotation.new_key), next);
  EXPECT_FALSE(done->resumed);
  EXPECT_FALSE(fs::exists(key_file("log.key.next")));
  open();
  EXPECT_EQ(vkey(), next);
  EXPECT_EQ(*world.organisation->succession(), done->succession);
  EXPECT_EQ(issue("after"), "SHQT2026-000003");
  const std::string new_proof = proof_of("SHQT2026-000003");
  for (const std::string& trusted : {old_vkey, next}) {
    const auto keys = Succession::open(done->succession, trusted, signing::ed25519_holds);
    ASSERT_TRUE(keys) << keys.error().detail;
    EXPECT_TRUE(check_proof(old_proof, **keys));
    EXPECT_TRUE(check_proof(new_proof, **keys));
    const auto report = verify_folder_with(**keys);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->problems_total, 0u) << report->problems.front().detail;
  }
  EXPECT_FALSE(check_proof(new_proof, **signing::open_vkey(old_vkey)));
  EXPECT_FALSE(check_proof(old_proof, **signing::open_vkey(next)));
  const auto checked = world.organisation->verify_log(world.auditor, "{}");
  ASSERT_TRUE(checked);
  EXPECT_TRUE(checked->body.at("ok").as_bool()) << json::serialize(checked->body);
}

TEST_F(KeyRotationTest, EachKeyOfSeveralIsFollowed) {
  std::vector<std::string> vkeys{vkey()}, proofs{proof_of("SHQT2026-000001")};
  for (int i = 2; i <= 4; ++i) {
    close();
    ASSERT_TRUE(rotate_log_key(world.config, KeyEnd::rotated));
    open();
    vkeys.push_back(vkey());
    proofs.push_back(proof_of(issue("quote " + std::to_string(i))));
  }
  for (const auto& trusted : vkeys) {
    const auto keys = Succession::open(*world.organisation->succession(), trusted, signing::ed25519_holds);
    ASSERT_TRUE(keys) << keys.error().detail;
    EXPECT_EQ((*keys)->rotations().size(), 3u);
    for (const auto& proof : proofs) EXPECT_TRUE(check_proof(proof, **keys));
  }
}

TEST_F(KeyRotationTest, AServedLedgerKeepsItsKey) {
  const std::string before = vkey();
  EXPECT_EQ(code_of(rotate_log_key(world.config, KeyEnd::rotated)), "locked");
  EXPECT_EQ(issue("still"), "SHQT2026-000002");
  close();
  open();
  EXPECT_EQ(vkey(), before);
}

TEST_F(KeyRotationTest, AnOldCopyOfTheKeyFolderSignsNoMore) {
  close();

  const std::string kept = world.folder.path() + "/kept";
  fs::copy(world.config.keys_directory, kept, fs::copy_options::recursive);
  ASSERT_TRUE(rotate_log_key(world.config, KeyEnd::rotated));
  auto config = world.config;
  config.keys_directory = kept;
  const auto opened = Organisation::open(config);
  ASSERT_FALSE(opened);
  // Whatever of the two is looked at first.
  EXPECT_THAT(opened.error().code, ::testing::AnyOf("published_signature", "key_retired"));
  open();
}

TEST_F(KeyRotationTest, AStoreOfBeforeTheRotationIsTakenForWhatItIs) {
  close();

  const std::string kept = world.folder.path() + "/kept";
  fs::copy(world.config.data_directory, kept, fs::copy_options::recursive);
  ASSERT_TRUE(rotate_log_key(world.config, KeyEnd::rotated));
  fs::remove_all(world.config.data_directory);
  fs::rename(kept, world.config.data_directory);
  EXPECT_EQ(code_of(Organisation::open(world.config)), "rolled_back");
}

TEST_F(KeyRotationTest, ASuccessionThatIsMissingOrAnothersIsNamed) {
  close();
  ASSERT_TRUE(rotate_log_key(world.config, KeyEnd::rotated));
  const std::string path = key_file("log.succession"), whole = *read_file(*posix_file_system(), path);
  ASSERT_TRUE(write_file_durably(*posix_file_system(), path, whole.substr(0, whole.size() - 9)));
  const auto opened = Organisation::open(world.config);
  EXPECT_EQ(code_of(opened), "key_damaged");
  EXPECT_THAT(opened.error().detail, HasSubstr("log.succession"));
}

TEST_F(KeyRotationTest, WhatARevokedKeySignedIsBelievedNoMoreAndTheLedgerGoesOn) {
  const std::string old_vkey = vkey(), old_proof = proof_of("SHQT2026-000001");
  close();
  const auto done = rotate_log_key(world.config, KeyEnd::revoked);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  EXPECT_EQ(done->rotation.end, KeyEnd::revoked);
  open();
  EXPECT_EQ(issue("after"), "SHQT2026-000002");
  const std::string succession = *world.organisation->succession();
  EXPECT_EQ(code_of(Succession::open(succession, old_vkey, signing::ed25519_holds)), "revoked_key");
  const auto keys = Succession::open(succession, vkey(), signing::ed25519_holds);
  ASSERT_TRUE(keys);
  EXPECT_EQ(code_of(check_proof(old_proof, **keys)), "revoked_key");
  EXPECT_TRUE(check_proof(old_proof, (*keys)->in_its_time()));
  EXPECT_TRUE(check_proof(proof_of("SHQT2026-000001"), **keys));  // made anew
  close();
  const auto report = verify_folder_with(**keys);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->problems_total, 0u) << report->problems.front().detail;
  open();
}

class InterruptedRotation : public KeyRotationTest {
 protected:
  InterruptedRotation() {
    close();
    fs::create_directories(kept);
    fs::copy(world.config.data_directory, kept + "/data", fs::copy_options::recursive);
    fs::copy(world.config.keys_directory, kept + "/data.keys", fs::copy_options::recursive);
  }
  // The organisation as it was before, on a file system of its own.
  void start_anew() {
    const std::string at = world.folder.path() + "/" + std::to_string(++runs);
    fs::copy(kept, at, fs::copy_options::recursive);
    files = std::make_shared<FaultyFileSystem>(posix_file_system());
    config = world.config;
    config.data_directory = at + "/data";
    config.keys_directory = at + "/data.keys";
    config.files = files;
  }
  // At any moment: a start that works, and completes what is past its point of no return, or one that says what to do.
  void look() const {
    const auto opened = Organisation::open(config);
    if (opened) {
      EXPECT_TRUE((*opened)->ready());
    } else {
      EXPECT_EQ(opened.error().code, "key_retired") << opened.error().detail;
      EXPECT_THAT(opened.error().detail, HasSubstr("quotary keys rotate"));
    }
  }

  void check_at_points(testing::Fault fault) {
    std::uint64_t resumed = 0;
    testing::interrupt_at_points(fault, 12,
                                 {[&] {
                                    start_anew();
                                    return files;
                                  },
                                  [&] { return code_of(rotate_log_key(config, KeyEnd::rotated)); },
                                  [&](std::uint64_t run, const std::string&) { complete_and_look(run, resumed); }});
    EXPECT_TRUE(resumed > 0 || !testing::all_points_are_tried());
  }
  void complete_and_look(std::uint64_t run, std::uint64_t& resumed) {
    if (run % 2 == 0) look();
    const bool completed = (*signing::KeyFolder::open(files, config.keys_directory))->succession() != nullptr &&
                           !files->exists(config.keys_directory + "/log.key.next");
    if (!completed) {
      const auto again = rotate_log_key(config, KeyEnd::rotated);
      ASSERT_TRUE(again) << again.error().code << " " << again.error().detail;
      resumed += again->resumed ? 1 : 0;
    }
    ASSERT_TRUE(files->lose_unsynced());
    auto opened = Organisation::open(config);
    ASSERT_TRUE(opened) << opened.error().code << " " << opened.error().detail;
    const auto keys = Succession::open(*(*opened)->succession(), (*opened)->vkey(), signing::ed25519_holds);
    ASSERT_TRUE(keys) << keys.error().detail;
    EXPECT_EQ((*keys)->rotations().size(), 1u);
    const auto issued = (*opened)->issue_quote(world.rep, "after", World::quote());
    ASSERT_TRUE(issued) << issued.error().detail;
    EXPECT_TRUE(check_proof((*opened)->quote_proof(world.auditor, text(*issued, "number")).value(), **keys));
    const auto checked = (*opened)->verify_log(world.auditor, "{}");
    ASSERT_TRUE(checked);
    EXPECT_TRUE(checked->body.at("ok").as_bool()) << json::serialize(checked->body);
    EXPECT_FALSE(files->exists(config.keys_directory + "/log.key.next"));
    opened = Error{};
    fs::remove_all(world.folder.path() + "/" + std::to_string(runs));
  }

  const std::string kept = world.folder.path() + "/kept";
  std::shared_ptr<FaultyFileSystem> files;
  OrganisationConfig config;
  int runs = 0;
};

// The entry stands, and what leads to the new key does not yet: the old one has said its last word all the same.
TEST_F(InterruptedRotation, TheOldKeySignsNothingBehindItsOwnEnd) {
  start_anew();
  files->fail_from("log.succession");
  ASSERT_FALSE(rotate_log_key(config, KeyEnd::rotated)) << files->failed();
  files->heal();
  const auto opened = Organisation::open(config);
  EXPECT_EQ(code_of(opened), "key_retired");
  EXPECT_THAT(opened.error().detail, HasSubstr("quotary keys rotate"));
  const auto again = rotate_log_key(config, KeyEnd::rotated);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_TRUE(again->resumed);
  EXPECT_TRUE(Organisation::open(config));
}

TEST_F(InterruptedRotation, OnADiskThatFailsFromAnyCallOn) { check_at_points(testing::Fault::from); }
TEST_F(InterruptedRotation, OnADiskThatFailsOnce) { check_at_points(testing::Fault::once); }
TEST_F(InterruptedRotation, WhenPowerIsLost) { check_at_points(testing::Fault::power); }

}  // namespace
}  // namespace quotary::api
