#include "signing/cms.h"

#include "signing/deterministic_ecdsa.h"
#include "signing/time_stamp.h"

#include <openssl/cms.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace quotary::signing {

namespace {

using CmsPtr = std::unique_ptr<CMS_ContentInfo, Release<CMS_ContentInfo_free>>;

constexpr std::size_t certificates_max = 32;

Error openssl_failed(const char* step) {
  return fail(Errc::internal, "seal_failed", std::string("cannot ") + step + ": " + drain_openssl_errors());
}

Error invalid(const std::string& what) { return fail(Errc::invalid, "seal_invalid", what); }

void append_der_length(std::string& out, std::size_t length) {
  if (length < 0x80) {
    out += static_cast<char>(length);
    return;
  }
  std::string digits;
  for (; length > 0; length >>= 8) digits.insert(digits.begin(), static_cast<char>(length & 0xff));
  out += static_cast<char>(0x80 | digits.size());
  out += digits;
}

std::string der_value(unsigned char tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  append_der_length(out, content.size());
  out += content;
  return out;
}

// The DER value at the front of `bytes`: its size, and that of its tag and length. Zeros when there is none that fits.
struct DerValue {
  std::size_t head = 0, size = 0;
};
DerValue first_value(std::string_view bytes) {
  if (bytes.size() < 2) return {};
  const auto first = static_cast<unsigned char>(bytes[1]);
  std::size_t length = first, head = 2;
  if (first >= 0x80) {
    const std::size_t digits = first & 0x7fu;
    if (digits == 0 || digits > 4 || bytes.size() < 2 + digits) return {};
    length = 0;
    for (std::size_t i = 0; i < digits; ++i) length = length << 8 | static_cast<unsigned char>(bytes[2 + i]);
    head += digits;
  }
  return length <= bytes.size() - head ? DerValue{head, head + length} : DerValue{};
}

constexpr unsigned char der_octets = 0x04, der_sequence = 0x30, der_set = 0x31, der_explicit = 0xa0,
                        der_unsigned_attributes = 0xa1;

// id-aa-signatureTimeStampToken, 1.2.840.113549.1.9.16.2.14.
constexpr std::string_view time_token_oid("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0e", 13);

// The signed attributes as a DER SET: its members in the order of their encodings.
std::string signed_attributes(const CMS_SignerInfo* signer) {
  std::vector<std::string> attributes;
  for (int i = 0; i < CMS_signed_get_attr_count(signer); ++i) {
    attributes.push_back(der_of<i2d_X509_ATTRIBUTE>(CMS_signed_get_attr(signer, i)));
    if (attributes.back().empty()) return {};
  }
  std::sort(attributes.begin(), attributes.end());
  std::string content;
  for (const std::string& attribute : attributes) content += attribute;
  return der_value(der_set, content);
}

// Signs bytes with SHA-256. The one place where a key is used: a token or a remote service would plug in here.
Result<std::string> sign_bytes(EVP_PKEY* key, std::string_view bytes) {
  const DigestContextPtr context(EVP_MD_CTX_new());
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t size = out.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != 1) {
    return openssl_failed("sign");
  }
  out.resize(size);
  return out;
}

// The same, and the same bytes each time.
Result<std::string> sign_bytes_repeatably(EVP_PKEY* key, std::string_view bytes) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC ? sign_ecdsa_deterministically(key, sha256(bytes))
                                                  : sign_bytes(key, bytes);
}

std::string to_der(const CMS_ContentInfo* cms) { return der_of<i2d_CMS_ContentInfo>(cms); }

struct UnsignedSignature {
  CmsPtr cms;
  CMS_SignerInfo* signer = nullptr;  // within cms
};

// Everything but the signature value. `key` may be a public one: it names the algorithm here. `carried` may be empty.
Result<UnsignedSignature> unsigned_signature(const Hash& digest, X509* leaf, EVP_PKEY* key,
                                             const std::vector<CertificatePtr>& chain, std::string_view carried = {}) {
  UnsignedSignature out;
  out.cms.reset(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_DETACHED | CMS_BINARY));
  if (!out.cms) return openssl_failed("make a CMS");
  out.signer = CMS_add1_signer(out.cms.get(), leaf, key, EVP_sha256(), CMS_CADES | CMS_NOSMIMECAP | CMS_PARTIAL);
  if (!out.signer) return openssl_failed("add the signer");
  for (const CertificatePtr& certificate : chain) {
    if (CMS_add1_cert(out.cms.get(), certificate.get()) != 1) return openssl_failed("add the chain");
  }
  // CMS_final would add signingTime, so what it does is done here without it.
  if (CMS_signed_add1_attr_by_NID(out.signer, NID_pkcs9_contentType, V_ASN1_OBJECT, OBJ_nid2obj(NID_pkcs7_data), -1) !=
          1 ||
      CMS_signed_add1_attr_by_NID(out.signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, digest.bytes.data(),
                                  static_cast<int>(digest.bytes.size())) != 1) {
    return openssl_failed("add the signed attributes");
  }
  if (!carried.empty()) {
    const ObjectIdPtr oid(OBJ_txt2obj(ledger_proof_oid, 1));
    if (!oid || CMS_signed_add1_attr_by_OBJ(out.signer, oid.get(), V_ASN1_OCTET_STRING, carried.data(),
                                            static_cast<int>(carried.size())) != 1) {
      return openssl_failed("add the ledger proof");
    }
  }
  X509_ALGOR* algorithm = nullptr;
  CMS_SignerInfo_get0_algs(out.signer, nullptr, nullptr, nullptr, &algorithm);
  const bool rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
  if (X509_ALGOR_set0(algorithm, OBJ_nid2obj(rsa ? NID_sha256WithRSAEncryption : NID_ecdsa_with_SHA256),
                      rsa ? V_ASN1_NULL : V_ASN1_UNDEF, nullptr) != 1) {
    return openssl_failed("name the algorithm");
  }
  return out;
}

Result<std::string> with_signature(const UnsignedSignature& unsigned_cms, std::string_view signature,
                                   std::string_view time_token = {}) {
  if (ASN1_STRING_set(CMS_SignerInfo_get0_signature(unsigned_cms.signer), signature.data(),
                      static_cast<int>(signature.size())) != 1) {
    return openssl_failed("set the signature");
  }
  if (!time_token.empty() &&
      CMS_unsigned_add1_attr_by_NID(unsigned_cms.signer, NID_id_smime_aa_timeStampToken, V_ASN1_SEQUENCE,
                                    time_token.data(), static_cast<int>(time_token.size())) != 1) {
    return openssl_failed("add the time-stamp");
  }
  std::string der = to_der(unsigned_cms.cms.get());
  if (der.empty()) return openssl_failed("encode the CMS");
  return der;
}

bool attribute_once(const CMS_SignerInfo* signer, int nid) {
  const int at = CMS_signed_get_attr_by_NID(signer, nid, -1);
  return at >= 0 && CMS_signed_get_attr_by_NID(signer, nid, at) < 0 &&
         X509_ATTRIBUTE_count(CMS_signed_get_attr(signer, at)) == 1;
}

// RFC 5652 section 11.1: it is what the content is. OpenSSL does not hold the two against each other.
bool content_type_fits(const CMS_SignerInfo* signer) {
  const auto* value = static_cast<const ASN1_OBJECT*>(
      CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT));
  return value && OBJ_obj2nid(value) == NID_pkcs7_data;
}

// What the carrying attribute holds, or nothing when it is not there exactly once as one OCTET STRING.
std::string carried_by(const CMS_SignerInfo* signer) {
  const ObjectIdPtr oid(OBJ_txt2obj(ledger_proof_oid, 1));
  const int at = oid ? CMS_signed_get_attr_by_OBJ(signer, oid.get(), -1) : -1;
  if (at < 0 || CMS_signed_get_attr_by_OBJ(signer, oid.get(), at) >= 0) return {};
  X509_ATTRIBUTE* attribute = CMS_signed_get_attr(signer, at);
  if (X509_ATTRIBUTE_count(attribute) != 1) return {};
  const auto* value =
      static_cast<const ASN1_OCTET_STRING*>(X509_ATTRIBUTE_get0_data(attribute, 0, V_ASN1_OCTET_STRING, nullptr));
  if (!value) return {};
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

// The signature time-stamp, the only unsigned attribute that there may be, or nothing when there is none.
Result<std::string> time_token_of(const CMS_SignerInfo* signer) {
  if (CMS_unsigned_get_attr_count(signer) <= 0) return std::string();
  X509_ATTRIBUTE* attribute = CMS_unsigned_get_attr(signer, 0);
  const bool expected = CMS_unsigned_get_attr_count(signer) == 1 && X509_ATTRIBUTE_count(attribute) == 1 &&
                        OBJ_obj2nid(X509_ATTRIBUTE_get0_object(attribute)) == NID_id_smime_aa_timeStampToken;
  const auto* value =
      expected ? static_cast<const ASN1_STRING*>(X509_ATTRIBUTE_get0_data(attribute, 0, V_ASN1_SEQUENCE, nullptr))
               : nullptr;
  if (!value) return invalid("the CMS has an unsigned attribute that is not one signature time-stamp");
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                     static_cast<std::size_t>(ASN1_STRING_length(value)));
}

Result<void> check_imprint(std::string_view time_token, const Hash& signature_hash) {
  QUOTARY_TRY(token, read_time_token(time_token));
  if (token.imprint == signature_hash) return {};
  return fail(Errc::corrupt, "token_imprint",
              "the time-stamp token is over " + token.imprint.hex() + ", not over this signature's value, " +
                  signature_hash.hex());
}

bool names_certificate(const CMS_SignerInfo* signer) {
  return CMS_signed_get_attr_by_NID(signer, NID_id_smime_aa_signingCertificateV2, -1) >= 0 ||
         CMS_signed_get_attr_by_NID(signer, NID_id_smime_aa_signingCertificate, -1) >= 0;
}

std::string_view signature_value(CMS_SignerInfo* signer) {
  const ASN1_OCTET_STRING* octets = CMS_SignerInfo_get0_signature(signer);
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(octets)),
          static_cast<std::size_t>(ASN1_STRING_length(octets))};
}

// Of another program's signature: a time-stamp that is over it counts, and whatever else is beside it does not.
void put_foreign_time(CmsFinding& finding, CMS_SignerInfo* signer) {
  finding.signature_hash = sha256(signature_value(signer));
  const int at = CMS_unsigned_get_attr_by_NID(signer, NID_id_smime_aa_timeStampToken, -1);
  if (at < 0) return;
  X509_ATTRIBUTE* attribute = CMS_unsigned_get_attr(signer, at);
  if (X509_ATTRIBUTE_count(attribute) != 1) return;
  const auto* value = static_cast<const ASN1_STRING*>(X509_ATTRIBUTE_get0_data(attribute, 0, V_ASN1_SEQUENCE, nullptr));
  if (!value) return;
  std::string token(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                    static_cast<std::size_t>(ASN1_STRING_length(value)));
  if (check_imprint(token, finding.signature_hash)) finding.time_token = std::move(token);
}

// Names the algorithms, or nothing when they are not on the list.
std::string allowed_algorithm(CMS_SignerInfo* signer, EVP_PKEY* key) {
  X509_ALGOR *digest = nullptr, *signature = nullptr;
  CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, &signature);
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, digest);
  const int digest_nid = OBJ_obj2nid(object);
  X509_ALGOR_get0(&object, nullptr, nullptr, signature);
  const int signature_nid = OBJ_obj2nid(object);
  const char* hash = digest_nid == NID_sha256   ? "SHA-256"
                     : digest_nid == NID_sha384 ? "SHA-384"
                     : digest_nid == NID_sha512 ? "SHA-512"
                                                : nullptr;
  if (!hash || !key_strong_enough(key)) return {};
  int own_digest = NID_undef, own_key = NID_undef;
  const bool plain_rsa = signature_nid == NID_rsaEncryption;
  if (!plain_rsa) {
    if (OBJ_find_sigid_algs(signature_nid, &own_digest, &own_key) != 1 || own_digest != digest_nid) return {};
    if (own_key != NID_rsaEncryption && own_key != NID_X9_62_id_ecPublicKey) return {};
  }
  return key_description(key) + " with " + hash;
}

int accept_times(int ok, X509_STORE_CTX* context) {
  // Dates are judged by certificate_trusted against the claimed time; here only the signature's own form counts.
  const int error = X509_STORE_CTX_get_error(context);
  return ok || error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
}

// What stands before the content, the signers and the signature of a CMS without a signature value.
struct CmsParts {
  std::string type, signed_data, signer;
};

// ContentInfo: type, [0] SignedData: version, digests, content, certificates, SET of SignerInfo: …, signature.
CmsParts take_apart(const std::string& der) {
  CmsParts out;
  std::string_view rest = der;
  const auto enter = [&rest] { rest.remove_prefix(first_value(rest).head); };
  const auto take = [&rest](std::string& to) {
    const std::size_t size = first_value(rest).size;
    to += rest.substr(0, size);
    rest.remove_prefix(size);
  };
  enter();
  take(out.type);
  enter();
  enter();
  while (first_value(rest).size < rest.size() && first_value(rest).size > 0) take(out.signed_data);
  enter();
  enter();
  const std::string no_signature = der_value(der_octets, {});
  if (rest.ends_with(no_signature)) out.signer = rest.substr(0, rest.size() - no_signature.size());
  return out;
}

Result<CmsFinding> verify(std::string_view der, std::string_view content, bool carrier, bool foreign = false) {
  ERR_clear_error();
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const CmsPtr cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
  if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) {
    ERR_clear_error();
    return invalid("/Contents holds no CMS SignedData");
  }
  // What encodes to other bytes was not DER, and readers may see different things in it. Other programs write BER.
  if (!foreign && to_der(cms.get()) != der) return invalid("the CMS is not strict DER");
  if (OBJ_obj2nid(CMS_get0_eContentType(cms.get())) != NID_pkcs7_data || CMS_is_detached(cms.get()) != 1)
    return invalid("the CMS carries content of its own");
  STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(cms.get());
  if (sk_CMS_SignerInfo_num(signers) != 1) return invalid("the CMS has not exactly one signer");
  CMS_SignerInfo* signer = sk_CMS_SignerInfo_value(signers, 0);
  for (const int nid : {NID_pkcs9_contentType, NID_pkcs9_messageDigest, NID_id_smime_aa_signingCertificateV2}) {
    // PKCS #7 as PDF had it before PAdES does not name the certificate that it is by.
    if (foreign && nid == NID_id_smime_aa_signingCertificateV2) continue;
    if (!attribute_once(signer, nid))
      return invalid(std::string("the signed attribute ") + OBJ_nid2sn(nid) + " is not there exactly once");
  }
  if (!content_type_fits(signer)) return invalid("the signed attribute contentType names another kind of content");
  if (!foreign && CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1) >= 0)
    return invalid("the CMS has a signingTime, which PAdES forbids");

  CmsFinding finding;
  if (carrier) {
    finding.carried = carried_by(signer);
    if (finding.carried.empty()) return invalid("the CMS carries no ledger proof");
  }
  STACK_OF(X509)* carried = CMS_get1_certs(cms.get());
  for (int i = 0; carried && i < sk_X509_num(carried); ++i)
    finding.certificates.emplace_back(sk_X509_value(carried, i));
  sk_X509_free(carried);
  if (finding.certificates.empty() || finding.certificates.size() > certificates_max)
    return invalid("the CMS carries no certificate or too many");
  for (const CertificatePtr& certificate : finding.certificates) {
    if (CMS_SignerInfo_cert_cmp(signer, certificate.get()) != 0) continue;
    X509_up_ref(certificate.get());
    finding.signer.reset(certificate.get());
    break;
  }
  if (!finding.signer) return invalid("the signer's certificate is missing");
  EVP_PKEY* key = X509_get0_pubkey(finding.signer.get());
  if (!key) return invalid("the signer's certificate has no usable key");
  finding.algorithm = allowed_algorithm(signer, key);
  if (finding.algorithm.empty()) return invalid("an algorithm or key size that is not allowed");
  if ((X509_get_key_usage(finding.signer.get()) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
    return invalid("a certificate that is not for signing");

  // CMS_CADES makes OpenSSL build a chain; the signer itself is the anchor, because trust is judged apart.
  const StorePtr store(X509_STORE_new());
  if (!store || X509_STORE_add_cert(store.get(), finding.signer.get()) != 1) return openssl_failed("make a store");
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  X509_STORE_set_verify_cb(store.get(), accept_times);
  X509_VERIFY_PARAM_set_purpose(X509_STORE_get0_param(store.get()), X509_PURPOSE_ANY);
  // Behind a filter: of a memory BIO CMS_verify makes one of its own, which it leaks when it knows no such digest.
  const BioPtr body(BIO_new(BIO_f_null()));
  BioPtr memory = memory_bio(content);
  if (!body || !memory) return openssl_failed("read the content");
  BIO_push(body.get(), memory.release());
  const unsigned flags = CMS_BINARY | (!foreign || names_certificate(signer) ? CMS_CADES : 0u);
  if (CMS_verify(cms.get(), nullptr, store.get(), body.get(), nullptr, flags) != 1) {
    return invalid("the signature does not hold: " + drain_openssl_errors());
  }

  if (foreign) {
    put_foreign_time(finding, signer);
    return finding;
  }
  // The signature covers neither the versions nor how the signer is named, so a CMS as we write it has no freedom left.
  const std::vector<CertificatePtr> chain = issuing_chain(finding.signer.get(), finding.certificates);
  if (chain.size() + 1 != finding.certificates.size())
    return invalid("the CMS carries certificates that are not of the signer's chain");
  const std::string_view value = signature_value(signer);
  finding.signature_hash = sha256(value);
  if (!carrier) {
    QUOTARY_TRY(time_token, time_token_of(signer));
    finding.time_token = std::move(time_token);
  }
  if (!finding.time_token.empty()) {
    const auto over = check_imprint(finding.time_token, finding.signature_hash);
    if (!over) return invalid("its signature time-stamp does not hold: " + over.error().detail);
  }
  QUOTARY_TRY(expected, unsigned_signature(sha256(content), finding.signer.get(), key, chain, finding.carried));
  QUOTARY_TRY(written, with_signature(expected, value, finding.time_token));
  if (written != der) return invalid("the CMS is not as Quotary writes it");
  return finding;
}

}  // namespace

std::size_t der_size(std::string_view bytes) {
  return bytes.empty() || bytes[0] != der_sequence ? 0 : first_value(bytes).size;
}

std::size_t foreign_cms_size(std::string_view bytes) {
  if (const std::size_t size = der_size(bytes)) return size;
  ERR_clear_error();
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* const begin = at;
  const CmsPtr cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(bytes.size())));
  ERR_clear_error();
  return cms ? static_cast<std::size_t>(at - begin) : 0;
}

Result<CmsForm> CmsForm::make(X509* leaf, const std::vector<CertificatePtr>& chain) {
  ERR_clear_error();
  EVP_PKEY* key = X509_get0_pubkey(leaf);
  if (!key || !key_strong_enough(key)) return invalid("an algorithm or key size that is not allowed");
  if ((X509_get_key_usage(leaf) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
    return invalid("a certificate that is not for signing");
  CmsForm out;
  X509_up_ref(leaf);
  out.leaf_.reset(leaf);
  const Hash some = sha256("some content"), other = sha256("other content");
  QUOTARY_TRY(whole, unsigned_signature(some, leaf, key, chain));
  out.attributes_ = signed_attributes(whole.signer);
  QUOTARY_TRY(unsigned_der, with_signature(whole, {}));

  const CmsParts parts = take_apart(unsigned_der);
  out.type_ = parts.type;
  out.signed_data_ = parts.signed_data;
  out.signer_ = parts.signer;
  out.digest_in_attributes_ = out.attributes_.find(some.view());
  out.digest_in_signer_ = out.signer_.find(some.view());
  if (out.digest_in_attributes_ == std::string::npos || out.digest_in_signer_ == std::string::npos)
    return openssl_failed("find the digest in a CMS");

  // From here on no CMS of this certificate is encoded by OpenSSL, so what it would write is compared once, in all
  // sizes.
  QUOTARY_TRY(judge, unsigned_signature(other, leaf, key, chain));
  if (out.attributes(other) != signed_attributes(judge.signer)) return openssl_failed("repeat the signed attributes");
  for (int size = 0; size <= EVP_PKEY_get_size(key); ++size) {
    const std::string signature(static_cast<std::size_t>(size), 's');
    QUOTARY_TRY(expected, with_signature(judge, signature));
    if (out.write(other, signature) != expected) return openssl_failed("repeat a CMS");
  }
  // A value of DER's long and of its short length stands for any token.
  for (const std::size_t size : {std::size_t{8}, std::size_t{3000}}) {
    const std::string token = der_value(der_sequence, der_value(der_octets, std::string(size, 't')));
    QUOTARY_TRY(timed, unsigned_signature(other, leaf, key, chain));
    QUOTARY_TRY(expected, with_signature(timed, some.view(), token));
    if (out.write(other, some.view(), token) != expected) return openssl_failed("repeat a CMS with a time-stamp");
  }
  return out;
}

std::string CmsForm::attributes(const Hash& digest) const {
  std::string out = attributes_;
  return out.replace(digest_in_attributes_, digest.bytes.size(), digest.view());
}

std::string CmsForm::write(const Hash& digest, std::string_view signature, std::string_view time_token) const {
  std::string signer = signer_;
  signer.replace(digest_in_signer_, digest.bytes.size(), digest.view());
  signer += der_value(der_octets, signature);
  if (!time_token.empty()) {
    const std::string attribute = std::string(time_token_oid) + der_value(der_set, time_token);
    signer += der_value(der_unsigned_attributes, der_value(der_sequence, attribute));
  }
  const std::string signers = der_value(der_set, der_value(der_sequence, signer));
  return der_value(der_sequence, type_ + der_value(der_explicit, der_value(der_sequence, signed_data_ + signers)));
}

Result<SignedCms> sign_cms(const CmsForm& form, EVP_PKEY* key, const Hash& digest) {
  ERR_clear_error();
  QUOTARY_TRY(signature, sign_bytes(key, form.attributes(digest)));
  std::string der = form.write(digest, signature);
  return SignedCms{std::move(der), std::move(signature), {}};
}

Result<std::string> sign_attributes(EVP_PKEY* key, std::string_view attributes) {
  ERR_clear_error();
  return sign_bytes(key, attributes);
}

Result<SignedCms> sign_carrier_cms(const Hash& digest, X509* leaf, EVP_PKEY* key,
                                   const std::vector<CertificatePtr>& chain, std::string_view carried) {
  QUOTARY_CHECK(!carried.empty());
  ERR_clear_error();
  QUOTARY_TRY(unsigned_cms, unsigned_signature(digest, leaf, key, chain, carried));
  QUOTARY_TRY(signature, sign_bytes_repeatably(key, signed_attributes(unsigned_cms.signer)));
  QUOTARY_TRY(der, with_signature(unsigned_cms, signature));
  return SignedCms{std::move(der), std::move(signature), {}};
}

Result<void> add_time_token(SignedCms& cms, const CmsForm& form, const Hash& digest, std::string_view time_token) {
  QUOTARY_TRY_VOID(check_imprint(time_token, sha256(cms.signature)));
  cms.time_token = time_token;
  cms.der = form.write(digest, cms.signature, cms.time_token);
  return {};
}

Result<void> confirm_cms(const SignedCms& cms, const CmsForm& form, const Hash& digest) {
  ERR_clear_error();
  const std::string attributes = form.attributes(digest);
  const DigestContextPtr context(EVP_MD_CTX_new());
  if (!context ||
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, X509_get0_pubkey(form.leaf())) != 1 ||
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(cms.signature.data()),
                       cms.signature.size(), reinterpret_cast<const unsigned char*>(attributes.data()),
                       attributes.size()) != 1) {
    return invalid("the signature does not hold: " + drain_openssl_errors());
  }
  if (form.write(digest, cms.signature, cms.time_token) != cms.der)
    return invalid("the CMS is not as Quotary writes it");
  return {};
}

Result<CmsFinding> verify_cms(std::string_view der, std::string_view content) { return verify(der, content, false); }

Result<CmsFinding> verify_carrier_cms(std::string_view der, std::string_view content) {
  return verify(der, content, true);
}

Result<CmsFinding> verify_foreign_cms(std::string_view der, std::string_view content) {
  return verify(der, content, false, true);
}

bool certificate_trusted(const CmsFinding& finding, std::string_view trust_anchors_pem, Timestamp time) {
  if (!may_sign_documents(finding.signer.get())) return false;
  if (trust_anchors_pem.empty()) return false;
  const auto store = store_of_anchors(trust_anchors_pem, time);
  const BorrowingStackPtr others(sk_X509_new_null());
  const StoreContextPtr context(X509_STORE_CTX_new());
  if (!store || !others || !context) return false;
  for (const CertificatePtr& certificate : finding.certificates) sk_X509_push(others.get(), certificate.get());
  if (X509_STORE_CTX_init(context.get(), store->get(), finding.signer.get(), others.get()) != 1) return false;
  const bool trusted = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  return trusted;
}

}  // namespace quotary::signing
