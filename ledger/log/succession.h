// The succession of a log's keys: what a rotation states, and the file that leads from one key to every other.
// ledger/FORMAT.md, "Succession of keys", has the bytes. Pure; safe from any thread.
#pragma once

#include "ledger/base/time.h"
#include "ledger/log/note.h"
#include "ledger/log/sequencer.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

inline constexpr std::string_view rotation_type = "log.key_rotated", revocation_type = "log.key_revoked",
                                  succession_type = "log.succeeded", rotation_subject = "log:keys";
inline constexpr std::size_t successions_max = 64;                     // rotations in a file
inline constexpr std::size_t succession_proof_bytes_max = 128u << 10;  // of each proof: an entry in base64 and its path
inline constexpr std::size_t succession_bytes_max = successions_max * (succession_proof_bytes_max + 32) + 1024;

// Why a key goes: its time has come; it may be in other hands, and what it signed is believed no more, not even for
// sizes of its time; or its log lost signed entries, and a log of another name goes on from what is left.
enum class KeyEnd { rotated, revoked, succeeded };

// The type of the entry that says so.
[[nodiscard]] constexpr std::string_view type_of(KeyEnd end) {
  return end == KeyEnd::revoked ? revocation_type : end == KeyEnd::succeeded ? succession_type : rotation_type;
}

// The body of the entry `index`, whose `prev` is that leaf hash, by which `new_key` takes over from `old_key`: the
// statement as a note that both signed. Errc::invalid `bad_rotation` for keys of two logs or twice the same one.
[[nodiscard]] Result<json::object> rotation_body(const CheckpointSigner& old_key, const CheckpointSigner& new_key,
                                                 std::uint64_t index, const Hash& prev, KeyEnd end = KeyEnd::rotated);

// The same for the entry `index` by which a log of another name succeeds one whose last signed checkpoint is `last`:
// its entries from `index` on are lost. Errc::invalid `bad_rotation` for keys of one log, or when none is lost.
[[nodiscard]] Result<json::object> succession_body(const CheckpointSigner& old_key, const CheckpointSigner& new_key,
                                                   std::uint64_t index, const Hash& prev, std::uint64_t last_size,
                                                   const Hash& last_root);

// What such an entry states.
struct RotationStatement {
  std::string origin;  // the old key's
  std::uint64_t index = 0;
  Hash prev;
  Vkey old_key, new_key;
  KeyEnd end = KeyEnd::rotated;
  std::uint64_t last_size = 0;  // of a succeeded log: what it signed last
  Hash last_root;
};

// The statement of an entry of one of these types, made for its place, by keys of one log or of two that follow.
// Whether the keys signed it is not looked at. Errc::corrupt `rotation`; Errc::invalid `unknown_algorithm`.
[[nodiscard]] Result<RotationStatement> read_rotation(const Entry& entry);

// The file, of the last key's origin. `proofs` are tlog-proofs of the rotations, oldest first, each under the
// checkpoint that ends with its entry and that the old key signed, or, of a succeeded log, under one of the new key;
// they are not checked here.
[[nodiscard]] std::string succession_text(std::string_view origin, std::span<const std::string> proofs);
// The file with one rotation more, to a key of `origin`; `text` is a file, or empty for the first one. Errc::invalid
// `bad_succession`, also when it is full.
[[nodiscard]] Result<std::string> with_rotation(std::string_view text, std::string_view origin, std::string_view proof);

// One rotation of a checked file.
struct Rotation {
  std::uint64_t index = 0;  // of its entry
  Timestamp time;           // of its entry
  Vkey old_key, new_key;
  KeyEnd end = KeyEnd::rotated;
  // The old key is believed for checkpoints of at most so many entries: index + 1, or what a succeeded log signed last.
  std::uint64_t old_size_max = 0;
};

// A checked file, as a verifier of the checkpoints of every key in it. Immutable.
class Succession final : public CheckpointVerifier {
 public:
  // Checks every rotation, and that `trusted` (a vkey) is one of the keys. Trust goes from it to later keys, for whose
  // entry it signed the checkpoint, and to earlier ones, which it signed for when it took over; but to no later key
  // from one that was revoked. Errc::invalid `bad_vkey`; `bad_succession` for what is no such file;
  // `unknown_algorithm`. Errc::corrupt `rotation` with what does not hold, `note_signature`, `origin`, `inclusion` or
  // `index` of a proof; `other_succession` when `trusted` is none of its keys; `revoked_key` when it or a later one was
  // revoked. The detail begins with the rotation's number.
  [[nodiscard]] static Result<std::unique_ptr<Succession>> open(std::string_view text, std::string_view trusted,
                                                                Ed25519Check holds);

  // The current key's.
  [[nodiscard]] const std::string& name() const override { return keys_.back().name; }
  [[nodiscard]] bool is_of(std::string_view origin) const override;
  [[nodiscard]] std::optional<std::uint64_t> lost_from(std::string_view origin) const override;
  // Opens checkpoints alone. Errc::corrupt `retired_key` when the only keys that signed it had retired before a log of
  // that size, `revoked_key` when they were revoked.
  [[nodiscard]] Result<std::string> open_note(std::string_view note) const override;
  [[nodiscard]] const CheckpointVerifier& in_its_time() const override { return in_its_time_; }

  // Oldest first.
  [[nodiscard]] const std::vector<Rotation>& rotations() const { return rotations_; }
  [[nodiscard]] const std::vector<Vkey>& keys() const { return keys_; }
  [[nodiscard]] const Vkey& current() const { return keys_.back(); }
  // The number of rotations before the key that was trusted.
  [[nodiscard]] std::size_t trusted() const { return trusted_; }

 private:
  class InItsTime final : public CheckpointVerifier {
   public:
    explicit InItsTime(const Succession& keys) : keys_(keys) {}
    [[nodiscard]] const std::string& name() const override { return keys_.name(); }
    [[nodiscard]] bool is_of(std::string_view origin) const override { return keys_.is_of(origin); }
    [[nodiscard]] std::optional<std::uint64_t> lost_from(std::string_view origin) const override {
      return keys_.lost_from(origin);
    }
    [[nodiscard]] Result<std::string> open_note(std::string_view note) const override { return keys_.open(note, true); }

   private:
    const Succession& keys_;
  };

  Succession(std::vector<Rotation> rotations, std::vector<Vkey> keys, std::size_t trusted, Ed25519Check holds)
      : rotations_(std::move(rotations)),
        keys_(std::move(keys)),
        trusted_(trusted),
        holds_(holds),
        in_its_time_(*this) {}
  Succession(const Succession&) = delete;
  Succession& operator=(const Succession&) = delete;
  [[nodiscard]] Result<std::string> open(std::string_view note, bool revoked_too) const;

  std::vector<Rotation> rotations_;
  std::vector<Vkey> keys_;  // one more than rotations
  std::size_t trusted_;
  Ed25519Check holds_;
  InItsTime in_its_time_;
};

}  // namespace quotary
