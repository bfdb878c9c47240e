// What seals the chunks of a content: a port that signing/ implements.
#pragma once

#include "ledger/blobs/content_key.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace quotary::blobs {

// Where a chunk belongs; all of it is bound to the chunk's bytes, so that none can be swapped, repeated, cut off or
// moved to another blob.
struct ChunkPlace {
  std::string_view head;     // of the blob's file, which holds its id (blob_format.h)
  std::uint64_t number = 0;  // from 0
  bool last = false;
};

inline constexpr unsigned char content_algorithm = 1;
inline constexpr std::size_t chunk_salt_bytes = 16, chunk_tag_bytes = 16;
inline constexpr std::size_t seal_bytes = chunk_salt_bytes + chunk_tag_bytes;  // what a sealed chunk has more

// Thread-safe. Algorithm 1: XChaCha20-Poly1305 (IETF). The nonce is 16 random bytes, drawn at each sealing, and the
// chunk's number; the associated data are head, number and whether it is the last. FORMAT.md has the bytes.
//
// The number alone would do for a nonce if a chunk were sealed once. An upload that goes on after a crash seals chunks
// again whose first form a disk may still hold, and its client may send other bytes then.
class ContentCipher {
 public:
  virtual ~ContentCipher() = default;
  // Salt, ciphertext and tag: seal_bytes more than `plain`.
  [[nodiscard]] virtual std::string seal(const ContentKey& key, const ChunkPlace& place,
                                         std::string_view plain) const = 0;
  // Errc::corrupt `blob_damaged` names the chunk.
  [[nodiscard]] virtual Result<std::string> open(const ContentKey& key, const ChunkPlace& place,
                                                 std::string_view sealed) const = 0;
};

}  // namespace quotary::blobs
