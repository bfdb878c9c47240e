// The log's key as the key folder holds it, with what leads to it from earlier ones. Internal to signing.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/random.h"
#include "ledger/log/succession.h"

#include <memory>
#include <string>

namespace quotary::signing {

[[nodiscard]] std::string log_key_path(const std::string& directory);

// A key file's text with a fresh seed.
[[nodiscard]] std::string log_key_text(const std::string& origin, Random& random);

struct LogKey {
  std::unique_ptr<CheckpointSigner> signer;
  std::unique_ptr<CheckpointVerifier> verifier;  // of the signer's checkpoints alone
  std::unique_ptr<const Succession> succession;  // that ends with it; null for a log's first key
  std::string succession_text;
};

// The folder's key: log.key, or log.key.next once log.succession ends with it. Errc::unavailable `key_missing`,
// `key_unreadable`, `key_permissions`, and `key_damaged` where log.succession does not end with the key.
[[nodiscard]] Result<LogKey> open_log_key(FileSystem& files, const std::string& directory);

}  // namespace quotary::signing
