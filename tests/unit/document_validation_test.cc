// What Quotary writes after a seal is intact for its own validator and sound for others, and what it refuses to sign.
#include "signing/document_validation.h"
#include "signing/approval_signature.h"
#include "signing/carried_proof.h"
#include "signing/person_key.h"
#include "signing/seal_level.h"
#include "signing/verdict.h"
#include "tests/support/golden.h"
#include "tests/support/other_judges.h"
#include "tests/support/revision_forge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <ctime>

namespace quotary {
namespace {

using signing::SignatureKind;
using testing::forge;
using ::testing::HasSubstr;
using testing::signed_documents;

void expect_intact(const std::string& pdf, const char* name) {
  const auto found = signed_documents().validated(pdf);
  EXPECT_TRUE(found.intact) << name << ": " << found.code << ": " << found.reason;
  EXPECT_EQ(found.intact_bytes, pdf.size()) << name;
  EXPECT_EQ(found.sealed_bytes, signed_documents().sealed.size()) << name;
  EXPECT_TRUE(found.reason.empty()) << name;
  for (const auto& revision : found.revisions) EXPECT_TRUE(revision.allowed && revision.code.empty()) << name;
  EXPECT_EQ(found.revisions.back().end, pdf.size()) << name;
  for (const auto& signature : found.signatures) {
    EXPECT_TRUE(signature.sound && signature.later_changes_allowed && signature.trusted) << name << signature.field;
    EXPECT_TRUE(signature.code.empty() && !signature.foreign) << name << signature.field;
    EXPECT_EQ(signature.certificate_sha256.size(), 64u) << name;
  }
}

TEST(DocumentValidation, WhatQuotaryWritesIsIntact) {
  const auto& made = signed_documents();
  expect_intact(made.sealed, "sealed");
  expect_intact(made.by_rep, "by the representative");
  expect_intact(made.by_customers, "by two customers");
  expect_intact(made.with_proof, "with its proof");
  const std::string stored = forge(made.by_customers, made.store(made.by_customers));
  expect_intact(stored, "with validation data");
  const std::string stamped = forge(stored, made.time_stamp(stored));
  expect_intact(stamped, "with a time-stamp");
  expect_intact(made.seal->embed_proof(made.sealed, "other proof", testing::approval_time).value(), "another proof");
}

TEST(DocumentValidation, NamesEachSignature) {
  const auto& made = signed_documents();
  const auto found = made.validated(forge(made.by_customers, made.time_stamp(made.by_customers)));
  ASSERT_EQ(found.signatures.size(), 4u);
  const std::pair<const char*, SignatureKind> expected[] = {{"Seal", SignatureKind::seal},
                                                            {"Customer1", SignatureKind::approval},
                                                            {"Customer2", SignatureKind::approval},
                                                            {"DocTimeStamp1", SignatureKind::document_timestamp}};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(found.signatures[i].field, expected[i].first);
    EXPECT_EQ(found.signatures[i].kind, expected[i].second);
    EXPECT_EQ(found.signatures[i].revision, i + 1);
    EXPECT_EQ(found.signatures[i].covered, found.revisions[i + 1].end);
  }
  EXPECT_THAT(found.signatures[1].signer, HasSubstr("Li Lei 李雷"));
  EXPECT_EQ(found.signatures[1].claimed_time, "2026-11-24T02:04:04.000Z");
  EXPECT_EQ(found.signatures[1].algorithm, "ECDSA P-256 with SHA-256");
  std::vector<std::string> changes;
  for (const auto& change : found.revisions[2].changes) changes.push_back((change.added ? "+" : "~") + change.what);
  const auto object = [&](std::uint32_t number) { return " (object " + std::to_string(number) + ")"; };
  EXPECT_THAT(changes, ::testing::UnorderedElementsAre("~the field Customer1" + object(made.fields.at("Customer1")),
                                                       "+a signature" + object(made.next),
                                                       "+a form that is drawn" + object(made.next + 1)));
  EXPECT_EQ(made.validated(made.with_proof).signatures.back().kind, SignatureKind::ledger_proof);
}

TEST(DocumentValidation, TrustIsTheRootsAndTheTimes) {
  const auto& made = signed_documents();
  const auto strangers =
      signing::validate_document(made.by_rep, {made.seal->certificate_pem(), {}}, testing::validation_time).value();
  EXPECT_TRUE(strangers.intact);
  EXPECT_TRUE(strangers.signatures[0].trusted);
  EXPECT_FALSE(strangers.signatures[1].trusted);
  // An hour before it was signed: its time has not come.
  const auto early =
      signing::validate_document(made.by_rep, made.anchors, {testing::seal_time.unix_ms - 3'600'000}).value();
  EXPECT_TRUE(early.intact);
  EXPECT_FALSE(early.signatures[0].trusted || early.signatures[1].trusted);
  EXPECT_EQ(signing::validate_document(made.by_rep, {"no certificate", {}}, {}).error().code, "bad_certificates");
  EXPECT_EQ(signing::validate_document(made.by_rep, {{}, "no certificate"}, {}).error().code, "bad_roots");
}

// Another program's signature may be drawn with its own fonts; it is marked.
TEST(DocumentValidation, MarksWhatOtherProgramsSign) {
  const auto& made = signed_documents();
  auto revision = made.approval();
  const std::string font = std::to_string(made.next + 2) + " 0 R";
  revision.objects[made.next + 1] = testing::stream_body(
      "/Type /XObject\n/Subtype /Form\n/BBox [ 0 0 200 50 ]\n/Matrix [ 1 0 0 1 0 0 ]\n/Resources << /Font << /F " +
          font + " >> >>\n",
      "BT /F 9 Tf (Han Meimei) Tj ET");
  revision.objects[made.next + 2] = "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>";
  const auto found = made.validated(forge(made.sealed, revision));
  EXPECT_TRUE(found.intact) << found.code << ": " << found.reason;
  EXPECT_TRUE(found.signatures.back().foreign);
  EXPECT_TRUE(found.signatures.back().sound);

  auto zoned = made.approval();
  zoned.objects[made.next] =
      testing::signature_body("/M (D:20261124100404+08'00')\n/Prop_Build << /App << /Name /X >> >>\n");
  const auto other = made.validated(forge(made.sealed, zoned));
  EXPECT_TRUE(other.intact) << other.code << ": " << other.reason;
  EXPECT_TRUE(other.signatures.back().foreign);
  EXPECT_EQ(other.signatures.back().claimed_time, "2026-11-24T02:04:04.000Z");
}

// Signed with Apache PDFBox 2.0.27 and Bouncy Castle 1.72: PKCS #7 of before PAdES, in BER.
TEST(DocumentValidation, TakesWhatPdfBoxSigns) {
  const std::string pdf = testing::golden("signing/elsewhere.pdf"), root = testing::golden("signing/elsewhere.ca.pem");
  const Timestamp now{testing::seal_time.unix_ms + 4 * testing::day_ms};
  const auto found = signing::validate_document(pdf, {root, {}}, now).value();
  EXPECT_TRUE(found.intact) << found.code << ": " << found.reason;
  ASSERT_EQ(found.signatures.size(), 2U);
  const auto& signature = found.signatures.back();
  EXPECT_TRUE(signature.sound && signature.trusted && signature.foreign) << signature.reason;
  EXPECT_EQ(signature.names, (std::vector<std::string>{"Li Hua", "Chenghu"}));
  EXPECT_EQ(signature.field, "Customer1");
  EXPECT_FALSE(found.signatures.front().trusted);

  signing::LevelQuestion question;
  question.trust_anchors_pem = root;
  question.now = now;
  const auto levels = signing::judge_levels(pdf, question).value();
  EXPECT_EQ(levels.signatures.back().level, signing::SealLevel::b_b);
  EXPECT_FALSE(levels.signatures.back().fault);
  question.trust_anchors_pem.clear();
  EXPECT_TRUE(signing::is_unknown_signer(signing::judge_levels(pdf, question)->signatures.back()));

  // One digit of the signature's value, and one byte of what it covers.
  const std::size_t contents = pdf.rfind("/Contents <"), value = pdf.find(std::string(600, '0'), contents);
  std::string forged = pdf;
  forged[value - 40] = forged[value - 40] == '0' ? '1' : '0';
  EXPECT_EQ(signing::validate_document(forged, {root, {}}, now)->code, "signature_invalid");
  std::string altered = pdf;
  altered[altered.rfind("(agreed)") + 1] = 'A';
  EXPECT_EQ(signing::validate_document(altered, {root, {}}, now)->code, "signature_invalid");
}

TEST(DocumentValidation, OtherReadersAgree) {
  const auto& made = signed_documents();
  const testing::TemporaryFolder folder;
  const std::string stored = forge(made.by_customers, made.store(made.by_customers));
  int signatures = 1;
  for (const std::string& pdf : {made.by_rep, made.by_customers, forge(stored, made.time_stamp(stored))}) {
    ++signatures;
    testing::write_bytes(folder.file("signed.pdf"), pdf);
    const std::string path = "'" + folder.file("signed.pdf") + "'";
    const auto qpdf = testing::run("qpdf --check " + path);
    EXPECT_TRUE(qpdf.ok) << qpdf.output;
    const auto pdfsig = testing::run("pdfsig -nocert " + path);
    EXPECT_THAT(pdfsig.output, HasSubstr("Signature #" + std::to_string(signatures)));
    EXPECT_THAT(pdfsig.output, ::testing::Not(HasSubstr("Invalid")));
    const auto seal = signing::check_sealed_front(pdf, {});
    EXPECT_TRUE(seal && seal->valid);
  }
}

// Whoever signs: the signing service's key for a customer, a seller with a key under an own password.
TEST(DocumentValidation, OpensslAgreesOfEachApproval) {
  const auto& made = signed_documents();
  SystemRandom random;
  const std::string password = "a password of a seller";
  const auto key =
      signing::make_person_key({"Li Lei 李雷", "示例有限公司", "01HX"}, password, testing::seal_time, random);
  ASSERT_TRUE(key) << key.error().detail;
  const auto seller = signing::open_person_key(*key, password, testing::approval_time).value();
  const std::string by_seller = signing::sign_approval(made.sealed, made.request(made.sealed, "Rep"), *seller).value();
  const std::string by_both =
      signing::sign_approval(by_seller, made.request(by_seller, "Customer1"), *made.rep).value();
  const std::string roots = made.anchors.signer_roots_pem, with_seller = roots + key->certificate_pem;
  for (const std::string& pdf : {made.by_rep, made.by_customers, by_seller, by_both}) {
    const auto signatures = testing::cut_signatures(pdf);
    ASSERT_EQ(signatures.size(), made.validated(pdf).signatures.size());
    for (const auto& each : signatures) {
      const auto said = testing::openssl_cms(each, with_seller, testing::approval_time);
      EXPECT_TRUE(said.ok) << said.output;
      testing::CutSignature altered = each;
      altered.content.back() = '.';
      EXPECT_FALSE(testing::openssl_cms(altered, with_seller, testing::approval_time).ok) << "the judge looks";
    }
  }
  // It is the seller's own key, which nothing else vouches for.
  EXPECT_FALSE(testing::openssl_cms(testing::cut_signatures(by_seller).back(), roots, testing::approval_time).ok);
  const auto pdfsig = [&](const std::string& pdf) {
    const testing::TemporaryFolder folder;
    testing::write_bytes(folder.file("signed.pdf"), pdf);
    return testing::run("pdfsig -nocert '" + folder.file("signed.pdf") + "'").output;
  };
  EXPECT_THAT(pdfsig(by_both), HasSubstr("Signature #3"));
  EXPECT_THAT(pdfsig(by_both), ::testing::Not(HasSubstr("Invalid")));
}

TEST(ApprovalSignature, RefusesWhatItMustNotSign) {
  const auto& made = signed_documents();
  const auto code = [&](const std::string& pdf, const signing::ApprovalRequest& request) {
    const auto result = signing::sign_approval(pdf, request, *made.rep);
    return result ? "signed" : result.error().code;
  };
  auto request = made.request(made.sealed, "Rep");
  EXPECT_EQ(code(made.sealed, request), "signed");
  EXPECT_EQ(code(made.by_rep, request), "base_changed");
  EXPECT_EQ(code(made.by_rep, made.request(made.by_rep, "Rep")), "field_signed");
  EXPECT_EQ(code(made.by_rep, made.request(made.by_rep, "Customer2")), "signed");
  EXPECT_EQ(code(made.sealed, made.request(made.sealed, "Customer4")), "field_missing");
  EXPECT_EQ(code(made.sealed, made.request(made.sealed, "Seal")), "field_signed");
  const std::string unsealed = testing::unsealed_document();
  EXPECT_EQ(code(unsealed, made.request(unsealed, "Rep")), "base_not_sealed");
  const std::string junk = made.sealed + "junk";
  EXPECT_EQ(code(junk, made.request(junk, "Rep")), "base_not_intact");
  request.appearance.reset();
  EXPECT_EQ(code(made.sealed, request), "appearance_missing");
  request = made.request(made.sealed, "Rep");
  request.name = std::string(501, 'x');
  EXPECT_EQ(code(made.sealed, request), "text_too_long");
  request = made.request(made.sealed, "Rep");
  request.time = {made.seal->not_after().unix_ms + testing::day_ms};
  EXPECT_EQ(code(made.sealed, request), "signer_certificate_expired");
  request = made.request(made.sealed, "Rep");
  request.appearance->paths.assign(signing::appearance_paths_max + 1, request.appearance->paths.front());
  EXPECT_EQ(code(made.sealed, request), "appearance_too_large");
  request.appearance->paths.clear();
  EXPECT_EQ(code(made.sealed, request), "appearance_invalid");
}

// A token or a service may answer anything.
TEST(ApprovalSignature, BelievesNoSigner) {
  const auto& made = signed_documents();
  class Liar final : public signing::DocumentSigner {
   public:
    explicit Liar(std::string value) : value_(std::move(value)) {}
    std::string certificate_pem() const override { return signed_documents().rep->certificate_pem(); }
    Result<std::string> sign(std::string_view) const override { return value_; }

   private:
    std::string value_;
  };
  const std::string another = made.rep->sign("something else").value();
  for (const std::string& value : {std::string(), std::string("no signature"), another, std::string(20'000, 'x')}) {
    const auto result = signing::sign_approval(made.sealed, made.request(made.sealed, "Rep"), Liar(value));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "signing_failed");
  }
}

TEST(ApprovalSignature, DrawsWithinItsBox) {
  const auto body = signing::write_appearance(testing::drawn_name(), {150, 40});
  ASSERT_TRUE(body);
  // 300 x 100 into 150 x 40: scaled by 0.4, 15 to the left and right; the point off the canvas is at its edge.
  EXPECT_THAT(*body, HasSubstr("/BBox [ 0 0 150 40 ]"));
  EXPECT_THAT(*body, HasSubstr("0 0 0.5 RG\n1.2 w\n19 4 m\n75.2 36 l\n135 8 l\nS\n"));
  EXPECT_THAT(*body, HasSubstr("0 0 0 rg\n23 8 m\n27 8 31 12 31 16 c\n23 16 l\nh\nf\n"));
  for (const char* content : {"q 1 0 0 1 0 0 cm Q", "0 0 1 rg 0 0 9 9 re f*", "-1.5 .5 m 3. 4 l S", ""})
    EXPECT_TRUE(signing::check_appearance_content(content)) << content;
  for (const char* content :
       {"BT ET", "/F 9 Tf", "1 2 3 m", "q", "Q", "q Q Q", "1", "(x) Tj", "/X Do", "1e5 0 m", "0 0 m%", "BI ID EI",
        "/a gs", "1 2 3 4 5 6 7 cm", "--1 0 m", "0 0 0 0 k", "q q q q q q q q q"})
    EXPECT_EQ(signing::check_appearance_content(content).error().code, "appearance_operator") << content;
}

TEST(Verdict, IsTheWholeTable) {
  using signing::CurrentStatus, signing::DocumentFinding, signing::LedgerKnowledge;
  const DocumentFinding findings[] = {DocumentFinding::unreadable, DocumentFinding::seal_broken,
                                      DocumentFinding::changed_after, DocumentFinding::intact};
  const LedgerKnowledge knowledge[] = {LedgerKnowledge::whole, LedgerKnowledge::prefix, LedgerKnowledge::claimed,
                                       LedgerKnowledge::none};
  const CurrentStatus statuses[] = {CurrentStatus::current, CurrentStatus::superseded, CurrentStatus::voided};
  const char* const authentic[] = {"authentic_current", "authentic_superseded", "authentic_voided"};
  const char* const table[4][4] = {
      {"*", "*", "*", "*"},
      {"altered", "altered", "altered", "signed_prefix_with_unknown_update"},
      {"altered", "altered", "altered", "altered"},
      {"unreadable", "not_ours", "not_ours", "not_ours"},
  };
  for (std::size_t k = 0; k < 4; ++k) {
    for (std::size_t f = 0; f < 4; ++f) {
      for (std::size_t s = 0; s < 3; ++s) {
        const std::string expected = table[k][f][0] == '*' ? authentic[s] : table[k][f];
        EXPECT_EQ(signing::name_of(signing::verdict_of(findings[f], knowledge[k], statuses[s])), expected)
            << k << ' ' << f << ' ' << s;
      }
    }
  }
}

TEST(Verdict, TakesItsFindingFromTheBytes) {
  using signing::DocumentFinding, signing::finding_of;
  const auto& made = signed_documents();
  EXPECT_EQ(finding_of(made.validated(made.by_rep)), DocumentFinding::intact);
  EXPECT_EQ(finding_of(made.validated(made.by_rep + "x")), DocumentFinding::changed_after);
  EXPECT_EQ(finding_of(made.validated("x")), DocumentFinding::unreadable);
  std::string broken = made.sealed;
  broken[200] = static_cast<char>(broken[200] ^ 1);
  EXPECT_EQ(finding_of(made.validated(broken)), DocumentFinding::seal_broken);
}

// Printed, not asserted: machines differ.
TEST(DocumentValidation, SaysWhatItCosts) {
  const auto& made = signed_documents();
  constexpr int rounds = 20;
  const std::clock_t begin = std::clock();
  for (int i = 0; i < rounds; ++i) EXPECT_TRUE(made.validated(made.by_rep).intact);
  const double spent_ms = 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  std::printf("a document of three revisions (%zu bytes): %.2f ms of CPU\n", made.by_rep.size(), spent_ms / rounds);
}

}  // namespace
}  // namespace quotary
