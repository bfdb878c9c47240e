#include "signing/seal_key.h"

#include "signing/token_key.h"

#include <openssl/crypto.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

namespace quotary::signing {

namespace {

using Pkcs12Ptr = std::unique_ptr<PKCS12, Release<PKCS12_free>>;

constexpr std::size_t key_file_bytes_max = 1u << 20;
constexpr int security_bits_min = 112;  // NIST SP 800-57 part 1: RSA 2048; SHA-1 has less

Error unavailable(const char* code, const std::string& detail) { return fail(Errc::unavailable, code, detail); }

Result<std::string> read_key_file(FileSystem& files, const std::string& path) {
  auto bytes = read_file(files, path, key_file_bytes_max);
  if (bytes) return bytes;
  if (bytes.error().kind == Errc::not_found)
    return unavailable("seal_key_missing",
                       path + " is missing: the key and its certificate must be where the configuration names them");
  return unavailable("seal_key_unreadable", bytes.error().detail + "; the server's user must be able to read it");
}

void wipe(std::string& bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

Result<SealKey> from_pkcs12(FileSystem& files, const SealKeyFiles& paths) {
  const std::string& path = paths.pkcs12_path;
  QUOTARY_TRY(bytes, read_key_file(files, path));
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const Pkcs12Ptr store(d2i_PKCS12(nullptr, &at, static_cast<long>(bytes.size())));
  wipe(bytes);
  if (!store) {
    ERR_clear_error();
    return unavailable("seal_key_unreadable", path + " is no PKCS#12 file");
  }
  const char* password = paths.pkcs12_password.c_str();
  if (PKCS12_verify_mac(store.get(), password, -1) != 1) {
    ERR_clear_error();
    return unavailable("seal_key_password", "the password does not open " + path);
  }
  EVP_PKEY* key = nullptr;
  X509* leaf = nullptr;
  STACK_OF(X509)* others = nullptr;
  const int parsed = PKCS12_parse(store.get(), password, &key, &leaf, &others);
  SealKey out;
  out.key.reset(key);
  out.leaf.reset(leaf);
  for (int i = 0; others && i < sk_X509_num(others); ++i) out.chain.emplace_back(sk_X509_value(others, i));
  sk_X509_free(others);
  if (parsed != 1) {
    return unavailable("seal_key_unreadable", path + " cannot be read (" + drain_openssl_errors() +
                                                  "); files with old ciphers are converted by: openssl pkcs12 -legacy");
  }
  if (!out.key) return unavailable("seal_key_unreadable", path + " holds no private key");
  if (!out.leaf) return unavailable("seal_key_mismatch", path + " holds no certificate of its key");
  return out;
}

Result<SealKey> from_pem(FileSystem& files, const SealKeyFiles& paths) {
  QUOTARY_TRY(certificates, read_key_file(files, paths.certificate_path));
  QUOTARY_TRY(key_text, read_key_file(files, paths.key_path));
  SealKey out;
  auto read = certificates_from_pem(certificates);
  if (!read) return unavailable("seal_key_unreadable", paths.certificate_path + ": " + read.error().detail);
  for (CertificatePtr& certificate : *read) {
    if (!out.leaf) {
      out.leaf = std::move(certificate);
    } else {
      out.chain.push_back(std::move(certificate));
    }
  }
  const bool encrypted = key_text.find("ENCRYPTED") != key_text.npos;
  out.key = private_key_from_pem(key_text, paths.pkcs12_password);
  wipe(key_text);
  ERR_clear_error();
  if (!out.key && encrypted) return unavailable("seal_key_password", "the password does not open " + paths.key_path);
  if (!out.key) return unavailable("seal_key_unreadable", paths.key_path + " holds no PEM private key");
  return out;
}

// Why a reader will refuse the certificate as too weak, or "".
std::string weakness_of(X509* certificate) {
  EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (!key || EVP_PKEY_get_security_bits(key) < security_bits_min)
    return key ? "has the key " + key_description(key) : std::string("has no key that can be read");
  // What a root signs over itself proves nothing, however strong it is.
  if (is_self_issued(certificate)) return {};
  int digest = NID_undef, bits = 0;
  const bool told = X509_get_signature_info(certificate, &digest, nullptr, &bits, nullptr) == 1;
  if (told && bits >= security_bits_min) return {};
  const char* const name = digest == NID_undef ? nullptr : OBJ_nid2ln(digest);
  return "is signed over " + std::string(name ? name : "a digest that is not known");
}

}  // namespace

Result<void> check_signing_certificate(X509* leaf, std::vector<CertificatePtr>& chain, const std::string& file,
                                       Timestamp now, KeyUse use) {
  if ((X509_get_key_usage(leaf) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0) {
    return unavailable(
        "seal_key_unsuitable",
        "the certificate in " + file + " is not for signing: its key usage needs digitalSignature or nonRepudiation");
  }
  if (use == KeyUse::documents && !may_sign_documents(leaf)) {
    return unavailable("seal_key_unsuitable", "the certificate in " + file +
                                                  " is for other purposes than signing documents (extended key usage)");
  }
  if (EVP_PKEY* key = X509_get0_pubkey(leaf); !key || !key_strong_enough(key)) {
    return unavailable("seal_key_unsuitable", "the key of " + file + " is " + key_description(key) +
                                                  "; ECDSA P-256 or RSA of 2048 bits is the least");
  }
  chain = issuing_chain(leaf, chain);
  std::vector<X509*> all{leaf};
  for (const CertificatePtr& each : chain) all.push_back(each.get());
  for (X509* const each : all) {
    const std::string whose =
        each == leaf ? "the certificate in " + file : "the certificate of " + certificate_subject(each) + " in " + file;
    if (const std::string weakness = weakness_of(each); !weakness.empty())
      return unavailable("seal_certificate_weak",
                         whose + " " + weakness + ", which is below 112 bits of security: have it issued anew");
    if (now < not_before_of(each))
      return unavailable("seal_certificate_not_yet_valid", whose + " is valid only from " +
                                                               format_rfc3339(not_before_of(each)) +
                                                               ": wait until then, or set the machine's clock right");
    if (not_after_of(each) < now)
      return unavailable("seal_certificate_expired",
                         whose + " ended at " + format_rfc3339(not_after_of(each)) + ": renew it");
  }
  return {};
}

Result<SealKey> load_seal_key(FileSystem& files, const SealKeyFiles& paths, Timestamp now, KeyUse use) {
  ERR_clear_error();
  const bool pkcs12 = !paths.pkcs12_path.empty(), token = !paths.token.module_path.empty();
  if (!pkcs12 && !token && (paths.certificate_path.empty() || paths.key_path.empty())) {
    return unavailable("seal_key_missing", "no seal is configured: name a PKCS#12 file, or a certificate and a key");
  }
  QUOTARY_TRY(out, token    ? load_token_key(files, paths.token, paths.certificate_path)
                   : pkcs12 ? from_pkcs12(files, paths)
                            : from_pem(files, paths));
  const std::string file = token && paths.certificate_path.empty() ? "the token " + paths.token.token
                           : pkcs12                                ? paths.pkcs12_path
                                                                   : paths.certificate_path;
  if (X509_check_private_key(out.leaf.get(), out.key.get()) != 1) {
    ERR_clear_error();
    return unavailable("seal_key_mismatch", "the first certificate of " + file + " does not belong to the key");
  }
  QUOTARY_TRY_VOID(check_signing_certificate(out.leaf.get(), out.chain, file, now, use));
  return out;
}

}  // namespace quotary::signing
