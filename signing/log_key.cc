// C2SP signed notes with Ed25519 (libsodium).
#include "ledger/log/note.h"
#include "signing/cosigner.h"
#include "signing/ed25519_key.h"
#include "signing/keys.h"

namespace quotary::signing {

namespace {

class SeedSigner final : public CheckpointSigner {
 public:
  SeedSigner(std::string_view origin, std::string_view seed) : name_(origin), key_(seed) {
    const Vkey key = make_vkey(name_, ed25519_note_type, key_.public_key());
    id_ = key.id;
    vkey_ = vkey_text(key);
  }

  const std::string& name() const override { return name_; }
  const std::string& vkey() const override { return vkey_; }

  Result<std::string> signature_line(std::string_view text) const override {
    QUOTARY_TRY(signature, key_.sign(text));
    return quotary::signature_line(name_, id_, signature);
  }

 private:
  std::string name_;
  Ed25519Key key_;
  std::string id_, vkey_;
};

class VkeyVerifier final : public CheckpointVerifier {
 public:
  explicit VkeyVerifier(Vkey key) : key_(std::move(key)) {}

  const std::string& name() const override { return key_.name; }

  Result<std::string> open_note(std::string_view note) const override {
    QUOTARY_TRY(parsed, parse_note(note));
    QUOTARY_TRY(held, signed_by(parsed, key_, ed25519_holds));
    if (!held) return fail(Errc::corrupt, "note_signature", "no signature by " + key_.name + " with the given key");
    return std::string(parsed.text);
  }

 private:
  Vkey key_;
};

}  // namespace

Result<std::unique_ptr<CheckpointVerifier>> open_vkey(std::string_view vkey) {
  QUOTARY_TRY(key, parse_vkey(vkey));
  if (key.type != ed25519_note_type)
    return fail(Errc::invalid, "bad_vkey", "not an Ed25519 vkey: its key is of another type");
  return std::unique_ptr<CheckpointVerifier>(new VkeyVerifier(std::move(key)));
}

std::unique_ptr<CheckpointSigner> signer_from_seed(std::string_view origin, std::string_view seed) {
  return std::make_unique<SeedSigner>(origin, seed);
}

}  // namespace quotary::signing
