// The bytes of a blob's file. FORMAT.md, "Large contents", specifies them. Pure.
//
//   head      15  "QUOTARY-BLOB01" and a line feed: the format's name and version
//              1  zero
//              1  algorithm of the chunks, 1
//              3  zero
//              4  u32 plain bytes of a whole chunk, 65,536
//             16  id
//              8  u64 when its upload began, milliseconds since 1970
//             16  the first half of SHA-256 of the 48 bytes before
//   chunk     16  salt
//         65,536  ciphertext
//             16  tag
//   ...           more such chunks
//   last      the same with 0 to 65,535 bytes of ciphertext; always there
#pragma once

#include "ledger/base/time.h"
#include "ledger/blobs/content_cipher.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quotary::blobs {

inline constexpr std::size_t head_bytes = 64;
inline constexpr std::size_t chunk_bytes = 64u << 10;
inline constexpr std::size_t sealed_chunk_bytes = chunk_bytes + seal_bytes;

struct BlobHead {
  std::string id;
  Timestamp created_at;  // when its upload began
};

[[nodiscard]] std::string head_text(const BlobHead& head);
// Errc::corrupt `blob_damaged`; Errc::unavailable `blob_version` for an intact head of another version or algorithm.
[[nodiscard]] Result<BlobHead> parse_head(std::string_view bytes);

// Where a chunk of whole ones before it begins in the file.
[[nodiscard]] constexpr std::uint64_t chunk_offset(std::uint64_t number) {
  return head_bytes + number * sealed_chunk_bytes;
}
// The number of a content's last chunk, which is never whole.
[[nodiscard]] constexpr std::uint64_t last_chunk(std::uint64_t content_bytes) { return content_bytes / chunk_bytes; }
[[nodiscard]] constexpr std::uint64_t file_bytes(std::uint64_t content_bytes) {
  return chunk_offset(last_chunk(content_bytes)) + content_bytes % chunk_bytes + seal_bytes;
}
// The content's size that a finished file of that many bytes holds; absent for a size that none has.
[[nodiscard]] constexpr std::optional<std::uint64_t> content_bytes(std::uint64_t file_size_bytes) {
  if (file_size_bytes < head_bytes + seal_bytes) return std::nullopt;
  const std::uint64_t behind = file_size_bytes - head_bytes;
  const std::uint64_t rest = behind % sealed_chunk_bytes;
  if (rest < seal_bytes) return std::nullopt;
  return behind / sealed_chunk_bytes * chunk_bytes + rest - seal_bytes;
}

}  // namespace quotary::blobs
