// Chains and revocation: who may say that a certificate is good, of what, and for how long.
#include "signing/chain_judgement.h"

#include "ledger/base/hash.h"
#include "signing/ocsp.h"
#include "tests/support/test_authority.h"

#include <gtest/gtest.h>

namespace quotary::signing {
namespace {

using testing::AnswerProfile;
using testing::day_ms;
using testing::Identity;
using testing::ListProfile;
using testing::seal_time;
using testing::TestAuthority;
using testing::year_ms;

class ChainJudgement : public ::testing::Test {
 protected:
  static const TestAuthority& pki() {
    static const TestAuthority made = testing::test_authority();
    return made;
  }
  // Of a leaf under the intermediate, whose own list is always there.
  static ChainFinding judged(const Identity& leaf, const ValidationMaterial& leafs, ChainPurpose purpose,
                             Timestamp at = seal_time, const std::string& anchors = pki().roots()) {
    ValidationMaterial material = leafs;
    material.revocation_lists.push_back(testing::make_list(pki().root, {}));
    const auto pool = MaterialPool::read(material).value();
    const ChainQuestion question{anchors, purpose, at, {at.unix_ms + day_ms}, ""};
    return judge_chain(leaf.der(), {pki().intermediate.der()}, pool, question).value();
  }
  static ChainFinding judged(const Identity& leaf, const ValidationMaterial& leafs = {}) {
    return judged(leaf, leafs, ChainPurpose::signing);
  }
  static Revocation by_list(const std::string& list, Timestamp at = seal_time) {
    ValidationMaterial material;
    material.revocation_lists = {list};
    return judged(pki().signer, material, ChainPurpose::signing, at).certificates.front().revocation;
  }
  static Revocation by_answer(const std::string& answer) {
    ValidationMaterial material;
    material.ocsp_answers = {answer};
    return judged(pki().signer, material).certificates.front().revocation;
  }
  static std::string fault(const Identity& leaf, ChainPurpose purpose = ChainPurpose::signing) {
    const ChainFinding found = judged(leaf, {}, purpose);
    return found.fault ? found.fault->code : "";
  }
  static void expect_unknown(const Revocation& found, const std::string& code) {
    EXPECT_EQ(found.state, RevocationState::unknown) << code;
    EXPECT_TRUE(found.detail.starts_with(code)) << found.detail;
  }
};

TEST_F(ChainJudgement, SaysWhatIsStillToBeFetched) {
  const ChainFinding found = judged(pki().signer);
  EXPECT_FALSE(found.fault);
  EXPECT_FALSE(found.complete());
  ASSERT_EQ(found.certificates.size(), 3u);
  ASSERT_EQ(found.wanted.size(), 2u);
  EXPECT_EQ(found.wanted[0].kind, Fetch::Kind::ocsp_answer);
  EXPECT_EQ(found.wanted[0].url, "http://ca.example/ocsp");
  EXPECT_EQ(found.wanted[0].request,
            *make_ocsp_request(pki().signer.certificate.get(), pki().intermediate.certificate.get()));
  EXPECT_EQ(found.wanted[1].kind, Fetch::Kind::revocation_list);
  EXPECT_EQ(found.wanted[1].url, "http://ca.example/list.crl");
  EXPECT_EQ(found.wanted[1].certificate_sha256, sha256(pki().signer.der()).hex());

  // Without the intermediate, its place.
  const auto pool = MaterialPool::read({}).value();
  const std::string roots = pki().roots();
  const ChainQuestion question{roots, ChainPurpose::signing, seal_time, seal_time, ""};
  const auto lost = judge_chain(pki().signer.der(), {}, pool, question).value();
  ASSERT_TRUE(lost.fault);
  EXPECT_EQ(lost.fault->code, "certificate_untrusted");
  ASSERT_EQ(lost.wanted.size(), 1u);
  EXPECT_EQ(lost.wanted[0].kind, Fetch::Kind::issuer_certificate);
  EXPECT_EQ(lost.wanted[0].url, "http://ca.example/ca.cer");
}

TEST_F(ChainJudgement, IsCompleteWithAListOrAnAnswer) {
  ValidationMaterial material;
  material.revocation_lists = {testing::make_list(pki().intermediate, {})};
  const ChainFinding by_list = judged(pki().signer, material);
  EXPECT_TRUE(by_list.complete());
  EXPECT_TRUE(by_list.wanted.empty());
  EXPECT_EQ(by_list.certificates[0].revocation.state, RevocationState::good);
  EXPECT_EQ(by_list.certificates[2].revocation.state, RevocationState::nothing_to_revoke);
  EXPECT_EQ(by_list.used.revocation_lists.size(), 2u);
  EXPECT_EQ(by_list.used.certificates.size(), 3u);

  material.revocation_lists.clear();
  material.ocsp_answers = {testing::make_answer(pki().signer, pki().intermediate, pki().responder, {})};
  const ChainFinding by_answer = judged(pki().signer, material);
  EXPECT_TRUE(by_answer.complete());
  EXPECT_EQ(by_answer.used.ocsp_answers, material.ocsp_answers);
}

TEST_F(ChainJudgement, SaysOfASelfSignedCertificateThatThereIsNothingToRevoke) {
  testing::CertificateProfile profile;
  profile.name = "Development";
  const Identity own = testing::issue(nullptr, profile);
  const ChainFinding found = judged(own, {}, ChainPurpose::signing, seal_time, own.pem());
  EXPECT_FALSE(found.fault);
  EXPECT_EQ(found.certificates.front().revocation.state, RevocationState::nothing_to_revoke);
  EXPECT_TRUE(found.complete());
  EXPECT_EQ(judged(own).fault->code, "certificate_untrusted");
}

TEST_F(ChainJudgement, RevocationBeforeAndAfterTheTimeAskedAbout) {
  ListProfile profile;
  profile.revoked = {{&pki().signer, {seal_time.unix_ms - 1000}, 1}};
  const Revocation before = by_list(testing::make_list(pki().intermediate, profile));
  EXPECT_EQ(before.state, RevocationState::revoked);
  EXPECT_EQ(before.reason, "keyCompromise");
  EXPECT_EQ(before.revoked_at, Timestamp{seal_time.unix_ms - 1000});
  profile.revoked.front().when = {seal_time.unix_ms + 1000};
  const Revocation after = by_list(testing::make_list(pki().intermediate, profile));
  EXPECT_EQ(after.state, RevocationState::good);
  EXPECT_EQ(after.revoked_at, Timestamp{seal_time.unix_ms + 1000});
  AnswerProfile answer;
  answer.status = 1;
  answer.reason = 4;
  answer.revoked_at = {seal_time.unix_ms - 1000};
  const Revocation said = by_answer(testing::make_answer(pki().signer, pki().intermediate, pki().responder, answer));
  EXPECT_EQ(said.state, RevocationState::revoked);
  EXPECT_EQ(said.reason, "superseded");
  // A revocation wins over an answer that knows nothing of it.
  ValidationMaterial both;
  both.revocation_lists = {testing::make_list(pki().intermediate, {})};
  both.ocsp_answers = {testing::make_answer(pki().signer, pki().intermediate, pki().responder, answer)};
  ASSERT_NE(judged(pki().signer, both).revoked(), nullptr);
}

TEST_F(ChainJudgement, ListsThatSayNothing) {
  testing::CertificateProfile other = testing::authority_profile("Intermediate");
  const Identity impostor = testing::issue(nullptr, other);
  expect_unknown(by_list(testing::make_list(pki().intermediate, {}, &impostor)), "revocation_signature");
  ListProfile profile;
  profile.this_update = {seal_time.unix_ms - 9 * day_ms};
  profile.next_update = Timestamp{seal_time.unix_ms - 2 * day_ms};
  expect_unknown(by_list(testing::make_list(pki().intermediate, profile)), "revocation_stale");
  profile.this_update = {seal_time.unix_ms - 2 * day_ms};
  profile.next_update.reset();
  expect_unknown(by_list(testing::make_list(pki().intermediate, profile)), "revocation_stale");
  profile.this_update = {seal_time.unix_ms + 3 * day_ms};
  expect_unknown(by_list(testing::make_list(pki().intermediate, profile)), "revocation_not_yet");
  profile = {};
  profile.issuing_point = "critical,onlyCA:TRUE";
  expect_unknown(by_list(testing::make_list(pki().intermediate, profile)), "revocation_scope");
  profile.issuing_point = "critical,indirectCRL:TRUE";
  expect_unknown(by_list(testing::make_list(pki().intermediate, profile)), "revocation_scope");
  profile = {};
  profile.digest = "SHA1";
  expect_unknown(by_list(testing::make_list(pki().intermediate, profile)), "revocation_algorithm");
  // Behind the certificate's end an authority may forget it.
  const Timestamp last{seal_time.unix_ms + 2 * year_ms - 1000};
  profile = {};
  profile.this_update = {last.unix_ms + day_ms / 2};
  profile.next_update = Timestamp{last.unix_ms + 2 * day_ms};
  expect_unknown(by_list(testing::make_list(pki().intermediate, profile), last), "revocation_stale");
}

TEST_F(ChainJudgement, AnswersThatSayNothing) {
  const auto answer = [](const Identity& of, const Identity& by, const AnswerProfile& profile) {
    return by_answer(testing::make_answer(of, pki().intermediate, by, profile));
  };
  EXPECT_EQ(answer(pki().signer, pki().intermediate, {}).state, RevocationState::good);
  EXPECT_EQ(answer(pki().time, pki().responder, {}).state, RevocationState::unknown);  // another certificate
  testing::CertificateProfile profile;
  profile.name = "No responder";
  expect_unknown(answer(pki().signer, testing::issue(&pki().intermediate, profile), {}), "ocsp_responder");
  profile.extended_key_usage = "OCSPSigning";
  profile.no_check = true;
  expect_unknown(answer(pki().signer, testing::issue(&pki().root, profile), {}), "ocsp_responder");
  profile.not_after = {seal_time.unix_ms - 1000};
  expect_unknown(answer(pki().signer, testing::issue(&pki().intermediate, profile), {}), "ocsp_responder");
  profile.not_after = {seal_time.unix_ms + year_ms};
  profile.no_check = false;  // its own revocation is asked for
  const Identity unchecked = testing::issue(&pki().intermediate, profile);
  expect_unknown(answer(pki().signer, unchecked, {}), "ocsp_responder");
  AnswerProfile stale;
  stale.this_update = {seal_time.unix_ms - 9 * day_ms};
  stale.next_update = Timestamp{seal_time.unix_ms - 2 * day_ms};
  expect_unknown(answer(pki().signer, pki().responder, stale), "revocation_stale");
  AnswerProfile unknown;
  unknown.status = 2;
  EXPECT_EQ(answer(pki().signer, pki().responder, unknown).state, RevocationState::unknown);
  std::string forged = testing::make_answer(pki().signer, pki().intermediate, pki().intermediate, {});
  const std::size_t good = forged.find(std::string("\x80\x00\x18\x0f", 4));  // the status, then thisUpdate
  ASSERT_NE(good, std::string::npos);
  constexpr std::size_t last_digit = 4 + 13;
  forged[good + last_digit] = static_cast<char>(forged[good + last_digit] ^ 1);
  expect_unknown(by_answer(forged), "revocation_signature");
}

TEST_F(ChainJudgement, NonceOfAnAnswer) {
  const std::string nonce(32, 'n');
  AnswerProfile profile;
  profile.nonce = nonce;
  const std::string with = testing::make_answer(pki().signer, pki().intermediate, pki().responder, profile);
  const std::string without = testing::make_answer(pki().signer, pki().intermediate, pki().responder, {});
  ValidationMaterial material;
  EXPECT_TRUE(add_ocsp_answer(material, with, nonce));
  EXPECT_TRUE(add_ocsp_answer(material, without, nonce));
  EXPECT_EQ(add_ocsp_answer(material, with, std::string(32, 'm')).error().code, "ocsp_nonce");
  EXPECT_EQ(material.items(), 2u);
}

TEST_F(ChainJudgement, CertificatesThatDoNotLeadToAnAnchor) {
  const auto made = [](const auto& change) {
    testing::CertificateProfile profile;
    profile.name = "Signer";
    change(profile);
    return testing::issue(&pki().intermediate, profile);
  };
  EXPECT_EQ(fault(pki().signer), "");
  EXPECT_EQ(fault(made([](auto& p) { p.not_after = {seal_time.unix_ms - 1000}; })), "certificate_expired");
  EXPECT_EQ(fault(made([](auto& p) { p.not_before = {seal_time.unix_ms + 1000}; })), "certificate_not_yet_valid");
  EXPECT_EQ(fault(made([](auto& p) { p.extended_key_usage = "serverAuth"; })), "certificate_purpose");
  EXPECT_EQ(fault(made([](auto& p) { p.extended_key_usage = "emailProtection"; })), "");
  EXPECT_EQ(fault(made([](auto& p) { p.rsa_bits = 1024; })), "certificate_weak");
  EXPECT_EQ(fault(made([](auto& p) { p.digest = "SHA1"; })), "certificate_weak");
  EXPECT_EQ(fault(pki().signer, ChainPurpose::time_stamping), "certificate_purpose");
  EXPECT_EQ(fault(pki().time, ChainPurpose::time_stamping), "");
}

TEST_F(ChainJudgement, TakesInWhatWasFetchedAndNothingElse) {
  ValidationMaterial material;
  EXPECT_TRUE(add_fetched(material, pki().root.pem()));
  EXPECT_TRUE(add_fetched(material, pki().root.der()));  // the same
  EXPECT_TRUE(add_fetched(material, testing::make_list(pki().root, {})));
  EXPECT_EQ(material.items(), 2u);
  for (const std::string& bad : {std::string(), std::string("<html>"), pki().root.der() + "x"})
    EXPECT_EQ(add_fetched(material, bad).error().code, "bad_material");
  EXPECT_EQ(material.items(), 2u);
}

}  // namespace
}  // namespace quotary::signing
