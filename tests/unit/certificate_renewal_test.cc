// A change of certificates that the keys of both signed: what is read is what was signed, by these two and no others.
#include "signing/certificate_renewal.h"

#include "signing/signing_certificate.h"
#include "tests/support/golden.h"
#include "tests/support/seal_fixture.h"

#include <gtest/gtest.h>

namespace quotary::signing {
namespace {

using testing::run;
using testing::seal_time;

// Gives a signature over something else.
class WrongSigner final : public DocumentSigner {
 public:
  explicit WrongSigner(std::shared_ptr<const DocumentSigner> below) : below_(std::move(below)) {}
  [[nodiscard]] std::string certificate_pem() const override { return below_->certificate_pem(); }
  [[nodiscard]] Result<std::string> sign(std::string_view) const override { return below_->sign("something else"); }

 private:
  const std::shared_ptr<const DocumentSigner> below_;
};

struct Certificates : ::testing::Test {
  struct Holder {
    testing::TemporaryFolder folder;
    std::shared_ptr<const DocumentSigner> signer;
    Hash sha256;

    Holder() {
      SystemRandom random;
      const auto files = posix_file_system();
      const auto paths = make_development_seal(*files, folder.path(), "示例有限公司", seal_time, random).value();
      signer = load_document_signer(*files, paths, seal_time).value();
      sha256 = signing_certificate(signer->certificate_pem())->sha256;
    }
  };

  static CertificateRenewal terms(CertificateEnd end = CertificateEnd::renewed) {
    CertificateRenewal out;
    out.end = end;
    out.origin = "ledger.example.com/quotes";
    out.use = "seal";
    out.adopted_by = 7;
    return out;
  }
  std::string text(const CertificateRenewal& of = terms()) const {
    const auto made = sign_renewal(of, *before.signer, *after.signer);
    EXPECT_TRUE(made) << made.error().detail;
    return made ? *made : "";
  }
  static std::string code(std::string_view text) {
    const auto read = read_renewal(text);
    return read ? "" : read.error().code;
  }
  static std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), by);
  }

  Holder before, after, stranger;
};

TEST_F(Certificates, WhatBothSignedIsReadAgain) {
  for (const CertificateEnd end : {CertificateEnd::renewed, CertificateEnd::revoked}) {
    const auto read = read_renewal(text(terms(end)));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->end, end);
    EXPECT_EQ(read->origin, "ledger.example.com/quotes");
    EXPECT_EQ(read->use, "seal");
    EXPECT_EQ(read->adopted_by, 7u);
    EXPECT_EQ(read->old_certificate, before.sha256);
    EXPECT_EQ(read->new_certificate, after.sha256);
  }
}

// Who has none of our programs can check both signatures.
TEST_F(Certificates, OpensslAgreesWithBothSignatures) {
  const std::string made = text();
  const auto gap = made.find("\n\n");
  const auto second = made.find("-----BEGIN CMS-----", gap + 3);
  const testing::TemporaryFolder folder;
  testing::write_bytes(folder.file("statement"), made.substr(0, gap + 1));
  testing::write_bytes(folder.file("old"), made.substr(gap + 2, second - gap - 2));
  testing::write_bytes(folder.file("new"), made.substr(second));
  const auto verify = [&](const std::string& signature, const Holder& root) {
    testing::write_bytes(folder.file("root"), root.signer->certificate_pem());
    return run("openssl cms -verify -cades -inform PEM -binary -in " + folder.file(signature) + " -content " +
               folder.file("statement") + " -CAfile " + folder.file("root") + " -purpose any -attime " +
               std::to_string(seal_time.unix_ms / 1000) + " -out /dev/null");
  };
  EXPECT_TRUE(verify("old", before).ok) << verify("old", before).output;
  EXPECT_TRUE(verify("new", after).ok) << verify("new", after).output;
  EXPECT_FALSE(verify("old", after).ok);
}

TEST_F(Certificates, NoByteCanBeOtherwise) {
  const std::string made = text();
  // Each would be another statement, another signature, or a second text for the same one.
  for (std::size_t at = 0; at < made.size(); at += at < 300 ? 1 : 7) {
    std::string other = made;
    other[at] = static_cast<char>(other[at] ^ 1);
    EXPECT_NE(code(other), "") << "byte " << at;
  }
  EXPECT_EQ(code(replaced(made, "renewal v1", "revocation v1")), "renewal");
  EXPECT_EQ(code(replaced(made, "\n7\n", "\n07\n")), "renewal");
  EXPECT_EQ(code(replaced(made, "\nseal\n", "\nother\n")), "renewal");
  EXPECT_EQ(code(replaced(made, "sha256 ", "sha512 ")), "unknown_algorithm");
  EXPECT_EQ(code(made + "\n"), "renewal");
  EXPECT_EQ(code(made + made.substr(made.find("-----BEGIN"))), "renewal");
  EXPECT_EQ(code(made.substr(0, made.rfind("-----BEGIN"))), "renewal");
  EXPECT_EQ(code(""), "renewal");
  EXPECT_EQ(code(std::string(renewal_bytes_max + 1, 'x')), "renewal");
}

TEST_F(Certificates, TheSignaturesAreOfTheseTwoInThisOrder) {
  const std::string made = text();
  const auto gap = made.find("\n\n") + 2;
  const auto second = made.find("-----BEGIN CMS-----", gap + 1);
  const std::string statement = made.substr(0, gap), by_old = made.substr(gap, second - gap),
                    by_new = made.substr(second);
  EXPECT_EQ(code(statement + by_new + by_old), "renewal");
  EXPECT_EQ(code(statement + by_old + by_old), "renewal");
  // A stranger who has the new key and no old one, with a statement of their own.
  const auto theirs = sign_renewal(terms(), *stranger.signer, *after.signer);
  ASSERT_TRUE(theirs);
  const std::string forged = replaced(*theirs, stranger.sha256.hex(), before.sha256.hex());
  const auto read = read_renewal(forged);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "renewal");
}

TEST_F(Certificates, NothingIsSignedThatCouldNotBeRead) {
  const auto refusal = [&](const CertificateRenewal& of, const DocumentSigner& old_one, const DocumentSigner& new_one) {
    const auto made = sign_renewal(of, old_one, new_one);
    return made ? "" : made.error().code;
  };
  EXPECT_EQ(refusal(terms(), *before.signer, *before.signer), "bad_renewal");
  CertificateRenewal other = terms();
  other.use = "else";
  EXPECT_EQ(refusal(other, *before.signer, *after.signer), "bad_renewal");
  other = terms();
  other.origin = "a\nb";
  EXPECT_EQ(refusal(other, *before.signer, *after.signer), "bad_renewal");
  EXPECT_EQ(refusal(terms(), WrongSigner(before.signer), *after.signer), "signing_failed");
  EXPECT_EQ(refusal(terms(), *before.signer, WrongSigner(after.signer)), "signing_failed");
}

// Files that were published stay readable.
TEST(GoldenRenewal, StaysReadable) {
  const auto read = read_renewal(testing::golden("certificate_renewal/seal.renewal"));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->end, CertificateEnd::renewed);
  EXPECT_EQ(read->origin, "ledger.example.com/quotes");
  EXPECT_EQ(read->adopted_by, 2u);
}

}  // namespace
}  // namespace quotary::signing
