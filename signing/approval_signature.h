// The signature of a person in a field that the sealed document has ready: Rep, Customer1 to Customer3.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/hash.h"
#include "ledger/base/time.h"
#include "signing/seal.h"
#include "signing/signature_appearance.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace quotary::signing {

// Whoever signs a document: a key in this process, a token, or a service. Implementations are safe to call from any
// thread.
class DocumentSigner {
 public:
  virtual ~DocumentSigner() = default;
  // The signer's certificate, then its chain, PEM.
  [[nodiscard]] virtual std::string certificate_pem() const = 0;
  // The signature value over these bytes (DER of the signed attributes) with SHA-256: for an elliptic curve in DER, for
  // RSA by PKCS #1 v1.5. It is verified before it is used.
  [[nodiscard]] virtual Result<std::string> sign(std::string_view to_be_signed) const = 0;
};
// A key from files. Errors of Seal::load().
[[nodiscard]] Result<std::shared_ptr<const DocumentSigner>> load_document_signer(FileSystem& files,
                                                                                 const SealKeyFiles& paths,
                                                                                 Timestamp now);

inline constexpr std::size_t approval_text_bytes_max = 500;  // of each text

struct ApprovalRequest {
  std::string field;                              // a reserved one
  Hash base;                                      // SHA-256 of the document that is signed, as the signer saw it
  Timestamp time;                                 // /M, as claimed; whole seconds
  std::string name, reason, location, contact;    // UTF-8, left out when empty
  std::optional<SignatureAppearance> appearance;  // must be there when the field has an area, and must not when not
};

// The document with one more revision that signs the field; what stands before it is never touched. FORMAT.md,
// "Approval revisions", says what it writes. The result is read back and validated as a stranger would before it is
// returned. Errc::conflict `base_changed` (`pdf` is not the document of `base`), `field_signed`; Errc::not_found
// `field_missing`; Errc::invalid `base_not_sealed`, `base_not_intact`, `text_too_long`, `appearance_unexpected`,
// `appearance_missing`, and the errors of write_appearance(); Errc::unavailable `signer_unsuitable`,
// `signer_certificate_expired`; the errors of the signer; Errc::internal `signing_failed` when the check fails.
[[nodiscard]] Result<std::string> sign_approval(std::string_view pdf, const ApprovalRequest& request,
                                                const DocumentSigner& signer);

}  // namespace quotary::signing
