// The ladder from B-B to B-LTA, and what breaks a rung of it.
#include "signing/seal_level.h"

#include "signing/cms.h"
#include "signing/document_check.h"
#include "signing/document_time_stamp.h"
#include "tests/support/other_judges.h"
#include "tests/support/test_authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace quotary::signing {
namespace {

using testing::day_ms;
using ::testing::HasSubstr;
using testing::ListProfile;
using testing::seal_time;
using testing::TestAuthority;
using testing::year_ms;

constexpr Timestamp stamped{seal_time.unix_ms + 2000};  // of the signature time-stamp
constexpr Timestamp archived{seal_time.unix_ms + 3'600'000};

class Ladder : public ::testing::Test {
 protected:
  static const TestAuthority& pki() {
    static const TestAuthority made = testing::test_authority();
    return made;
  }
  LevelQuestion question(Timestamp now = {seal_time.unix_ms + 2 * 3'600'000}) const {
    return {pki().roots(), pki().roots(), now, {}, ""};
  }
  static TimeTokenSource source(Timestamp at = stamped) {
    return [at](const Hash& imprint) -> Result<std::string> { return pki().token(imprint, at); };
  }
  std::string timed() const {
    return seal_->seal_with_time(testing::unsealed_document(), testing::seal_request(), source()).value().pdf;
  }
  static ValidationMaterial lists(const ListProfile& profile = {}) {
    ValidationMaterial out;
    out.revocation_lists = {testing::make_list(pki().root, {}), testing::make_list(pki().intermediate, profile)};
    return out;
  }
  std::string stored(const std::string& pdf, const ValidationMaterial& fetched) const {
    const auto plan = plan_long_term(pdf, question(), fetched).value();
    return append_security_store(pdf, plan.material).value();
  }
  static std::string with_document_time(const std::string& pdf, Timestamp at = archived) {
    auto prepared = prepare_document_time_stamp(pdf).value();
    put_document_time_stamp(prepared, pki().token(prepared.digest, at)).value();
    return prepared.pdf;
  }
  LevelFinding seal_of(const std::string& pdf, const LevelQuestion& asked) const {
    auto levels = judge_levels(pdf, asked).value();
    QUOTARY_CHECK(levels.signatures.front().kind == LevelFinding::Kind::seal);
    return std::move(levels.signatures.front());
  }
  LevelFinding seal_of(const std::string& pdf) const { return seal_of(pdf, question()); }
  void expect_sealed(const std::string& pdf) const {
    const auto front = check_sealed_front(pdf, pki().roots()).value();
    EXPECT_TRUE(front.valid && front.trusted) << front.reason;
  }

  testing::TemporaryFolder folder_;
  std::shared_ptr<const Seal> seal_ = testing::seal_of(folder_, pki().signer, pki());
};

TEST_F(Ladder, ClimbsFromBBToBLta) {
  const std::string plain = seal_->seal(testing::unsealed_document(), testing::seal_request()).value();
  LevelFinding found = seal_of(plain);
  EXPECT_EQ(found.level, SealLevel::b_b);
  EXPECT_FALSE(found.fault);
  EXPECT_FALSE(found.best);
  EXPECT_EQ(found.claimed_time, seal_time);

  const std::string bt = timed();
  found = seal_of(bt);
  EXPECT_EQ(found.level, SealLevel::b_t);
  ASSERT_TRUE(found.best);
  EXPECT_EQ(found.best->time, stamped);
  EXPECT_EQ(found.best->authority, "CN=Time");
  EXPECT_EQ(found.chain.certificates.front().revocation.state, RevocationState::unknown);
  EXPECT_TRUE(check_seal(bt, pki().roots())->valid);

  const auto empty_plan = plan_long_term(bt, question(), {}).value();
  EXPECT_FALSE(empty_plan.complete);
  std::map<std::string, int> urls;
  for (const Fetch& each : empty_plan.wanted) ++urls[each.url];
  EXPECT_EQ(urls, (std::map<std::string, int>{{"http://ca.example/ocsp", 1},
                                              {"http://ca.example/list.crl", 2},
                                              {"http://root.example/list.crl", 1}}));
  EXPECT_TRUE(plan_long_term(bt, question(), lists())->complete);

  const std::string blt = stored(bt, lists());
  EXPECT_TRUE(blt.starts_with(bt));
  expect_sealed(blt);
  EXPECT_EQ(seal_of(blt).level, SealLevel::b_lt);
  EXPECT_EQ(append_security_store(blt, plan_long_term(blt, question(), {})->material).error().code,
            "security_store_complete");

  const std::string blta = with_document_time(blt);
  expect_sealed(blta);
  const auto levels = judge_levels(blta, question()).value();
  ASSERT_EQ(levels.signatures.size(), 2u);
  EXPECT_EQ(levels.signatures[0].level, SealLevel::b_lta);
  EXPECT_EQ(levels.signatures[0].best->time, stamped);
  EXPECT_EQ(levels.signatures[1].kind, LevelFinding::Kind::document_time_stamp);
  EXPECT_EQ(levels.signatures[1].field, "DocTimeStamp1");
  ASSERT_TRUE(levels.ends);
  EXPECT_EQ(levels.ends->time, not_after_of(pki().time.certificate.get()));
  EXPECT_THAT(levels.ends->what, HasSubstr("CN=Time"));
  const std::string again = with_document_time(blta, {archived.unix_ms + 1000});
  EXPECT_EQ(judge_levels(again, question())->signatures[2].field, "DocTimeStamp2");
}

TEST_F(Ladder, IsSealedWithoutATimeWhenNoneCanBeHad) {
  const auto sealed = [&](const TimeTokenSource& from) {
    return seal_->seal_with_time(testing::unsealed_document(), testing::seal_request(), from).value();
  };
  const auto fault = [&](const TimeTokenSource& from) {
    const TimedSeal made = sealed(from);
    EXPECT_TRUE(check_seal(made.pdf, pki().roots())->valid);
    EXPECT_EQ(seal_of(made.pdf).level, made.untimed ? SealLevel::b_b : SealLevel::b_t);
    return made.untimed ? made.untimed->code : "";
  };
  EXPECT_EQ(fault(source()), "");
  EXPECT_EQ(fault({}), "no_time_source");
  EXPECT_EQ(fault([](const Hash&) -> Result<std::string> { return fail(Errc::unavailable, "time_refused", "no"); }),
            "time_refused");
  EXPECT_EQ(fault([](const Hash&) -> Result<std::string> { return std::string("garbage"); }), "bad_token");
  EXPECT_EQ(fault([](const Hash&) -> Result<std::string> { return pki().token(sha256("other"), stamped); }),
            "token_imprint");
}

TEST_F(Ladder, ATokenInTheSealIsHeldAgainstItsSignature) {
  const std::string pdf = timed();
  // The token's imprint, within Contents: what no signature covers.
  const auto found = seal_of(pdf);
  const std::size_t at = pdf.find("/Contents <") + 11;
  std::string changed = pdf;
  const std::string token_time = to_hex("20261124020306Z");
  const std::size_t time_at = changed.find(token_time, at);
  ASSERT_NE(time_at, std::string::npos);
  changed[time_at + token_time.size() - 3] = '7';
  const auto judged = seal_of(changed);
  EXPECT_EQ(judged.level, SealLevel::b_b);
  ASSERT_EQ(judged.times.size(), 1u);
  EXPECT_EQ(judged.times.front().fault->code, "token_signature");
}

TEST_F(Ladder, AnUntrustedAuthorityProvesNoTime) {
  LevelQuestion asked = question();
  testing::CertificateProfile other;
  other.name = "Other";
  asked.time_roots_pem = testing::issue(nullptr, other).pem();
  const auto found = seal_of(timed(), asked);
  EXPECT_EQ(found.level, SealLevel::b_b);
  EXPECT_EQ(found.times.front().fault->code, "certificate_untrusted");
  asked.time_roots_pem.clear();
  const auto none = seal_of(timed(), asked);
  EXPECT_EQ(none.level, SealLevel::b_b);
  EXPECT_EQ(none.times.front().fault->code, "token_untrusted");
}

TEST_F(Ladder, RevokedBeforeAndAfterTheBestTime) {
  ListProfile profile;
  profile.revoked = {{&pki().signer, {stamped.unix_ms - 1000}, 1}};
  const auto before = seal_of(stored(timed(), lists(profile)));
  EXPECT_EQ(before.level, SealLevel::b_t);
  ASSERT_TRUE(before.fault);
  EXPECT_EQ(before.fault->code, "certificate_revoked");
  EXPECT_THAT(before.fault->detail, HasSubstr("keyCompromise"));
  profile.revoked.front().when = {stamped.unix_ms + 1000};
  const auto after = seal_of(stored(timed(), lists(profile)));
  EXPECT_EQ(after.level, SealLevel::b_lt);
  EXPECT_FALSE(after.fault);
  EXPECT_EQ(after.chain.certificates.front().revocation.revoked_at, Timestamp{stamped.unix_ms + 1000});
}

TEST_F(Ladder, ARevokedTimeAuthorityProvesNothing) {
  ListProfile profile;
  profile.revoked = {{&pki().time, {stamped.unix_ms + 1000}, 1}};
  EXPECT_EQ(seal_of(stored(timed(), lists(profile))).level, SealLevel::b_b);
  // Its tokens from before stay good when nothing was wrong with its key (RFC 3161 section 4).
  profile.revoked.front().reason = 5;
  EXPECT_EQ(seal_of(stored(timed(), lists(profile))).level, SealLevel::b_lt);
}

TEST_F(Ladder, ProofsEndWithTheirCertificatesUnlessRenewed) {
  const Timestamp later{seal_time.unix_ms + 5 * year_ms / 2};  // the signer's certificate has ended
  const Timestamp too_late{seal_time.unix_ms + 4 * year_ms};   // the authority's as well
  const std::string plain = seal_->seal(testing::unsealed_document(), testing::seal_request()).value();
  EXPECT_EQ(seal_of(plain, question(later)).fault->code, "certificate_expired");
  const std::string blta = with_document_time(stored(timed(), lists()));
  EXPECT_EQ(seal_of(blta, question(later)).level, SealLevel::b_lta);
  const auto ended = seal_of(blta, question(too_late));
  EXPECT_EQ(ended.level, SealLevel::b_b);
  EXPECT_EQ(ended.fault->code, "certificate_expired");
  const auto levels = judge_levels(blta, question(too_late)).value();
  EXPECT_EQ(levels.signatures[1].fault->code, "time_evidence_ended");

  testing::CertificateProfile next;
  next.name = "Time 2";
  next.extended_key_usage = "critical,timeStamping";
  next.not_before = seal_time;
  next.not_after = {seal_time.unix_ms + 9 * year_ms / 2};
  TestAuthority renewed;
  renewed.time = testing::issue(&pki().intermediate, next);
  auto prepared = prepare_document_time_stamp(blta).value();
  // The new token carries its own certificate only: the way to the root is in the store.
  const auto token = renewed.token(prepared.digest, later);
  ASSERT_TRUE(put_document_time_stamp(prepared, token));
  const auto kept = seal_of(prepared.pdf, question(too_late));
  EXPECT_EQ(kept.level, SealLevel::b_lta);
  EXPECT_FALSE(kept.fault);
  EXPECT_EQ(kept.ends->time, next.not_after);
}

TEST_F(Ladder, AnEmptyOrUnstampedStoreIsNoProof) {
  // The store comes after the time-stamp: nothing proves when it was there.
  const std::string late = stored(with_document_time(timed()), lists());
  EXPECT_EQ(seal_of(late).level, SealLevel::b_lt);
  // The material of the intermediate is missing.
  ValidationMaterial half = lists();
  half.revocation_lists.erase(half.revocation_lists.begin());
  EXPECT_EQ(seal_of(stored(timed(), half)).level, SealLevel::b_t);
  // It comes, but only behind the time-stamp; a further one covers it.
  const std::string whole = stored(with_document_time(stored(timed(), half)), lists());
  EXPECT_EQ(seal_of(whole).level, SealLevel::b_lt);
  EXPECT_EQ(seal_of(with_document_time(whole, {archived.unix_ms + 1000})).level, SealLevel::b_lta);
}

TEST_F(Ladder, ALaterStoreKeepsTheEarlierOne) {
  ValidationMaterial half = lists(), rest = lists();
  half.revocation_lists.pop_back();
  rest.revocation_lists.erase(rest.revocation_lists.begin());
  const std::string first = stored(timed(), half), second = stored(first, rest);
  EXPECT_EQ(seal_of(second).level, SealLevel::b_lt);
  const auto file = PdfFile::read(second).value();
  const auto before = read_security_store(file, 2).value(), after = read_security_store(file, 3).value();
  ASSERT_TRUE(before && after);
  EXPECT_FALSE(read_security_store(file, 1)->has_value());
  for (const std::uint32_t number : before->certificates) EXPECT_THAT(after->certificates, ::testing::Contains(number));
  for (const std::uint32_t number : before->revocation_lists)
    EXPECT_THAT(after->revocation_lists, ::testing::Contains(number));
  EXPECT_EQ(after->material.revocation_lists.size(), before->material.revocation_lists.size() + 1);
  // Only the catalog is replaced.
  for (const auto& [number, offset] : file.revisions()[3].offsets) {
    EXPECT_TRUE(number == 1u || number > file.revisions()[2].offsets.rbegin()->first);
  }
}

TEST_F(Ladder, DevelopmentSealsHaveNothingToRevoke) {
  const testing::TemporaryFolder folder;
  const auto own = testing::development_seal(folder);
  const std::string pdf = own->seal_with_time(testing::unsealed_document(), testing::seal_request(), source())->pdf;
  LevelQuestion asked = question();
  asked.trust_anchors_pem = own->certificate_pem();
  // Nothing in the document leads from its time-stamp to the root.
  EXPECT_FALSE(plan_long_term(pdf, asked, lists())->complete);
  ValidationMaterial fetched = lists();
  ASSERT_TRUE(add_fetched(fetched, pki().intermediate.der()));
  const auto plan = plan_long_term(pdf, asked, fetched).value();
  EXPECT_TRUE(plan.complete);
  const auto found = seal_of(append_security_store(pdf, plan.material).value(), asked);
  EXPECT_EQ(found.level, SealLevel::b_lt);
  EXPECT_EQ(found.chain.certificates.front().revocation.state, RevocationState::nothing_to_revoke);
}

TEST_F(Ladder, RefusesADocumentTokenThatDoesNotFit) {
  auto prepared = prepare_document_time_stamp(timed()).value();
  EXPECT_EQ(put_document_time_stamp(prepared, pki().token(sha256("other"), archived)).error().code, "token_imprint");
  EXPECT_EQ(put_document_time_stamp(prepared, "garbage").error().code, "bad_token");
  prepared.gap_end = prepared.gap_begin + 2 + 200;
  EXPECT_EQ(put_document_time_stamp(prepared, pki().token(prepared.digest, archived)).error().code,
            "time_token_too_large");
}

// Each level held against the judges: qpdf for the file, pdfsig for the signatures, openssl for CMS and tokens.
TEST_F(Ladder, IsAcceptedByOtherReadersAtEveryLevel) {
  const std::string bb = seal_->seal(testing::unsealed_document(), testing::seal_request()).value(), bt = timed();
  const std::string blt = stored(bt, lists()), blta = with_document_time(blt);
  const std::tuple<SealLevel, std::string, bool, std::size_t> files[] = {{SealLevel::b_b, bb, false, 0},
                                                                         {SealLevel::b_t, bt, true, 0},
                                                                         {SealLevel::b_lt, blt, true, 0},
                                                                         {SealLevel::b_lta, blta, true, 1}};
  const std::string path = "'" + folder_.file("judged.pdf") + "'";
  const std::string roots = pki().roots(), others = pki().intermediate.pem();
  for (const auto& [level, pdf, has_token, document_times] : files) {
    const std::string name(seal_level_name(level));
    ASSERT_EQ(seal_of(pdf).level, level);
    testing::write_bytes(folder_.file("judged.pdf"), pdf);
    const auto qpdf = testing::run("qpdf --check " + path);
    EXPECT_TRUE(qpdf.ok) << name << qpdf.output;
    const auto pdfsig = testing::run("pdfsig -nocert " + path);
    EXPECT_THAT(pdfsig.output, HasSubstr("Signature is Valid")) << name;
    EXPECT_THAT(pdfsig.output, ::testing::Not(HasSubstr("Invalid"))) << name;
    // Of a document time-stamp it knows no more than that it is there.
    EXPECT_EQ(pdfsig.output.find("Signature Field Name: DocTimeStamp1") != std::string::npos, document_times > 0);
    EXPECT_EQ(pdfsig.output.find("Not total document signed") != std::string::npos, level >= SealLevel::b_lt) << name;

    const auto signatures = testing::cut_signatures(pdf);
    ASSERT_EQ(signatures.size(), 1 + document_times) << name;
    const testing::CutSignature& seal = signatures.front();
    const auto cms = testing::openssl_cms(seal, roots, seal_time);
    EXPECT_TRUE(cms.ok) << name << cms.output;
    testing::CutSignature altered = seal;
    altered.content.back() = '.';
    EXPECT_FALSE(testing::openssl_cms(altered, roots, seal_time).ok) << name << ": the judge looks";

    const auto [value, token] = testing::signature_time(seal.der);
    EXPECT_EQ(!token.empty(), has_token) << name;
    if (has_token) {
      const auto said = testing::openssl_ts(token, value, roots, others, stamped);
      EXPECT_TRUE(said.ok) << name << said.output;
      EXPECT_FALSE(testing::openssl_ts(token, seal.content, roots, others, stamped).ok) << name << ": the judge looks";
    }
    for (std::size_t i = 1; i < signatures.size(); ++i) {
      EXPECT_TRUE(signatures[i].document_time) << name;
      const auto said = testing::openssl_ts(signatures[i].der, signatures[i].content, roots, others, archived);
      EXPECT_TRUE(said.ok) << name << said.output;
      EXPECT_FALSE(testing::openssl_ts(signatures[i].der, seal.content, roots, others, archived).ok) << name;
    }
  }
}

}  // namespace
}  // namespace quotary::signing
