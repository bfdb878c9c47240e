#include "signing/openssl_handles.h"
#include "signing/seal.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace quotary::signing {

namespace {

using BigNumberPtr = std::unique_ptr<BIGNUM, Release<BN_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;

constexpr std::int64_t ten_years_seconds = 3652LL * 86'400;
constexpr std::int64_t clock_slack_seconds = 3600;  // another machine's clock may be behind
constexpr std::size_t organisation_bytes_max = 64;  // the upper bound of X.520
constexpr const char* warning = "DEVELOPMENT ONLY \xe4\xbb\x85\xe4\xbe\x9b\xe5\xbc\x80\xe5\x8f\x91";

Error failed(const char* step) {
  return fail(Errc::internal, "seal_failed", std::string("cannot ") + step + ": " + drain_openssl_errors());
}

bool add_name(X509_NAME* name, const char* field, std::string_view value) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

// The name's front that fits, cut between characters.
std::string_view shortened(std::string_view name) {
  std::size_t characters = 0, at = 0;
  for (; at < name.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(name[at]) & 0xc0) != 0x80;
    if (begins && ++characters > organisation_bytes_max) break;
  }
  return name.substr(0, at);
}

bool add_extension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

}  // namespace

Result<SealKeyFiles> make_development_seal(FileSystem& files, const std::string& directory,
                                           const std::string& organisation, Timestamp now, Random& random) {
  SealKeyFiles paths;
  paths.certificate_path = directory + "/seal.cert.pem";
  paths.key_path = directory + "/seal.key.pem";
  for (const std::string& path : {paths.certificate_path, paths.key_path}) {
    if (files.exists(path))
      return fail(Errc::conflict, "keys_exist", path + " is there already: keys are never written over");
  }
  ERR_clear_error();
  const KeyPtr key(EVP_EC_gen("P-256"));
  const CertificatePtr certificate(X509_new());
  if (!key || !certificate) return failed("make a key");

  std::string serial = random.bytes(16);
  serial.front() = static_cast<char>((serial.front() & 0x3f) | 0x40);  // positive, and always 16 bytes
  const BigNumberPtr number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()), static_cast<int>(serial.size()), nullptr));
  const std::int64_t seconds = now.unix_ms / 1000;
  X509* const target = certificate.get();
  X509_NAME* const subject = X509_get_subject_name(target);
  const std::string_view name = organisation.empty() ? std::string_view("Quotary") : shortened(organisation);
  const bool filled = number && X509_set_version(target, X509_VERSION_3) == 1 &&
                      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(target)) &&
                      ASN1_TIME_set(X509_getm_notBefore(target), static_cast<time_t>(seconds - clock_slack_seconds)) &&
                      ASN1_TIME_set(X509_getm_notAfter(target), static_cast<time_t>(seconds + ten_years_seconds)) &&
                      add_name(subject, "O", name) && add_name(subject, "OU", warning) &&
                      add_name(subject, "CN", std::string("Quotary seal, ") + warning) &&
                      X509_set_issuer_name(target, subject) == 1 && X509_set_pubkey(target, key.get()) == 1 &&
                      add_extension(target, NID_subject_key_identifier, "hash") &&
                      add_extension(target, NID_basic_constraints, "critical,CA:FALSE") &&
                      add_extension(target, NID_key_usage, "critical,digitalSignature,nonRepudiation") &&
                      X509_sign(target, key.get(), EVP_sha256()) > 0;
  if (!filled) return failed("make a certificate");

  const BioPtr out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return failed("write a key");
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  const std::string_view pem(text, static_cast<std::size_t>(size));
  auto written = write_file_durably(files, paths.key_path, pem);
  OPENSSL_cleanse(text, static_cast<std::size_t>(size));
  if (!written) return std::move(written).error();
  QUOTARY_TRY_VOID(write_file_durably(files, paths.certificate_path, certificate_to_pem(target)));
  return paths;
}

}  // namespace quotary::signing
