// Certificates in an export: each is the one that its entry names, and a change that two keys signed is about these
// two.
#include "ledger/records/certificates.h"
#include "signing/certificate_renewal.h"
#include "signing/signing_certificate.h"
#include "tests/support/export_fixture.h"
#include "tools/quotary_verify/certificates.h"
#include "tools/quotary_verify/export.h"

#include <gtest/gtest.h>

namespace quotary::offline {
namespace {

class ExportedCertificatesTest : public testing::ExportFixture {
 protected:
  struct Holder {
    testing::TemporaryFolder folder;
    std::shared_ptr<const signing::DocumentSigner> signer;
    std::string sha256;
  };
  void fill(Holder& holder) const {
    const auto files = posix_file_system();
    const auto paths =
        signing::make_development_seal(*files, holder.folder.path(), "示例", clock->now(), *ports.random).value();
    holder.signer = signing::load_document_signer(*files, paths, clock->now()).value();
    holder.sha256 = signing::signing_certificate(holder.signer->certificate_pem())->sha256.hex();
  }
  ExportedCertificatesTest() {
    for (Holder* each : {&first, &second, &third}) fill(*each);
  }

  // -> the entry's index
  std::uint64_t adopt(const Holder& who, std::optional<std::uint64_t> previous, const std::string& renewal = "",
                      const char* before = "renewed") {
    Draft draft;
    draft.type = records::sealing.type;
    draft.actor_id = draft.actor_role = "system";
    draft.subject = records::sealing.subject;
    draft.body["certificate"] = who.sha256;
    draft.body["not_after"] = "2036-11-24T00:00:00Z";
    if (previous) draft.body["previous"] = *previous;
    if (!renewal.empty()) draft.body["before"] = before;
    draft.objects.push_back({"certificate", "application/x-pem-file", who.signer->certificate_pem(), "", 1});
    if (!renewal.empty()) draft.objects.push_back({"renewal", "text/plain", renewal, "", 1});
    const auto appended = ledger->append(one(std::move(draft)));
    EXPECT_TRUE(appended);
    return appended->entries.front().index;
  }
  std::string renewal(const Holder& from, const Holder& to, std::uint64_t adopted_by,
                      signing::CertificateEnd end = signing::CertificateEnd::renewed,
                      const std::string& origin = {}) const {
    signing::CertificateRenewal terms;
    terms.end = end;
    terms.origin = origin.empty() ? signer->name() : origin;
    terms.use = "seal";
    terms.adopted_by = adopted_by;
    return signing::sign_renewal(terms, *from.signer, *to.signer).value();
  }
  Verdict judged(ExportPayloads payloads = ExportPayloads::facts) {
    ledger.reset();
    EXPECT_TRUE(write(payloads));
    const auto source = open_export_folder(folder.path() + "/export").value();
    ExportedCertificates certificates({signer->name()});
    ExportCheckOptions how;
    how.watches = {&certificates.watch()};
    const auto report = check_export(*source, *key, signer->vkey(), std::move(how)).value();
    Verdict verdict = judge_export(report);
    certificates.tell(verdict);
    return verdict;
  }
  static std::string problem(const Verdict& verdict) {
    const auto& problems = verdict.facts.at("problems").as_array();
    return problems.size() == 1 ? std::string(problems[0].at("detail").as_string()) : "";
  }
  static std::string before(const Verdict& verdict, std::size_t at) {
    const auto& told = verdict.facts.at("certificates").at(at).as_object();
    return told.contains("before") ? std::string(told.at("before").as_string()) : "";
  }

  Holder first, second, third;
  std::unique_ptr<Ledger> ledger = make();
};

TEST_F(ExportedCertificatesTest, TheWalkSaysWhoseWordThereIs) {
  const auto one = adopt(first, {});
  const auto two = adopt(second, one, renewal(first, second, one));
  const auto three = adopt(third, two);
  adopt(first, three, renewal(third, first, three, signing::CertificateEnd::revoked), "revoked");
  const Verdict verdict = judged();
  EXPECT_TRUE(verdict.holds()) << verdict.detail << problem(verdict);
  const auto& told = verdict.facts.at("certificates").as_array();
  ASSERT_EQ(told.size(), 4u);
  EXPECT_EQ(told[0].at("certificate"), json::value(first.sha256));
  EXPECT_EQ(before(verdict, 0), "");
  EXPECT_EQ(before(verdict, 1), "renewed");
  EXPECT_EQ(before(verdict, 2), "unsigned");
  EXPECT_EQ(before(verdict, 3), "revoked");
}

TEST_F(ExportedCertificatesTest, WhatIsWithheldIsSaid) {
  const auto one = adopt(first, {});
  adopt(second, one, renewal(first, second, one));
  const Verdict verdict = judged(ExportPayloads::none);
  EXPECT_TRUE(verdict.holds()) << verdict.detail;
  EXPECT_TRUE(verdict.facts.at("certificates").at(1).at("withheld").as_bool());
}

// Each is signed by the log's key, so only what the certificates' keys signed tells.
TEST_F(ExportedCertificatesTest, ASignedChangeThatIsNotThisOneIsFound) {
  const struct {
    const char* words;
    std::function<std::string(std::uint64_t)> text;
    const char* before;
  } forged[] = {
      {"another change", [&](auto one) { return renewal(first, third, one); }, "renewed"},
      {"another change", [&](auto one) { return renewal(third, second, one); }, "renewed"},
      {"another change", [&](auto one) { return renewal(first, second, one + 1); }, "renewed"},
      {"another change", [&](auto one) { return renewal(first, second, one); }, "revoked"},
      {"another log",
       [&](auto one) { return renewal(first, second, one, signing::CertificateEnd::renewed, "other.example.com"); },
       "renewed"},
      {"does not hold", [&](auto) { return std::string("Quotary certificate renewal v1\n"); }, "renewed"},
  };
  for (const auto& each : forged) {
    if (!ledger) {
      std::filesystem::remove_all(options.directory);
      std::filesystem::remove_all(folder.path() + "/export");
      ledger = make();
    }
    const auto one = adopt(first, {});
    adopt(second, one, each.text(one), each.before);
    const Verdict verdict = judged();
    EXPECT_EQ(verdict.code, "export_damaged");
    EXPECT_NE(problem(verdict).find(each.words), std::string::npos) << problem(verdict);
  }
}

TEST_F(ExportedCertificatesTest, ACertificateMustBeTheOneThatIsNamed) {
  Holder other;
  other.signer = second.signer;
  other.sha256 = third.sha256;
  adopt(other, {});
  EXPECT_NE(problem(judged()).find("not the one that it names"), std::string::npos);
}

}  // namespace
}  // namespace quotary::offline
