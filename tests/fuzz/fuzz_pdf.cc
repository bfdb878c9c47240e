// Any bytes as an uploaded PDF: never a crash, and what is called valid covers the whole file.
#include "signing/carried_proof.h"

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
  const auto document = signing::check_sealed_document(pdf, {});
  QUOTARY_CHECK(document.has_value() == finding.has_value());
  if (!document) return 0;
  QUOTARY_CHECK(document->sealed == document->seal.covered && document->sealed <= size);
  QUOTARY_CHECK(!(document->proof && document->added));
  // Whatever follows a seal that is known is its proof, or said to be something else.
  QUOTARY_CHECK(document->sealed == 0 || (document->sealed == size) == !(document->proof || document->added));
  QUOTARY_CHECK(finding->valid == (document->seal.valid && document->sealed == size));
  if (document->proof)
    QUOTARY_CHECK(!document->proof->text.empty() && document->proof->text.size() <= signing::carried_proof_bytes_max);
  if (document->added) QUOTARY_CHECK(!document->added->code.empty() && !document->added->detail.empty());
  return 0;
}
