#include "ledger/base/hash.h"

// The engine's own calls, older than its common interface for all digests: that one takes twice as long for a small
// value, which most of a ledger's are.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <cstring>

namespace quotary {

struct Sha256::State {
  SHA256_CTX context;
};

Result<Hash> Hash::from_hex(std::string_view text) {
  auto bytes = quotary::from_hex(text);
  if (!bytes) return fail(Errc::invalid, "bad_hash", "not a SHA-256 in 64 lower-case hexadecimal digits");
  return from_bytes(*bytes);
}

Result<Hash> Hash::from_bytes(std::string_view bytes) {
  Hash hash;
  if (bytes.size() != hash.bytes.size())
    return fail(Errc::invalid, "bad_hash", "a SHA-256 has 32 bytes, not " + std::to_string(bytes.size()));
  std::memcpy(hash.bytes.data(), bytes.data(), bytes.size());
  return hash;
}

Sha256::Sha256() : state_(std::make_unique<State>()) { QUOTARY_CHECK(SHA256_Init(&state_->context) == 1); }

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  QUOTARY_CHECK(SHA256_Update(&state_->context, bytes.data(), bytes.size()) == 1);
}

Hash Sha256::finish() {
  Hash hash;
  QUOTARY_CHECK(SHA256_Final(hash.bytes.data(), &state_->context) == 1);
  QUOTARY_CHECK(SHA256_Init(&state_->context) == 1);
  return hash;
}

Hash Sha256::peek() const {
  SHA256_CTX copy = state_->context;
  Hash hash;
  QUOTARY_CHECK(SHA256_Final(hash.bytes.data(), &copy) == 1);
  return hash;
}

Hash sha256(std::string_view bytes) {
  SHA256_CTX context;
  Hash hash;
  QUOTARY_CHECK(SHA256_Init(&context) == 1 && SHA256_Update(&context, bytes.data(), bytes.size()) == 1 &&
                SHA256_Final(hash.bytes.data(), &context) == 1);
  return hash;
}

}  // namespace quotary
