#include "signing/keys.h"

#include <sodium.h>

namespace quotary::signing {

Secret::Secret(std::string bytes) : bytes_(bytes) {
  // Copied and wiped rather than moved: moving a short string leaves its bytes where they were.
  sodium_memzero(bytes.data(), bytes.size());
}

Secret::~Secret() { sodium_memzero(bytes_.data(), bytes_.size()); }

Secret::Secret(Secret&& other) noexcept { *this = std::move(other); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    sodium_memzero(bytes_.data(), bytes_.size());
    bytes_ = other.bytes_;
    sodium_memzero(other.bytes_.data(), other.bytes_.size());
    other.bytes_.clear();
  }
  return *this;
}

std::string_view Secret::view() const { return bytes_; }

bool Secret::equals(std::string_view other) const {
  return other.size() == bytes_.size() && sodium_memcmp(other.data(), bytes_.data(), bytes_.size()) == 0;
}

}  // namespace quotary::signing
