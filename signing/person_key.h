// The key by which one person signs for themselves. The organisation's server keeps it, encrypted under a password that
// it does not keep.
#pragma once

#include "ledger/base/random.h"
#include "ledger/base/time.h"
#include "signing/approval_signature.h"

#include <memory>
#include <string>
#include <string_view>

namespace quotary::signing {

inline constexpr std::size_t signing_password_bytes_min = 10, signing_password_bytes_max = 200;
inline constexpr std::int64_t person_key_days = std::int64_t{2} * 365;

struct PersonKeyHolder {
  std::string name, organisation;  // UTF-8; of the certificate's subject
  std::string id;                  // the person's, as the subject's serialNumber
};

struct PersonKey {
  std::string certificate_pem;
  std::string key_pem;  // PKCS #8 EncryptedPrivateKeyInfo: AES-256-CBC under scrypt (RFC 7914; N 16384, r 8, p 5)
};

// ECDSA P-256 and a self-signed certificate of person_key_days: the log vouches for whose it is, and no authority does.
// CPU-bound, 16 MB. Errc::invalid `bad_signing_password` for a length that is not allowed; Errc::internal
// `certificate_failed` when OpenSSL fails.
[[nodiscard]] Result<PersonKey> make_person_key(const PersonKeyHolder& holder, std::string_view password, Timestamp now,
                                                Random& random);

// The same cost. Errc::invalid `signing_password_wrong`; Errc::unavailable `signer_certificate_expired`; Errc::corrupt
// `signing_key_damaged` for texts that are no such pair.
[[nodiscard]] Result<std::shared_ptr<const DocumentSigner>> open_person_key(const PersonKey& key,
                                                                            std::string_view password, Timestamp now);

}  // namespace quotary::signing
