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

// What Seal::load asks of a certificate and its chain; the chain becomes that of the leaf alone. `file` names it.
[[nodiscard]] Result<void> check_signing_certificate(X509* leaf, std::vector<CertificatePtr>& chain,
                                                     const std::string& file, Timestamp now);

// The checks and error codes of Seal::load.
[[nodiscard]] Result<SealKey> load_seal_key(FileSystem& files, const SealKeyFiles& paths, Timestamp now);

// Signs with it in this process.
[[nodiscard]] std::shared_ptr<const DocumentSigner> document_signer(SealKey key);

}  // namespace quotary::signing
