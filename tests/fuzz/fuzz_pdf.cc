// Any bytes as an uploaded PDF: never a crash, and what is called valid covers the whole file.
#include "signing/document_check.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  const std::string_view pdf(reinterpret_cast<const char*>(data), size);
  const auto ends = signing::revision_ends(pdf);
  const auto prefixes = signing::prefix_hashes(pdf);
  QUOTARY_CHECK(ends.size() == prefixes.size());
  for (std::size_t i = 0; i < ends.size(); ++i) {
    QUOTARY_CHECK(prefixes[i].size == ends[i] && ends[i] <= size);
    QUOTARY_CHECK(i == 0 || ends[i - 1] < ends[i]);
  }
  if (const auto claimed = signing::claimed_identity(pdf)) QUOTARY_CHECK(!claimed->number.empty());
  const auto finding = signing::check_seal(pdf, {});
  if (finding) {
    QUOTARY_CHECK(finding->valid == finding->reason.empty());
    QUOTARY_CHECK(!finding->valid || finding->covered == size);
    QUOTARY_CHECK(!finding->trusted);
  } else {
    QUOTARY_CHECK(!finding.error().code.empty());
  }
  return 0;
}
