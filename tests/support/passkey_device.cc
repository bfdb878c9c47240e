#include "tests/support/passkey_device.h"

#include "ledger/base/bytes.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>

#include <gtest/gtest.h>

namespace quotary::testing {

using signing::DigestContextPtr;
using signing::KeyPtr;

namespace {

KeyPtr make_key(int algorithm) {
  if (algorithm == -8) return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (algorithm == -257) return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2'048}));
  return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
}

std::string number_of(const EVP_PKEY* key, const char* name, int size) {
  BIGNUM* number = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key, name, &number), 1);
  std::string out(static_cast<std::size_t>(size), '\0');
  EXPECT_EQ(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), size), size);
  BN_free(number);
  return out;
}

// COSE_Key in CBOR (RFC 9053 section 7, RFC 8230 section 4).
std::string cose_key(const EVP_PKEY* key, int algorithm) {
  using namespace std::string_literals;
  if (algorithm == -8) {
    std::string raw(32, '\0');
    std::size_t size = raw.size();
    EXPECT_EQ(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size), 1);
    return "\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20"s + raw;
  }
  if (algorithm == -257)
    return "\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00"s + number_of(key, OSSL_PKEY_PARAM_RSA_N, 256) +
           "\x21\x43\x01\x00\x01"s;
  return "\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"s + number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, 32) + "\x22\x58\x20"s +
         number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
}

std::string signed_by(EVP_PKEY* key, int algorithm, const std::string& message) {
  const DigestContextPtr context(EVP_MD_CTX_new());
  EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, algorithm == -8 ? nullptr : EVP_sha256(), nullptr, key), 1);
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  EXPECT_EQ(EVP_DigestSign(context.get(), nullptr, &size, bytes, message.size()), 1);
  std::string out(size, '\0');
  EXPECT_EQ(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes, message.size()),
            1);
  out.resize(size);
  return out;
}

}  // namespace

std::string authenticator_header(char flags, std::string_view host) {
  return std::string(sha256(host).view()) + flags + std::string(4, '\0');
}

std::string client_data(std::string_view type, std::string_view challenge, std::string_view origin,
                        std::string_view more) {
  return R"({"type":")" + std::string(type) + R"(","challenge":")" + std::string(challenge) + R"(","origin":")" +
         std::string(origin) + "\"" + std::string(more) + "}";
}

PasskeyDevice::PasskeyDevice(int chosen) : algorithm(chosen), key(make_key(chosen)) {
  authenticator_data = authenticator_header('\x45') + std::string(16, '\0') + std::string("\0\x0a", 2) + id +
                       cose_key(key.get(), algorithm);
}

signing::PasskeyAssertion PasskeyDevice::use(const std::string& client, const std::string& data) const {
  return {client, data, signed_by(key.get(), algorithm, data + std::string(sha256(client).view()))};
}

}  // namespace quotary::testing
