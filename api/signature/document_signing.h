// Writes customers' signatures into documents: what they drew or typed, and for whom, when and how it was recorded.
#pragma once

#include "api/signature/config.h"
#include "pdfgen/fonts.h"
#include "signing/approval_signature.h"

#include <memory>

namespace quotary::signature {

// By the organisation's signing service (signing/signing_service.h). The answer is thread-safe and shares both. Its
// errors: those of sign_approval(), and `character_not_printable`.
[[nodiscard]] SignDocument document_signing(std::shared_ptr<const signing::DocumentSigner> service,
                                            std::shared_ptr<const pdfgen::Fonts> fonts);

}  // namespace quotary::signature
