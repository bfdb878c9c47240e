// A reference to a large content, and the file beside an upload: read, and if it is one, written again to the same
// bytes.
#include "ledger/blobs/blob_reference.h"
#include "ledger/blobs/upload_sidecar.h"

#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto reference = blobs::parse_reference(text))
    QUOTARY_CHECK(blobs::is_blob_id(reference->id) && blobs::reference_text(*reference) == text);
  if (const auto sidecar = blobs::parse_sidecar(text)) QUOTARY_CHECK(blobs::sidecar_text(*sidecar) == text);
  return 0;
}
