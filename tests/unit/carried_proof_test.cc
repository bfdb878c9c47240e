// A PDF that carries its proof: what makes it hold, for whom, and that it is the same file each time.
#include "signing/carried_proof.h"
#include "signing/cms.h"
#include "signing/keys.h"
#include "tests/support/carried_proof_fixture.h"
#include "tests/support/golden.h"
#include "tools/quotary_verify/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace quotary {
namespace {

using offline::judge_document;
using testing::CarriedFixture;
using testing::golden;
using ::testing::HasSubstr;
using testing::proved_time;
using testing::replaced;

const CarriedFixture& fixture() { return testing::carried_fixture(); }

offline::Verdict judged(std::string_view pdf, const std::optional<std::string>& proof = {},
                        std::string_view trust = {}) {
  return judge_document(pdf, {proof, {}, std::string(trust), {}, SystemClock().now()}, *fixture().key);
}

TEST(CarriedProof, HoldsWithNothingButTheLogsKey) {
  const auto& made = fixture();
  const auto verdict = judged(made.carried);
  EXPECT_EQ(verdict.exit_code, offline::exit_holds) << verdict.code << ": " << verdict.detail;
  EXPECT_EQ(verdict.facts.at("proof_embedded").as_bool(), true);
  EXPECT_EQ(verdict.facts.at("sealed").as_object().at("sha256").as_string(), sha256(made.sealed).hex());
  EXPECT_EQ(verdict.facts.at("seal").as_object().at("valid").as_bool(), true);
  EXPECT_EQ(verdict.facts.at("index").to_number<int>(), 1);
  EXPECT_EQ(verdict.facts.at("object").as_string(), "pdf");
  EXPECT_THAT(verdict.chinese, HasSubstr("未被改动"));
  // Its certificate is the one that is trusted, another is not.
  EXPECT_TRUE(judged(made.carried, {}, made.seal->certificate_pem()).holds());
  const testing::TemporaryFolder other;
  EXPECT_EQ(judged(made.carried, {}, testing::development_seal(other)->certificate_pem()).code, "seal_not_trusted");
}

TEST(CarriedProof, TheSealedBytesAreItsFront) {
  const auto& made = fixture();
  EXPECT_TRUE(made.carried.starts_with(made.sealed));
  const auto read = signing::check_sealed_document(made.carried, made.seal->certificate_pem());
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_TRUE(read->seal.valid && read->seal.trusted);
  EXPECT_FALSE(read->added) << read->added->detail;
  EXPECT_EQ(read->sealed, made.sealed.size());
  ASSERT_TRUE(read->proof);
  EXPECT_EQ(read->proof->text, made.proof);
  EXPECT_EQ(read->proof->signer, made.seal->subject());
}

TEST(CarriedProof, ClaimsTheTimeOfItsEntry) {
  const auto& made = fixture();
  EXPECT_THAT(made.carried.substr(made.sealed.size()), HasSubstr("/M (D:20261124020306Z)"));
  EXPECT_THAT(made.sealed, HasSubstr("/M (D:20261124020304Z)"));
  for (const std::int64_t off_ms : {-1'000, -600, 500, 86'400'000}) {
    const auto other = made.seal->embed_proof(made.sealed, made.proof, {proved_time.unix_ms + off_ms});
    ASSERT_TRUE(other) << other.error().detail;
    const auto verdict = judged(*other);
    EXPECT_EQ(verdict.code, "ledger_proof_time") << off_ms;
    EXPECT_THAT(verdict.detail, HasSubstr("2026-11-24T02:03:06.567Z"));
  }
}

TEST(CarriedProof, IsTheSameBytesEachTime) {
  const auto& made = fixture();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(made.seal->embed_proof(made.sealed, made.proof, proved_time).value(), made.carried);
  // The forger's tools, changing nothing, come to the same too.
  EXPECT_EQ(made.forged({}), made.carried);
}

TEST(CarriedProof, HoldsForEveryKindOfKey) {
  const auto& made = fixture();
  for (const char* options : {"rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-256", "ec -pkeyopt ec_paramgen_curve:P-384",
                              "ec -pkeyopt ec_paramgen_curve:P-521"}) {
    const testing::TemporaryFolder folder;
    const auto outcome =
        testing::run(std::string("openssl req -x509 -newkey ") + options +
                     " -nodes -days 3650 -subj '/O=Example Ltd/CN=Seal' -addext keyUsage=digitalSignature -keyout '" +
                     folder.file("key.pem") + "' -out '" + folder.file("cert.pem") + "'");
    ASSERT_TRUE(outcome.ok) << outcome.output;
    signing::SealKeyFiles paths;
    paths.certificate_path = folder.file("cert.pem");
    paths.key_path = folder.file("key.pem");
    const Timestamp now = SystemClock().now();
    const auto seal = signing::Seal::load(*posix_file_system(), paths, now).value();
    auto request = testing::seal_request();
    request.signing_time = request.must_outlive = now;
    const std::string sealed = seal->seal(testing::unsealed_document(), request).value();
    const std::string proof = testing::proof_of(*made.signer, sealed);
    const auto carried = seal->embed_proof(sealed, proof, proved_time);
    ASSERT_TRUE(carried) << options << ": " << carried.error().detail;
    EXPECT_EQ(seal->embed_proof(sealed, proof, proved_time).value(), *carried) << options;
    EXPECT_TRUE(judged(*carried).holds()) << options;
  }
}

// The renewed certificate of the same organisation adds the proof to what the earlier one sealed.
TEST(CarriedProof, MayBeAddedUnderARenewedCertificate) {
  const auto& made = fixture();
  const testing::TemporaryFolder folder;
  const auto renewed = testing::development_seal(folder);
  ASSERT_EQ(renewed->subject(), made.seal->subject());
  const auto carried = renewed->embed_proof(made.sealed, made.proof, proved_time);
  ASSERT_TRUE(carried) << carried.error().detail;
  const auto verdict = judged(*carried);
  EXPECT_TRUE(verdict.holds()) << verdict.detail;
  EXPECT_TRUE(verdict.facts.contains("proof_added_by"));
  // Anyone can make a certificate of that name, so nothing is said of whose it is.
  const bool told = std::any_of(verdict.lines.begin(), verdict.lines.end(), [](const auto& line) {
    return line.english == "proof added by" && line.value.find("not checked") != std::string::npos;
  });
  EXPECT_TRUE(told);
}

TEST(CarriedProof, IsAddedOnlyToWhatTheSameOneSealedAndOnce) {
  const auto& made = fixture();
  EXPECT_EQ(made.seal->embed_proof(made.carried, made.proof, proved_time).error().code, "ledger_proof_exists");
  EXPECT_EQ(made.seal->embed_proof(made.sealed, "", proved_time).error().code, "proof_too_large");
  EXPECT_EQ(made.seal->embed_proof(made.sealed, std::string(signing::carried_proof_bytes_max + 1, 'x'), proved_time)
                .error()
                .code,
            "proof_too_large");
  EXPECT_TRUE(made.seal->embed_proof(made.sealed, std::string(signing::carried_proof_bytes_max, 'x'), proved_time));
  EXPECT_EQ(made.seal->embed_proof(testing::unsealed_document(), made.proof, proved_time).error().code,
            "not_our_profile");
  EXPECT_EQ(made.seal->embed_proof("no PDF", made.proof, proved_time).error().code, "not_our_profile");
  const testing::TemporaryFolder folder;
  SystemRandom random;
  const auto paths =
      signing::make_development_seal(*posix_file_system(), folder.path(), "Stranger", testing::seal_time, random)
          .value();
  const auto stranger = signing::Seal::load(*posix_file_system(), paths, testing::seal_time).value();
  EXPECT_EQ(stranger->embed_proof(made.sealed, made.proof, proved_time).error().code, "seal_changed");
}

TEST(CarriedProof, AProofBesideTheFileServesToo) {
  const auto& made = fixture();
  EXPECT_TRUE(judged(made.sealed, made.proof).holds());
  EXPECT_TRUE(judged(made.carried, made.proof).holds());
  const auto alone = judged(made.sealed);
  EXPECT_EQ(alone.exit_code, offline::exit_unchecked);
  EXPECT_EQ(alone.code, "no_proof");
  EXPECT_TRUE(alone.facts.at("seal").as_object().at("valid").as_bool());
  const std::string of_another = testing::proof_of(*made.signer, "another document");
  EXPECT_EQ(judged(made.sealed, of_another).code, "document_altered");
  EXPECT_EQ(judged(made.carried, of_another).code, "document_altered");
  EXPECT_EQ(judged(made.sealed + "\n", made.proof).code, "bytes_added");
  // A payload that is no PDF needs no seal; one that says it is a PDF does.
  EXPECT_TRUE(judged("{}", testing::proof_of(*made.signer, "{}", "application/json")).holds());
  EXPECT_EQ(judged("{}", testing::proof_of(*made.signer, "{}")).code, "seal_invalid");
}

TEST(CarriedProof, AProofOrCheckpointAlone) {
  const auto& made = fixture();
  const auto proof = offline::judge_proof(made.proof, *made.key);
  EXPECT_TRUE(proof.holds());
  EXPECT_EQ(proof.facts.at("objects").as_array().size(), 1u);
  EXPECT_EQ(offline::judge_proof(replaced(made.proof, "index 1", "index 0"), *made.key).code, "inclusion");
  const std::string note = made.proof.substr(made.proof.find("\n\n") + 2);
  EXPECT_EQ(offline::judge_checkpoint(note, *made.key).facts.at("tree_size").to_number<int>(), 3);
  EXPECT_EQ(offline::judge_checkpoint(replaced(note, "\n3\n", "\n4\n"), *made.key).code, "note_signature");
}

TEST(CarriedProofGolden, TheSameKeyMakesTheSameBytes) {
  const std::string carried = golden("signing/carried.pdf");
  const auto read = signing::check_sealed_document(carried, golden("signing/seal.cert.pem"));
  ASSERT_TRUE(read && read->proof);
  EXPECT_TRUE(read->seal.trusted);
  signing::SealKeyFiles paths;
  paths.certificate_path = QUOTARY_SOURCE_DIR "/tests/golden/signing/seal.cert.pem";
  paths.key_path = QUOTARY_SOURCE_DIR "/tests/golden/signing/seal.key.pem";
  const auto seal = signing::Seal::load(*posix_file_system(), paths, testing::seal_time);
  ASSERT_TRUE(seal) << seal.error().detail;
  const auto made = (*seal)->embed_proof(carried.substr(0, read->sealed), read->proof->text, read->proof->time);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(*made, carried);
  const auto key = signing::open_vkey(golden("signing/carried.vkey"));
  ASSERT_TRUE(key);
  EXPECT_TRUE(
      judge_document(carried, {{}, {}, golden("signing/seal.cert.pem"), {}, SystemClock().now()}, **key).holds());
}

TEST(CarriedProofGolden, IsTheWorkedExampleOfTheFormat) {
  const std::string carried = golden("signing/carried.pdf");
  std::string update = carried.substr(signing::check_sealed_document(carried, {})->sealed);
  for (const std::string_view key : {"/Contents <", "/Reason <"}) {
    const std::size_t kept = update.find(key) + key.size() + 8;
    update.replace(kept, update.find('>', kept) - kept, "…");
  }
  const std::string format = *read_file(*posix_file_system(), QUOTARY_SOURCE_DIR "/ledger/FORMAT.md");
  EXPECT_NE(format.find("```\n" + update + "```\n"), format.npos) << update;
  EXPECT_NE(format.find(std::string("`") + signing::ledger_proof_oid + "`"), format.npos);
}

// Held against judges that are not ours.
TEST(CarriedProof, OtherReadersFindBothSignaturesValid) {
  const auto& made = fixture();
  const testing::TemporaryFolder folder;
  testing::write_bytes(folder.file("carried.pdf"), made.carried);
  const auto qpdf = testing::run("qpdf --check '" + folder.file("carried.pdf") + "'");
  EXPECT_TRUE(qpdf.ok) << qpdf.output;
  const auto pdfsig = testing::run("pdfsig -nocert '" + folder.file("carried.pdf") + "'");
  std::size_t valid = 0;
  for (auto at = pdfsig.output.find("Signature is Valid."); at != std::string::npos;
       at = pdfsig.output.find("Signature is Valid.", at + 1))
    ++valid;
  EXPECT_EQ(valid, 2u) << pdfsig.output;
  EXPECT_THAT(pdfsig.output, HasSubstr("Total document signed"));
}

}  // namespace
}  // namespace quotary
