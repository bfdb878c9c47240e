// The small file beside an upload: what it is, and, sealed, what opens it. Inside ledger/blobs. FORMAT.md has its
// bytes.
#pragma once

#include "ledger/base/time.h"
#include "ledger/blobs/content_key.h"
#include "ledger/log/ports.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace quotary::blobs {

struct UploadSecrets {
  ContentKey key;
  std::string nonce;
  std::string meta;  // the caller's
};

struct UploadSidecar {
  std::string owner, key_subject;
  Timestamp created_at;
  std::uint64_t size_bytes = 0;
  bool size_is_exact = true;
  std::string sealed;  // UploadSecrets, by the cipher of private objects
};

// Canonical JSON.
[[nodiscard]] std::string sidecar_text(const UploadSidecar& sidecar);
// Errc::corrupt `upload_damaged` for anything that sidecar_text does not write.
[[nodiscard]] Result<UploadSidecar> parse_sidecar(std::string_view text);

// Under the key subject, as the object "upload:<id>". The cipher's errors, among them `subject_key_erased`.
[[nodiscard]] Result<std::string> seal_secrets(ObjectCipher& cipher, std::string_view key_subject, std::string_view id,
                                               const UploadSecrets& secrets);
[[nodiscard]] Result<UploadSecrets> open_secrets(const ObjectCipher& cipher, std::string_view key_subject,
                                                 std::string_view id, std::string_view sealed);

}  // namespace quotary::blobs
