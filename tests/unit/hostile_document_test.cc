// What the dearest files that we can think of cost the validator, and the fuzz target's seeds.
#include "signing/document_time_stamp.h"
#include "signing/document_validation.h"
#include "signing/incremental_update.h"
#include "signing/seal_level.h"
#include "tests/support/hostile_documents.h"
#include "tests/support/revision_forge.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>

namespace quotary {
namespace {

using testing::body_of;
using testing::forge;
using testing::ForgedRevision;
using testing::signed_documents;
using testing::with_members;

const testing::SignedDocuments& made() { return signed_documents(); }

std::string ref(std::uint32_t number) { return std::to_string(number) + " 0 R"; }

// Hostile files end soon; what they cost is printed, not asserted.
TEST(HostileDocument, HostileFilesStayCheap) {
  const auto& m = made();
  const auto resident_peak_kb = [] {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line)) {
      if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
    }
    return 0L;
  };
  for (const auto& [name, file, intact] : testing::hostile_documents()) {
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew, where the machine allows it
    const long before = resident_peak_kb();
    const std::clock_t begin = std::clock();
    const auto found = m.validated(file);
    const double spent_ms = 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    std::printf("%-32s %10zu bytes %9.2f ms %8ld KB more  %s\n", name, file.size(), spent_ms,
                resident_peak_kb() - before, found.intact ? "intact" : found.code.c_str());
    EXPECT_EQ(found.intact, intact) << name;
    EXPECT_EQ(found.intact, found.code.empty()) << name;
  }
  EXPECT_EQ(signing::validate_document(std::string(signing::pdf_bytes_max + 1, ' '), {}, {}).error().code,
            "file_too_large");
}

// Small documents, made by hand, of each kind that the validator tells apart.
std::map<std::string, std::string> small_documents() {
  std::map<std::string, std::string> out;
  const std::string sealed = made().seal->seal(testing::unsealed_document(), testing::seal_request()).value();
  signing::ApprovalRequest request = made().request(sealed, "Rep");
  request.appearance.reset();
  out["sealed"] = sealed;
  out["approved"] = signing::sign_approval(sealed, request, *made().rep).value();
  out["proof"] = made().seal->embed_proof(sealed, "p", testing::approval_time).value();

  signing::SignatureMaterial material;
  const auto levels = signing::judge_levels(sealed, {{}, {}, testing::validation_time, {}, {}}).value();
  material.key = levels.signatures.front().key;
  const auto certificates = signing::certificates_from_pem(made().seal->certificate_pem()).value();
  material.material.certificates.push_back(signing::certificate_der(certificates.front().get()));
  out["store"] = signing::append_security_store(sealed, {material}).value();
  auto prepared = signing::prepare_document_time_stamp(out["store"]).value();
  const std::string covered = prepared.pdf.substr(0, prepared.gap_begin) + prepared.pdf.substr(prepared.gap_end);
  EXPECT_TRUE(signing::put_document_time_stamp(prepared, made().token(covered)));
  out["time_stamp"] = prepared.pdf;

  // unsealed_document() has the page in 4, Rep in 7; the seal's signature took 8.
  constexpr std::uint32_t page = 4, rep = 7, next = 9;
  ForgedRevision foreign;
  foreign.objects[rep] = with_members(body_of(sealed, rep), "/V " + ref(next) + "\n");
  std::string body = testing::signature_body("/M (D:20261124100404+08'00')\n/Prop_Build << /App << /Name /X >> >>\n");
  constexpr std::size_t room = 3'000;  // digits
  const std::size_t begin = body.find("/Contents <") + 11;
  foreign.objects[next] = body.replace(begin, body.find('>', begin) - begin, std::string(room, '0'));
  out["foreign"] = forge(sealed, foreign);

  ForgedRevision replaced;
  replaced.objects[page] = with_members(body_of(sealed, page), "/CropBox [ 0 0 9 9 ]\n");
  out["attack_page"] = forge(sealed, replaced);
  foreign.before_table = "(pay more)\n";
  out["attack_hidden"] = forge(sealed, foreign);
  return out;
}

TEST(HostileDocument, SmallDocumentsAreWhatTheyAreCalled) {
  for (const auto& [name, pdf] : small_documents()) {
    const auto found = made().validated(pdf);
    const std::string code = name == "attack_page" ? "page_changed" : name == "attack_hidden" ? "bytes_hidden" : "";
    EXPECT_EQ(found.code, code) << name << ": " << found.reason;
    EXPECT_EQ(found.signatures.back().foreign, name == "foreign") << name;
  }
}

// Seeds for the fuzz target, when a folder is named for them.
TEST(HostileDocument, WritesSeeds) {
  const char* const folder = std::getenv("QUOTARY_SEEDS");
  if (!folder) GTEST_SKIP() << "QUOTARY_SEEDS names no folder";
  std::size_t count = 0;
  for (const auto& [name, pdf] : small_documents()) {
    testing::write_bytes(std::string(folder) + "/" + name, pdf);
    ++count;
  }
  EXPECT_GT(count, 0u);
}

}  // namespace
}  // namespace quotary
