// The key of one content.
#pragma once

#include "ledger/base/result.h"
#include "ledger/base/wipe.h"

#include <array>
#include <cstring>
#include <string>
#include <string_view>

namespace quotary::blobs {

inline constexpr std::size_t content_key_bytes = 32;

// 32 secret bytes, which belong to one blob alone: unprintable, and wiped where they lie when destroyed. A value.
class ContentKey {
 public:
  ContentKey() = default;
  // Exactly content_key_bytes (QUOTARY_CHECK); the caller wipes its own.
  explicit ContentKey(std::string_view bytes) {
    QUOTARY_CHECK(bytes.size() == bytes_.size());
    std::memcpy(bytes_.data(), bytes.data(), bytes.size());
  }
  ~ContentKey() { explicit_bzero(bytes_.data(), bytes_.size()); }
  ContentKey(const ContentKey&) = default;
  ContentKey& operator=(const ContentKey&) = default;

  [[nodiscard]] std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, content_key_bytes> bytes_{};
};

}  // namespace quotary::blobs
