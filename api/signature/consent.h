// The consent texts that signers agree to. Versioned data: every version that was ever shown stays, word for word.
#pragma once

#include <string>
#include <string_view>

namespace quotary::signature {

struct Consent {
  std::string_view id, chinese, english;  // paragraphs are parted by an empty line
  // {"id", "texts": {"en", "zh-CN"}} (RFC 8785).
  [[nodiscard]] std::string canonical() const;
  // Of canonical(), hex.
  [[nodiscard]] std::string sha256() const;
};

// That new requests to sign a quote name, and those to sign a confirmation.
[[nodiscard]] const Consent& newest_consent();
[[nodiscard]] const Consent& newest_confirmation_consent();
// Null: there is none of that id.
[[nodiscard]] const Consent* find_consent(std::string_view id);

}  // namespace quotary::signature
