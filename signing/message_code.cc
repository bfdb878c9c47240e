#include "signing/message_code.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <limits>

namespace quotary::signing {

Hash message_code(std::string_view key, std::string_view message) {
  QUOTARY_CHECK(key.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
  Hash out;
  unsigned size = 0;
  const auto* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), out.bytes.data(), &size);
  QUOTARY_CHECK(done != nullptr && size == out.bytes.size());
  return out;
}

}  // namespace quotary::signing
