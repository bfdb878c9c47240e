// The source of random bytes, an interface so that tests can seed it.
#pragma once

#include <cstddef>
#include <string>

namespace quotary {

// Implementations are safe to call from any thread.
class Random {
 public:
  virtual ~Random() = default;
  // Fills `size` bytes; a source that cannot is a programmer's error (the process ends).
  virtual void fill(void* out, std::size_t size) = 0;

  [[nodiscard]] std::string bytes(std::size_t size) {
    std::string out(size, '\0');
    fill(out.data(), size);
    return out;
  }
};

// OpenSSL's CSPRNG, seeded by the kernel.
class SystemRandom final : public Random {
 public:
  void fill(void* out, std::size_t size) override;
};

// A UUIDv7 (RFC 9562 section 5.7): 48 bits of milliseconds, then random bits; lower-case with hyphens.
[[nodiscard]] std::string uuid_v7(long long unix_ms, Random& random);

}  // namespace quotary
