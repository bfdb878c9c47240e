#include "signing/person_key.h"

#include "signing/seal_key.h"
#include "signing/self_signed.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

namespace quotary::signing {

namespace {

using Pkcs8Ptr = std::unique_ptr<X509_SIG, Release<X509_SIG_free>>;
using KeyInfoPtr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Release<PKCS8_PRIV_KEY_INFO_free>>;
using AlgorithmPtr = std::unique_ptr<X509_ALGOR, Release<X509_ALGOR_free>>;

// OWASP's choice where 16 MB are to be enough.
constexpr std::uint64_t scrypt_n = 16'384, scrypt_r = 8, scrypt_p = 5;
constexpr std::size_t salt_bytes = 16;

Error failed(const char* step) {
  return fail(Errc::internal, "certificate_failed", std::string("cannot ") + step + ": " + drain_openssl_errors());
}

Result<std::string> encrypted(EVP_PKEY* key, std::string_view password, Random& random) {
  std::string salt = random.bytes(salt_bytes);
  const KeyInfoPtr plain(EVP_PKEY2PKCS8(key));
  AlgorithmPtr algorithm(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), reinterpret_cast<unsigned char*>(salt.data()),
                                               static_cast<int>(salt.size()), nullptr, scrypt_n, scrypt_r, scrypt_p));
  if (!plain || !algorithm) return failed("encrypt a key");
  const Pkcs8Ptr sealed(
      PKCS8_set0_pbe(password.data(), static_cast<int>(password.size()), plain.get(), algorithm.get()));
  if (!sealed) return failed("encrypt a key");
  (void)algorithm.release();  // it is the sealed one's now
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_PKCS8(out.get(), sealed.get()) != 1) return failed("write a key");
  char* text = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(out.get(), &text));
  return std::string(text, size);
}

}  // namespace

Result<PersonKey> make_person_key(const PersonKeyHolder& holder, std::string_view password, Timestamp now,
                                  Random& random) {
  if (password.size() < signing_password_bytes_min || password.size() > signing_password_bytes_max)
    return fail(Errc::invalid, "bad_signing_password", "a password for signing has 10 to 200 bytes");
  ERR_clear_error();
  const KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return failed("make a key");
  SelfSignedProfile profile;
  profile.subject = {{"O", std::string(shortened_name(holder.organisation.empty() ? "Quotary" : holder.organisation))},
                     {"OU", "key kept by the server under its holder's password 口令由本人掌握"},
                     {"serialNumber", holder.id},
                     {"CN", std::string(shortened_name(holder.name))}};
  profile.key_usage = "critical,digitalSignature,nonRepudiation";
  profile.days = person_key_days;
  QUOTARY_TRY(certificate, self_signed_certificate(key.get(), profile, now, random));
  QUOTARY_TRY(key_pem, encrypted(key.get(), password, random));
  return PersonKey{std::move(certificate), std::move(key_pem)};
}

Result<std::shared_ptr<const DocumentSigner>> open_person_key(const PersonKey& key, std::string_view password,
                                                              Timestamp now) {
  const auto damaged = [] {
    return fail(Errc::corrupt, "signing_key_damaged", "a key for signing does not fit its certificate: make a new one");
  };
  auto certificates = certificates_from_pem(key.certificate_pem);
  if (!certificates || key.key_pem.find("BEGIN ENCRYPTED PRIVATE KEY") == key.key_pem.npos) return damaged();
  SealKey out;
  out.leaf = std::move(certificates->front());
  if (now < not_before_of(out.leaf.get()) || not_after_of(out.leaf.get()) < now)
    return fail(
        Errc::unavailable, "signer_certificate_expired",
        "the key for signing was valid until " + format_rfc3339(not_after_of(out.leaf.get())) + ": make a new one");
  out.key = private_key_from_pem(key.key_pem, std::string(password));
  if (!out.key) return fail(Errc::invalid, "signing_password_wrong", "the password does not open the key for signing");
  if (X509_check_private_key(out.leaf.get(), out.key.get()) != 1) {
    ERR_clear_error();
    return damaged();
  }
  return document_signer(std::move(out));
}

}  // namespace quotary::signing
