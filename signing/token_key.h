// Keys in PKCS #11 tokens: cards, sticks and hardware security modules. The only door to libp11. Internal to signing.
#pragma once

#include "ledger/base/file_system.h"
#include "signing/seal.h"
#include "signing/seal_key.h"

namespace quotary::signing {

// Logs in and finds the key; its certificate is the token's, or the first of `certificate_path`. What is answered keeps
// the session. Errc::unavailable `token_module` (the library cannot be loaded), `token_missing`, `token_pin` (not
// taken; some tokens lock after three), `token_pin_file`, `token_key_missing`, `token_certificate_missing`; the detail
// says what is there instead.
[[nodiscard]] Result<SealKey> load_token_key(FileSystem& files, const TokenKeyPlace& place,
                                             const std::string& certificate_path);

}  // namespace quotary::signing
