// OpenSSL's handles as owners, and its error queue as text. For the sources of this folder only.
#pragma once

#include "ledger/base/random.h"
#include "ledger/base/time.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::signing {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* handle) const {
    release(handle);
  }
};

using BioPtr = std::unique_ptr<BIO, Release<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using CertificatePtr = std::unique_ptr<X509, Release<X509_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, Release<ASN1_INTEGER_free>>;
using CrlPtr = std::unique_ptr<X509_CRL, Release<X509_CRL_free>>;
using ObjectIdPtr = std::unique_ptr<ASN1_OBJECT, Release<ASN1_OBJECT_free>>;
using StorePtr = std::unique_ptr<X509_STORE, Release<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Release<X509_STORE_CTX_free>>;

// A stack whose certificates belong to others.
inline void free_borrowing_stack(STACK_OF(X509) * stack) { sk_X509_free(stack); }
using BorrowingStackPtr = std::unique_ptr<STACK_OF(X509), Release<free_borrowing_stack>>;

// The newest reason in the queue, which is then empty.
std::string drain_openssl_errors();

// Over borrowed bytes; null only when memory is out.
BioPtr memory_bio(std::string_view bytes);

// A random positive integer that is always of `size` bytes (1 to 20, what a serial number may have); null only when
// memory is out.
IntegerPtr random_integer(Random& random, std::size_t size);

// What an i2d function of OpenSSL writes; empty when it fails.
template <auto i2d, class T>
std::string der_of(const T* value) {
  unsigned char* bytes = nullptr;
  const int size = i2d(value, &bytes);
  if (size < 0) return {};
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

// "CN=…,O=…" in UTF-8, fit for a line of a log or a terminal: cut off at 200 bytes with "…", and whatever steers the
// display replaced by "?".
std::string certificate_subject(const X509* certificate);
// Whom it names as its issuer, written the same way.
std::string certificate_issuer(const X509* certificate);
// Whom the subject names: its O, CN, organizationIdentifier and serialNumber, as certificate_subject()
// writes text, at most 20 of them.
std::vector<std::string> subject_names(const X509* certificate);
std::string certificate_der(const X509* certificate);
std::string certificate_to_pem(const X509* certificate);
// Every certificate of a PEM text, at least one and at most 1,000; blocks of other kinds are passed over. Errc::invalid
// `bad_certificates` says which one cannot be read. Leaves the error queue empty.
Result<std::vector<CertificatePtr>> certificates_from_pem(std::string_view pem);
// Those of `certificates` that issued the leaf, directly or in turn, nearest first; signatures are checked.
std::vector<CertificatePtr> issuing_chain(X509* leaf, const std::vector<CertificatePtr>& certificates);
// Null when the text holds no private key that the password (may be empty) opens. Leaves the error queue empty.
KeyPtr private_key_from_pem(std::string_view pem, std::string password = {});
// UTCTime or GeneralizedTime; the epoch for one that is none.
Timestamp time_of(const ASN1_TIME* time);
Timestamp not_before_of(const X509* certificate);
Timestamp not_after_of(const X509* certificate);
// A certificate that names purposes names one that signing a document is: any, mail, a document (RFC 9336, Microsoft's
// and Adobe's), or showing who its holder is. One for servers, code, OCSP answers or time-stamps alone does not.
bool may_sign_documents(X509* certificate);
// Of whatever a chain is built for, by OpenSSL's name for 112 bits: no SHA-1, no RSA below 2048 bits.
inline constexpr int chain_security_level = 2;
inline constexpr int chain_certificates_max = 10;  // with the signer and the anchor
// What chains are judged by, whatever they are built for: each certificate of the PEM text is an anchor, be it a root
// or one that is trusted itself; none, when the text is empty. `at`: as of when. Errors of certificates_from_pem();
// Errc::internal `chain_failed`.
Result<StorePtr> store_of_anchors(std::string_view anchors_pem, Timestamp at);
// ECDSA P-256, P-384 or P-521, or RSA of 2048 bits and more.
bool key_strong_enough(EVP_PKEY* key);
// "ECDSA P-256" or "RSA 3072".
std::string key_description(EVP_PKEY* key);
// Whether it names itself as its issuer and its own key signed it, as a root, and a certificate that stands alone.
bool is_self_issued(X509* certificate);

}  // namespace quotary::signing
