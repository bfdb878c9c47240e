#include "signing/cosigner.h"

#include "signing/ed25519_key.h"

#include <sodium.h>

namespace quotary::signing {

namespace {

constexpr std::string_view key_header = "quotary-witness-key-v1\n";
constexpr std::size_t seed_bytes = 32;

class SeedCosigner final : public Cosigner {
 public:
  SeedCosigner(std::string_view name, std::string_view seed)
      : key_(seed), vkey_(make_vkey(name, ed25519_cosignature_type, key_.public_key())) {}

  const Vkey& vkey() const override { return vkey_; }

  Result<std::string> cosignature_line(std::uint64_t seconds, std::string_view note_text) const override {
    QUOTARY_CHECK(seconds > 0);
    QUOTARY_TRY(signature, key_.sign(cosigned_message(seconds, note_text)));
    return signature_line(vkey_.name, vkey_.id, cosignature_bytes(seconds, signature));
  }

 private:
  Ed25519Key key_;
  Vkey vkey_;
};

Result<void> check_name(std::string_view name) {
  if (good_key_name(name) && name.size() <= witness_name_bytes_max) return {};
  return fail(Errc::invalid, "bad_witness_name",
              "a witness's name is a schema-less URL of at most " + std::to_string(witness_name_bytes_max) +
                  " bytes without blanks and plus signs, like witness.example.com/w1");
}

}  // namespace

std::unique_ptr<Cosigner> cosigner_from_seed(std::string_view name, std::string_view seed) {
  return std::make_unique<SeedCosigner>(name, seed);
}

Result<std::unique_ptr<Cosigner>> make_cosigner(FileSystem& files, const std::string& path, std::string_view name,
                                                Random& random) {
  QUOTARY_TRY_VOID(check_name(name));
  if (files.exists(path))
    return fail(Errc::conflict, "keys_exist", path + " is there already: keys are never written over");
  std::string seed = random.bytes(seed_bytes);
  std::string text = std::string(key_header) + std::string(name) + "\n" + to_hex(seed) + "\n";
  const auto written = write_file_durably(files, path, text);
  sodium_memzero(text.data(), text.size());
  sodium_memzero(seed.data(), seed.size());
  if (!written) return written.error();
  return open_cosigner(files, path);
}

Result<std::unique_ptr<Cosigner>> open_cosigner(FileSystem& files, const std::string& path) {
  QUOTARY_CHECK(sodium_init() >= 0);
  QUOTARY_TRY(text, read_key_file(files, path));
  const auto unusable = [&] {
    return fail(Errc::unavailable, "key_unreadable", path + " does not hold a witness's key of ours");
  };
  if (!text.starts_with(key_header) || text.back() != '\n') return unusable();
  const std::size_t name_end = text.find('\n', key_header.size());
  const std::string name = text.substr(key_header.size(), name_end - key_header.size());
  if (name_end + 1 >= text.size() || !check_name(name)) return unusable();
  auto seed = from_hex(std::string_view(text).substr(name_end + 1, text.size() - name_end - 2));
  sodium_memzero(text.data(), text.size());
  if (!seed || seed->size() != seed_bytes) return unusable();
  auto cosigner = cosigner_from_seed(name, *seed);
  sodium_memzero(seed->data(), seed->size());
  return cosigner;
}

}  // namespace quotary::signing
