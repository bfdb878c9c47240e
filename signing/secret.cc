#include "signing/keys.h"

#include <sodium.h>

namespace quotary::signing {

Secret::Secret(std::string bytes) : bytes_(std::move(bytes)) {
  // A short string is copied by the move, so the source is wiped as well.
  sodium_memzero(bytes.data(), bytes.capacity());
}

Secret::~Secret() { sodium_memzero(bytes_.data(), bytes_.size()); }

Secret::Secret(Secret&& other) noexcept : bytes_(other.bytes_) {
  sodium_memzero(other.bytes_.data(), other.bytes_.size());
  other.bytes_.clear();
}

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
