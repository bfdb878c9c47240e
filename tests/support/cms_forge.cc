#include "tests/support/cms_forge.h"

#include "ledger/base/bytes.h"
#include "ledger/base/file_system.h"
#include "ledger/base/hash.h"

#include <openssl/cms.h>

#include <algorithm>

namespace quotary::testing {

namespace {

using signing::der_of;

constexpr unsigned char octets_tag = 0x04, sequence_tag = 0x30, set_tag = 0x31, inner_0_tag = 0xa0, inner_1_tag = 0xa1,
                        directory_name_tag = 0xa4;
const std::string null_value("\x05\x00", 2), version_1("\x02\x01\x01", 3);

std::string digested(int digest, const std::string& content) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  QUOTARY_CHECK(EVP_Digest(content.data(), content.size(), bytes, &size, EVP_get_digestbynid(digest), nullptr) == 1);
  return {reinterpret_cast<const char*>(bytes), size};
}

std::string signed_by(EVP_PKEY* key, int digest, const std::string& bytes) {
  const signing::DigestContextPtr context(EVP_MD_CTX_new());
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t size = out.size();
  QUOTARY_CHECK(EVP_DigestSignInit(context.get(), nullptr, EVP_get_digestbynid(digest), nullptr, key) == 1);
  QUOTARY_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                               reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1);
  out.resize(size);
  return out;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += part;
  return out;
}

// As DER has a SET OF.
std::string in_order(std::vector<std::string> parts) {
  std::sort(parts.begin(), parts.end());
  return joined(parts);
}

std::string issuer_of(X509* certificate) { return der_of<i2d_X509_NAME>(X509_get_issuer_name(certificate)); }
std::string serial_of(X509* certificate) { return der_of<i2d_ASN1_INTEGER>(X509_get0_serialNumber(certificate)); }

std::string signature_algorithm(EVP_PKEY* key, int digest) {
  const bool rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
  int nid = NID_undef;
  QUOTARY_CHECK(OBJ_find_sigid_by_algs(&nid, digest, rsa ? NID_rsaEncryption : NID_X9_62_id_ecPublicKey) == 1);
  return der_value(sequence_tag, der_object_id(nid) + (rsa ? null_value : ""));
}

std::string signer_info(const CmsSigner& by, const std::string& content, const ForgedCms& forgery) {
  X509* const certificate = by.certificate.get();
  std::vector<std::string> attributes = {
      cms_attribute(der_object_id(NID_pkcs9_contentType), der_object_id(NID_pkcs7_data)),
      digest_attribute(forgery.digest, content), certificate_attribute(certificate)};
  if (forgery.change_attributes) forgery.change_attributes(attributes);
  const std::string signed_bytes = forgery.attributes ? der_value(set_tag, in_order(attributes)) : content;
  std::sort(attributes.begin(), attributes.end());
  if (forgery.unordered) std::reverse(attributes.begin(), attributes.end());
  const int signature_digest = forgery.signature_digest == NID_undef ? forgery.digest : forgery.signature_digest;
  std::string out = version_1 + der_value(sequence_tag, issuer_of(certificate) + serial_of(certificate)) +
                    der_value(sequence_tag, der_object_id(forgery.digest));
  if (forgery.attributes) out += der_value(inner_0_tag, joined(attributes));
  out += signature_algorithm(by.key.get(), signature_digest) +
         der_value(octets_tag, signed_by(by.key.get(), signature_digest, signed_bytes));
  if (!forgery.unsigned_attributes.empty()) out += der_value(inner_1_tag, joined(forgery.unsigned_attributes));
  return der_value(sequence_tag, out);
}

}  // namespace

CmsSigner cms_signer(const TemporaryFolder& folder) {
  const auto files = posix_file_system();
  CmsSigner out;
  out.key = signing::private_key_from_pem(read_file(*files, folder.file("seal.key.pem")).value());
  auto certificates = signing::certificates_from_pem(read_file(*files, folder.file("seal.cert.pem")).value()).value();
  out.certificate = std::move(certificates.front());
  QUOTARY_CHECK(out.key != nullptr);
  return out;
}

std::string der_value(unsigned char tag, std::string_view content) {
  std::string digits;
  for (std::size_t rest = content.size(); rest > 0; rest >>= 8) digits.insert(digits.begin(), static_cast<char>(rest));
  std::string out(1, static_cast<char>(tag));
  if (content.size() >= 0x80) out += static_cast<char>(0x80 + digits.size());
  if (content.empty()) digits.assign(1, '\0');
  return out.append(digits).append(content);
}

std::string der_object_id(int nid) { return der_of<i2d_ASN1_OBJECT>(OBJ_nid2obj(nid)); }

std::string cms_attribute(const std::string& object_id, const std::string& values) {
  return der_value(sequence_tag, object_id + der_value(set_tag, values));
}

std::string digest_attribute(int digest, const std::string& content) {
  return cms_attribute(der_object_id(NID_pkcs9_messageDigest), der_value(octets_tag, digested(digest, content)));
}

std::string certificate_attribute(X509* certificate) {
  const std::string names = der_value(sequence_tag, der_value(directory_name_tag, issuer_of(certificate)));
  const std::string id = der_value(octets_tag, digested(NID_sha256, signing::certificate_der(certificate))) +
                         der_value(sequence_tag, names + serial_of(certificate));
  return cms_attribute(der_object_id(NID_id_smime_aa_signingCertificateV2),
                       der_value(sequence_tag, der_value(sequence_tag, der_value(sequence_tag, id))));
}

bool is_attribute(const std::string& attribute, int nid) {
  return attribute.find(der_object_id(nid)) < 5;  // behind its own tag and length
}

std::string forge_cms(const CmsSigner& by, const std::string& content, const ForgedCms& forgery) {
  std::vector<std::string> signers, certificates;
  for (const CmsSigner* each : {&by, forgery.second}) {
    if (!each) continue;
    if (forgery.signer) signers.push_back(signer_info(*each, content, forgery));
    certificates.push_back(signing::certificate_der(each->certificate.get()));
  }
  const std::string algorithm = der_value(sequence_tag, der_object_id(forgery.digest));
  std::string inner = der_object_id(NID_pkcs7_data);
  if (!forgery.carried_content.empty()) inner += der_value(inner_0_tag, der_value(octets_tag, forgery.carried_content));
  std::string signed_data = version_1 + der_value(set_tag, algorithm) + der_value(sequence_tag, inner);
  if (forgery.carries_certificate) signed_data += der_value(inner_0_tag, in_order(certificates));
  signed_data += der_value(set_tag, in_order(signers));
  return der_value(sequence_tag,
                   der_object_id(NID_pkcs7_signed) + der_value(inner_0_tag, der_value(sequence_tag, signed_data)));
}

std::string in_ber(const std::string& der) {
  QUOTARY_CHECK(der.size() > 4 && der[1] == '\x82');  // tag, and a length of two bytes
  return std::string("\x30\x80", 2) + der.substr(4) + std::string(2, '\0');
}

}  // namespace quotary::testing
