// The key of one content, and how secrets leave the memory.
#pragma once

#include "ledger/base/result.h"

#include <array>
#include <cstring>
#include <string>
#include <string_view>

namespace quotary::blobs {

inline constexpr std::size_t content_key_bytes = 32;

inline void wipe(std::string& bytes) { explicit_bzero(bytes.data(), bytes.size()); }

// Wipes a text at the end of its scope, on whatever way that is left.
class WipedAtEnd {
 public:
  explicit WipedAtEnd(std::string& bytes) : bytes_(bytes) {}
  ~WipedAtEnd() { wipe(bytes_); }
  WipedAtEnd(const WipedAtEnd&) = delete;
  WipedAtEnd& operator=(const WipedAtEnd&) = delete;

 private:
  std::string& bytes_;
};

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
