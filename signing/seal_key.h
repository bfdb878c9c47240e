// The seal's private key with its certificates, from PKCS#12, PEM or a token.
#pragma once

#include "signing/openssl_handles.h"
#include "signing/seal.h"

#include <vector>

namespace quotary::signing {

class DocumentSigner;

struct SealKey {
  std::shared_ptr<void> held_by;  // the token's session, which outlives the key; null for a key in this process
  KeyPtr key;
  CertificatePtr leaf;
  std::vector<CertificatePtr> chain;  // without the leaf
};

enum class KeyUse { documents, time_stamps };

// What Seal::load asks of a certificate and its chain; the chain becomes that of the leaf alone. `file` names it. For
// time-stamps the extended key usage is the authority's to check.
[[nodiscard]] Result<void> check_signing_certificate(X509* leaf, std::vector<CertificatePtr>& chain,
                                                     const std::string& file, Timestamp now,
                                                     KeyUse use = KeyUse::documents);

// The checks and error codes of Seal::load.
[[nodiscard]] Result<SealKey> load_seal_key(FileSystem& files, const SealKeyFiles& paths, Timestamp now,
                                            KeyUse use = KeyUse::documents);

// Signs with it in this process.
[[nodiscard]] std::shared_ptr<const DocumentSigner> document_signer(SealKey key);

}  // namespace quotary::signing
