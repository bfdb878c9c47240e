#include "ledger/base/hash.h"

#include <openssl/evp.h>

#include <cstring>

namespace quotary {

namespace {

// Fetched once for the process and never freed: a fetch per hash costs more than a small hash.
const EVP_MD* fetched_sha256() {
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  QUOTARY_CHECK(digest != nullptr);
  return digest;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
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

Sha256::Sha256() : state_(std::make_unique<State>()) {
  QUOTARY_CHECK(state_->context != nullptr);
  QUOTARY_CHECK(EVP_DigestInit_ex2(state_->context.get(), fetched_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  QUOTARY_CHECK(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

Hash Sha256::finish() {
  Hash hash;
  QUOTARY_CHECK(EVP_DigestFinal_ex(state_->context.get(), hash.bytes.data(), nullptr) == 1);
  QUOTARY_CHECK(EVP_DigestInit_ex2(state_->context.get(), nullptr, nullptr) == 1);
  return hash;
}

Hash Sha256::peek() const {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> copy(EVP_MD_CTX_new());
  QUOTARY_CHECK(copy != nullptr && EVP_MD_CTX_copy_ex(copy.get(), state_->context.get()) == 1);
  Hash hash;
  QUOTARY_CHECK(EVP_DigestFinal_ex(copy.get(), hash.bytes.data(), nullptr) == 1);
  return hash;
}

Hash sha256(std::string_view bytes) {
  thread_local Sha256 hasher;
  hasher.update(bytes);
  return hasher.finish();
}

}  // namespace quotary
