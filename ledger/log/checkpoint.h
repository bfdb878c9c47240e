// The checkpoint: a C2SP tlog-checkpoint as the text of a signed note.
#pragma once

#include "ledger/base/hash.h"
#include "ledger/log/ports.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace quotary {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root;
};

// Origin, decimal size and base64 root, each with its LF; no extension lines.
[[nodiscard]] std::string checkpoint_text(const Checkpoint& checkpoint);
// The inverse; Errc::invalid `bad_checkpoint` for anything that checkpoint_text does not write.
[[nodiscard]] Result<Checkpoint> parse_checkpoint_text(std::string_view text);

// Text, blank line, the signer's line.
[[nodiscard]] Result<std::string> sign_checkpoint(const CheckpointSigner& signer, std::uint64_t size, const Hash& root);
// Opens a signed note with `key` and reads the checkpoint; its origin must be the key's name (Errc::corrupt `origin`).
[[nodiscard]] Result<Checkpoint> open_checkpoint(std::string_view note, const CheckpointVerifier& key);

}  // namespace quotary
