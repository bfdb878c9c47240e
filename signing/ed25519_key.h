// The two halves of an Ed25519 key by libsodium, shared by the log's signer and a witness's. Internal to signing.
#pragma once

#include "signing/keys.h"

#include <string>
#include <string_view>

namespace quotary::signing {

// Immutable; safe from any thread.
class Ed25519Key {
 public:
  // 32 bytes (QUOTARY_CHECK).
  explicit Ed25519Key(std::string_view seed);
  [[nodiscard]] std::string_view public_key() const;
  // 64 bytes. Errc::internal `sign_failed`.
  [[nodiscard]] Result<std::string> sign(std::string_view message) const;

 private:
  Secret secret_;
};

// The key file must be there, readable, and for its owner alone. Errc::unavailable `key_missing`, `key_unreadable`,
// `key_permissions`; the detail names the file and what to do.
[[nodiscard]] Result<std::string> read_key_file(FileSystem& files, const std::string& path);

}  // namespace quotary::signing
