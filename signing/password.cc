#include "signing/keys.h"

#include <sodium.h>

namespace quotary::signing {

Result<std::string> hash_password(std::string_view password) {
  std::string stored(crypto_pwhash_STRBYTES, '\0');
  if (crypto_pwhash_str(stored.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    return fail(Errc::unavailable, "password_memory", "64 MB of memory for hashing a password are not to be had");
  }
  stored.resize(stored.find('\0'));
  return stored;
}

bool password_matches(std::string_view stored, std::string_view password) {
  return crypto_pwhash_str_verify(std::string(stored).c_str(), password.data(), password.size()) == 0;
}

}  // namespace quotary::signing
