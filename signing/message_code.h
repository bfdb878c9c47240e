// A message authentication code that a receiver outside can check with any library.
#pragma once

#include "ledger/base/hash.h"

#include <string_view>

namespace quotary::signing {

// HMAC-SHA-256 (RFC 2104) under a key of any length. Thread-safe.
[[nodiscard]] Hash message_code(std::string_view key, std::string_view message);

}  // namespace quotary::signing
