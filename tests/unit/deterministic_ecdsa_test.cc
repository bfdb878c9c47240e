// Deterministic signatures against the vectors of RFC 6979.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "signing/deterministic_ecdsa.h"
#include "tests/support/golden.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace quotary {
namespace {

using NumberPtr = std::unique_ptr<BIGNUM, signing::Release<BN_clear_free>>;

signing::KeyPtr key_of(const std::string& curve, const std::string& secret) {
  static const std::map<std::string, int> curves = {
      {"P-256", NID_X9_62_prime256v1}, {"P-384", NID_secp384r1}, {"P-521", NID_secp521r1}};
  EC_KEY* key = EC_KEY_new_by_curve_name(curves.at(curve));
  BIGNUM* number = nullptr;
  BN_hex2bn(&number, secret.c_str());
  EC_POINT* point = EC_POINT_new(EC_KEY_get0_group(key));
  EXPECT_EQ(EC_POINT_mul(EC_KEY_get0_group(key), point, number, nullptr, nullptr, nullptr), 1);
  EXPECT_EQ(EC_KEY_set_private_key(key, number), 1);
  EXPECT_EQ(EC_KEY_set_public_key(key, point), 1);
  EC_POINT_free(point);
  BN_free(number);
  signing::KeyPtr out(EVP_PKEY_new());
  EXPECT_EQ(EVP_PKEY_assign_EC_KEY(out.get(), key), 1);
  return out;
}

// r and s in upper-case digits, as wide as the vector has them.
std::pair<std::string, std::string> numbers_of(const std::string& der, std::size_t digits) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, signing::Release<ECDSA_SIG_free>> signature(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  EXPECT_TRUE(signature);
  const auto hex = [digits](const BIGNUM* number) {
    std::string bytes(digits / 2, '\0');
    EXPECT_EQ(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())),
              static_cast<int>(bytes.size()));
    std::string text = to_hex(bytes);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
  };
  return {hex(ECDSA_SIG_get0_r(signature.get())), hex(ECDSA_SIG_get0_s(signature.get()))};
}

TEST(DeterministicEcdsa, GivesTheVectorsOfTheStandard) {
  std::istringstream lines(testing::golden("signing/rfc6979.txt"));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    std::string curve, secret, message, r, s;
    words >> curve >> secret >> message >> r >> s;
    const auto signature = signing::sign_ecdsa_deterministically(key_of(curve, secret).get(), sha256(message));
    ASSERT_TRUE(signature) << signature.error().detail;
    EXPECT_EQ(numbers_of(*signature, r.size()), std::pair(r, s)) << curve << " " << message;
    ++count;
  }
  EXPECT_EQ(count, 6u);
}

TEST(DeterministicEcdsa, NeedsAPrivateKeyOfACurve) {
  const signing::KeyPtr rsa(EVP_RSA_gen(2048));
  EXPECT_FALSE(signing::sign_ecdsa_deterministically(rsa.get(), sha256("x")));
}

}  // namespace
}  // namespace quotary
