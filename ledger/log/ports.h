// What the log needs from outside itself: a checkpoint signer and a cipher for private objects. Implemented in
// signing/.
#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quotary {

// Signs checkpoints as one key. Thread-safe. The log decides what may be signed; the signer does not.
class CheckpointSigner {
 public:
  virtual ~CheckpointSigner() = default;
  // The key's name, which is the log's origin.
  [[nodiscard]] virtual const std::string& name() const = 0;
  [[nodiscard]] virtual const std::string& vkey() const = 0;
  // One signature line with its LF ("— name base64\n") over `text` (a note text that ends in LF). Deterministic.
  [[nodiscard]] virtual Result<std::string> signature_line(std::string_view text) const = 0;
};

// Checks a signed note against one known key. Thread-safe.
class CheckpointVerifier {
 public:
  virtual ~CheckpointVerifier() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;
  // Whether a checkpoint of that origin can be one of this key's: its own name, or a log's that it succeeded.
  [[nodiscard]] virtual bool is_of(std::string_view origin) const { return origin == name(); }
  // The first entry that was lost of what the log of that name signed, when another log succeeded it: its checkpoints
  // over more entries lead to no tree that is left. Absent: none was.
  [[nodiscard]] virtual std::optional<std::uint64_t> lost_from(std::string_view origin) const {
    (void)origin;
    return std::nullopt;
  }
  // A verifier of the same keys that believes a revoked one too for its time: only for checkpoints whose root is
  // compared with a tree that others vouch for. Lives as long as this.
  [[nodiscard]] virtual const CheckpointVerifier& in_its_time() const { return *this; }
  // The note's text (ends in LF) when the key's signature is there and holds; unknown (name, key id) pairs are
  // ignored, a known pair that fails rejects the note. Errc::corrupt `note_signature`, Errc::invalid `bad_note`.
  [[nodiscard]] virtual Result<std::string> open_note(std::string_view note) const = 0;
};

// Encrypts private objects under their subject's key. Thread-safe. Algorithm 1: XChaCha20-Poly1305 under a key derived
// (BLAKE2b) from the subject's 256-bit key and the object's id; the object id is also the associated data.
class ObjectCipher {
 public:
  virtual ~ObjectCipher() = default;
  // Makes and syncs the subject's key when it is new. Returned bytes: algorithm byte, nonce, ciphertext with tag.
  [[nodiscard]] virtual Result<std::string> encrypt(std::string_view subject, std::string_view object_id,
                                                    std::string_view plain) = 0;
  // Errc::not_found `subject_key_missing`, Errc::gone `subject_key_erased`, Errc::corrupt `object_damaged`.
  [[nodiscard]] virtual Result<std::string> decrypt(std::string_view subject, std::string_view object_id,
                                                    std::string_view sealed) const = 0;
};

}  // namespace quotary
