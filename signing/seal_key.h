// The seal's private key with its certificates, from PKCS#12 or PEM.
#pragma once

#include "signing/openssl_handles.h"
#include "signing/seal.h"

#include <vector>

namespace quotary::signing {

class DocumentSigner;

struct SealKey {
  KeyPtr key;
  CertificatePtr leaf;
  std::vector<CertificatePtr> chain;  // without the leaf
};

// The checks and error codes of Seal::load.
[[nodiscard]] Result<SealKey> load_seal_key(FileSystem& files, const SealKeyFiles& paths, Timestamp now);

// Signs with it in this process.
[[nodiscard]] std::shared_ptr<const DocumentSigner> document_signer(SealKey key);

}  // namespace quotary::signing
