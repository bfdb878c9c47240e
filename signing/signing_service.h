// The key by which an organisation records signatures of people who bring no key of their own.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/random.h"
#include "ledger/base/time.h"
#include "signing/approval_signature.h"

#include <memory>
#include <string>

namespace quotary::signing {

// Loads signing-service.key.pem and signing-service.cert.pem from `directory`; makes them, self-signed, when both are
// missing. The certificate's subject says that it records others' signatures: it is never presented as a signer's own.
// Errors of make_self_signed() and load_document_signer().
[[nodiscard]] Result<std::shared_ptr<const DocumentSigner>> open_signing_service(FileSystem& files,
                                                                                 const std::string& directory,
                                                                                 const std::string& organisation,
                                                                                 Timestamp now, Random& random);

}  // namespace quotary::signing
