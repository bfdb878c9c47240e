#include "signing/content_cipher.h"

#include "ledger/base/bytes.h"

#include <sodium.h>

namespace quotary::signing {

namespace {

using blobs::ChunkPlace;
using blobs::ContentKey;
using blobs::seal_bytes;

static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == blobs::chunk_salt_bytes + sizeof(std::uint64_t));
static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == blobs::chunk_tag_bytes);
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == blobs::content_key_bytes);

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::string nonce_of(std::string_view salt, std::uint64_t number) {
  std::string nonce(salt);
  put_u64(nonce, number);
  return nonce;
}

std::string associated_data(const ChunkPlace& place) {
  std::string bytes(place.head);
  put_u64(bytes, place.number);
  bytes += place.last ? '\x01' : '\x00';
  return bytes;
}

class Cipher final : public blobs::ContentCipher {
 public:
  explicit Cipher(std::shared_ptr<Random> random) : random_(std::move(random)) {}

  std::string seal(const ContentKey& key, const ChunkPlace& place, std::string_view plain) const override {
    std::string sealed = random_->bytes(blobs::chunk_salt_bytes);
    const std::string nonce = nonce_of(sealed, place.number), data = associated_data(place);
    sealed.resize(plain.size() + seal_bytes);
    unsigned long long written = 0;
    const int outcome = crypto_aead_xchacha20poly1305_ietf_encrypt(raw(sealed) + blobs::chunk_salt_bytes, &written,
                                                                   raw(plain), plain.size(), raw(data), data.size(),
                                                                   nullptr, raw(nonce), raw(key.view()));
    QUOTARY_CHECK(outcome == 0 && written == plain.size() + blobs::chunk_tag_bytes);
    return sealed;
  }

  Result<std::string> open(const ContentKey& key, const ChunkPlace& place, std::string_view sealed) const override {
    const auto damaged = [&] {
      return fail(Errc::corrupt, "blob_damaged", "chunk " + std::to_string(place.number) + " was changed or cut off");
    };
    if (sealed.size() < seal_bytes) return damaged();
    const std::string nonce = nonce_of(sealed.substr(0, blobs::chunk_salt_bytes), place.number),
                      data = associated_data(place);
    const std::string_view cipher = sealed.substr(blobs::chunk_salt_bytes);
    std::string plain(sealed.size() - seal_bytes, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plain), nullptr, nullptr, raw(cipher), cipher.size(), raw(data),
                                                   data.size(), raw(nonce), raw(key.view())) != 0)
      return damaged();
    return plain;
  }

 private:
  const std::shared_ptr<Random> random_;
};

}  // namespace

std::unique_ptr<blobs::ContentCipher> content_cipher(std::shared_ptr<Random> random) {
  // Without it the engine takes its slow, portable code.
  QUOTARY_CHECK(sodium_init() >= 0);
  return std::make_unique<Cipher>(std::move(random));
}

}  // namespace quotary::signing
