// A trial's confirmation is sealed and signed as a quote is: the same fields, the same revisions, the same validation.
#include "pdfgen/confirmation.h"
#include "tests/support/revision_forge.h"
#include "tests/support/sample_sheets.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

using signing::SignatureKind;
using testing::signed_documents;

TEST(ConfirmationSigning, EveryReservedFieldTakesASignature) {
  const auto& made = signed_documents();
  const auto fonts = pdfgen::Fonts::load({}).value();
  const std::string unsealed = pdfgen::confirmation(fonts, testing::sample_confirmation()).value();
  std::string document = made.seal->seal(unsealed, testing::seal_request()).value();
  const std::string sealed = document;
  const char* fields[] = {"Rep", "Customer1", "Customer2", "Customer3"};
  for (const char* field : fields) {
    const auto next = signing::sign_approval(document, made.request(document, field), *made.rep);
    ASSERT_TRUE(next) << field << ": " << next.error().code << " " << next.error().detail;
    EXPECT_TRUE(next->starts_with(document)) << field;
    document = *next;
  }
  EXPECT_EQ(signing::sign_approval(document, made.request(document, "Customer1"), *made.rep).error().code,
            "field_signed");
  const auto found = made.validated(document);
  EXPECT_TRUE(found.reason.empty()) << found.reason;
  EXPECT_EQ(found.sealed_bytes, sealed.size());
  ASSERT_EQ(found.signatures.size(), 5U);
  EXPECT_EQ(found.signatures[0].kind, SignatureKind::seal);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(found.signatures[i + 1].field, fields[i]);
    EXPECT_EQ(found.signatures[i + 1].kind, SignatureKind::approval);
    EXPECT_TRUE(found.signatures[i + 1].sound) << fields[i];
  }
  for (const auto& revision : found.revisions) EXPECT_TRUE(revision.allowed) << revision.code;
}

// What stands on the page when it is signed cannot be another text later.
TEST(ConfirmationSigning, AChangedResultBreaksIt) {
  const auto& made = signed_documents();
  const auto fonts = pdfgen::Fonts::load({}).value();
  std::string document =
      made.seal->seal(pdfgen::confirmation(fonts, testing::sample_confirmation()).value(), testing::seal_request())
          .value();
  document = signing::sign_approval(document, made.request(document, "Customer1"), *made.rep).value();
  const auto stream = document.find("stream\n");
  ASSERT_NE(stream, std::string::npos);
  document[stream + 40] = static_cast<char>(document[stream + 40] ^ 1);
  const auto found = made.validated(document);
  EXPECT_FALSE(found.signatures.empty());
  for (const auto& signature : found.signatures) EXPECT_FALSE(signature.sound) << signature.field;
}

}  // namespace
}  // namespace quotary
