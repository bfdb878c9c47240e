// Every way we know to pass off another PDF for one that carries its proof: none may hold, and each is named.
#include "signing/carried_proof.h"
#include "signing/incremental_update.h"
#include "signing/keys.h"
#include "tests/support/carried_proof_fixture.h"
#include "tools/quotary_verify/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quotary {
namespace {

using offline::judge_document;
using testing::CarriedFixture;
using ::testing::HasSubstr;
using testing::replaced;

const CarriedFixture& fixture() { return testing::carried_fixture(); }

offline::Verdict judged(std::string_view pdf, const std::optional<std::string>& proof = {}) {
  return judge_document(pdf, {proof, {}, {}, {}, SystemClock().now()}, *fixture().key);
}

// Every changed byte of the update, and every bit of what a viewer takes letters from.
TEST(CarriedProofAttack, AnyChangedByteIsRefused) {
  const auto& made = fixture();
  const std::size_t gap = made.carried.rfind("/Contents <") + 11;
  for (std::size_t at = made.sealed.size(); at<made.carried.size(); at += at> gap + 6000 && at < gap + 32'600 ? 331
                                            : at > gap && at < gap + 6000                                     ? 7
                                                                                                              : 3) {
    for (const int bit : {1, 32}) {
      std::string changed = made.carried;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      const auto verdict = judged(changed);
      ASSERT_EQ(verdict.exit_code, offline::exit_does_not_hold)
          << "bit " << bit << " at " << at << " of " << changed.size();
      ASSERT_FALSE(verdict.code.empty());
    }
  }
}

TEST(CarriedProofAttack, EveryTruncationIsRefused) {
  const auto& made = fixture();
  for (std::size_t size = 0; size < made.carried.size(); size += size + 300 < made.carried.size() ? 97 : 1) {
    if (size == made.sealed.size()) continue;
    ASSERT_EQ(judged(made.carried.substr(0, size)).exit_code, offline::exit_does_not_hold) << "at " << size;
  }
}

struct Attack {
  const char* name;
  std::function<std::string()> file;
  const char* code;
  const char* detail;  // a part of it
};

std::function<void(std::string&)> change(std::string from, std::string to) {
  return [from, to](std::string& text) { text = replaced(std::move(text), from, to); };
}
std::function<void(std::string&)> add(std::string more) {
  return [more](std::string& text) { text += more; };
}

// Sealed anew by the organisation itself after a change: the log never saw it.
std::string sealed_again() {
  auto request = testing::seal_request();
  request.signing_time.unix_ms += 1000;
  return fixture().seal->seal(testing::unsealed_document(), request).value();
}

// The signed proof over other text, by the same key.
std::string checkpoint_proof(const std::function<std::string(std::string)>& text_of) {
  const auto& made = fixture();
  const std::size_t note = made.proof.find("\n\n") + 2;
  const std::string text = text_of(made.proof.substr(note, made.proof.find("\n\n", note) + 1 - note));
  return made.proof.substr(0, note) + text + "\n" + made.signer->signature_line(text).value();
}

const std::vector<Attack>& attacks() {
  static const CarriedFixture& made = fixture();
  static const auto other_log = signing::signer_from_seed(testing::carried_origin, std::string(32, '\x02'));
  static const testing::TemporaryFolder stranger_folder;
  static const bool stranger = [] {
    SystemRandom random;
    return signing::make_development_seal(*posix_file_system(), stranger_folder.path(), "请勿付款 Do not pay",
                                          testing::seal_time, random)
        .has_value();
  }();
  EXPECT_TRUE(stranger);
  using Forgery = CarriedFixture::Forgery;
  const auto forged = [](Forgery forgery) { return [forgery] { return made.forged(forgery); }; };
  const auto objects = [&](std::function<void(std::string&)> changes) {
    return forged({.objects = std::move(changes)});
  };
  const auto proof = [&](std::string text) { return forged({.proof = std::move(text)}); };
  static const std::string page = "4 0 obj\n<<\n/Type /Page\n/Annots [ 6 0 R 7 0 R  10 0 R ]";
  static const std::vector<Attack> all = {
      // Cut, or with something behind it.
      {"cut in the sealed bytes", [] { return made.carried.substr(0, made.sealed.size() / 2); }, "not_our_profile", ""},
      {"cut in the update", [] { return made.carried.substr(0, made.sealed.size() + 900); }, "bytes_added",
       "bytes follow the sealed document"},
      {"without its last line end", [] { return made.carried.substr(0, made.carried.size() - 1); },
       "ledger_proof_and_more", "do not belong there"},
      {"a line end more", [] { return made.carried + "\n"; }, "bytes_added", "no whole revision"},
      {"text behind the end", [] { return made.carried + "pay 100 more"; }, "bytes_added", "no whole revision"},
      {"a second end mark", [] { return made.carried + "% all is well\n%%EOF\n"; }, "bytes_added", "no whole revision"},
      {"something before the beginning", [] { return "\n" + made.carried; }, "not_our_profile", ""},
      {"only trailing bytes, no proof", [] { return made.sealed + "\n"; }, "bytes_added", "no whole revision"},
      // The seal and what it covers.
      {"a changed word on the sealed page", [] { return replaced(made.carried, "SHQT2026-004812", "SHQT2026-004813"); },
       "seal_invalid", "does not hold"},
      {"a changed seal",
       [] {
         auto pdf = made.carried;
         pdf[made.sealed.rfind("/Contents <") + 1500] ^= 1;
         return pdf;
       },
       "seal_invalid", ""},
      {"never sealed", [] { return testing::unsealed_document(); }, "not_our_profile", ""},
      {"another document sealed by the same",
       [] {
         const auto other = sealed_again();
         return made.seal->embed_proof(other, made.proof, testing::proved_time).value();
       },
       "proof_of_another_document", "entry 1"},
      {"sealed by someone else, with a genuine proof",
       [] {
         const testing::TemporaryFolder folder;
         const auto seal = testing::development_seal(folder);
         return seal
             ->embed_proof(seal->seal(testing::unsealed_document(), testing::seal_request()).value(), made.proof,
                           testing::proved_time)
             .value();
       },
       "proof_of_another_document", ""},
      // Revisions beside the proof's.
      {"a later revision with another page",
       [] {
         return CarriedFixture::with_revision(
             made.carried, {{4, "<< /Type /Page /Parent 3 0 R /MediaBox [0 0 1 1] /Annots [6 0 R 7 0 R 10 0 R] >>"}});
       },
       "ledger_proof_and_more", "2 revisions"},
      {"a revision that empties the page, no proof",
       [] {
         return CarriedFixture::with_revision(made.sealed,
                                              {{4, "<< /Type /Page /Parent 3 0 R /MediaBox [0 0 1 1] >>"}});
       },
       "revision_added", "none with its proof"},
      {"a second LedgerProof in a later revision",
       [] {
         return CarriedFixture::with_revision(made.carried,
                                              {{5, "<< /Fields [ 6 0 R 7 0 R 10 0 R 11 0 R ] /SigFlags 3 >>"},
                                               {11, "<< /FT /Sig /T (LedgerProof) /V 9 0 R >>"}});
       },
       "ledger_proof_twice", "more than one"},
      {"the proof's field replaced in a later revision",
       [] {
         return CarriedFixture::with_revision(made.carried, {{10, "<< /FT /Sig /T (LedgerProof) /V 8 0 R >>"}});
       },
       "ledger_proof_and_more", "2 revisions"},
      {"a LedgerProof that is the seal",
       [] {
         return CarriedFixture::with_revision(made.sealed, {{5, "<< /Fields [ 6 0 R 7 0 R 10 0 R ] /SigFlags 3 >>"},
                                                            {10, "<< /FT /Sig /T (LedgerProof) /V 8 0 R >>"}});
       },
       "ledger_proof_and_more", ""},
      {"an empty LedgerProof",
       [] {
         return CarriedFixture::with_revision(made.sealed, {{5, "<< /Fields [ 6 0 R 7 0 R 10 0 R ] /SigFlags 3 >>"},
                                                            {10, "<< /FT /Sig /T (LedgerProof) >>"}});
       },
       "ledger_proof_signature", "not signed"},
      // The update changes more, signed with the organisation's own key.
      {"two fields LedgerProof in one update", objects([](std::string& text) {
         text = replaced(text, "/Fields [ 6 0 R 7 0 R  10 0 R ]", "/Fields [ 6 0 R 7 0 R  10 0 R  11 0 R ]") +
                "11 0 obj\n<< /FT /Sig /T (LedgerProof) /V 9 0 R >>\nendobj\n";
       }),
       "ledger_proof_twice", ""},
      {"the page's size too", objects(change("/MediaBox [ 0 0 595 842 ]", "/MediaBox [ 0 0 595 421 ]")),
       "ledger_proof_and_more", "a page (object 4)"},
      {"the page's content too",
       objects(change("4 0 obj\n<<\n/Type /Page", "4 0 obj\n<<\n/Contents 11 0 R\n/Type /Page")),
       "ledger_proof_and_more", "a page (object 4)"},
      {"a visible annotation on the page", objects([](std::string& text) {
         text = replaced(text, page, "4 0 obj\n<<\n/Type /Page\n/Annots [ 6 0 R 7 0 R  10 0 R 11 0 R ]") +
                "11 0 obj\n<< /Type /Annot /Subtype /FreeText /Rect [0 0 99 99] /Contents (void) >>\nendobj\n";
       }),
       "ledger_proof_and_more", "a page (object 4)"},
      {"another catalog",
       objects(add("1 0 obj\n<<\n/Type /Catalog\n/AcroForm 5 0 R\n/Pages 3 0 R\n/Perms << /DocMDP 8 0 R "
                   ">>\n/OpenAction [ 4 0 R /Fit ]\n>>\nendobj\n")),
       "ledger_proof_and_more", "it adds or changes the catalog (object 1)"},
      {"another Info", objects(add("2 0 obj\n<< /QuotaryNumber (SHQT2026-000001) >>\nendobj\n")),
       "ledger_proof_and_more", "it adds or changes object 2"},
      {"another form field filled",
       objects(add("7 0 obj\n<<\n/Type /Annot\n/F 132\n/FT /Sig\n/P 4 0 R\n/Rect [ 0 0 0 0 ]\n/Subtype /Widget\n/T "
                   "(Rep)\n/V 9 0 R\n>>\nendobj\n")),
       "ledger_proof_and_more", "it adds or changes the field Rep (object 7)"},
      {"the seal's signature replaced", objects(add("8 0 obj\n<< /Type /Sig >>\nendobj\n")), "ledger_proof_and_more",
       "it adds or changes object 8"},
      {"an object that nobody names", objects(add("11 0 obj\n(kept for later)\nendobj\n")), "ledger_proof_and_more",
       "it adds or changes object 11"},
      {"an object of another number", objects(change("10 0 obj\n", "010 0 obj\n")), "ledger_proof_and_more",
       "the field LedgerProof"},
      {"a visible proof", objects(change("/Rect [ 0 0 0 0 ]\n/V 9 0 R", "/Rect [ 0 0 9 9 ]\n/V 9 0 R")),
       "ledger_proof_and_more", "the field LedgerProof"},
      {"a script on the proof's field",
       objects(change("/F 132\n/P 4 0 R\n/Rect [ 0 0 0 0 ]\n/V",
                      "/F 132\n/AA << /E << /S /JavaScript /JS (1) >> >>\n/P 4 0 R\n/Rect [ 0 0 0 0 ]\n/V")),
       "ledger_proof_and_more", "the field LedgerProof"},
      {"another reason in the signature", objects(change("/Reason <", "/Location (nowhere)\n/Reason <")),
       "ledger_proof_and_more", "object 9"},
      {"a second certification",
       objects(change("/Reason <",
                      "/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type "
                      "/TransformParams /P 3 /V /1.2 >> >>]\n/Reason <")),
       "ledger_proof_and_more", "object 9"},
      {"text hidden between objects", objects(change("10 0 obj\n", "% hidden: pay 100 more\n10 0 obj\n")),
       "ledger_proof_and_more", "between its objects"},
      {"a deleted object", forged({.table = add("7 1\n0000000000 00001 f \n")}), "ledger_proof_and_more",
       "object 7 is deleted"},
      {"a form with scripts", objects(change("/SigFlags 3", "/NeedAppearances true /SigFlags 3")),
       "ledger_proof_and_more", "form"},
      {"no AcroForm any more",
       objects(add("1 0 obj\n<<\n/Type /Catalog\n/Pages 3 0 R\n/Perms << /DocMDP 8 0 R >>\n>>\nendobj\n")),
       "revision_added", ""},
      // The trailer.
      {"another root", forged({.trailer = change("/Root 1 0 R", "/Root 3 0 R")}), "revision_added", ""},
      {"a table that skips the seal",
       forged({.trailer =
                   [](std::string& text) {
                     const auto first = made.sealed.find("startxref\n") + 10;
                     const auto at = text.find("/Prev ") + 6;
                     text.replace(at, text.find('\n', at) - at,
                                  made.sealed.substr(first, made.sealed.find('\n', first) - first));
                   }}),
       "ledger_proof_and_more", "passes over the seal"},
      {"encryption", forged({.trailer = change("/Root 1 0 R", "/Encrypt 2 0 R /Root 1 0 R")}), "bytes_added",
       "encryption"},
      {"another identifier",
       forged({.trailer = change("<00112233445566778899aabbccddeeff>", "<ff112233445566778899aabbccddeeff>")}),
       "ledger_proof_and_more", "trailer"},
      // The signature that carries.
      {"upper-case digits",
       [] {
         auto pdf = made.carried;
         const auto at = pdf.rfind("/Contents <30") + 11;
         for (auto i = at; i < at + 400; ++i)
           pdf[i] = pdf[i] >= 'a' && pdf[i] <= 'f' ? static_cast<char>(pdf[i] - 32) : pdf[i];
         return pdf;
       },
       "ledger_proof_and_more", "object 9"},
      {"bytes behind the CMS",
       [] {
         auto pdf = made.carried;
         pdf[pdf.find('>', pdf.rfind("/Contents <30")) - 1] = '1';
         return pdf;
       },
       "ledger_proof_and_more", "object 9"},
      {"no CMS",
       [] {
         auto pdf = made.carried;
         pdf[pdf.rfind("/Contents <30") + 12] = '1';
         return pdf;
       },
       "ledger_proof_signature", "no DER"},
      {"a changed CMS",
       [] {
         auto pdf = made.carried;
         pdf[pdf.rfind("/Contents <30") + 1501] ^= 1;
         return pdf;
       },
       "ledger_proof_signature", ""},
      {"the seal's CMS in its place",
       [] {
         auto pdf = made.carried;
         const std::size_t size = 11 + 2 * signing::contents_bytes;
         return pdf.replace(pdf.rfind("/Contents <30"), size,
                            made.sealed.substr(made.sealed.rfind("/Contents <30"), size));
       },
       "ledger_proof_signature", ""},
      {"a CMS without a proof", proof(""), "ledger_proof_signature", "carries no ledger proof"},
      {"another time", objects(change("/M (D:20261124020306Z)", "/M (D:20261125020306Z)")), "ledger_proof_time",
       "claims 2026-11-25"},
      {"no time", objects(change("/M (D:20261124020306Z)\n", "")), "ledger_proof_time", "no time"},
      {"a time in another zone", objects(change("/M (D:20261124020306Z)", "/M (D:20261124100306+08'00')")),
       "ledger_proof_time", "no time"},
      {"its time written otherwise", objects(change("/M (D:20261124020306Z)", "/M (D:2026\\061124020306Z)")),
       "ledger_proof_and_more", "object 9"},
      {"signed by a stranger", forged({.by = &stranger_folder}), "ledger_proof_signer", "Do not pay"},
      // The proof itself.
      {"a proof over the limit", proof(made.proof + std::string(signing::carried_proof_bytes_max, '\n')),
       "ledger_proof_too_large", "at most 8192"},
      {"a proof over what is reserved", proof(std::string(20'000, 'x')), "ledger_proof_too_large", "at most 16384"},
      {"no proof's text", proof("hello"), "bad_proof", "first line"},
      {"a cut proof", proof(made.proof.substr(0, made.proof.size() / 2)), "bad_proof", ""},
      {"a proof of another document", proof(testing::proof_of(*made.signer, "another document")),
       "proof_of_another_document", "entry 1"},
      {"a proof under another log's key", proof(testing::proof_of(*other_log, made.sealed)), "note_signature",
       "given key"},
      {"a proof of another origin under this key", proof(checkpoint_proof([](std::string text) {
         return replaced(text, "ledger.example.com", "ledger.example.org");
       })),
       "origin", ""},
      {"a changed root", proof(replaced(made.proof, "\n3\n", "\n4\n")), "note_signature", "does not hold"},
      {"a checkpoint of another tree",
       proof(checkpoint_proof([](std::string text) { return replaced(text, "\n3\n", "\n2\n"); })), "inclusion", ""},
      {"another index", proof(replaced(made.proof, "index 1", "index 2")), "inclusion", ""},
      {"another entry", proof([&] {
         auto text = made.proof;
         const auto at = text.find("extra ") + 40;
         text[at] = text[at] == 'A' ? 'B' : 'A';
         return text;
       }()),
       "inclusion", ""},
      {"a path cut short", proof([&] {
         auto text = made.proof;
         const auto at = text.find("index 1\n") + 8;
         return text.erase(at, 45);
       }()),
       "inclusion", ""},
  };
  return all;
}

TEST(CarriedProofAttack, EachAttackIsRefusedForItsReason) {
  EXPECT_GE(attacks().size(), 50u);
  for (const Attack& attack : attacks()) {
    const std::string file = attack.file();
    EXPECT_NE(file, fixture().carried) << attack.name;
    const auto verdict = judged(file);
    EXPECT_EQ(verdict.exit_code, offline::exit_does_not_hold) << attack.name;
    EXPECT_EQ(verdict.code, attack.code) << attack.name << ": " << verdict.detail;
    EXPECT_THAT(verdict.detail, HasSubstr(attack.detail)) << attack.name;
    // Said in words of its own, in both languages.
    const auto& words = offline::words_of(verdict);
    EXPECT_EQ(words.code, verdict.code) << attack.name;
    EXPECT_FALSE(words.chinese.empty() || words.english.empty());
  }
}

// No attack becomes a good file by a proof that is handed in beside it.
TEST(CarriedProofAttack, NorWithTheGenuineProofBesideIt) {
  for (const Attack& attack : attacks()) {
    const auto verdict = judged(attack.file(), fixture().proof);
    EXPECT_EQ(verdict.exit_code, offline::exit_does_not_hold) << attack.name;
  }
}

}  // namespace
}  // namespace quotary
