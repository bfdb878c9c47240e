// The seal as readers that are not ours see it, and the keys that it may be made with.
#include "signing/seal.h"
#include "ledger/base/hash.h"
#include "pdfgen/quote_document.h"
#include "signing/document_check.h"
#include "signing/signing_certificate.h"
#include "tests/support/sample_quotes.h"
#include "tests/support/seal_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quotary {
namespace {

using signing::Seal;
using signing::SealKeyFiles;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

// Four numbers of the file's only ByteRange.
std::vector<std::size_t> byte_range(const std::string& pdf) {
  std::vector<std::size_t> out;
  std::size_t at = pdf.rfind("/ByteRange [") + 12;
  for (int i = 0; i < 4; ++i) {
    std::size_t used = 0;
    out.push_back(std::stoul(pdf.substr(at, 16), &used));
    at += used;
  }
  return out;
}

std::string load_code(const SealKeyFiles& paths, Timestamp now = testing::seal_time) {
  const auto loaded = Seal::load(*posix_file_system(), paths, now);
  return loaded ? "ok" : loaded.error().code;
}

// Held against the judges: qpdf for the file, pdfsig for the signature, openssl for the CMS.
void expect_judges_accept(const TemporaryFolder& folder, const std::string& pdf, const std::string& certificate_pem) {
  const auto range = byte_range(pdf);
  testing::write_bytes(folder.file("sealed.pdf"), pdf);
  testing::write_bytes(folder.file("content"), pdf.substr(0, range[1]) + pdf.substr(range[2]));
  const std::string contents = *from_hex(pdf.substr(range[1] + 1, range[2] - range[1] - 2));
  testing::write_bytes(folder.file("cms"), contents);
  testing::write_bytes(folder.file("anchor.pem"), certificate_pem);
  const auto quoted = [&](const char* name) { return "'" + folder.file(name) + "'"; };

  const auto qpdf = testing::run("qpdf --check " + quoted("sealed.pdf"));
  EXPECT_TRUE(qpdf.ok) << qpdf.output;
  const auto pdfsig = testing::run("pdfsig -nocert " + quoted("sealed.pdf"));
  EXPECT_THAT(pdfsig.output, HasSubstr("Signature is Valid"));
  EXPECT_THAT(pdfsig.output, HasSubstr("Total document signed"));
  EXPECT_THAT(pdfsig.output, HasSubstr("ETSI.CAdES.detached"));
  const auto openssl = testing::run("openssl cms -verify -cades -binary -inform DER -in " + quoted("cms") +
                                    " -content " + quoted("content") + " -CAfile " + quoted("anchor.pem") +
                                    " -partial_chain -purpose any -no_check_time -out /dev/null");
  EXPECT_TRUE(openssl.ok) << openssl.output;
}

TEST(Seal, IsAcceptedByOtherReaders) {
  const TemporaryFolder folder;
  const auto seal = testing::development_seal(folder);
  const std::string base = testing::unsealed_document();
  const auto sealed = seal->seal(base, testing::seal_request());
  ASSERT_TRUE(sealed) << sealed.error().detail;
  EXPECT_TRUE(sealed->starts_with(base));
  expect_judges_accept(folder, *sealed, seal->certificate_pem());
}

TEST(Seal, SealsWhatPdfgenWrites) {
  const TemporaryFolder folder;
  const auto seal = testing::development_seal(folder);
  const auto fonts = pdfgen::Fonts::load({});
  ASSERT_TRUE(fonts) << fonts.error().detail;
  const auto document = pdfgen::QuoteDocument::prepare(*fonts, testing::cny_quote(), {});
  ASSERT_TRUE(document) << document.error().detail;
  const auto base = document->finish(testing::sample_numbering(), "{}");
  ASSERT_TRUE(base) << base.error().detail;
  const auto sealed = seal->seal(*base, testing::seal_request());
  ASSERT_TRUE(sealed) << sealed.error().detail;
  expect_judges_accept(folder, *sealed, seal->certificate_pem());
  const auto claimed = signing::claimed_identity(*sealed);
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->number, "SHQT2026-004812");
  EXPECT_EQ(claimed->code, "7K3M9QXWD2HTVB5RA");

  const auto void_base = pdfgen::void_certificate(*fonts, testing::sample_void());
  ASSERT_TRUE(void_base) << void_base.error().detail;
  const auto void_sealed = seal->seal(*void_base, testing::seal_request());
  ASSERT_TRUE(void_sealed) << void_sealed.error().detail;
  expect_judges_accept(folder, *void_sealed, seal->certificate_pem());
}

TEST(Seal, SaysWhoSealedAndWhen) {
  const TemporaryFolder folder;
  const auto seal = testing::development_seal(folder);
  const auto sealed = seal->seal(testing::unsealed_document(), testing::seal_request());
  ASSERT_TRUE(sealed);
  const auto finding = signing::check_seal(*sealed, seal->certificate_pem());
  ASSERT_TRUE(finding) << finding.error().detail;
  EXPECT_TRUE(finding->valid) << finding->reason;
  EXPECT_TRUE(finding->trusted);
  EXPECT_EQ(finding->claimed_time, "2026-11-24T02:03:04.000Z");
  EXPECT_EQ(finding->algorithm, "ECDSA P-256 with SHA-256");
  EXPECT_EQ(finding->covered, sealed->size());
  EXPECT_EQ(finding->signer, seal->subject());
  EXPECT_THAT(finding->signer, HasSubstr("示例有限公司"));
  EXPECT_THAT(finding->signer, HasSubstr("DEVELOPMENT ONLY 仅供开发"));
  EXPECT_EQ(finding->certificate_sha256.size(), 64u);

  const TemporaryFolder other;
  const auto untrusted = signing::check_seal(*sealed, testing::development_seal(other)->certificate_pem());
  ASSERT_TRUE(untrusted);
  EXPECT_TRUE(untrusted->valid);
  EXPECT_FALSE(untrusted->trusted);
}

TEST(Seal, RefusesWhatItMustNotSign) {
  const TemporaryFolder folder;
  const auto seal = testing::development_seal(folder);
  auto request = testing::seal_request();
  request.must_outlive = {seal->not_after().unix_ms + 1};
  EXPECT_EQ(seal->seal(testing::unsealed_document(), request).error().code, "seal_certificate_too_short");
  request = testing::seal_request();
  request.signing_time = {seal->not_after().unix_ms + 1};
  request.must_outlive = {};
  EXPECT_EQ(seal->seal(testing::unsealed_document(), request).error().code, "seal_certificate_expired");
  request.signing_time = {testing::seal_time.unix_ms - 2 * testing::day_ms};
  EXPECT_EQ(seal->seal(testing::unsealed_document(), request).error().code, "seal_certificate_not_yet_valid");
  request = testing::seal_request();
  request.field = "Nobody";
  EXPECT_EQ(seal->seal(testing::unsealed_document(), request).error().code, "seal_field");
  const auto sealed = seal->seal(testing::unsealed_document(), testing::seal_request());
  ASSERT_TRUE(sealed);
  request.field = "Rep";
  EXPECT_EQ(seal->seal(*sealed, request).error().code, "seal_field");
  EXPECT_EQ(seal->seal("no PDF", request).error().code, "not_our_profile");
}

// Keys made by openssl's own program.
class SealKeys : public ::testing::Test {
 protected:
  void make(const std::string& key_options, const std::string& extensions = "keyUsage=digitalSignature") {
    const auto made = testing::run(
        "openssl req -x509 -newkey " + key_options + " -nodes -days 3650 -subj '/O=Example Ltd/CN=Seal' -addext '" +
        extensions + "' -keyout '" + folder_.file("key.pem") + "' -out '" + folder_.file("cert.pem") + "'");
    ASSERT_TRUE(made.ok) << made.output;
    pem_.certificate_path = folder_.file("cert.pem");
    pem_.key_path = folder_.file("key.pem");
  }
  void expect_seals(const SealKeyFiles& paths, const std::string& algorithm) {
    const Timestamp now = SystemClock().now();
    const auto seal = Seal::load(*posix_file_system(), paths, now);
    ASSERT_TRUE(seal) << seal.error().detail;
    auto request = testing::seal_request();
    request.signing_time = now;
    request.must_outlive = now;
    const auto sealed = (*seal)->seal(testing::unsealed_document(), request);
    ASSERT_TRUE(sealed) << sealed.error().detail;
    const auto finding = signing::check_seal(*sealed, (*seal)->certificate_pem());
    ASSERT_TRUE(finding) << finding.error().detail;
    EXPECT_TRUE(finding->valid && finding->trusted) << finding->reason;
    EXPECT_EQ(finding->algorithm, algorithm);
    expect_judges_accept(folder_, *sealed, (*seal)->certificate_pem());
    // Not a key's first seal any more, which is checked twice.
    const auto second = (*seal)->seal(testing::unsealed_document(), request);
    ASSERT_TRUE(second) << second.error().detail;
    EXPECT_TRUE(signing::check_seal(*second, {})->valid);
  }

  std::string file(const std::string& name) const { return "'" + folder_.file(name) + "'"; }
  std::string text(const std::string& name) const {
    return read_file(*posix_file_system(), folder_.file(name)).value();
  }
  static void shell(const std::string& command) {
    const auto outcome = testing::run(command);
    ASSERT_TRUE(outcome.ok) << outcome.output;
  }
  // <name>.key and <name>.pem.
  void make_root(const std::string& name) {
    shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=" + name +
          "' -keyout " + file(name + ".key") + " -out " + file(name + ".pem"));
    testing::write_bytes(folder_.file("ca.ext"), "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n");
    testing::write_bytes(folder_.file("leaf.ext"), "basicConstraints=critical,CA:FALSE\nkeyUsage=nonRepudiation\n");
  }
  struct How {
    const char *days = "3000", *key = "rsa:2048", *digest = "-sha256";
  };
  void issue(const std::string& name, const std::string& issuer, const char* extensions, const How& how) {
    shell("openssl req -new -newkey " + std::string(how.key) + " -nodes -subj '/CN=" + name + "' -keyout " +
          file(name + ".key") + " -out " + file("request"));
    shell("openssl x509 -req " + std::string(how.digest) + " -days " + how.days + " -in " + file("request") + " -CA " +
          file(issuer + ".pem") + " -CAkey " + file(issuer + ".key") + " -CAcreateserial -extfile " + file(extensions) +
          " -out " + file(name + ".pem"));
  }
  // Of a chain, the key's own certificate first.
  Result<std::shared_ptr<const Seal>> load(const std::vector<std::string>& names) {
    std::string chain;
    for (const std::string& name : names) chain += text(name + ".pem");
    testing::write_bytes(folder_.file("chain.pem"), chain);
    SealKeyFiles paths;
    paths.certificate_path = folder_.file("chain.pem");
    paths.key_path = folder_.file(names.front() + ".key");
    return Seal::load(*posix_file_system(), paths, SystemClock().now());
  }

  TemporaryFolder folder_;
  SealKeyFiles pem_;
};

TEST_F(SealKeys, RsaAndEcdsaFromPemAndPkcs12) {
  for (const auto& [options, algorithm] :
       {std::pair{"rsa:2048", "RSA 2048 with SHA-256"}, std::pair{"rsa:3072", "RSA 3072 with SHA-256"},
        std::pair{"rsa:4096", "RSA 4096 with SHA-256"},
        std::pair{"ec -pkeyopt ec_paramgen_curve:P-256", "ECDSA P-256 with SHA-256"}}) {
    make(options);
    expect_seals(pem_, algorithm);
    const auto packed = testing::run("openssl pkcs12 -export -passout pass:secret -inkey '" + pem_.key_path +
                                     "' -in '" + pem_.certificate_path + "' -out '" + folder_.file("seal.p12") + "'");
    ASSERT_TRUE(packed.ok) << packed.output;
    SealKeyFiles pkcs12;
    pkcs12.pkcs12_path = folder_.file("seal.p12");
    pkcs12.pkcs12_password = "secret";
    expect_seals(pkcs12, algorithm);
    pkcs12.pkcs12_password = "wrong";
    EXPECT_EQ(load_code(pkcs12), "seal_key_password");
  }
}

// A leaf under an issuing authority under a root, with a stranger's certificate in the file.
TEST_F(SealKeys, ChainGoesAlongAndStrangersDoNot) {
  make_root("root");
  make_root("stranger");
  issue("middle", "root", "ca.ext", {});
  issue("leaf", "middle", "leaf.ext", {});
  testing::write_bytes(folder_.file("chain.pem"),
                       text("leaf.pem") + text("stranger.pem") + text("root.pem") + text("middle.pem"));
  SealKeyFiles paths;
  paths.certificate_path = folder_.file("chain.pem");
  paths.key_path = folder_.file("leaf.key");
  expect_seals(paths, "RSA 2048 with SHA-256");

  const Timestamp now = SystemClock().now();
  const auto seal = Seal::load(*posix_file_system(), paths, now).value();
  EXPECT_THAT(seal->certificate_pem(), ::testing::Not(HasSubstr(text("stranger.pem"))));
  auto request = testing::seal_request();
  request.signing_time = request.must_outlive = now;
  const std::string sealed = seal->seal(testing::unsealed_document(), request).value();
  EXPECT_TRUE(signing::check_seal(sealed, text("root.pem"))->trusted);
  EXPECT_TRUE(signing::check_seal(sealed, text("stranger.pem") + text("middle.pem"))->trusted);
  EXPECT_FALSE(signing::check_seal(sealed, text("stranger.pem"))->trusted);
  EXPECT_FALSE(signing::check_seal(sealed, "no certificate")->trusted);

  // The one that issued it ends first: nothing is sealed that no reader could follow.
  issue("brief", "root", "ca.ext", {"10"});
  issue("late", "brief", "leaf.ext", {});
  testing::write_bytes(folder_.file("chain.pem"), text("late.pem") + text("brief.pem"));
  paths.key_path = folder_.file("late.key");
  const Timestamp later = SystemClock().now();
  const auto brief = Seal::load(*posix_file_system(), paths, later).value();
  EXPECT_LT(brief->not_after(), (Timestamp{later.unix_ms + 11 * testing::day_ms}));
  auto beyond = testing::seal_request();
  beyond.signing_time = later;
  beyond.must_outlive = {later.unix_ms + 15 * testing::day_ms};
  EXPECT_EQ(brief->seal(testing::unsealed_document(), beyond).error().code, "seal_certificate_too_short");
  const auto ended = Seal::load(*posix_file_system(), paths, {later.unix_ms + 20 * testing::day_ms});
  EXPECT_EQ(ended.error().code, "seal_certificate_expired");
  EXPECT_THAT(ended.error().detail, HasSubstr("CN=brief"));
}

TEST_F(SealKeys, FaultsHaveNames) {
  make("ec -pkeyopt ec_paramgen_curve:P-256");
  const Timestamp now = SystemClock().now();
  EXPECT_EQ(load_code(pem_, now), "ok");
  EXPECT_EQ(load_code(pem_, {now.unix_ms + 4000 * testing::day_ms}), "seal_certificate_expired");
  const auto early = Seal::load(*posix_file_system(), pem_, {now.unix_ms - 2 * testing::day_ms});
  EXPECT_EQ(early.error().code, "seal_certificate_not_yet_valid");
  EXPECT_THAT(early.error().detail, HasSubstr("is valid only from"));
  EXPECT_EQ(load_code({}, now), "seal_key_missing");
  SealKeyFiles paths = pem_;
  paths.key_path = folder_.file("nothing");
  EXPECT_EQ(load_code(paths, now), "seal_key_missing");
  paths.key_path = pem_.certificate_path;
  EXPECT_EQ(load_code(paths, now), "seal_key_unreadable");
  const TemporaryFolder other;
  (void)testing::development_seal(other);
  paths.key_path = other.file("seal.key.pem");
  EXPECT_EQ(load_code(paths, now), "seal_key_mismatch");
  SealKeyFiles pkcs12;
  pkcs12.pkcs12_path = pem_.certificate_path;
  EXPECT_EQ(load_code(pkcs12, now), "seal_key_unreadable");
  make("rsa:1024");
  EXPECT_EQ(load_code(pem_, now), "seal_key_unsuitable");
  make("ec -pkeyopt ec_paramgen_curve:P-256", "keyUsage=keyEncipherment");
  EXPECT_EQ(load_code(pem_, now), "seal_key_unsuitable");
  make("ec -pkeyopt ec_paramgen_curve:P-256", "extendedKeyUsage=serverAuth");
  EXPECT_EQ(load_code(pem_, now), "seal_key_unsuitable");
  make("ec -pkeyopt ec_paramgen_curve:P-256", "extendedKeyUsage=1.3.6.1.5.5.7.3.36");
  EXPECT_EQ(load_code(pem_, SystemClock().now()), "ok");
}

// A reader refuses the whole for one weak link, long after it was sealed.
TEST_F(SealKeys, EveryCertificateOfTheChainIsStrong) {
  make_root("root");
  issue("short", "root", "ca.ext", {"3000", "rsa:1024"});
  issue("a", "short", "leaf.ext", {});
  const auto short_key = load({"a", "short", "root"});
  EXPECT_EQ(short_key.error().code, "seal_certificate_weak");
  EXPECT_THAT(short_key.error().detail, HasSubstr("CN=short in"));
  EXPECT_THAT(short_key.error().detail, HasSubstr("has the key RSA 1024"));
  issue("old", "root", "ca.ext", {"3000", "rsa:2048", "-sha1"});
  issue("b", "old", "leaf.ext", {});
  const auto old_digest = load({"b", "old", "root"});
  EXPECT_EQ(old_digest.error().code, "seal_certificate_weak");
  EXPECT_THAT(old_digest.error().detail, HasSubstr("CN=old in"));
  EXPECT_THAT(old_digest.error().detail, HasSubstr("is signed over sha1"));
  issue("c", "root", "leaf.ext", {"3000", "rsa:2048", "-sha1"});
  EXPECT_EQ(load({"c", "root"}).error().code, "seal_certificate_weak");
  issue("d", "root", "leaf.ext", {});
  EXPECT_TRUE(load({"d", "root"}));
  // What a root signs over itself says nothing.
  shell("openssl req -x509 -sha1 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=ancient' -keyout " +
        file("ancient.key") + " -out " + file("ancient.pem"));
  issue("e", "ancient", "leaf.ext", {});
  EXPECT_TRUE(load({"e", "ancient"}));
}

TEST_F(SealKeys, AChainThatStopsNamesWhatIsMissing) {
  make_root("root");
  make_root("stranger");
  issue("middle", "root", "ca.ext", {});
  issue("leaf", "middle", "leaf.ext", {});
  const auto led = [&](const std::vector<std::string>& chain, const std::string& roots) -> std::string {
    std::string pem;
    for (const std::string& name : chain) pem += text(name + ".pem");
    const auto checked = signing::check_chain_end(pem, roots.empty() ? "" : text(roots + ".pem"));
    return checked ? "" : checked.error().code + ": " + checked.error().detail;
  };
  EXPECT_EQ(led({"leaf", "middle", "root"}, ""), "");
  EXPECT_EQ(led({"leaf", "middle", "root"}, "root"), "");
  EXPECT_EQ(led({"leaf", "middle"}, "root"), "");
  EXPECT_EQ(led({"leaf"}, "middle"), "");
  EXPECT_EQ(led({"root"}, ""), "");
  // For signing alone, which is no key usage of an issuer's.
  const TemporaryFolder development;
  EXPECT_TRUE(signing::check_chain_end(testing::development_seal(development)->certificate_pem(), ""));
  EXPECT_EQ(led({"root"}, "root"), "");
  const std::string middle_is_missing = "chain_incomplete: the certificate of CN=middle, which issued that of CN=leaf";
  EXPECT_THAT(led({"leaf"}, ""), HasSubstr(middle_is_missing));
  EXPECT_THAT(led({"leaf"}, "root"), HasSubstr(middle_is_missing));
  EXPECT_THAT(led({"leaf", "middle"}, "stranger"),
              HasSubstr("chain_incomplete: the certificate of CN=root, which issued that of CN=middle"));
  EXPECT_THAT(led({"leaf", "middle", "root"}, "stranger"),
              HasSubstr("chain_root_differs: the chain ends in the root CN=root"));
  // One of the same name whose signature is another's leads nowhere.
  make_root("middle");
  EXPECT_THAT(led({"leaf"}, "middle"), HasSubstr(middle_is_missing));
}

TEST(DevelopmentSeal, IsNeverWrittenOver) {
  const TemporaryFolder folder;
  (void)testing::development_seal(folder);
  SystemRandom random;
  const auto again =
      signing::make_development_seal(*posix_file_system(), folder.path(), "x", testing::seal_time, random);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "keys_exist");
  const TemporaryFolder other;
  std::string name;
  for (int i = 0; i < 100; ++i) name += "公司";
  EXPECT_TRUE(signing::make_development_seal(*posix_file_system(), other.path(), name, testing::seal_time, random));
  for (const char* file : {"seal.key.pem", "seal.cert.pem"}) {
    EXPECT_EQ(std::filesystem::status(other.file(file)).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << file;
  }
}

}  // namespace
}  // namespace quotary
