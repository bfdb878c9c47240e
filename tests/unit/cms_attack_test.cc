// The CMS within a signature, wrong in one respect at a time, and signed by someone who has a key, so that form alone
// can give it away: in the seal, in an approval as Quotary writes it, and in one by another program.
#include "signing/cms.h"
#include "signing/document_check.h"
#include "signing/document_validation.h"
#include "tests/support/cms_forge.h"
#include "tests/support/revision_forge.h"
#include "tests/support/test_authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/cms.h>

namespace quotary {
namespace {

using testing::cms_attribute;
using testing::CmsSigner;
using testing::der_object_id;
using testing::der_value;
using testing::forge_cms;
using testing::ForgedCms;
using testing::ForgedRevision;
using ::testing::HasSubstr;

const testing::SignedDocuments& made() { return testing::signed_documents(); }

using Attributes = std::vector<std::string>;
using MakeCms = std::function<std::string(const CmsSigner& by, const std::string& content)>;

// What was signed into a document by `by`, in its last signature.
std::string with_contents(std::string pdf, const MakeCms& cms, const CmsSigner& by) {
  const std::size_t begin = pdf.rfind("/Contents <") + 10, end = pdf.find('>', begin) + 1;
  std::string digits = to_hex(cms(by, pdf.substr(0, begin) + pdf.substr(end)));
  digits.resize(end - begin - 2, '0');
  return pdf.replace(begin + 1, digits.size(), digits);
}

std::string sealed_by(const MakeCms& cms) {
  static const CmsSigner by = testing::cms_signer(made().seal_folder);
  return with_contents(made().sealed, cms, by);
}

std::string approved_by(const MakeCms& cms, bool by_another_program) {
  static const CmsSigner by = testing::cms_signer(made().rep_folder);
  ForgedRevision revision = made().approval();
  if (by_another_program)
    revision.objects[made().next] =
        testing::signature_body("/M (D:20261124020404Z)\n/Prop_Build << /App << /Name /X >> >>\n");
  revision.der = [&cms](const std::string& content) { return cms(by, content); };
  return testing::forge(made().sealed, revision);
}

MakeCms with(const std::function<void(ForgedCms&)>& change) {
  return [change](const CmsSigner& by, const std::string& content) {
    ForgedCms forgery;
    change(forgery);
    return forge_cms(by, content, forgery);
  };
}
MakeCms attributes(const std::function<void(Attributes&)>& change) {
  return with([change](ForgedCms& forgery) { forgery.change_attributes = change; });
}
MakeCms without(int nid) {
  return attributes([nid](Attributes& all) {
    EXPECT_EQ(std::erase_if(all, [nid](const std::string& each) { return testing::is_attribute(each, nid); }), 1u);
  });
}
MakeCms added(const std::string& attribute) {
  return attributes([attribute](Attributes& all) { all.push_back(attribute); });
}
// A signer of another making, who signs instead.
MakeCms by(std::shared_ptr<CmsSigner> signer, const ForgedCms& forgery = {}) {
  return
      [signer, forgery](const CmsSigner&, const std::string& content) { return forge_cms(*signer, content, forgery); };
}
std::shared_ptr<CmsSigner> issued(const testing::CertificateProfile& profile) {
  testing::Identity identity = testing::issue(nullptr, profile);
  return std::make_shared<CmsSigner>(CmsSigner{std::move(identity.key), std::move(identity.certificate)});
}
std::shared_ptr<CmsSigner> rsa_signer(int bits) {
  testing::CertificateProfile profile;
  profile.name = "RSA";
  profile.rsa_bits = bits;
  return issued(profile);
}

const std::string& utc_time() {
  static const std::string value = der_value(0x17, "261124020304Z");
  return value;
}
// 2.25.1: nobody's.
const std::string& unknown_attribute() {
  static const std::string value = cms_attribute(std::string("\x06\x02\x69\x01", 4), der_value(0x0c, "x"));
  return value;
}

// What the seal and our own approvals are refused for, and what another program's approval is. Empty: it is allowed
// there, for the reason that stands beside it.
struct CmsAttack {
  const char* name;
  MakeCms cms;
  const char* ours;
  const char* others;
};

std::vector<CmsAttack> attacks() {
  const int content_type = NID_pkcs9_contentType, digest = NID_pkcs9_messageDigest,
            certificate = NID_id_smime_aa_signingCertificateV2;
  const std::string data = der_object_id(NID_pkcs7_data);
  static const auto stranger = rsa_signer(2048);
  const std::string other_certificate = testing::certificate_attribute(stranger->certificate.get());
  testing::CertificateProfile agreement;
  agreement.name = "Agreement";
  agreement.key_usage = "critical,keyAgreement";
  ForgedCms in_sha1, in_md5, half_sha1;
  in_sha1.digest = NID_sha1;
  in_md5.digest = NID_md5;
  half_sha1.signature_digest = NID_sha1;
  const char* const one_signer = "has not exactly one signer";
  const char* const no_algorithm = "an algorithm or key size that is not allowed";
  const char* const content_once = "the signed attribute contentType is not there exactly once";
  const char* const digest_once = "the signed attribute messageDigest is not there exactly once";
  const char* const certificate_once =
      "the signed attribute id-smime-aa-signingCertificateV2 is not there exactly once";
  const char* const other_bytes = "content verify error";  // OpenSSL's words, as those that follow
  const char* const other_signer = "ess cert id not found";
  const char* const not_der = "the CMS is not strict DER";
  return {
      {"no signer", with([](auto& f) { f.signer = false; }), one_signer, one_signer},
      {"two signers", with([](auto& f) { f.second = stranger.get(); }), one_signer, one_signer},
      {"no signed attributes", with([](auto& f) { f.attributes = false; }), content_once, content_once},

      {"no contentType", without(content_type), content_once, content_once},
      {"contentType twice", added(cms_attribute(der_object_id(content_type), data)), content_once, content_once},
      {"a contentType of two values", attributes([=](Attributes& all) {
         std::erase_if(all, [=](const std::string& each) { return testing::is_attribute(each, content_type); });
         all.push_back(cms_attribute(der_object_id(content_type), data + der_object_id(NID_pkcs7_signed)));
       }),
       content_once, content_once},
      {"a contentType of another kind", attributes([=](Attributes& all) {
         std::erase_if(all, [=](const std::string& each) { return testing::is_attribute(each, content_type); });
         all.push_back(cms_attribute(der_object_id(content_type), der_object_id(NID_id_smime_ct_TSTInfo)));
       }),
       "the signed attribute contentType names another kind", "the signed attribute contentType names another kind"},

      {"no messageDigest", without(digest), digest_once, digest_once},
      {"messageDigest twice, of these and of other bytes", added(testing::digest_attribute(NID_sha256, "other bytes")),
       digest_once, digest_once},
      {"a messageDigest of other bytes", attributes([=](Attributes& all) {
         std::erase_if(all, [=](const std::string& each) { return testing::is_attribute(each, digest); });
         all.push_back(testing::digest_attribute(NID_sha256, "other bytes"));
       }),
       other_bytes, other_bytes},

      // PKCS #7 of before PAdES names no certificate; whose key it is follows from the signature itself.
      {"no ESS reference", without(certificate), certificate_once, ""},
      {"two ESS references", added(other_certificate), certificate_once, "attribute error"},
      {"an ESS reference to another certificate", attributes([=](Attributes& all) {
         std::erase_if(all, [=](const std::string& each) { return testing::is_attribute(each, certificate); });
         all.push_back(other_certificate);
       }),
       other_signer, other_signer},

      // PAdES forbids it because /M says when; PKCS #7 of before has it, and it is nobody's proof there.
      {"a signingTime", added(cms_attribute(der_object_id(NID_pkcs9_signingTime), utc_time())),
       "a signingTime, which PAdES forbids", ""},
      // Signed, so whoever signed meant it; nothing here rests on it.
      {"an unknown signed attribute", added(unknown_attribute()), "not as Quotary writes it", ""},
      // Programs put revocation data there (Adobe's). Anybody could have: nothing here rests on it.
      {"an unknown unsigned attribute", with([](auto& f) { f.unsigned_attributes = {unknown_attribute()}; }),
       "an unsigned attribute that is not one signature time-stamp", ""},
      // A time that is not over this signature counts for nothing (put_foreign_time()), and breaks nothing.
      {"a time-stamp of another signature",
       [](const CmsSigner& by, const std::string& content) {
         ForgedCms forgery;
         forgery.unsigned_attributes = {
             cms_attribute(der_object_id(NID_id_smime_aa_timeStampToken), made().token("another signature"))};
         return forge_cms(by, content, forgery);
       },
       "its signature time-stamp does not hold", ""},

      {"SHA-1", by(rsa_signer(2048), in_sha1), no_algorithm, no_algorithm},
      {"SHA-1 with an elliptic curve", with([](auto& f) { f.digest = NID_sha1; }), no_algorithm, no_algorithm},
      {"SHA-1 in the signature alone", by(rsa_signer(2048), half_sha1), no_algorithm, no_algorithm},
      {"MD5", by(rsa_signer(2048), in_md5), no_algorithm, no_algorithm},
      {"RSA of 1024 bits", by(rsa_signer(1024)), no_algorithm, no_algorithm},
      {"a key that is for agreement", by(issued(agreement)), "a certificate that is not for signing",
       "a certificate that is not for signing"},
      {"no certificate", with([](auto& f) { f.carries_certificate = false; }), "carries no certificate",
       "carries no certificate"},
      {"content of its own", with([](auto& f) { f.carried_content = "other bytes"; }), "carries content of its own",
       "carries content of its own"},

      // Bouncy Castle writes BER unless asked (tests/golden/signing/elsewhere.pdf): the signature covers the same.
      {"BER", [](const CmsSigner& by, const std::string& content) { return testing::in_ber(forge_cms(by, content)); },
       not_der, ""},
      // The signature is over their order in DER; OpenSSL takes them as they stand, and refuses what differs.
      {"signed attributes in another order", with([](auto& f) { f.unordered = true; }), not_der,
       "verification failure"},
  };
}

TEST(CmsAttack, TheToolsMakeWhatQuotaryWrites) {
  const MakeCms genuine = with([](ForgedCms&) {});
  const auto seal = signing::check_seal(sealed_by(genuine), made().seal->certificate_pem());
  ASSERT_TRUE(seal);
  EXPECT_TRUE(seal->valid && seal->trusted) << seal->reason;
  for (const bool foreign : {false, true}) {
    const auto found = made().validated(approved_by(genuine, foreign));
    EXPECT_TRUE(found.intact) << found.code << ": " << found.reason;
    EXPECT_EQ(found.signatures.back().foreign, foreign);
  }
  // RSA is no reason by itself.
  const auto rsa = made().validated(approved_by(by(rsa_signer(2048)), false));
  EXPECT_TRUE(rsa.intact) << rsa.code << ": " << rsa.reason;
  EXPECT_EQ(rsa.signatures.back().algorithm, "RSA 2048 with SHA-256");
}

TEST(CmsAttack, NoneMakesASeal) {
  for (const CmsAttack& attack : attacks()) {
    const std::string pdf = sealed_by(attack.cms);
    const auto seal = signing::check_seal(pdf, {});
    ASSERT_TRUE(seal) << attack.name;
    EXPECT_FALSE(seal->valid) << attack.name;
    EXPECT_THAT(seal->reason, HasSubstr(attack.ours)) << attack.name;
    const auto found = made().validated(pdf);
    EXPECT_FALSE(found.intact) << attack.name;
    EXPECT_EQ(found.code, "seal_invalid") << attack.name;
    EXPECT_EQ(found.intact_bytes, 0u) << attack.name;
  }
}

TEST(CmsAttack, NoneMakesAnApproval) {
  for (const CmsAttack& attack : attacks()) {
    const std::string pdf = approved_by(attack.cms, false);
    const auto found = made().validated(pdf);
    EXPECT_FALSE(found.intact) << attack.name;
    EXPECT_EQ(found.intact_bytes, made().sealed.size()) << attack.name;
    EXPECT_EQ(found.code, "signature_invalid") << attack.name << ": " << found.reason;
    EXPECT_THAT(found.reason, HasSubstr(attack.ours)) << attack.name;
    ASSERT_EQ(found.signatures.size(), 2u) << attack.name;
    EXPECT_FALSE(found.signatures.back().sound || found.signatures.back().trusted) << attack.name;
  }
}

// What is allowed in another program's approval is marked as such, and is as good as its certificate.
TEST(CmsAttack, AnotherProgramMayDoWhatNothingRestsOn) {
  std::size_t allowed = 0;
  for (const CmsAttack& attack : attacks()) {
    const bool may = std::string_view(attack.others).empty();
    const auto found = made().validated(approved_by(attack.cms, true));
    EXPECT_EQ(found.intact, may) << attack.name << ": " << found.code << ": " << found.reason;
    ASSERT_EQ(found.signatures.size(), 2u) << attack.name;
    const auto& signature = found.signatures.back();
    EXPECT_EQ(signature.sound, may) << attack.name;
    if (may) {
      ++allowed;
      EXPECT_TRUE(signature.foreign && signature.trusted) << attack.name;
    } else {
      EXPECT_EQ(found.code, "signature_invalid") << attack.name;
      EXPECT_THAT(found.reason, HasSubstr(attack.others)) << attack.name;
    }
  }
  EXPECT_EQ(allowed, 6u);
}

// A time-stamp beside another program's signature is a proof only when it is over that signature.
TEST(CmsAttack, AForeignTimeStampIsOverItsSignature) {
  static const CmsSigner signer = testing::cms_signer(made().rep_folder);
  const std::string content = "content";
  ForgedCms forgery;
  forgery.unsigned_attributes = {
      cms_attribute(der_object_id(NID_id_smime_aa_timeStampToken), made().token("another signature"))};
  const auto found = signing::verify_foreign_cms(forge_cms(signer, content, forgery), content);
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_TRUE(found->time_token.empty());
}

}  // namespace
}  // namespace quotary
