// A nonce of one's own choice has no door in the EVP calls, only in those that they replace.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "signing/deterministic_ecdsa.h"

#include <openssl/ec.h>
#include <openssl/hmac.h>

namespace quotary::signing {

namespace {

using CurveKeyPtr = std::unique_ptr<EC_KEY, Release<EC_KEY_free>>;
using PointPtr = std::unique_ptr<EC_POINT, Release<EC_POINT_clear_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Release<BN_clear_free>>;
using NumberContextPtr = std::unique_ptr<BN_CTX, Release<BN_CTX_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG_free>>;

constexpr std::size_t hash_bytes = 32;
constexpr int nonces_max = 64;  // each is refused with a chance of less than one half

Error failed() {
  return fail(Errc::internal, "seal_failed", "cannot make a deterministic signature: " + drain_openssl_errors());
}

// Bytes that are wiped with their owner.
class SecretBytes {
 public:
  explicit SecretBytes(std::size_t size, unsigned char fill = 0) : bytes_(size, static_cast<char>(fill)) {}
  ~SecretBytes() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  unsigned char* data() { return reinterpret_cast<unsigned char*>(bytes_.data()); }
  [[nodiscard]] std::string_view view() const { return bytes_; }
  [[nodiscard]] int size() const { return static_cast<int>(bytes_.size()); }

 private:
  std::string bytes_;
};

// The generator of nonces of RFC 6979 section 3.2: V and K, stepped by HMAC-SHA256.
class Nonces {
 public:
  // Steps b to g; `private_key` and `digest` are int2octets(x) and bits2octets(h).
  Nonces(std::string_view private_key, std::string_view digest)
      : v_(hash_bytes, 0x01), k_(hash_bytes, 0x00), block_(hash_bytes + 1 + 2 * private_key.size()) {
    for (const char separator : {'\x00', '\x01'}) {
      unsigned char* at = block_.data();
      const auto put = [&at](std::string_view part) { at = std::copy(part.begin(), part.end(), at); };
      put(v_.view());
      put(std::string_view(&separator, 1));
      put(private_key);
      put(digest);
      step(k_, block_);
      step(v_, v_);
    }
  }
  // Step h.2: as many bits as the order has, as a number.
  bool next(BIGNUM* nonce, int bits) {
    const std::size_t size = static_cast<std::size_t>(bits + 7) / 8;
    SecretBytes drawn((size + hash_bytes - 1) / hash_bytes * hash_bytes);
    for (std::size_t at = 0; at < size; at += hash_bytes) {
      step(v_, v_);
      std::copy(v_.view().begin(), v_.view().end(), drawn.data() + at);
    }
    return BN_bin2bn(drawn.data(), static_cast<int>(size), nonce) &&
           BN_rshift(nonce, nonce, static_cast<int>(8 * size) - bits) == 1;
  }
  // Step h.3, after a nonce that does not serve.
  void refuse() {
    SecretBytes longer(hash_bytes + 1);
    std::copy(v_.view().begin(), v_.view().end(), longer.data());
    step(k_, longer);
    step(v_, v_);
  }

 private:
  void step(SecretBytes& target, SecretBytes& message) {
    unsigned char out[hash_bytes];
    QUOTARY_CHECK(HMAC(EVP_sha256(), k_.data(), k_.size(), message.data(), static_cast<std::size_t>(message.size()),
                       out, nullptr) != nullptr);
    std::copy(out, out + hash_bytes, target.data());
    OPENSSL_cleanse(out, sizeof out);
  }

  SecretBytes v_, k_, block_;
};

}  // namespace

Result<std::string> sign_ecdsa_deterministically(EVP_PKEY* key, const Hash& digest) {
  ERR_clear_error();
  const CurveKeyPtr curve_key(EVP_PKEY_get1_EC_KEY(key));
  const EC_GROUP* group = curve_key ? EC_KEY_get0_group(curve_key.get()) : nullptr;
  const BIGNUM* order = group ? EC_GROUP_get0_order(group) : nullptr;
  const BIGNUM* secret = group ? EC_KEY_get0_private_key(curve_key.get()) : nullptr;
  const NumberContextPtr context(BN_CTX_secure_new());
  const NumberPtr nonce(BN_secure_new()), inverse(BN_secure_new()), r(BN_new()), reduced(BN_new());
  const PointPtr point(group ? EC_POINT_new(group) : nullptr);
  if (!order || !secret || !context || !nonce || !inverse || !r || !reduced || !point) return failed();
  const int bits = BN_num_bits(order);
  const int size = (bits + 7) / 8;

  // bits2octets: the leftmost bits of the hash as a number below the order. No curve here has fewer bits than the hash.
  SecretBytes private_key(static_cast<std::size_t>(size)), message(static_cast<std::size_t>(size));
  if (bits < static_cast<int>(8 * hash_bytes)) return failed();
  if (!BN_bin2bn(digest.bytes.data(), static_cast<int>(digest.bytes.size()), reduced.get()) ||
      BN_nnmod(reduced.get(), reduced.get(), order, context.get()) != 1 ||
      BN_bn2binpad(reduced.get(), message.data(), size) != size ||
      BN_bn2binpad(secret, private_key.data(), size) != size) {
    return failed();
  }
  Nonces nonces(private_key.view(), message.view());
  for (int i = 0; i < nonces_max; ++i, nonces.refuse()) {
    BN_set_flags(nonce.get(), BN_FLG_CONSTTIME);
    if (!nonces.next(nonce.get(), bits)) return failed();
    if (BN_is_zero(nonce.get()) || BN_cmp(nonce.get(), order) >= 0) continue;
    if (EC_POINT_mul(group, point.get(), nonce.get(), nullptr, nullptr, context.get()) != 1 ||
        EC_POINT_get_affine_coordinates(group, point.get(), r.get(), nullptr, context.get()) != 1 ||
        BN_nnmod(r.get(), r.get(), order, context.get()) != 1 ||
        !BN_mod_inverse(inverse.get(), nonce.get(), order, context.get())) {
      return failed();
    }
    if (BN_is_zero(r.get())) continue;
    const SignaturePtr signature(ECDSA_do_sign_ex(digest.bytes.data(), static_cast<int>(digest.bytes.size()),
                                                  inverse.get(), r.get(), curve_key.get()));
    if (!signature) return failed();
    unsigned char* bytes = nullptr;
    const int written = i2d_ECDSA_SIG(signature.get(), &bytes);
    if (written < 0) return failed();
    std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(written));
    OPENSSL_free(bytes);
    return out;
  }
  return failed();
}

}  // namespace quotary::signing
