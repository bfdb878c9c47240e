// C2SP tlog-cosignature, Ed25519 (cosignature/v1): a witness's line under a checkpoint. Pure; safe from any thread.
#pragma once

#include "ledger/log/note.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quotary {

// A cosignature of a known key that holds.
struct Cosignature {
  std::uint64_t time = 0;  // POSIX seconds, the witness's word
  std::string line;        // as it stood in the note, with its LF
  friend bool operator==(const Cosignature&, const Cosignature&) = default;
};

// What a cosigner signs: "cosignature/v1" LF "time <seconds>" LF and the whole note text, extension lines included.
[[nodiscard]] std::string cosigned_message(std::uint64_t seconds, std::string_view note_text);
// A note signature's bytes behind the key id: u64 seconds, then the 64 bytes of the Ed25519 signature.
[[nodiscard]] std::string cosignature_bytes(std::uint64_t seconds, std::string_view ed25519_signature);

// The newest cosignature over `note_text` by `key` (type ed25519_cosignature_type) among the signatures; absent when
// there is none. Errc::corrupt `cosignature` when one under this name and id does not hold, has another length, time 0
// or a time over 2^63 - 1. A time in the future is not refused: whoever cares compares it with a clock of his own.
[[nodiscard]] Result<std::optional<Cosignature>> find_cosignature(std::string_view note_text,
                                                                  const std::vector<NoteSignature>& signatures,
                                                                  const Vkey& key, Ed25519Check holds);

}  // namespace quotary
