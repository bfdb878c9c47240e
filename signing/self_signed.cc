#include "signing/self_signed.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace quotary::signing {

namespace {

using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;

constexpr std::int64_t clock_slack_seconds = 3600;  // another machine's clock may be behind
constexpr std::size_t name_characters_max = 64;     // the upper bound of X.520
constexpr std::size_t serial_bytes = 16;
constexpr std::size_t key_file_bytes_max = 1u << 20;

Error failed(const char* step) {
  return fail(Errc::internal, "certificate_failed", std::string("cannot ") + step + ": " + drain_openssl_errors());
}

bool add_name(X509_NAME* name, const char* field, std::string_view value) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

bool add_extension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// A new key in that file, or the one that is there because a making was cut off before the certificate.
Result<KeyPtr> key_of(FileSystem& files, const std::string& path) {
  if (files.exists(path)) {
    QUOTARY_TRY(pem, read_file(files, path, key_file_bytes_max));
    KeyPtr found = private_key_from_pem(pem);
    OPENSSL_cleanse(pem.data(), pem.size());
    if (!found)
      return fail(Errc::conflict, "keys_exist",
                  path + " is there without its certificate, and no key that can be read: keys are never written over");
    return found;
  }
  KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return failed("make a key");
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return failed("write a key");
  char* text = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(out.get(), &text));
  auto written = write_file_durably(files, path, std::string_view(text, size));
  OPENSSL_cleanse(text, size);
  if (!written) return std::move(written).error();
  return key;
}

}  // namespace

std::string_view shortened_name(std::string_view name) {
  std::size_t characters = 0, at = 0;
  for (; at < name.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(name[at]) & 0xc0) != 0x80;
    if (begins && ++characters > name_characters_max) break;
  }
  return name.substr(0, at);
}

Result<std::string> self_signed_certificate(EVP_PKEY* key, const SelfSignedProfile& profile, Timestamp now,
                                            Random& random) {
  const CertificatePtr certificate(X509_new());
  if (!certificate) return failed("make a certificate");
  const IntegerPtr serial = random_integer(random, serial_bytes);
  const std::int64_t seconds = now.unix_ms / 1000;
  X509* const target = certificate.get();
  X509_NAME* const subject = X509_get_subject_name(target);
  const bool filled =
      serial && X509_set_version(target, X509_VERSION_3) == 1 && X509_set_serialNumber(target, serial.get()) == 1 &&
      ASN1_TIME_set(X509_getm_notBefore(target), static_cast<time_t>(seconds - clock_slack_seconds)) &&
      ASN1_TIME_set(X509_getm_notAfter(target), static_cast<time_t>(seconds + profile.days * 86'400)) &&
      std::all_of(profile.subject.begin(), profile.subject.end(),
                  [&](const auto& each) { return add_name(subject, each.first, each.second); }) &&
      X509_set_issuer_name(target, subject) == 1 && X509_set_pubkey(target, key) == 1 &&
      add_extension(target, NID_subject_key_identifier, "hash") &&
      add_extension(target, NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(target, NID_key_usage, profile.key_usage) &&
      (profile.extended_key_usage == nullptr || add_extension(target, NID_ext_key_usage, profile.extended_key_usage)) &&
      X509_sign(target, key, EVP_sha256()) > 0;
  if (!filled) return failed("make a certificate");
  return certificate_to_pem(target);
}

Result<void> make_self_signed(FileSystem& files, const SealKeyFiles& paths, const SelfSignedProfile& profile,
                              Timestamp now, Random& random) {
  if (files.exists(paths.certificate_path))
    return fail(Errc::conflict, "keys_exist",
                paths.certificate_path + " is there already: keys are never written over");
  ERR_clear_error();
  QUOTARY_TRY(key, key_of(files, paths.key_path));
  QUOTARY_TRY(certificate, self_signed_certificate(key.get(), profile, now, random));
  return write_file_durably(files, paths.certificate_path, certificate);
}

}  // namespace quotary::signing
