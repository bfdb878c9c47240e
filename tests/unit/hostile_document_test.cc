// What the dearest files that we can think of cost the validator, and the fuzz target's seeds.
#include "signing/document_validation.h"
#include "signing/incremental_update.h"
#include "tests/support/hostile_documents.h"
#include "tests/support/revision_forge.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>

namespace quotary {
namespace {

using testing::signed_documents;

const testing::SignedDocuments& made() { return signed_documents(); }

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

// Seeds for the fuzz target, when a folder is named for them.
TEST(HostileDocument, WritesSeeds) {
  const char* const folder = std::getenv("QUOTARY_SEEDS");
  if (!folder) GTEST_SKIP() << "QUOTARY_SEEDS names no folder";
  std::size_t count = 0;
  // Small ones: over the document made by hand.
  const std::string sealed = made().seal->seal(testing::unsealed_document(), testing::seal_request()).value();
  signing::ApprovalRequest request = made().request(sealed, "Rep");
  request.appearance.reset();
  const std::string approved = signing::sign_approval(sealed, request, *made().rep).value();
  for (const std::string& pdf :
       {sealed, approved, made().seal->embed_proof(sealed, "p", testing::approval_time).value()}) {
    testing::write_bytes(std::string(folder) + "/seed" + std::to_string(count++), pdf);
  }
  EXPECT_GT(count, 0u);
}

}  // namespace
}  // namespace quotary
