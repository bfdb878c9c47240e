// A witness's key: makes Ed25519 cosignatures (C2SP tlog-cosignature v1) with libsodium.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/random.h"
#include "ledger/log/cosignature.h"

#include <memory>
#include <string>
#include <string_view>

namespace quotary::signing {

// An Ed25519Check (ledger/log/note.h) by libsodium. Thread-safe.
[[nodiscard]] bool ed25519_holds(std::string_view public_key, std::string_view message, std::string_view signature);

// Cosigns as one key. Thread-safe. Whoever calls decides what may be cosigned; the cosigner does not.
class Cosigner {
 public:
  virtual ~Cosigner() = default;
  // Name, id and public key, of type ed25519_cosignature_type.
  [[nodiscard]] virtual const Vkey& vkey() const = 0;
  // One signature line with its LF over a checkpoint's note text at a time of POSIX seconds, which is over 0.
  // Deterministic. Errc::internal `sign_failed`.
  [[nodiscard]] virtual Result<std::string> cosignature_line(std::uint64_t seconds,
                                                             std::string_view note_text) const = 0;
};

// A name that fits beside a log's line into a witness's record (see api/witness/history.h).
inline constexpr std::size_t witness_name_bytes_max = 200;

// The file (0600): "quotary-witness-key-v1", the name, the seed in hexadecimal, a line each. `make` refuses one that is
// there (Errc::conflict `keys_exist`) and a name that no note may carry (Errc::invalid `bad_witness_name`); `open`
// refuses as KeyFolder::open does.
[[nodiscard]] Result<std::unique_ptr<Cosigner>> make_cosigner(FileSystem& files, const std::string& path,
                                                              std::string_view name, Random& random);
[[nodiscard]] Result<std::unique_ptr<Cosigner>> open_cosigner(FileSystem& files, const std::string& path);
// From a 32-byte Ed25519 seed, for tests and golden vectors.
[[nodiscard]] std::unique_ptr<Cosigner> cosigner_from_seed(std::string_view name, std::string_view seed);

}  // namespace quotary::signing
