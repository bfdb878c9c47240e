// SHA-256 (FIPS 180-4) through OpenSSL.
#pragma once

#include "ledger/base/bytes.h"

#include <array>
#include <compare>
#include <memory>
#include <string>
#include <string_view>

namespace quotary {

// A SHA-256 value: 32 bytes, compared by value. Not for secrets: comparison is not constant-time.
struct Hash {
  std::array<unsigned char, 32> bytes{};

  friend auto operator<=>(const Hash&, const Hash&) = default;

  [[nodiscard]] std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  [[nodiscard]] std::string hex() const { return to_hex(view()); }
  // 64 lower-case digits, else Errc::invalid `bad_hash`.
  [[nodiscard]] static Result<Hash> from_hex(std::string_view text);
  // Exactly 32 bytes, else Errc::invalid `bad_hash`.
  [[nodiscard]] static Result<Hash> from_bytes(std::string_view bytes);
};

// A running SHA-256 whose state is reused. Not for sharing between threads.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  // The hash of all updates since the last finish(), then starts anew.
  [[nodiscard]] Hash finish();
  // The hash of all updates so far; the running state goes on.
  [[nodiscard]] Hash peek() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The hash of `bytes`.
[[nodiscard]] Hash sha256(std::string_view bytes);

}  // namespace quotary
