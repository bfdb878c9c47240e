// What an entry's private payload keeps of a large content, and by what its body commits to it. Pure.
#pragma once

#include "ledger/base/hash.h"
#include "ledger/blobs/content_key.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace quotary::blobs {

inline constexpr std::size_t blob_id_bytes = 16, content_nonce_bytes = 16;

// Leads to one blob and opens it: whoever holds it can read the content. A value.
struct BlobReference {
  std::string id;  // 16 random bytes, 32 lower-case hexadecimal digits
  ContentKey key;
  std::string nonce;             // content_nonce_bytes: makes the commitment tell nothing of the content
  std::uint64_t size_bytes = 0;  // of the content
};

// Canonical JSON. It holds the key: wipe it after use.
[[nodiscard]] std::string reference_text(const BlobReference& reference);
// Errc::corrupt `blob_reference` for anything that reference_text does not write; the problem's pointer is the first
// member that is not as it should be, and neither tells what stands there.
[[nodiscard]] Result<BlobReference> parse_reference(std::string_view text);

[[nodiscard]] bool is_blob_id(std::string_view id);

// What is hashed of one content, once over.
struct ContentHashes {
  Hash commitment;  // SHA-256(nonce || content): what the entry's body holds
  Hash plain;       // SHA-256(content): for who compares contents; it tells who guesses one
  friend bool operator==(const ContentHashes&, const ContentHashes&) = default;
};

// Both of a content that comes in parts. One thread at a time.
class ContentHasher {
 public:
  explicit ContentHasher(std::string_view nonce) { commitment_.update(nonce); }
  void update(std::string_view bytes) {
    commitment_.update(bytes);
    plain_.update(bytes);
  }
  // Once, at the end.
  [[nodiscard]] ContentHashes finish() { return {commitment_.finish(), plain_.finish()}; }

 private:
  Sha256 commitment_, plain_;
};

}  // namespace quotary::blobs
