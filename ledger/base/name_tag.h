// Short keyed tags that tell names apart within one run of a check, through libsodium.
#pragma once

#include <array>
#include <compare>
#include <string_view>

namespace quotary {

// 128 bits, never stored and never shown: they mean nothing without the key that made them.
struct NameTag {
  std::array<unsigned char, 16> bytes{};
  friend auto operator<=>(const NameTag&, const NameTag&) = default;
};

// SipHash-2-4 with 128 bits of output, under a key that is drawn anew: whoever chose the names cannot know it, so
// cannot choose two with one tag. Four times as fast as SHA-256 of a name. Immutable: safe to use from any thread.
class NameTagger {
 public:
  NameTagger();
  [[nodiscard]] NameTag operator()(std::string_view name) const;

 private:
  std::array<unsigned char, 16> key_{};
};

}  // namespace quotary
