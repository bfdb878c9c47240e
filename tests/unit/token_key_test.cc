// Seals by keys that are not in this process: in a token (SoftHSM), and behind the seam for remote services.
#include "signing/approval_signature.h"
#include "signing/document_check.h"
#include "tests/support/seal_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <thread>

namespace quotary {
namespace {

using ::testing::HasSubstr;
using testing::run;
using testing::seal_time;

constexpr const char* module_path = "/usr/lib/softhsm/libsofthsm2.so";

// A token with an elliptic curve's key and RSA's, each with its certificate beside it; made by OpenSSL, softhsm2-util
// and pkcs11-tool.
struct Token {
  testing::TemporaryFolder folder;
  std::shared_ptr<FileSystem> files = posix_file_system();

  [[nodiscard]] std::string path(const std::string& name) const { return folder.path() + "/" + name; }

  Token() {
    testing::write_bytes(path("softhsm.conf"), "directories.tokendir = " + path("tokens") + "\nlog.level = ERROR\n");
    EXPECT_TRUE(files->make_directory(path("tokens")));
    EXPECT_EQ(setenv("SOFTHSM2_CONF", path("softhsm.conf").c_str(), 1), 0);
    must("softhsm2-util --init-token --free --label Seals --pin 246810 --so-pin 135791");
    testing::write_bytes(path("pin"), "246810\n");
    testing::write_bytes(path("wrong"), "000000\n");
    add("ec", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "01");
    add("rsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "02");
    must("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out " + path("bare.key"));
    must("softhsm2-util --import " + path("bare.key") + " --token Seals --label bare --id 03 --pin 246810");
  }
  static void must(const std::string& command) {
    const auto done = run(command);
    EXPECT_TRUE(done.ok) << command << "\n" << done.output;
  }
  void add(const std::string& name, const std::string& kind, const std::string& id) const {
    must("openssl genpkey " + kind + " -out " + path(name + ".key"));
    must("openssl req -x509 -key " + path(name + ".key") + " -days 3650 -subj /CN=" + name +
         " -addext keyUsage=critical,digitalSignature -addext basicConstraints=CA:FALSE -out " + path(name + ".pem"));
    must("openssl x509 -in " + path(name + ".pem") + " -outform DER -out " + path(name + ".der"));
    must("softhsm2-util --import " + path(name + ".key") + " --token Seals --label " + name + " --id " + id +
         " --pin 246810");
    must("pkcs11-tool --module " + std::string(module_path) +
         " --token-label Seals --login --pin 246810 --type cert --id " + id + " --label " + name + " --write-object " +
         path(name + ".der"));
  }
  [[nodiscard]] signing::SealKeyFiles place(const std::string& key, const std::string& pin = "pin",
                                            const std::string& label = "Seals") const {
    signing::SealKeyFiles out;
    out.token = {module_path, label, key, path(pin)};
    return out;
  }
  // The machine's clock, since OpenSSL's tools date certificates by it.
  [[nodiscard]] Result<std::shared_ptr<const signing::Seal>> load(const signing::SealKeyFiles& place) const {
    return signing::Seal::load(*files, place, SystemClock().now());
  }
};

const Token& token() {
  static const Token made;
  return made;
}

signing::SealRequest request() {
  auto out = testing::seal_request();
  out.signing_time = {SystemClock().now().unix_ms / 1000 * 1000};
  out.must_outlive = out.signing_time;
  return out;
}

TEST(TokenKey, SealsAsAFileKeyDoes) {
  for (const char* key : {"ec", "rsa"}) {
    const auto seal = token().load(token().place(key));
    ASSERT_TRUE(seal) << seal.error().detail;
    EXPECT_THAT((*seal)->subject(), HasSubstr(key));
    const auto sealed = (*seal)->seal(testing::unsealed_document(), request());
    ASSERT_TRUE(sealed) << sealed.error().detail;
    const auto found = signing::check_seal(*sealed, (*seal)->certificate_pem());
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->valid && found->trusted) << found->reason;
    testing::write_bytes(token().path("sealed.pdf"), *sealed);
    EXPECT_THAT(run("pdfsig -nocert " + token().path("sealed.pdf")).output, HasSubstr("Signature is Valid."));
  }
}

TEST(TokenKey, SealsFromManyThreads) {
  const auto seal = token().load(token().place("ec")).value();
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round)
        if (seal->seal(testing::unsealed_document(), request())) ++good;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 40);
}

TEST(TokenKey, ACertificateMayStandInAFile) {
  auto place = token().place("bare");
  EXPECT_EQ(token().load(place).error().code, "token_certificate_missing");
  place.certificate_path = token().path("ec.pem");
  EXPECT_EQ(token().load(place).error().code, "seal_key_mismatch");
  place = token().place("ec");
  place.certificate_path = token().path("ec.pem");
  EXPECT_TRUE(token().load(place));
}

TEST(TokenKey, FaultsHaveNamesAndSayWhatIsThere) {
  auto place = token().place("ec", "wrong");
  EXPECT_EQ(token().load(place).error().code, "token_pin");
  EXPECT_EQ(token().load(token().place("ec", "no such file")).error().code, "token_pin_file");
  const auto key = token().load(token().place("gone"));
  EXPECT_EQ(key.error().code, "token_key_missing");
  EXPECT_THAT(key.error().detail, HasSubstr("rsa"));
  const auto label = token().load(token().place("ec", "pin", "Other"));
  EXPECT_EQ(label.error().code, "token_missing");
  EXPECT_THAT(label.error().detail, HasSubstr("Seals"));
  place = token().place("ec");
  place.token.module_path = "/no/such/module.so";
  const auto module = token().load(place);
  EXPECT_EQ(module.error().code, "token_module");
  EXPECT_THAT(module.error().detail, HasSubstr("/no/such/module.so"));
  EXPECT_EQ(module.error().kind, Errc::unavailable);
}

// An embedded proof must be the same bytes each time: RSA's is, an elliptic curve's in a token is not.
TEST(TokenKey, WhatIsNotRepeatableIsNotEmbedded) {
  const auto time = request().signing_time;
  const auto rsa = token().load(token().place("rsa")).value();
  const std::string sealed = rsa->seal(testing::unsealed_document(), request()).value();
  const auto first = rsa->embed_proof(sealed, "a proof", time), second = rsa->embed_proof(sealed, "a proof", time);
  ASSERT_TRUE(first && second) << first.error().detail;
  EXPECT_EQ(*first, *second);
  const auto ec = token().load(token().place("ec")).value();
  const std::string other = ec->seal(testing::unsealed_document(), request()).value();
  EXPECT_EQ(ec->embed_proof(other, "a proof", time).error().code, "seal_key_elsewhere");
}

// A service that signs what it is sent.
class Remote final : public signing::DocumentSigner {
 public:
  explicit Remote(std::shared_ptr<const signing::DocumentSigner> key) : key_(std::move(key)) {}
  std::string certificate_pem() const override { return key_->certificate_pem(); }
  Result<std::string> sign(std::string_view to_be_signed) const override {
    ++calls;
    if (answers == "down") return fail(Errc::unavailable, "service_down", "the signing service does not answer");
    if (answers == "garbage") return std::string("no signature");
    return key_->sign(answers == "other" ? "other bytes" : to_be_signed);
  }
  mutable std::atomic<int> calls{0};
  std::string answers = "good";

 private:
  std::shared_ptr<const signing::DocumentSigner> key_;
};

TEST(Seam, ARemoteServiceSealsAndIsNotBelieved) {
  signing::SealKeyFiles paths;
  paths.certificate_path = token().path("ec.pem");
  paths.key_path = token().path("ec.key");
  const auto now = SystemClock().now();
  const auto remote = std::make_shared<Remote>(signing::load_document_signer(*token().files, paths, now).value());
  const auto seal = signing::Seal::by(remote, now).value();
  const auto sealed = seal->seal(testing::unsealed_document(), request());
  ASSERT_TRUE(sealed) << sealed.error().detail;
  EXPECT_TRUE(signing::check_seal(*sealed, seal->certificate_pem())->trusted);
  EXPECT_EQ(remote->calls, 1);
  remote->answers = "down";
  EXPECT_EQ(seal->seal(testing::unsealed_document(), request()).error().code, "service_down");
  for (const char* bad : {"garbage", "other"}) {
    remote->answers = bad;
    EXPECT_EQ(seal->seal(testing::unsealed_document(), request()).error().code, "seal_failed") << bad;
  }
  EXPECT_EQ(seal->embed_proof(*sealed, "a proof", request().signing_time).error().code, "seal_key_elsewhere");
  EXPECT_EQ(signing::Seal::by(remote, {now.unix_ms + 20 * 365 * testing::day_ms}).error().code,
            "seal_certificate_expired");
}

}  // namespace
}  // namespace quotary
