// RFC 3161 on both sides: what our client refuses, what our own authority answers.
#include "signing/time_stamp.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/entry.h"
#include "signing/keys.h"
#include "tests/support/fake_log.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/golden.h"
#include "tests/support/golden_seed.h"
#include "tests/support/seal_fixture.h"
#include "tests/support/time_fixture.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace quotary::signing {
namespace {

using testing::forge_reply;
using testing::forge_token;
using testing::Forgery;
using testing::golden;
using testing::make_time_signer;
using testing::TimeSigner;

constexpr Timestamp now{1'795'485'784'567};
constexpr const char* only_time = "critical,timeStamping";

class TimeStamp : public ::testing::Test {
 protected:
  TimeStamp() : query(*make_time_query(sha256("checkpoint"), random)) {}
  Forgery genuine() const {
    Forgery out;
    out.imprint = query.imprint;
    out.nonce = query.nonce;
    out.accuracy_s = 1;
    return out;
  }
  std::string reply(const Forgery& forgery) const { return forge_reply(0, forge_token(signer, forgery)); }
  Result<TimeToken> checked(const std::string& bytes) const { return check_time_reply(bytes, query, signer.pem, now); }
  // What is wrong with the answer, "" when nothing is.
  std::string fault(const std::string& bytes) const {
    const auto held = checked(bytes);
    return held ? "" : held.error().code;
  }
  std::string fault(const Forgery& forgery) const { return fault(reply(forgery)); }
  // The same, signed by another.
  std::string fault_by(const TimeSigner& other, const Forgery& forgery) const {
    const auto held = check_time_reply(forge_reply(0, forge_token(other, forgery)), query, other.pem, now);
    return held ? "" : held.error().code;
  }

  testing::TemporaryFolder folder;
  testing::SeededRandom random{7};
  TimeSigner signer = make_time_signer(folder, only_time, now);
  TimeQuery query;
};

TEST_F(TimeStamp, AGenuineAnswerHoldsNowAndLater) {
  const auto held = checked(reply(genuine()));
  ASSERT_TRUE(held) << held.error().detail;
  EXPECT_EQ(held->time, now);
  EXPECT_EQ(held->accuracy_ms, 1000);
  EXPECT_EQ(held->policy, "1.2.3.4.1");
  EXPECT_EQ(held->serial, "4d");
  EXPECT_EQ(held->authority, "CN=A time-stamping authority of a test");
  EXPECT_FALSE(held->own);
  const auto again = check_time_token(held->der, query.imprint, signer.pem);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(again->time, now);
  EXPECT_EQ(fault(forge_reply(1, held->der)), "");  // grantedWithMods is a token too
}

TEST_F(TimeStamp, AnswersToAnotherQuestionAreRefused) {
  Forgery forgery = genuine();
  forgery.nonce.back() = static_cast<char>(forgery.nonce.back() ^ 1);
  EXPECT_EQ(fault(forgery), "token_nonce");
  forgery.nonce.clear();
  EXPECT_EQ(fault(forgery), "token_nonce");
  forgery = genuine();
  forgery.imprint = sha256("another checkpoint");
  EXPECT_EQ(fault(forgery), "token_imprint");
  forgery = genuine();
  forgery.imprint_digest = NID_sha512;
  EXPECT_EQ(fault(forgery), "token_digest");
}

TEST_F(TimeStamp, OnlyACertificateForTimeStampsAloneIsTaken) {
  EXPECT_EQ(fault_by(make_time_signer(folder, nullptr, now), genuine()), "token_purpose");
  EXPECT_EQ(fault_by(make_time_signer(folder, "critical,timeStamping,1.2.3.4.5", now), genuine()), "token_purpose");
  EXPECT_EQ(fault_by(make_time_signer(folder, "timeStamping", now), genuine()), "token_purpose");
  EXPECT_EQ(fault_by(make_time_signer(folder, "critical,codeSigning", now), genuine()), "token_purpose");
  EXPECT_EQ(fault_by(make_time_signer(folder, "critical,timeStamping,codeSigning", now), genuine()), "token_purpose");
  EXPECT_EQ(fault_by(make_time_signer(folder, only_time, now), genuine()), "");
}

TEST_F(TimeStamp, TheCertificateMustHoldAtTheTokensTime) {
  const std::int64_t year_ms = 366 * testing::day_ms;
  EXPECT_EQ(fault_by(make_time_signer(folder, only_time, {now.unix_ms - 11 * year_ms}), genuine()), "token_untrusted");
  EXPECT_EQ(fault_by(make_time_signer(folder, only_time, {now.unix_ms + year_ms}), genuine()), "token_untrusted");
  const auto stranger = make_time_signer(folder, only_time, now);
  EXPECT_EQ(check_time_reply(reply(genuine()), query, stranger.pem, now).error().code, "token_untrusted");
  EXPECT_EQ(check_time_reply(reply(genuine()), query, "no certificate", now).error().code, "bad_roots");
  // A root that cannot be read hides those behind it, so the whole is refused.
  std::string damaged = signer.pem + signer.pem;
  damaged.replace(damaged.rfind("-----BEGIN") + 40, 4, "!!!!");
  const auto unread = check_time_reply(reply(genuine()), query, damaged, now);
  EXPECT_EQ(unread.error().code, "bad_roots");
  EXPECT_NE(unread.error().detail.find("certificate 2 cannot be read"), std::string::npos) << unread.error().detail;
}

TEST_F(TimeStamp, AnOldTokenHoldsAfterItsCertificateHasEnded) {
  const Timestamp then{now.unix_ms - 11 * 366 * testing::day_ms};
  const auto old = make_time_signer(folder, only_time, then);
  Forgery forgery = genuine();
  forgery.time = {then.unix_ms + testing::day_ms};
  const auto held = check_time_token(forge_token(old, forgery), query.imprint, old.pem);
  ASSERT_TRUE(held) << held.error().detail;
  EXPECT_EQ(held->time, forgery.time);
}

TEST_F(TimeStamp, TheSignedAttributesMustBeThereAndHold) {
  Forgery forgery = genuine();
  forgery.ess = false;
  EXPECT_EQ(fault(forgery), "token_signature");
  forgery = genuine();
  forgery.ess_certificate = "another certificate";
  EXPECT_EQ(fault(forgery), "token_signature");
  forgery = genuine();
  forgery.content_type = false;
  EXPECT_EQ(fault(forgery), "token_signature");
  forgery = genuine();
  forgery.signature_digest = NID_sha1;
  EXPECT_EQ(fault(forgery), "token_algorithm");
  forgery = genuine();
  forgery.carries_certificate = false;
  EXPECT_EQ(fault(forgery), "bad_token");
}

TEST_F(TimeStamp, WhatIsNoTokenIsRefused) {
  Forgery forgery = genuine();
  forgery.version = 2;
  EXPECT_EQ(fault(forgery), "bad_token");
  forgery = genuine();
  forgery.critical_extension = true;
  EXPECT_EQ(fault(forgery), "bad_token");
  forgery = genuine();
  forgery.behind_info = "x";
  EXPECT_EQ(fault(forgery), "bad_token");
  for (const char* time : {"20261124020304.5670Z", "20261124020304.Z", "20261124020304", "20261324020304Z",
                           "2611240203Z", "20261124020304+0800", "20261124020304,5Z", ""}) {
    forgery = genuine();
    forgery.gen_time = time;
    if (forgery.gen_time.empty()) forgery.gen_time = "Z";
    EXPECT_NE(fault(forgery), "") << time;
  }
}

TEST_F(TimeStamp, TheClocksMustAgree) {
  Forgery forgery = genuine();
  forgery.time = {now.unix_ms + clocks_differ_max_ms + 1000};
  EXPECT_EQ(fault(forgery), "");  // within the accuracy
  forgery.time.unix_ms += 1;
  EXPECT_EQ(fault(forgery), "clocks_differ");
  forgery.time = {now.unix_ms - clocks_differ_max_ms - 1001};
  EXPECT_EQ(fault(forgery), "clocks_differ");
  forgery = genuine();
  forgery.accuracy_s = static_cast<int>(time_accuracy_max_ms / 1000) + 1;
  EXPECT_EQ(fault(forgery), "token_accuracy");
}

TEST_F(TimeStamp, ARefusalIsToldInItsWords) {
  const auto refused = checked(forge_reply(2, "", 2, "not\ntoday"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "time_refused");
  EXPECT_EQ(refused.error().kind, Errc::unavailable);
  EXPECT_NE(refused.error().detail.find("status 2, badRequest: not today"), std::string::npos)
      << refused.error().detail;
  EXPECT_EQ(fault(forge_reply(2, "", 25)), "time_refused");
  EXPECT_EQ(fault(forge_reply(3, "")), "time_refused");
  EXPECT_NE(fault(forge_reply(2, forge_token(signer, genuine()))), "");
  EXPECT_NE(fault(forge_reply(0, "")), "");
}

// Prefixes, changed bytes, and bytes behind. What stands outside the signature (the status, versions, how the signer is
// named) may be spelled in another way and still hold; then it says the same.
TEST_F(TimeStamp, NoChangedByteSaysSomethingElse) {
  const std::string whole = reply(genuine());
  const auto expected = checked(whole).value();
  EXPECT_EQ(fault(whole + '\0'), "bad_time_reply");
  for (std::size_t size = 0; size < whole.size(); size += 7) EXPECT_NE(fault(whole.substr(0, size)), "") << size;
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
    const auto held = checked(changed);
    refused += held ? 0 : 1;
    if (!held) continue;
    EXPECT_EQ(held->imprint, expected.imprint) << at;
    EXPECT_EQ(held->time, expected.time) << at;
    EXPECT_EQ(held->accuracy_ms, expected.accuracy_ms) << at;
    EXPECT_EQ(held->policy, expected.policy) << at;
    EXPECT_EQ(held->serial, expected.serial) << at;
    EXPECT_EQ(held->certificate_sha256, expected.certificate_sha256) << at;
  }
  EXPECT_GT(refused, whole.size() * 9 / 10);
  EXPECT_EQ(fault(std::string(time_reply_bytes_max + 1, '0')), "bad_time_reply");
}

TEST_F(TimeStamp, TheNamedAlgorithmIsTheOneThatSigned) {
  std::string token = forge_token(signer, genuine());
  const std::string ecdsa_sha256 = "\x2a\x86\x48\xce\x3d\x04\x03\x02";  // 1.2.840.10045.4.3.2
  const std::size_t at = token.rfind(ecdsa_sha256);
  ASSERT_NE(at, token.npos);
  token[at + 7] = '\x03';  // with SHA-384
  EXPECT_EQ(fault(forge_reply(0, token)), "token_algorithm");
}

class Authority : public TimeStamp {
 protected:
  Authority() {
    const auto files = posix_file_system();
    paths = TimeAuthority::make(*files, folder.path(), "示例有限公司", clock->now(), random).value();
    authority = TimeAuthority::open(files, paths, clock, std::make_shared<testing::SeededRandom>(8)).value();
  }
  Result<TimeToken> asked() {
    return check_time_reply(authority->answer(query.der).value().der, query, authority->certificate_pem(),
                            clock->now());
  }

  std::shared_ptr<testing::SetClock> clock = std::make_shared<testing::SetClock>(now);
  SealKeyFiles paths;
  std::unique_ptr<TimeAuthority> authority;
};

TEST_F(Authority, ItsTokensHoldAndSayThatItIsNotIndependent) {
  const auto held = asked();
  ASSERT_TRUE(held) << held.error().detail;
  EXPECT_EQ(held->time, now);
  EXPECT_FALSE(held->accuracy_ms);  // it knows nothing of its clock
  EXPECT_EQ(held->policy, own_authority_policy);
  EXPECT_TRUE(held->own);
  EXPECT_NE(held->authority.find("CN=Quotary own time-stamp\\, not independent"), std::string::npos) << held->authority;
  EXPECT_NE(held->authority.find("O=示例有限公司"), std::string::npos) << held->authority;
  const auto next = asked();
  ASSERT_TRUE(next);
  EXPECT_NE(next->serial, held->serial);
  EXPECT_EQ(next->serial.size(), 32u);
}

TEST_F(Authority, BadQuestionsGetARefusal) {
  EXPECT_TRUE(authority->answer(query.der)->granted);
  for (const std::string& bad : {std::string(), std::string("GET /"), query.der + "x", query.der.substr(1),
                                 query.der.substr(0, 20), std::string(time_query_bytes_max + 1, '0')}) {
    const auto answered = authority->answer(bad);
    ASSERT_TRUE(answered);
    EXPECT_FALSE(answered->granted);
    const auto told = check_time_reply(answered->der, query, authority->certificate_pem(), clock->now());
    EXPECT_EQ(told.error().code, "time_refused");
    EXPECT_NE(told.error().detail.find("badDataFormat"), std::string::npos) << told.error().detail;
  }
}

TEST_F(Authority, NoTimeBeforeTheLastOneAndNoneWithoutACertificate) {
  ASSERT_TRUE(asked());
  clock->set(Timestamp{now.unix_ms - 1});
  const auto behind = asked();
  ASSERT_FALSE(behind);
  EXPECT_NE(behind.error().detail.find("timeNotAvailable"), std::string::npos) << behind.error().detail;
  clock->set(Timestamp{now.unix_ms + 11 * 366 * testing::day_ms});
  EXPECT_EQ(authority->answer(query.der).error().code, "tsa_certificate_expired");
}

TEST_F(Authority, ItClaimsTheAccuracyThatItsKeeperGives) {
  TimeAuthorityOptions options;
  options.accuracy_ms = 1500;
  authority = TimeAuthority::open(posix_file_system(), paths, clock, std::make_shared<SystemRandom>(), options).value();
  EXPECT_EQ(asked()->accuracy_ms, 1500);
}

// A clock that was set back while it was down must not give an earlier time than tokens that are out.
TEST_F(Authority, ARestartForgetsNoTime) {
  TimeAuthorityOptions options;
  options.latest_file = folder.file("latest");
  const auto files = std::make_shared<testing::FaultyFileSystem>(posix_file_system());
  const auto open = [&] { return TimeAuthority::open(files, paths, clock, std::make_shared<SystemRandom>(), options); };
  authority = open().value();
  ASSERT_TRUE(asked());
  authority = open().value();
  EXPECT_GT(authority->clock_behind_ms(), 0);
  EXPECT_LE(authority->clock_behind_ms(), 1000);
  EXPECT_FALSE(asked());
  clock->set(Timestamp{now.unix_ms + 1000});
  EXPECT_EQ(authority->clock_behind_ms(), 0);
  ASSERT_TRUE(asked());
  // What cannot be kept is not given.
  clock->set(Timestamp{now.unix_ms + 5000});
  files->fail_from(1);
  EXPECT_EQ(authority->answer(query.der).error().code, "tsa_memory_failed");
  files->heal();
  ASSERT_TRUE(asked());
  ASSERT_TRUE(write_file_durably(*files, options.latest_file, "quotary tsa v1\nlatest soon\n"));
  EXPECT_EQ(open().error().code, "tsa_memory_damaged");
}

// The power fails between the key and its certificate.
TEST_F(Authority, AMakingThatWasCutOffIsCompleted) {
  const auto files = posix_file_system();
  std::filesystem::remove(paths.certificate_path);
  const auto again = TimeAuthority::make(*files, folder.path(), "", now, random);
  ASSERT_TRUE(again) << again.error().detail;
  authority = TimeAuthority::open(files, paths, clock, std::make_shared<SystemRandom>()).value();
  EXPECT_TRUE(asked());
  std::filesystem::remove(paths.certificate_path);
  ASSERT_TRUE(write_file_durably(*files, paths.key_path, "no key"));
  EXPECT_EQ(TimeAuthority::make(*files, folder.path(), "", now, random).error().code, "keys_exist");
}

TEST_F(Authority, ACertificateForSomethingElseIsNotOpened) {
  const auto files = posix_file_system();
  auto seal = make_development_seal(*files, folder.path(), "", now, random).value();
  EXPECT_EQ(TimeAuthority::open(files, seal, clock, std::make_shared<SystemRandom>()).error().code,
            "tsa_certificate_unsuitable");
  EXPECT_EQ(TimeAuthority::make(*files, folder.path(), "", now, random).error().code, "keys_exist");
}

// The worked example of FORMAT.md.
TEST(TimeStampGolden, TheExampleHoldsAndItsEntryNamesIt) {
  const auto signer = signer_from_seed("ledger.example.com/quotes", testing::golden_seed(0));
  const auto key = *open_vkey(signer->vkey());
  const std::string note = golden("time_stamp/checkpoint"), der = golden("time_stamp/token");
  const auto checkpoint = open_checkpoint(note, *key);
  ASSERT_TRUE(checkpoint) << checkpoint.error().detail;
  const auto held = check_time_token(der, sha256(note), golden("time_stamp/tsa.cert.pem"));
  ASSERT_TRUE(held) << held.error().detail;
  EXPECT_EQ(format_rfc3339(held->time), "2026-11-24T02:03:05.678Z");
  EXPECT_TRUE(held->own);
  const auto entry = parse_entry(golden("time_stamp/entry.json"));
  ASSERT_TRUE(entry) << entry.error().detail;
  EXPECT_EQ(entry->type, "system.time_token");
  EXPECT_EQ(entry->subject, "time-stamping");
  EXPECT_EQ(entry->prev, checkpoint->root);  // of one entry, so its leaf
  EXPECT_EQ(entry->body, (json::object{{"size", checkpoint->size},
                                       {"root", checkpoint->root.hex()},
                                       {"time", format_rfc3339(held->time)},
                                       {"policy", own_authority_policy}}));
  ASSERT_EQ(entry->objects.size(), 2u);
  EXPECT_EQ(entry->objects[0].name, "checkpoint");
  EXPECT_EQ(entry->objects[0].media_type, "text/plain");
  EXPECT_EQ(entry->objects[0].sha256, sha256(note));
  EXPECT_EQ(entry->objects[1].name, "token");
  EXPECT_EQ(entry->objects[1].media_type, time_token_type);
  EXPECT_EQ(entry->objects[1].sha256, sha256(der));
}

}  // namespace
}  // namespace quotary::signing
