// A self-signed certificate with its key, written as a pair of PEM files: for what vouches for nobody but itself.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/random.h"
#include "ledger/base/time.h"
#include "signing/openssl_handles.h"
#include "signing/seal.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quotary::signing {

struct SelfSignedProfile {
  std::vector<std::pair<const char*, std::string>> subject;  // short field name ("O") and UTF-8 value, in order
  const char* key_usage = "critical,digitalSignature";       // as in OpenSSL's x509v3_config
  const char* extended_key_usage = nullptr;                  // the same; null: none
  std::int64_t days = 3652;                                  // from `now`; the validity begins an hour before
};

// A self-signed certificate of the key, PEM, with a random serial number of 128 bits. Errc::internal
// `certificate_failed` when OpenSSL fails.
[[nodiscard]] Result<std::string> self_signed_certificate(EVP_PKEY* key, const SelfSignedProfile& profile,
                                                          Timestamp now, Random& random);

// ECDSA P-256, with such a certificate; both files of mode 0600, the
// key first. A key that is there without its certificate, as a making that was cut off leaves it, gets one.
// Errc::conflict `keys_exist` when the certificate is there, or a key that cannot be read: keys are never written over.
// Errc::internal `certificate_failed` when OpenSSL fails. `paths` names the certificate and the key.
[[nodiscard]] Result<void> make_self_signed(FileSystem& files, const SealKeyFiles& paths,
                                            const SelfSignedProfile& profile, Timestamp now, Random& random);

// The front of a name that fits X.520's upper bound of 64 characters, cut between characters.
[[nodiscard]] std::string_view shortened_name(std::string_view name);

}  // namespace quotary::signing
