// C2SP signed notes and verifier keys as text: what stands where. No cryptography here but the key id's SHA-256;
// whether a signature holds is for the caller to check. Pure; safe from any thread.
#pragma once

#include "ledger/base/hash.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

inline constexpr std::size_t note_bytes_max = 1u << 20;
inline constexpr std::size_t note_signatures_max = 64;  // the format asks for 16 at least
inline constexpr std::size_t note_key_id_bytes = 4;
inline constexpr std::size_t ed25519_key_bytes = 32, ed25519_signature_bytes = 64;

// Signature types (C2SP signed-note, "Signature types").
inline constexpr unsigned char ed25519_note_type = 0x01;
inline constexpr unsigned char ed25519_cosignature_type = 0x04;
inline constexpr unsigned char ml_dsa_44_cosignature_type = 0x06;

// Whether an Ed25519 signature (RFC 8032) holds. The log links no such library: signing/ has one.
using Ed25519Check = bool (*)(std::string_view public_key, std::string_view message, std::string_view signature);

// A verifier key: <name>+<hex id>+<base64(type || key)>.
struct Vkey {
  std::string name;
  std::string id;  // note_key_id_bytes bytes
  unsigned char type = 0;
  std::string key;  // the public key's bytes
  friend bool operator==(const Vkey&, const Vkey&) = default;
};

// The first four bytes of SHA-256(name || LF || type || key).
[[nodiscard]] std::string note_key_id(std::string_view name, unsigned char type, std::string_view key);
[[nodiscard]] Vkey make_vkey(std::string_view name, unsigned char type, std::string_view key);
[[nodiscard]] std::string vkey_text(const Vkey& key);
// Strict, but for line feeds at the end. The id must be note_key_id's, for the types above also the key's length is
// known. Errc::invalid `bad_vkey`.
[[nodiscard]] Result<Vkey> parse_vkey(std::string_view text);
// Not empty, UTF-8, without Unicode spaces, control characters and plus signs.
[[nodiscard]] bool good_key_name(std::string_view name);

// One line "— name base64(id || signature)". Views are into the note.
struct NoteSignature {
  std::string_view name;
  std::string id;
  std::string signature;
  std::string_view line;  // with its LF
};

// A note apart: its text (ends in LF) and its signatures, none of which was checked.
struct SignedNote {
  std::string_view text;
  std::vector<NoteSignature> signatures;  // one at least
};

// Errc::invalid `bad_note` for anything that is no signed note, is over note_bytes_max or has more than
// note_signatures_max signatures. The note must outlive what is answered.
[[nodiscard]] Result<SignedNote> parse_note(std::string_view note);

// Reads signature lines alone, as a witness answers them; the same errors. None is `bad_note` too.
[[nodiscard]] Result<std::vector<NoteSignature>> parse_signature_lines(std::string_view lines);

// "— name base64(id || signature)\n".
[[nodiscard]] std::string signature_line(std::string_view name, std::string_view id, std::string_view signature);

// Whether the note carries a signature of this Ed25519 key (type ed25519_note_type): false when there is none.
// Errc::corrupt `note_signature` when there is one that does not hold: then the note is not to be used at all.
[[nodiscard]] Result<bool> signed_by(const SignedNote& note, const Vkey& key, Ed25519Check holds);

}  // namespace quotary
