#include "signing/openssl_handles.h"

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>

namespace quotary::signing {

namespace {

constexpr std::size_t certificates_max = 1000;
constexpr std::size_t subject_bytes_max = 200;

std::string bio_text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

// A code point that says how others are displayed, or ends a line: C0 and C1, marks and overrides of direction.
bool steers_display(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) >= 0x7f;  // 0x80 and above alone is no UTF-8
  if (character.size() == 2) return byte(0) == 0xc2 && byte(1) < 0xa0;
  if (character.size() != 3 || byte(0) != 0xe2) return false;
  return (byte(1) == 0x80 && (byte(2) == 0x8e || byte(2) == 0x8f || (byte(2) >= 0xa8 && byte(2) <= 0xae))) ||
         (byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9);
}

std::string shown(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    const std::string_view character = text.substr(at, end - at);
    if (out.size() + character.size() > subject_bytes_max) return out + "…";
    steers_display(character) ? out += '?' : out += character;
    at = end;
  }
  return out;
}

// Answers the given password to a PEM reader; without one, the reader fails instead of asking at the terminal.
int answer_password(char* buffer, int size, int, void* data) {
  const auto& password = *static_cast<const std::string*>(data);
  if (password.empty() || static_cast<std::size_t>(size) < password.size()) return -1;
  password.copy(buffer, password.size());
  return static_cast<int>(password.size());
}

std::string curve_of(EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return {};
  return {name.data(), size};
}

std::string name_text(const X509_NAME* name) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  return shown(bio_text(out.get()));
}

}  // namespace

std::string drain_openssl_errors() {
  unsigned long newest = 0;
  while (const unsigned long code = ERR_get_error()) newest = code;
  if (newest == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(newest);
  return reason ? reason : "error " + std::to_string(newest);
}

BioPtr memory_bio(std::string_view bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

IntegerPtr random_integer(Random& random, std::size_t size) {
  std::string bytes = random.bytes(size);
  bytes.front() = static_cast<char>((bytes.front() & 0x3f) | 0x40);
  const std::unique_ptr<BIGNUM, Release<BN_free>> number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(size), nullptr));
  return IntegerPtr(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
}

std::string certificate_subject(const X509* certificate) { return name_text(X509_get_subject_name(certificate)); }

std::string certificate_issuer(const X509* certificate) { return name_text(X509_get_issuer_name(certificate)); }

std::vector<std::string> subject_names(const X509* certificate) {
  constexpr std::size_t names_max = 20;
  std::vector<std::string> out;
  const X509_NAME* subject = X509_get_subject_name(certificate);
  for (int i = 0; i < X509_NAME_entry_count(subject) && out.size() < names_max; ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(subject, i);
    const int kind = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
    if (kind != NID_organizationName && kind != NID_commonName && kind != NID_organizationIdentifier &&
        kind != NID_serialNumber)
      continue;
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
    if (size > 0) out.push_back(shown({reinterpret_cast<char*>(text), static_cast<std::size_t>(size)}));
    OPENSSL_free(text);
  }
  ERR_clear_error();
  return out;
}

std::string certificate_der(const X509* certificate) { return der_of<i2d_X509>(certificate); }

std::string certificate_to_pem(const X509* certificate) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  return bio_text(out.get());
}

Result<std::vector<CertificatePtr>> certificates_from_pem(std::string_view pem) {
  std::vector<CertificatePtr> out;
  const BioPtr in = memory_bio(pem);
  ERR_clear_error();
  const auto bad = [](std::string what) { return fail(Errc::invalid, "bad_certificates", std::move(what)); };
  for (;;) {
    CertificatePtr certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    if (out.size() == certificates_max) return bad("more than " + std::to_string(certificates_max) + " certificates");
    out.push_back(std::move(certificate));
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string reason = drain_openssl_errors();
  if (!ended) return bad("certificate " + std::to_string(out.size() + 1) + " cannot be read: " + reason);
  if (out.empty()) return bad("no PEM certificate is there");
  return out;
}

Result<StorePtr> store_of_anchors(std::string_view anchors_pem, Timestamp at) {
  const auto failed = [](const char* step) {
    return fail(Errc::internal, "chain_failed", std::string("cannot ") + step + ": " + drain_openssl_errors());
  };
  StorePtr store(X509_STORE_new());
  if (!store) return failed("make a store");
  if (!anchors_pem.empty()) {
    QUOTARY_TRY(anchors, certificates_from_pem(anchors_pem));
    for (const CertificatePtr& anchor : anchors)
      if (X509_STORE_add_cert(store.get(), anchor.get()) != 1) return failed("fill a store");
  }
  X509_VERIFY_PARAM* const rules = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_time(rules, static_cast<time_t>(at.unix_ms / 1000));
  X509_VERIFY_PARAM_set_depth(rules, chain_certificates_max - 2);  // OpenSSL counts those between signer and anchor
  X509_VERIFY_PARAM_set_auth_level(rules, chain_security_level);
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

std::vector<CertificatePtr> issuing_chain(X509* leaf, const std::vector<CertificatePtr>& certificates) {
  std::vector<CertificatePtr> chain;
  X509* subject = leaf;
  // A root issues itself, and then the chain is at its end.
  while (chain.size() < certificates.size() && !is_self_issued(subject)) {
    X509* issuer = nullptr;
    for (const CertificatePtr& candidate : certificates) {
      if (X509_check_issued(candidate.get(), subject) != X509_V_OK ||
          X509_verify(subject, X509_get0_pubkey(candidate.get())) != 1)
        continue;
      issuer = candidate.get();
      break;
    }
    if (!issuer) break;
    X509_up_ref(issuer);
    chain.emplace_back(issuer);
    subject = issuer;
  }
  ERR_clear_error();
  return chain;
}

KeyPtr private_key_from_pem(std::string_view pem, std::string password) {
  const BioPtr in = memory_bio(pem);
  KeyPtr key(PEM_read_bio_PrivateKey(in.get(), nullptr, answer_password, &password));
  OPENSSL_cleanse(password.data(), password.size());
  ERR_clear_error();
  return key;
}

Timestamp time_of(const ASN1_TIME* time) {
  // Days and seconds since the epoch: ASN1_TIME has no other conversion that is free of the machine's time zone.
  static const std::unique_ptr<ASN1_TIME, Release<ASN1_TIME_free>> epoch(ASN1_TIME_set(nullptr, 0));
  int days = 0, seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return {};
  return {(static_cast<std::int64_t>(days) * 86'400 + seconds) * 1000};
}

Timestamp not_before_of(const X509* certificate) { return time_of(X509_get0_notBefore(certificate)); }
Timestamp not_after_of(const X509* certificate) { return time_of(X509_get0_notAfter(certificate)); }

bool may_sign_documents(X509* certificate) {
  using PurposesPtr = std::unique_ptr<EXTENDED_KEY_USAGE, Release<EXTENDED_KEY_USAGE_free>>;
  const PurposesPtr purposes(
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
  if (!purposes) return X509_get_ext_by_NID(certificate, NID_ext_key_usage, -1) < 0;
  constexpr std::string_view allowed[] = {"2.5.29.37.0",       "1.3.6.1.5.5.7.3.4",       "1.3.6.1.5.5.7.3.36",
                                          "1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.10.3.12", "1.2.840.113583.1.1.5"};
  for (int i = 0; i < sk_ASN1_OBJECT_num(purposes.get()); ++i) {
    std::array<char, 128> digits{};
    OBJ_obj2txt(digits.data(), static_cast<int>(digits.size()), sk_ASN1_OBJECT_value(purposes.get(), i), 1);
    if (std::find(std::begin(allowed), std::end(allowed), std::string_view(digits.data())) != std::end(allowed))
      return true;
  }
  return false;
}

bool key_strong_enough(EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
    return EVP_PKEY_get_bits(key) >= 2048 && EVP_PKEY_get_bits(key) <= 8192;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return false;
  const std::string curve = curve_of(key);
  return curve == "prime256v1" || curve == "P-256" || curve == "secp384r1" || curve == "P-384" ||
         curve == "secp521r1" || curve == "P-521";
}

std::string key_description(EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) return "RSA " + std::to_string(EVP_PKEY_get_bits(key));
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) return "ECDSA P-" + std::to_string(EVP_PKEY_get_bits(key));
  return "unknown";
}

bool is_self_issued(X509* certificate) {
  // Not X509_check_issued(): that asks an issuer's key usage too, which a certificate for signing alone does not have.
  const bool same_name = X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0;
  EVP_PKEY* const key = X509_get0_pubkey(certificate);
  const bool own_key = same_name && key != nullptr && X509_verify(certificate, key) == 1;
  ERR_clear_error();
  return own_key;
}

}  // namespace quotary::signing
