// Published attacks on PDF signatures, and the tricks beside them: none may leave a seal valid.
#include "ledger/base/hash.h"
#include "signing/cms.h"
#include "signing/document_check.h"
#include "signing/incremental_update.h"
#include "signing/new_seal_check.h"
#include "signing/pdf_reader.h"
#include "tests/support/seal_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quotary {
namespace {

using signing::check_seal;
using ::testing::HasSubstr;

class SealAttack : public ::testing::Test {
 protected:
  void SetUp() override {
    seal_ = testing::development_seal(folder_);
    base_ = testing::unsealed_document();
    sealed_ = seal_->seal(base_, testing::seal_request()).value();
    ASSERT_TRUE(check_seal(sealed_, seal_->certificate_pem())->valid);
  }

  // Not valid, whether as a finding or as a file that is not ours.
  static std::string why(const std::string& pdf) {
    const auto finding = check_seal(pdf, {});
    if (!finding) return finding.error().code;
    EXPECT_EQ(finding->valid, finding->reason.empty());
    return finding->valid ? "VALID" : finding->reason;
  }

  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.rfind(from);
    EXPECT_NE(at, text.npos) << from;
    return text.replace(at, from.size(), to);
  }

  // The attacker's own certificate and key, over any bytes.
  std::string signed_anew(std::string pdf) const {
    const std::size_t begin = pdf.rfind("/Contents <") + 10;
    const std::size_t end = pdf.find('>', begin) + 1;
    const auto files = posix_file_system();
    const std::string certificate = read_file(*files, folder_.file("seal.cert.pem")).value();
    const std::string key_text = read_file(*files, folder_.file("seal.key.pem")).value();
    const auto certificates = signing::certificates_from_pem(certificate).value();
    const signing::KeyPtr key = signing::private_key_from_pem(key_text);
    const auto form = signing::CmsForm::make(certificates.front().get(), {}).value();
    const std::string cms =
        signing::sign_cms(form, key.get(), sha256(pdf.substr(0, begin) + pdf.substr(end))).value().der;
    std::string digits = to_hex(cms);
    digits.resize(end - begin - 2, '0');
    return pdf.replace(begin + 1, digits.size(), digits);
  }

  // An incremental revision with one object, as an editor would append it.
  static std::string with_revision(const std::string& pdf, int number, const std::string& body) {
    const std::size_t previous = pdf.rfind("startxref\n") + 10;
    std::string out = pdf;
    const std::string offset = std::to_string(out.size());
    out += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
    const std::size_t xref = out.size();
    out += "xref\n" + std::to_string(number) + " 1\n" + std::string(10 - offset.size(), '0') + offset +
           " 00000 n \ntrailer\n<< /Root 1 0 R /Size 9 /Prev " + std::to_string(std::stoul(pdf.substr(previous, 12))) +
           " >>\nstartxref\n" + std::to_string(xref) + "\n%%EOF\n";
    return out;
  }

  testing::TemporaryFolder folder_;
  std::shared_ptr<const signing::Seal> seal_;
  std::string base_, sealed_;
};

TEST_F(SealAttack, AnyChangedByte) {
  // Every byte of the document and of the CMS, and a sample of the zeros behind it. Bit 5 is the case of a letter.
  const std::size_t gap = sealed_.rfind("/Contents <") + 11;
  for (std::size_t at = 0; at<sealed_.size(); at += at> gap + 4000 && at < gap + 32'600 ? 97 : 1) {
    for (const int bit : {1, 2, 32}) {
      std::string changed = sealed_;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      ASSERT_NE(why(changed), "VALID") << "bit " << bit << " at " << at;
    }
  }
}

// Who has just sealed knows the certificate, and asks no less of the bytes.
TEST_F(SealAttack, AnyChangedByteOfANewSeal) {
  const auto files = posix_file_system();
  const auto certificates = signing::certificates_from_pem(seal_->certificate_pem()).value();
  const signing::KeyPtr key = signing::private_key_from_pem(read_file(*files, folder_.file("seal.key.pem")).value());
  const auto request = testing::seal_request();
  auto prepared = signing::prepare_signature(base_, {request.signing_time, request.field, "", "", ""}).value();
  const auto form = signing::CmsForm::make(certificates.front().get(), {}).value();
  const auto cms = signing::sign_cms(form, key.get(), prepared.digest).value();
  ASSERT_TRUE(signing::put_signature(prepared, cms.der));
  const auto holds = [&](const std::string& pdf, const signing::SignedCms& made, Timestamp time) {
    return signing::check_new_seal(pdf, made, form, time).has_value();
  };
  ASSERT_TRUE(holds(prepared.pdf, cms, request.signing_time));
  const std::size_t gap = prepared.gap_begin + 1;
  for (std::size_t at = 0; at<prepared.pdf.size(); at += at> gap + 4000 && at < gap + 32'600 ? 97 : 1) {
    for (const int bit : {1, 2, 32}) {
      std::string changed = prepared.pdf;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      ASSERT_FALSE(holds(changed, cms, request.signing_time)) << "bit " << bit << " at " << at;
    }
  }
  EXPECT_FALSE(holds(prepared.pdf + "\n", cms, request.signing_time));
  EXPECT_FALSE(holds(prepared.pdf, cms, {request.signing_time.unix_ms + 1000}));
  // A CMS over other bytes, and one whose signature is of another key.
  const auto put = [&](const signing::SignedCms& other) {
    auto copy = prepared;
    copy.pdf.replace(gap, 2 * other.der.size(), to_hex(other.der));
    return copy.pdf;
  };
  const auto over_others = signing::sign_cms(form, key.get(), sha256("other bytes")).value();
  EXPECT_FALSE(holds(put(over_others), over_others, request.signing_time));
  auto by_another = cms;
  by_another.signature.back() = static_cast<char>(by_another.signature.back() ^ 1);
  by_another.der.back() = static_cast<char>(by_another.der.back() ^ 1);
  EXPECT_FALSE(holds(put(by_another), by_another, request.signing_time));
  const testing::TemporaryFolder stranger;
  const auto strangers = signing::certificates_from_pem(testing::development_seal(stranger)->certificate_pem()).value();
  EXPECT_FALSE(signing::check_new_seal(prepared.pdf, cms, signing::CmsForm::make(strangers.front().get(), {}).value(),
                                       request.signing_time));
}

TEST_F(SealAttack, EveryTruncation) {
  for (std::size_t size = 0; size < sealed_.size(); size += size + 200 < sealed_.size() ? 61 : 1) {
    ASSERT_NE(why(sealed_.substr(0, size)), "VALID") << "at " << size;
  }
}

TEST_F(SealAttack, TrailingBytes) {
  for (const std::string& junk : {std::string("\n"), std::string("x"), std::string(1, '\0'), std::string("%%EOF\n"),
                                  std::string("% comment\n%%EOF\n")}) {
    EXPECT_THAT(why(sealed_ + junk), HasSubstr("added after the sealed revision"));
  }
  EXPECT_NE(why("\n" + sealed_), "VALID");
  const auto finding = check_seal(sealed_ + "x", {});
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->covered, sealed_.size());
  EXPECT_FALSE(finding->signer.empty());
}

TEST_F(SealAttack, AppendedRevisions) {
  // Shadow and annotation attacks: a replaced page, another catalog, a changed field.
  EXPECT_THAT(why(with_revision(sealed_, 4, "<< /Type /Page /Parent 3 0 R /MediaBox [0 0 1 1] >>")),
              HasSubstr("added after"));
  EXPECT_THAT(why(with_revision(sealed_, 1, "<< /Type /Catalog /Pages 3 0 R >>")), HasSubstr("added after"));
  EXPECT_THAT(why(with_revision(sealed_, 7, "<< /Type /Annot /FT /Sig /T (Rep) /V 8 0 R >>")),
              HasSubstr("added after"));
}

TEST_F(SealAttack, ByteRangeTricks) {
  const std::size_t at = sealed_.rfind("/ByteRange [");
  const std::string range = sealed_.substr(at, sealed_.find(']', at) + 1 - at);
  const auto with_range = [&](std::string other) {
    EXPECT_LE(other.size(), range.size()) << other;
    other.insert(other.size() - 1, range.size() - other.size(), ' ');
    return signed_anew(replaced(sealed_, range, other));
  };
  std::size_t numbers[4] = {};
  std::size_t from = at + 12;
  for (std::size_t& number : numbers) {
    std::size_t used = 0;
    number = std::stoul(sealed_.substr(from, 16), &used);
    from += used;
  }
  const auto text = [](std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
    return "/ByteRange [" + std::to_string(a) + " " + std::to_string(b) + " " + std::to_string(c) + " " +
           std::to_string(d) + "]";
  };
  EXPECT_EQ(why(with_range(text(0, numbers[1], numbers[2], numbers[3]))), "VALID")
      << "the attacker's tools themselves work";
  EXPECT_THAT(why(with_range(text(1, numbers[1], numbers[2], numbers[3]))), HasSubstr("first byte"));
  EXPECT_THAT(why(with_range(text(0, numbers[1] - 1, numbers[2], numbers[3]))), HasSubstr("gap"));
  EXPECT_THAT(why(with_range(text(0, numbers[1], numbers[2] + 2, numbers[3] - 2))), HasSubstr("gap"));
  EXPECT_THAT(why(with_range(text(0, numbers[1], numbers[2], numbers[3] - 1))), HasSubstr("end of its revision"));
  EXPECT_THAT(why(with_range(text(0, numbers[1], numbers[2], numbers[3] + 1))), HasSubstr("leaves the file"));
  EXPECT_THAT(why(with_range(text(0, numbers[2], numbers[1], numbers[3]))), HasSubstr("gap"));
  EXPECT_THAT(why(with_range("/ByteRange [0 -1 5 5]")), HasSubstr("leaves the file"));
  EXPECT_THAT(why(with_range("/ByteRange [0 9999999999 1 1]")), HasSubstr("leaves the file"));
  EXPECT_THAT(why(with_range("/ByteRange [0 1 2]")), HasSubstr("four numbers"));
  EXPECT_THAT(why(with_range("/ByteRange [0 1 2 3 4 5]")), HasSubstr("four numbers"));
  EXPECT_THAT(why(with_range("/ByteRange [0 1.5 2 3]")), HasSubstr("leaves the file"));
  EXPECT_THAT(why(with_range("/ByteRange null]")), HasSubstr("not_our_profile"));
}

TEST_F(SealAttack, ContentsTricks) {
  const std::size_t begin = sealed_.rfind("/Contents <") + 11;
  const std::size_t end = sealed_.find('>', begin);
  // Bytes behind the CMS, an empty and a broken one, white space and an odd digit within.
  for (const auto& [at, bytes, reason] :
       {std::tuple{end - 2, "01", "behind its value"}, std::tuple{begin, "00", "no signature that can be read"},
        std::tuple{end - 1, " ", "not_our_profile"}, std::tuple{end - 2, "  ", "not_our_profile"},
        std::tuple{end - 2, ">0", "not_our_profile"}, std::tuple{begin, "zz", "not_our_profile"}}) {
    std::string changed = sealed_;
    changed.replace(at, std::string_view(bytes).size(), bytes);
    EXPECT_THAT(why(changed), HasSubstr(reason)) << bytes;
  }
  // The string ends early, and something else stands in the rest of the gap.
  std::string changed = sealed_;
  changed.replace(end - 20, 21, "> /Evil (0123456789) ");
  EXPECT_THAT(why(changed), HasSubstr("Contents does not fill"));
}

TEST_F(SealAttack, AnotherPlaceOrOrder) {
  // Each changes bytes that are signed, so the file is signed anew by someone who has a key: form alone must refuse it.
  EXPECT_THAT(why(signed_anew(replaced(sealed_, "/P 2 ", "/P 3 "))), HasSubstr("DocMDP P 2"));
  EXPECT_THAT(why(signed_anew(replaced(sealed_, "/P 2 ", "/P 1 "))), HasSubstr("DocMDP P 2"));
  EXPECT_THAT(why(signed_anew(replaced(sealed_, "/DocMDP 8 0 R", "/UR3    8 0 R"))), HasSubstr("not_our_profile"));
  EXPECT_THAT(why(signed_anew(replaced(sealed_, "/DocMDP 8 0 R", "/DocMDP 7 0 R"))), HasSubstr("second signature"));
  EXPECT_THAT(why(signed_anew(replaced(sealed_, "/SubFilter /ETSI.CAdES.detached", "/SubFilter /adbe.pkcs7.detached"))),
              HasSubstr("PAdES"));
  EXPECT_THAT(why(signed_anew(replaced(sealed_, "/V 8 0 R\n", "/X 8 0 R\n"))), HasSubstr("no field"));
  EXPECT_THAT(why(signed_anew(replaced(sealed_, "(D:20261124020304Z)", "(D:20261324020304Z)"))),
              HasSubstr("claimed time"));
  EXPECT_THAT(why(signed_anew(replaced(sealed_, "(D:20261124020304Z)", "(D:20161124020304Z)"))),
              HasSubstr("not valid at the claimed time"));
  EXPECT_THAT(why(signed_anew(replaced(sealed_, "/Type /Sig\n", "/M    (x)\n"))), HasSubstr("not_our_profile"))
      << "a key twice";
}

TEST_F(SealAttack, AnEarlierOrSecondRevision) {
  // The document was changed between its making and the seal.
  const std::string between =
      with_revision(base_, 4, "<< /Type /Page /Parent 3 0 R /MediaBox [0 0 1 1] /Annots [6 0 R 7 0 R] >>");
  const auto prepared = signing::prepare_signature(between, {testing::seal_time, "Seal", "", "", ""});
  ASSERT_TRUE(prepared) << prepared.error().detail;
  EXPECT_THAT(why(signed_anew(prepared->pdf)), HasSubstr("first revision"));
  // A second field with a signature of its own in the sealed revision.
  const std::string twice = replaced(base_, "/T (Rep)", "/T (Rep)/V 1 0 R");
  EXPECT_FALSE(signing::prepare_signature(twice, {testing::seal_time, "Seal", "", "", ""}));
}

TEST_F(SealAttack, AnotherSignersSeal) {
  const testing::TemporaryFolder folder;
  const auto other = testing::development_seal(folder);
  const auto forged = other->seal(base_, testing::seal_request());
  ASSERT_TRUE(forged);
  const auto finding = check_seal(*forged, seal_->certificate_pem());
  ASSERT_TRUE(finding);
  EXPECT_FALSE(finding->trusted);
  // The signature of another document, of the same shape, put in this one's place.
  auto later = testing::seal_request();
  later.signing_time.unix_ms += 1000;
  const std::string other_time = other->seal(base_, later).value();
  std::string mixed = sealed_;
  mixed.replace(sealed_.rfind("/Contents <"), 32'000, other_time.substr(other_time.rfind("/Contents <"), 32'000));
  EXPECT_THAT(why(mixed), HasSubstr("does not hold"));
}

TEST_F(SealAttack, OtherSyntaxIsNotOurs) {
  EXPECT_EQ(why(base_), "not_our_profile");
  EXPECT_EQ(why(""), "not_our_profile");
  EXPECT_EQ(why("%PDF-1.7\n%%EOF\n"), "not_our_profile");
  EXPECT_EQ(why(replaced(base_, "/Root 1 0 R", "/Root 1 0 R /Encrypt 2 0 R")), "not_our_profile");
  // A table that leads into itself, and one that leads forward.
  const std::string xref = sealed_.substr(sealed_.rfind("startxref\n") + 10);
  EXPECT_EQ(why(replaced(sealed_, sealed_.substr(sealed_.rfind("/Prev "), 8), "/Prev 99")), "not_our_profile");
  std::string nested = "%PDF-1.7\n1 0 obj\n" + std::string(100'000, '[');
  nested += "\nendobj\nxref\n1 1\n0000000009 00000 n \ntrailer\n<< /Root 1 0 R /Size 2 >>\nstartxref\n" +
            std::to_string(nested.size() + 8) + "\n%%EOF\n";
  EXPECT_EQ(why(nested), "not_our_profile");
}

TEST_F(SealAttack, LongFilesOfMarksStayCheap) {
  std::string marks = "%PDF-1.7\n";
  while (marks.size() < (8u << 20)) marks += "startxref\n9\n%%EOF\n/QuotaryNumber (";
  EXPECT_EQ(why(marks), "not_our_profile");
  EXPECT_EQ(signing::revision_ends(marks).size(), 64u);
  EXPECT_FALSE(signing::claimed_identity(marks));
}

TEST_F(SealAttack, MarksWithoutAKeywordBeforeThemStayCheap) {
  std::string marks = "%PDF-1.7\n" + std::string(60u << 20, ' ');
  for (int i = 0; i < 64; ++i) marks += "%%EOF\n";
  EXPECT_EQ(why(marks), "not_our_profile");
}

TEST_F(SealAttack, ATableNamesEachObjectOnce) {
  const auto with_table = [](std::string_view entries) {
    std::string file = "%PDF-1.7\n1 0 obj\nnull\nendobj\n";
    const std::size_t xref = file.size();
    return file + "xref\n" + std::string(entries) + "trailer\n<< /Root 1 0 R /Size 2 >>\nstartxref\n" +
           std::to_string(xref) + "\n%%EOF\n";
  };
  const std::string used = "1 1\n0000000009 00000 n \n", freed = "1 1\n0000000000 00001 f \n";
  EXPECT_TRUE(signing::PdfFile::read(with_table(used)));
  for (const std::string& twice : {used + used, used + freed, freed + used, freed + freed})
    EXPECT_FALSE(signing::PdfFile::read(with_table(twice))) << twice;
}

TEST(RevisionEnds, FollowEachMarkAndItsLineEnd) {
  using Ends = std::vector<std::size_t>;
  EXPECT_EQ(signing::revision_ends(""), Ends{});
  EXPECT_EQ(signing::revision_ends("%%EOF"), Ends{5});
  EXPECT_EQ(signing::revision_ends("%%EOF\n%%EOF\r\n%%EOF\rx%%EOF"), (Ends{6, 13, 19, 25}));
  EXPECT_EQ(signing::revision_ends("%%EOF%%EOF%%EOF", 2), (Ends{5, 10}));
}

TEST(PrefixHashes, AreThoseOfEachRevision) {
  const std::string pdf = "one%%EOF\ntwo%%EOF\nthree";
  const auto prefixes = signing::prefix_hashes(pdf);
  ASSERT_EQ(prefixes.size(), 2u);
  for (const auto& prefix : prefixes) EXPECT_EQ(prefix.sha256, sha256(pdf.substr(0, prefix.size)));
}

TEST(ClaimedIdentity, IsReadWithoutTrustingTheTable) {
  const auto claimed = [](std::string_view pdf) {
    const auto found = signing::claimed_identity(pdf);
    return found ? found->number + "|" + found->code : std::string("none");
  };
  EXPECT_EQ(claimed("junk /QuotaryNumber (A-1) /QuotaryCode(B)"), "A-1|B");
  EXPECT_EQ(claimed("/QuotaryNumber (A\\(1\\))"), "A(1)|");
  EXPECT_EQ(claimed("/QuotaryNumber <412D31> /QuotaryCode <42>"), "A-1|B");
  EXPECT_EQ(claimed("/QuotaryNumber 5 0 R /QuotaryNumber (second)"), "second|");
  EXPECT_EQ(claimed("/QuotaryNumber (\xff)"), "none");
  EXPECT_EQ(claimed("/QuotaryNumber (" + std::string(300, 'x') + ")"), "none");
  EXPECT_EQ(claimed("/QuotaryNumber ("), "none");
  EXPECT_EQ(claimed("/QuotaryCode (B)"), "none");
}

// A large file with many ends would be read anew up to each of them.
TEST_F(SealAttack, AFileIsNotReadOverAndOver) {
  std::string pdf = sealed_ + std::string(signing::pdf_bytes_max - sealed_.size() - 600, ' ');
  for (int i = 0; i < 60; ++i) pdf += "%%EOF\n";
  EXPECT_THAT(why(pdf), HasSubstr("bytes were added"));  // the sealed beginning is the first
  pdf.replace(0, sealed_.size(), sealed_.size(), ' ');
  const auto read = check_seal(pdf, {});
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().detail, HasSubstr("too many beginnings"));
}

}  // namespace
}  // namespace quotary
