// Every key but the seal: the log's Ed25519 key, the token pepper, and the subjects' keys.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/hash.h"
#include "ledger/base/random.h"
#include "ledger/log/ports.h"
#include "ledger/log/succession.h"

#include <memory>
#include <string>
#include <string_view>

namespace quotary::signing {

// 32 secret bytes: move-only, unprintable, zeroed when destroyed, compared in constant time (sodium_memcmp).
class Secret {
 public:
  explicit Secret(std::string bytes);  // takes and wipes
  ~Secret();
  Secret(Secret&&) noexcept;
  Secret& operator=(Secret&&) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  [[nodiscard]] std::string_view view() const;
  [[nodiscard]] bool equals(std::string_view other) const;

 private:
  std::string bytes_;
};

// The key folder (0700), apart from the data folder. Files: log.key, pepper.key, subjects.keys, seal.*; log.succession
// once the log's key was rotated (public), and log.key.next while that is prepared or under way.
// `create` refuses when one of the files is there (Errc::conflict `keys_exist`); `open` refuses when one is missing,
// unreadable or has permissions beyond the owner's (Errc::unavailable `key_missing`, `key_unreadable`, `key_damaged`,
// `key_permissions`; the detail names the file).
class KeyFolder {
 public:
  [[nodiscard]] static Result<void> check_absent(FileSystem& files, const std::string& directory);
  [[nodiscard]] static Result<std::unique_ptr<KeyFolder>> create(const std::shared_ptr<FileSystem>& files,
                                                                 const std::string& directory,
                                                                 const std::string& origin, Random& random);
  // Goes on with a create() that was interrupted: keeps the files that are there, makes the others. Only for a folder
  // that is known to be no one's yet. Errc::conflict `keys_exist` when its log key is another origin's.
  [[nodiscard]] static Result<std::unique_ptr<KeyFolder>> complete(const std::shared_ptr<FileSystem>& files,
                                                                   const std::string& directory,
                                                                   const std::string& origin, Random& random);
  [[nodiscard]] static Result<std::unique_ptr<KeyFolder>> open(const std::shared_ptr<FileSystem>& files,
                                                               const std::string& directory);
  virtual ~KeyFolder() = default;

  // Thread-safe. Lives as long as the folder object.
  [[nodiscard]] virtual CheckpointSigner& log_signer() = 0;
  // Of the checkpoints of the log's key and, each for its time, of the keys before it.
  [[nodiscard]] virtual const CheckpointVerifier& log_verifier() const = 0;
  // How the log came to its key; null for its first one. Lives as long as the folder object.
  [[nodiscard]] virtual const Succession* succession() const = 0;
  // The same as a file (FORMAT.md, "Succession of keys"); empty for the first key.
  [[nodiscard]] virtual const std::string& succession_text() const = 0;
  // Thread-safe; new subject keys are synced before they are used. Lives as long as the folder object.
  [[nodiscard]] virtual ObjectCipher& object_cipher() = 0;
  // Destroys the subject's key for good: what was encrypted under it can never be read again, unless a copy of
  // subjects.keys is kept, and nothing more is encrypted for it. No error when it is destroyed already. Errc::not_found
  // `subject_key_missing`; storage `subject_keys_failed` and the disk's errors, after which the next open goes on.
  // Thread-safe.
  [[nodiscard]] virtual Result<void> erase_subject(std::string_view subject) = 0;
  // HMAC-SHA-256 under the pepper, for tokens and request bodies, domain-separated by `purpose`. Thread-safe.
  [[nodiscard]] virtual Hash keyed_hash(std::string_view purpose, std::string_view message) const = 0;
};

// The change of a key folder's log key, in steps that each survive a crash. No two at a time; the folder's owner calls.
//
// The key that will follow: made and synced as log.key.next, or the one that is there already; of `origin`, empty: of
// the folder's. Errc::conflict `other_next_key` when the one there is another origin's; Errc::unavailable
// `rotation_unfinished` when it is adopted; else as KeyFolder::open.
[[nodiscard]] Result<std::unique_ptr<CheckpointSigner>> prepare_log_key(FileSystem& files, const std::string& directory,
                                                                        Random& random, const std::string& origin = {});
// From here on the prepared key is the folder's: `succession` ends with it. Errc::invalid `bad_rotation` when not, and
// the errors of Succession::open.
[[nodiscard]] Result<void> adopt_log_key(FileSystem& files, const std::string& directory, std::string_view succession);
// Whether an adopted key waits for that.
[[nodiscard]] Result<bool> is_adopted(FileSystem& files, const std::string& directory);
// Destroys the old key and puts the adopted one in its place. Without one, nothing to do.
[[nodiscard]] Result<void> retire_log_key(FileSystem& files, const std::string& directory);

// A verifier of one Ed25519 vkey (C2SP signed-note). Errc::invalid `bad_vkey`.
[[nodiscard]] Result<std::unique_ptr<CheckpointVerifier>> open_vkey(std::string_view vkey);
// A note signer from a 32-byte Ed25519 seed, for tests and golden vectors.
[[nodiscard]] std::unique_ptr<CheckpointSigner> signer_from_seed(std::string_view origin, std::string_view seed);

// Argon2id (libsodium, interactive limits): a password's storable hash, and the check. CPU-bound, 64 MB.
[[nodiscard]] Result<std::string> hash_password(std::string_view password);
[[nodiscard]] bool password_matches(std::string_view stored, std::string_view password);

}  // namespace quotary::signing
