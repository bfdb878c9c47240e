// C2SP signed notes with Ed25519 (libsodium).
#include "signing/keys.h"

#include "ledger/base/canonical_scan.h"

#include <sodium.h>

namespace quotary::signing {

namespace {

constexpr char ed25519_type = 0x01;
constexpr std::string_view dash = "\xe2\x80\x94 ";  // U+2014 and a blank
constexpr std::size_t key_id_bytes = 4;
constexpr std::size_t note_bytes_max = 1u << 20;
constexpr std::size_t signatures_max = 64;

std::string key_id(std::string_view name, std::string_view public_key) {
  return std::string(sha256(std::string(name) + "\n" + ed25519_type + std::string(public_key)).view().substr(0, key_id_bytes));
}

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

// C2SP signed-note: UTF-8, not empty, without Unicode spaces and plus.
bool good_name(std::string_view name) {
  static constexpr std::string_view wide_spaces[] = {"\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
                                                     "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\u0085"};
  if (name.empty()) return false;
  for (std::size_t i = 0; i < name.size();) {
    const unsigned char c = static_cast<unsigned char>(name[i]);
    if (c <= ' ' || c == '+' || c == 0x7f) return false;
    const std::size_t length = utf8_length(name.substr(i));
    if (length == 0) return false;
    for (const std::string_view space : wide_spaces) {
      if (name.substr(i, length) == space) return false;
    }
    i += length;
  }
  return true;
}

class SeedSigner final : public CheckpointSigner {
 public:
  SeedSigner(std::string_view origin, std::string_view seed) : name_(origin), secret_(expand(seed)) {
    const std::string public_key(secret_.view().substr(crypto_sign_SEEDBYTES));
    id_ = key_id(name_, public_key);
    vkey_ = name_ + "+" + to_hex(id_) + "+" + to_base64(ed25519_type + public_key);
  }

  const std::string& name() const override { return name_; }
  const std::string& vkey() const override { return vkey_; }

  Result<std::string> signature_line(std::string_view text) const override {
    std::string blob = id_;
    blob.resize(key_id_bytes + crypto_sign_BYTES);
    if (crypto_sign_detached(reinterpret_cast<unsigned char*>(blob.data()) + key_id_bytes, nullptr, raw(text), text.size(),
                             raw(secret_.view())) != 0) {
      return fail(Errc::internal, "sign_failed", "libsodium could not sign with the log key");
    }
    return std::string(dash) + name_ + " " + to_base64(blob) + "\n";
  }

 private:
  static Secret expand(std::string_view seed) {
    QUOTARY_CHECK(seed.size() == crypto_sign_SEEDBYTES);
    std::string public_key(crypto_sign_PUBLICKEYBYTES, '\0');
    std::string secret(crypto_sign_SECRETKEYBYTES, '\0');
    QUOTARY_CHECK(crypto_sign_seed_keypair(reinterpret_cast<unsigned char*>(public_key.data()),
                                           reinterpret_cast<unsigned char*>(secret.data()), raw(seed)) == 0);
    return Secret(std::move(secret));
  }

  std::string name_;
  Secret secret_;
  std::string id_, vkey_;
};

class VkeyVerifier final : public CheckpointVerifier {
 public:
  VkeyVerifier(std::string name, std::string id, std::string public_key)
      : name_(std::move(name)), id_(std::move(id)), public_key_(std::move(public_key)) {}

  const std::string& name() const override { return name_; }

  Result<std::string> open_note(std::string_view note) const override {
    const auto bad = [](const char* why) { return fail(Errc::invalid, "bad_note", std::string("not a signed note: ") + why); };
    if (note.size() > note_bytes_max) return bad("over 1 MB");
    const std::size_t blank = note.rfind("\n\n");
    if (blank == note.npos) return bad("no blank line before the signatures");
    const std::string_view text = note.substr(0, blank + 1);
    std::string_view lines = note.substr(blank + 2);
    for (const unsigned char c : text) {
      if (c < ' ' && c != '\n') return bad("a control character in its text");
    }
    if (lines.empty()) return bad("no signature");
    bool held = false;
    std::size_t count = 0;
    while (!lines.empty()) {
      const std::size_t end = lines.find('\n');
      if (end == lines.npos) return bad("a signature line without its end");
      if (++count > signatures_max) return bad("too many signatures");
      std::string_view line = lines.substr(0, end);
      lines.remove_prefix(end + 1);
      if (!line.starts_with(dash)) return bad("a line that is no signature");
      line.remove_prefix(dash.size());
      const std::size_t space = line.find(' ');
      if (space == line.npos || !good_name(line.substr(0, space))) return bad("a signature line without name");
      auto blob = from_base64(line.substr(space + 1));
      if (!blob || blob->size() <= key_id_bytes) return bad("a signature that is no base64");
      if (line.substr(0, space) != name_ || std::string_view(*blob).substr(0, key_id_bytes) != id_) continue;
      const std::string_view signature = std::string_view(*blob).substr(key_id_bytes);
      if (signature.size() != crypto_sign_BYTES ||
          crypto_sign_verify_detached(raw(signature), raw(text), text.size(), raw(public_key_)) != 0) {
        return fail(Errc::corrupt, "note_signature", "the signature by " + name_ + " does not hold");
      }
      held = true;
    }
    if (!held) return fail(Errc::corrupt, "note_signature", "no signature by " + name_ + " with the given key");
    return std::string(text);
  }

 private:
  std::string name_, id_, public_key_;
};

}  // namespace

Result<std::unique_ptr<CheckpointVerifier>> open_vkey(std::string_view vkey) {
  const auto bad = [](const char* why) { return fail(Errc::invalid, "bad_vkey", std::string("not an Ed25519 vkey: ") + why); };
  while (vkey.ends_with('\n')) vkey.remove_suffix(1);
  const std::size_t first = vkey.find('+');
  const std::size_t second = first == vkey.npos ? vkey.npos : vkey.find('+', first + 1);
  if (second == vkey.npos) return bad("name+id+key is needed");
  const std::string_view name = vkey.substr(0, first);
  if (!good_name(name)) return bad("its name");
  auto id = from_hex(vkey.substr(first + 1, second - first - 1));
  auto key = from_base64(vkey.substr(second + 1));
  if (!key || key->size() != 1 + crypto_sign_PUBLICKEYBYTES || key->front() != ed25519_type) return bad("its key");
  const std::string public_key = key->substr(1);
  if (!id || *id != key_id(name, public_key)) return bad("the id is not that of name and key");
  return std::unique_ptr<CheckpointVerifier>(new VkeyVerifier(std::string(name), *id, public_key));
}

std::unique_ptr<CheckpointSigner> signer_from_seed(std::string_view origin, std::string_view seed) {
  return std::make_unique<SeedSigner>(origin, seed);
}

}  // namespace quotary::signing
