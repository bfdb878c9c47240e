// What the dearest files that we can think of cost the validator, and the fuzz target's seeds.
#include "signing/document_validation.h"
#include "signing/incremental_update.h"
#include "tests/support/revision_forge.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>

namespace quotary {
namespace {

using testing::body_of;
using testing::Change;
using testing::drawn;
using testing::forge;
using testing::ForgedRevision;
using testing::object;
using testing::signed_documents;
using testing::stream_body;
using testing::with_members;

const testing::SignedDocuments& made() { return signed_documents(); }

std::string ref(std::uint32_t number) { return std::to_string(number) + " 0 R"; }

// Hostile files end soon; what they cost is printed, not asserted.
TEST(HostileDocument, HostileFilesStayCheap) {
  const auto& m = made();
  const std::string tail = "\nxref\n0 0\ntrailer\n<< /Root 1 0 R >>\nstartxref\n";
  std::vector<std::pair<const char*, std::string>> files;
  files.emplace_back("60 MB of marks", "%PDF-1.7\n");
  while (files.back().second.size() < (60u << 20)) files.back().second += "startxref\n9\n%%EOF\n";
  files.emplace_back("64 ends behind 60 MB", m.sealed + std::string(60u << 20, ' '));
  for (int i = 0; i < 64; ++i) files.back().second += "%%EOF\n";
  const auto one = [&](const char* name, const Change& change) {
    ForgedRevision revision = m.approval();
    change(revision);
    files.emplace_back(name, forge(m.sealed, revision));
  };
  one("an array 100,000 deep", object(m.next + 2, std::string(100'000, '[')));
  one("an object of a million values", [&](auto& r) {
    std::string values = "[";
    for (int i = 0; i < 1'000'000; ++i) values += " 0";
    r.objects[m.next + 2] = values + " ]";
  });
  one("a string of 30 MB", object(m.next + 2, "(" + std::string(30u << 20, 'x') + ")"));
  one("a name of 30 MB", object(m.next + 2, "/" + std::string(30u << 20, 'x')));
  one("90,000 objects", [&](auto& r) {
    for (std::uint32_t i = 0; i < 90'000; ++i) r.objects[m.next + 2 + i] = "0";
  });
  one("resources in a ring", [&](auto& r) {
    drawn("/X Do", "<< /XObject << /X " + ref(m.next + 2) + " >> >>")(r);
    r.objects[m.next + 2] =
        stream_body("/Subtype /Form\n/Resources << /XObject << /X " + ref(m.next + 2) + " >> >>\n", "");
  });
  std::string chain = m.sealed;
  for (int i = 0; i < 60; ++i) {
    ForgedRevision revision;
    const std::string date = "/ModDate (D:202611240204" + std::to_string(10 + i % 50) + "Z)\n";
    std::string body = body_of(chain, m.info);
    if (const std::size_t at = body.find("/ModDate"); at != body.npos) body.erase(at, body.find('\n', at) + 1 - at);
    revision.objects[m.info] = with_members(body, date);
    chain = forge(chain, revision);
  }
  files.emplace_back("62 revisions", chain);
  std::string stamped = m.sealed;
  for (int i = 1; i <= 20; ++i) {
    ForgedRevision revision = m.time_stamp(stamped);
    for (auto& [number, body] : revision.objects) {
      const std::size_t at = body.find("(DocTimeStamp1)");
      if (at != body.npos) body.replace(at, 15, "(DocTimeStamp" + std::to_string(i) + ")");
    }
    stamped = forge(stamped, revision);
  }
  files.emplace_back("20 time-stamps", stamped);

  const auto resident_peak_kb = [] {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line)) {
      if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
    }
    return 0L;
  };
  for (const auto& [name, file] : files) {
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew, where the machine allows it
    const long before = resident_peak_kb();
    const std::clock_t begin = std::clock();
    const auto found = m.validated(file);
    const double spent_ms = 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    std::printf("%-32s %10zu bytes %9.2f ms %8ld KB more  %s\n", name, file.size(), spent_ms,
                resident_peak_kb() - before, found.intact ? "intact" : found.code.c_str());
    EXPECT_EQ(found.intact, found.code.empty()) << name;
  }
  EXPECT_TRUE(m.validated(chain).intact);
  EXPECT_TRUE(m.validated(stamped).intact);
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
