#include "ledger/log/note.h"

#include "ledger/base/canonical_scan.h"

#include <algorithm>
#include <array>

namespace quotary {

namespace {

constexpr std::string_view dash = "\xe2\x80\x94 ";  // U+2014 and a blank
constexpr std::size_t ml_dsa_44_key_bytes = 1'312;

Error bad_note(const char* why) { return fail(Errc::invalid, "bad_note", std::string("not a signed note: ") + why); }

// What the type says a key's length is; 0 when the type is not known here.
std::size_t key_bytes_of(unsigned char type) {
  switch (type) {
    case ed25519_note_type:
    case ed25519_cosignature_type: return ed25519_key_bytes;
    case ml_dsa_44_cosignature_type: return ml_dsa_44_key_bytes;
    default: return 0;
  }
}

bool is_note_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < ' ' && c != '\n') return false;
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0) return false;
    i += length;
  }
  return true;
}

}  // namespace

std::string note_key_id(std::string_view name, unsigned char type, std::string_view key) {
  std::string input(name);
  input += '\n';
  input += static_cast<char>(type);
  input += key;
  return std::string(sha256(input).view().substr(0, note_key_id_bytes));
}

Vkey make_vkey(std::string_view name, unsigned char type, std::string_view key) {
  return {std::string(name), note_key_id(name, type, key), type, std::string(key)};
}

std::string vkey_text(const Vkey& key) {
  return key.name + "+" + to_hex(key.id) + "+" + to_base64(static_cast<char>(key.type) + key.key);
}

Result<Vkey> parse_vkey(std::string_view text) {
  const auto bad = [](const char* why) {
    return fail(Errc::invalid, "bad_vkey", std::string("not a verifier key: ") + why);
  };
  while (text.ends_with('\n')) text.remove_suffix(1);
  const std::size_t first = text.find('+');
  const std::size_t second = first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) return bad("name+id+key is needed");
  const std::string_view name = text.substr(0, first);
  if (!good_key_name(name)) return bad("its name is empty or holds blanks, control characters or ill-formed UTF-8");
  const auto id = from_hex(text.substr(first + 1, second - first - 1));
  const auto bytes = from_base64(text.substr(second + 1));
  if (!bytes || bytes->size() < 2) return bad("its key is no base64");
  const auto type = static_cast<unsigned char>(bytes->front());
  const std::size_t length = key_bytes_of(type);
  if (length != 0 && bytes->size() != 1 + length) return bad("its key does not have the length that its type asks for");
  auto key = make_vkey(name, type, std::string_view(*bytes).substr(1));
  if (!id || *id != key.id) return bad("the id is not that of name and key");
  return key;
}

bool good_key_name(std::string_view name) {
  static constexpr std::array<std::string_view, 19> wide_spaces{
      "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
      "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};
  if (name.empty()) return false;
  for (std::size_t i = 0; i < name.size();) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (c <= ' ' || c == '+' || c == 0x7f) return false;
    const std::size_t length = utf8_length(name.substr(i));
    if (length == 0) return false;
    if (std::find(wide_spaces.begin(), wide_spaces.end(), name.substr(i, length)) != wide_spaces.end()) return false;
    i += length;
  }
  return true;
}

Result<std::vector<NoteSignature>> parse_signature_lines(std::string_view lines) {
  if (lines.size() > note_bytes_max) return bad_note("over 1 MB");
  if (lines.empty()) return bad_note("no signature");
  std::vector<NoteSignature> signatures;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (end == lines.npos) return bad_note("a signature line without its end");
    if (signatures.size() == note_signatures_max) return bad_note("too many signatures");
    const std::string_view line = lines.substr(0, end + 1);
    lines.remove_prefix(end + 1);
    if (!line.starts_with(dash)) return bad_note("a line that is no signature");
    const std::string_view rest = line.substr(dash.size(), end - dash.size());
    const std::size_t space = rest.find(' ');
    if (space == rest.npos || !good_key_name(rest.substr(0, space))) return bad_note("a signature line without name");
    const auto blob = from_base64(rest.substr(space + 1));
    if (!blob || blob->size() <= note_key_id_bytes) return bad_note("a signature that is no base64");
    signatures.push_back(
        {rest.substr(0, space), blob->substr(0, note_key_id_bytes), blob->substr(note_key_id_bytes), line});
  }
  return signatures;
}

Result<SignedNote> parse_note(std::string_view note) {
  if (note.size() > note_bytes_max) return bad_note("over 1 MB");
  const std::size_t blank = note.rfind("\n\n");
  if (blank == note.npos) return bad_note("no blank line before the signatures");
  SignedNote parsed;
  parsed.text = note.substr(0, blank + 1);
  if (!is_note_text(parsed.text)) return bad_note("a control character or ill-formed UTF-8 in its text");
  QUOTARY_TRY(signatures, parse_signature_lines(note.substr(blank + 2)));
  parsed.signatures = std::move(signatures);
  return parsed;
}

std::string signature_line(std::string_view name, std::string_view id, std::string_view signature) {
  return std::string(dash) + std::string(name) + " " + to_base64(std::string(id) + std::string(signature)) + "\n";
}

Result<bool> signed_by(const SignedNote& note, const Vkey& key, Ed25519Check holds) {
  QUOTARY_CHECK(key.type == ed25519_note_type);
  bool held = false;
  for (const NoteSignature& each : note.signatures) {
    if (each.name != key.name || each.id != key.id) continue;
    if (each.signature.size() != ed25519_signature_bytes || !holds(key.key, note.text, each.signature)) {
      return fail(Errc::corrupt, "note_signature", "the signature by " + key.name + " does not hold");
    }
    held = true;
  }
  return held;
}

}  // namespace quotary
