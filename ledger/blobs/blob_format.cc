#include "ledger/blobs/blob_format.h"

#include "ledger/blobs/blob_reference.h"

namespace quotary::blobs {

namespace {

constexpr std::string_view magic{"QUOTARY-BLOB01\n\0", 16};
constexpr std::string_view unused{"\0\0\0", 3};
constexpr std::size_t id_at = 24, time_at = 40, sum_at = 48, sum_bytes = 16;
static_assert(sum_at + sum_bytes == head_bytes);

// What stands before the id in every head of this version.
std::string same_in_all() {
  std::string bytes(magic);
  bytes += static_cast<char>(content_algorithm);
  bytes += unused;
  put_u32(bytes, chunk_bytes);
  return bytes;
}

std::string sum_of(std::string_view bytes) { return std::string(sha256(bytes).view().substr(0, sum_bytes)); }

}  // namespace

std::string head_text(const BlobHead& head) {
  QUOTARY_CHECK(is_blob_id(head.id));
  std::string bytes = same_in_all();
  bytes += *from_hex(head.id);
  put_u64(bytes, static_cast<std::uint64_t>(head.created_at.unix_ms));
  bytes += sum_of(bytes);
  return bytes;
}

Result<BlobHead> parse_head(std::string_view bytes) {
  if (bytes.size() != head_bytes || bytes.substr(sum_at) != sum_of(bytes.substr(0, sum_at)))
    return fail(Errc::corrupt, "blob_damaged", "its head (the first 64 bytes) was changed or cut off");
  if (bytes.substr(0, id_at) != same_in_all())
    return fail(Errc::unavailable, "blob_version",
                "it is of another version or algorithm, which this program does not read");
  return BlobHead{to_hex(bytes.substr(id_at, blob_id_bytes)),
                  Timestamp{static_cast<std::int64_t>(get_u64(bytes.substr(time_at)))}};
}

}  // namespace quotary::blobs
