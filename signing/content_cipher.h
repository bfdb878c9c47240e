// The cipher of large contents, through libsodium.
#pragma once

#include "ledger/base/random.h"
#include "ledger/blobs/content_cipher.h"

#include <memory>

namespace quotary::signing {

// Algorithm 1 of blobs::ContentCipher. `random` gives the salts.
[[nodiscard]] std::unique_ptr<blobs::ContentCipher> content_cipher(std::shared_ptr<Random> random);

}  // namespace quotary::signing
