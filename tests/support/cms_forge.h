// CMS SignedData written value by value, so that it can be wrong in one respect at a time: what no library would sign.
#pragma once

#include "signing/openssl_handles.h"
#include "tests/support/temporary_folder.h"

#include <openssl/obj_mac.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::testing {

struct CmsSigner {
  signing::KeyPtr key;
  signing::CertificatePtr certificate;
};
// Of seal.key.pem and seal.cert.pem in a folder.
[[nodiscard]] CmsSigner cms_signer(const TemporaryFolder& folder);

// As it stands, the CMS is byte for byte as Quotary writes it for that signature.
struct ForgedCms {
  int digest = NID_sha256;
  int signature_digest = NID_undef;  // of the signature, when it is another one
  bool signer = true;
  const CmsSigner* second = nullptr;                                      // signs as well
  bool attributes = true;                                                 // without them the content itself is signed
  std::function<void(std::vector<std::string>&)> change_attributes = {};  // of the signed ones, DER each
  bool unordered = false;                             // they stand in another order than in what is signed
  std::vector<std::string> unsigned_attributes = {};  // DER each
  bool carries_certificate = true;
  std::string carried_content = {};  // within the CMS, beside what is signed; empty: none
};
[[nodiscard]] std::string forge_cms(const CmsSigner& by, const std::string& content, const ForgedCms& forgery = {});

[[nodiscard]] std::string der_value(unsigned char tag, std::string_view content);
[[nodiscard]] std::string der_object_id(int nid);
// Attribute ::= SEQUENCE { OBJECT IDENTIFIER, SET of the value or values }
[[nodiscard]] std::string cms_attribute(const std::string& object_id, const std::string& values);
[[nodiscard]] std::string digest_attribute(int digest, const std::string& content);
// signingCertificateV2 (RFC 5035) with SHA-256, issuer and serial number.
[[nodiscard]] std::string certificate_attribute(X509* certificate);
// Whether an attribute is of that kind.
[[nodiscard]] bool is_attribute(const std::string& attribute, int nid);

// The same value with an outermost length that is not DER's: none, and an end instead.
[[nodiscard]] std::string in_ber(const std::string& der);

}  // namespace quotary::testing
