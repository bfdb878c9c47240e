#include "signing/ed25519_key.h"

#include "signing/cosigner.h"

#include <sodium.h>

namespace quotary::signing {

namespace {

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

Secret expand(std::string_view seed) {
  QUOTARY_CHECK(seed.size() == crypto_sign_SEEDBYTES);
  std::string public_key(crypto_sign_PUBLICKEYBYTES, '\0');
  std::string secret(crypto_sign_SECRETKEYBYTES, '\0');
  QUOTARY_CHECK(crypto_sign_seed_keypair(reinterpret_cast<unsigned char*>(public_key.data()),
                                         reinterpret_cast<unsigned char*>(secret.data()), raw(seed)) == 0);
  return Secret(std::move(secret));
}

}  // namespace

Ed25519Key::Ed25519Key(std::string_view seed) : secret_(expand(seed)) {}

std::string_view Ed25519Key::public_key() const { return secret_.view().substr(crypto_sign_SEEDBYTES); }

Result<std::string> Ed25519Key::sign(std::string_view message) const {
  std::string signature(crypto_sign_BYTES, '\0');
  if (crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, raw(message), message.size(),
                           raw(secret_.view())) != 0) {
    return fail(Errc::internal, "sign_failed", "libsodium could not sign with the key");
  }
  return signature;
}

bool ed25519_holds(std::string_view public_key, std::string_view message, std::string_view signature) {
  return public_key.size() == crypto_sign_PUBLICKEYBYTES && signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(raw(signature), raw(message), message.size(), raw(public_key)) == 0;
}

}  // namespace quotary::signing
