// Any bytes as a renewal of certificates: never a crash, and nothing is read that no key signed.
#include "signing/certificate_renewal.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = signing::read_renewal(text);
  if (read) QUOTARY_CHECK(read->old_certificate != read->new_certificate && text.starts_with("Quotary certificate "));
  return 0;
}
