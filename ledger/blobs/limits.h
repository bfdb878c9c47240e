// Every bound on large contents and their uploads, in one place.
#pragma once

#include <cstddef>
#include <cstdint>

namespace quotary::blobs {

inline constexpr std::uint64_t blob_bytes_max = 2ull << 30;  // of one content
inline constexpr std::size_t read_bytes_max = 8u << 20;      // answered by one read

inline constexpr std::size_t upload_name_bytes_max = 256;  // an owner's id, a key's subject
inline constexpr std::size_t upload_meta_bytes_max = 16u << 10;
inline constexpr std::size_t sidecar_bytes_max = 64u << 10;  // the file beside an upload

// What an operator may set lower or higher; blob_bytes_max holds always.
struct UploadLimits {
  std::uint64_t upload_bytes_max = blob_bytes_max;
  std::size_t open_uploads_max = 256;  // each holds a file and up to one chunk of memory
  std::size_t open_uploads_per_owner_max = 16;
  std::uint64_t open_bytes_max = 64ull << 30;  // of all open uploads, as declared
  std::int64_t age_ms_max = 7ll * 24 * 60 * 60 * 1000;
  // How much longer than an upload may last a content stays that no entry names.
  std::int64_t orphan_grace_ms = 24ll * 60 * 60 * 1000;
};

}  // namespace quotary::blobs
