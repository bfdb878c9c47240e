#include "signing/cms.h"

#include "ledger/base/hash.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace quotary::signing {

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const { Free(object); }
};
using Cms = std::unique_ptr<CMS_ContentInfo, Deleter<CMS_ContentInfo_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Context = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using Store = std::unique_ptr<X509_STORE, Deleter<X509_STORE_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;

Error cms_error(const char* action) {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return fail(Errc::internal, "cms_failed", std::string("OpenSSL could not ") + action + ": " + (reason == nullptr ? "no reason given" : reason));
}

Bio memory(std::string_view bytes) { return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }

// The DER of the signed attributes as the SET OF that is signed (RFC 5652 section 5.4).
std::string signed_attributes(CMS_SignerInfo* signer) {
  std::vector<std::string> attributes;
  for (int i = 0; i < CMS_signed_get_attr_count(signer); ++i) {
    unsigned char* der = nullptr;
    const int size = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(signer, i), &der);
    QUOTARY_CHECK(size > 0);
    attributes.emplace_back(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
  }
  std::sort(attributes.begin(), attributes.end());
  std::string content;
  for (const std::string& attribute : attributes) content += attribute;
  std::string out("\x31");
  QUOTARY_CHECK(content.size() < 65536);
  if (content.size() < 128) {
    out.push_back(static_cast<char>(content.size()));
  } else if (content.size() < 256) {
    out.push_back('\x81');
    out.push_back(static_cast<char>(content.size()));
  } else {
    out.push_back('\x82');
    put_u16(out, static_cast<std::uint16_t>(content.size()));
  }
  return out + content;
}

}  // namespace

Result<std::string> sign_detached(X509* certificate, EVP_PKEY* key, STACK_OF(X509) * chain, std::string_view content) {
  ERR_clear_error();
  const Cms cms(CMS_sign(nullptr, nullptr, chain, nullptr, CMS_PARTIAL | CMS_DETACHED | CMS_BINARY));
  if (!cms) return cms_error("begin a signature");
  CMS_SignerInfo* const signer = CMS_add1_signer(cms.get(), certificate, key, EVP_sha256(), CMS_CADES | CMS_NOSMIMECAP | CMS_PARTIAL | CMS_BINARY);
  if (signer == nullptr) return cms_error("add the signer");
  const Hash digest = sha256(content);
  // Added by hand: every path through CMS_final would add signingTime, which PAdES forbids.
  if (CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_contentType, V_ASN1_OBJECT, OBJ_nid2obj(NID_pkcs7_data), -1) != 1 ||
      CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, digest.bytes.data(), 32) != 1) {
    return cms_error("add the signed attributes");
  }
  const std::string to_sign = signed_attributes(signer);
  const Context context(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, reinterpret_cast<const unsigned char*>(to_sign.data()), to_sign.size()) != 1) {
    return cms_error("sign");
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     reinterpret_cast<const unsigned char*>(to_sign.data()), to_sign.size()) != 1) {
    return cms_error("sign");
  }
  ASN1_STRING_set(CMS_SignerInfo_get0_signature(signer), signature.data(), static_cast<int>(size));
  unsigned char* der = nullptr;
  const int der_size = i2d_CMS_ContentInfo(cms.get(), &der);
  if (der_size <= 0) return cms_error("encode a signature");
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(der_size));
  OPENSSL_free(der);
  QUOTARY_TRY(checked, check_detached(out, content, ""));
  QUOTARY_CHECK(checked.size == out.size());
  return out;
}

Result<CmsFinding> check_detached(std::string_view der, std::string_view content, std::string_view anchors_pem) {
  ERR_clear_error();
  const auto broken = [](const char* why) {
    ERR_clear_error();
    return fail(Errc::corrupt, "seal_broken", std::string("the signature does not hold: ") + why);
  };
  const unsigned char* at = reinterpret_cast<const unsigned char*>(der.data());
  const Cms cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
  if (!cms) return broken("its place holds no CMS structure");
  CmsFinding finding;
  finding.size = static_cast<std::size_t>(at - reinterpret_cast<const unsigned char*>(der.data()));
  // The same structure must encode to the same bytes: BER tricks are refused.
  unsigned char* again = nullptr;
  const int again_size = i2d_CMS_ContentInfo(cms.get(), &again);
  const bool strict = again_size > 0 && std::string_view(reinterpret_cast<char*>(again), static_cast<std::size_t>(again_size)) == der.substr(0, finding.size);
  OPENSSL_free(again);
  if (!strict) return broken("it is not in DER");
  STACK_OF(CMS_SignerInfo)* const signers = CMS_get0_SignerInfos(cms.get());
  if (signers == nullptr || sk_CMS_SignerInfo_num(signers) != 1) return broken("it has not exactly one signer");
  CMS_SignerInfo* const signer = sk_CMS_SignerInfo_value(signers, 0);
  if (CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1) >= 0) return broken("it carries signingTime, which PAdES forbids");
  if (CMS_signed_get_attr_by_NID(signer, NID_id_smime_aa_signingCertificateV2, -1) < 0) return broken("signingCertificateV2 is missing");
  const Bio data = memory(content);
  if (CMS_verify(cms.get(), nullptr, nullptr, data.get(), nullptr, CMS_NO_SIGNER_CERT_VERIFY | CMS_CADES | CMS_BINARY | CMS_DETACHED) != 1) {
    return broken("content and signature do not belong together");
  }
  X509* certificate = nullptr;
  X509_ALGOR* digest = nullptr;
  CMS_SignerInfo_get0_algs(signer, nullptr, &certificate, &digest, nullptr);
  if (certificate == nullptr || OBJ_obj2nid(digest->algorithm) != NID_sha256) return broken("its digest is not SHA-256");
  const EVP_PKEY* const key = X509_get0_pubkey(certificate);
  const bool elliptic = key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && EVP_PKEY_get_bits(key) == 256;
  const bool rsa = key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= 2048;
  if (!elliptic && !rsa) return broken("its key is neither ECDSA P-256 nor RSA of 2048 bits or more");
  finding.algorithm = elliptic ? "ECDSA P-256 with SHA-256" : "RSA with SHA-256";
  const Bio text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, (XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB)));
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(text.get(), &bytes);
  finding.subject.assign(bytes, static_cast<std::size_t>(length));
  unsigned char* encoded = nullptr;
  const int encoded_size = i2d_X509(certificate, &encoded);
  finding.certificate_sha256 = sha256({reinterpret_cast<char*>(encoded), static_cast<std::size_t>(std::max(encoded_size, 0))}).hex();
  OPENSSL_free(encoded);

  if (!anchors_pem.empty()) {
    const Store store(X509_STORE_new());
    const Bio anchors = memory(anchors_pem);
    while (const Certificate anchor{PEM_read_bio_X509(anchors.get(), nullptr, nullptr, nullptr)}) X509_STORE_add_cert(store.get(), anchor.get());
    const std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX_free>> path(X509_STORE_CTX_new());
    X509_STORE_CTX_init(path.get(), store.get(), certificate, nullptr);
    X509_STORE_CTX_set_flags(path.get(), X509_V_FLAG_PARTIAL_CHAIN);
    finding.trusted = X509_verify_cert(path.get()) == 1;
  }
  ERR_clear_error();
  return finding;
}

}  // namespace quotary::signing
