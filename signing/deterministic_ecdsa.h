// ECDSA whose nonce follows from key and message (RFC 6979). OpenSSL 3.0 signs with random nonces only. Internal to
// signing.
#pragma once

#include "ledger/base/hash.h"
#include "signing/openssl_handles.h"

#include <string>

namespace quotary::signing {

// The DER signature of `digest`, made with HMAC-SHA256 as RFC 6979 section 3.2 says: the same bytes each time. The key
// is an elliptic curve's with its private half. Errc::internal `seal_failed`.
[[nodiscard]] Result<std::string> sign_ecdsa_deterministically(EVP_PKEY* key, const Hash& digest);

}  // namespace quotary::signing
