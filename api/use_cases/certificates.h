// The certificates that sign documents as entries: which one signed from where on. FORMAT.md, "What the system says".
#pragma once

#include "ledger/log/sequencer.h"
#include "ledger/records/certificates.h"
#include "signing/signing_certificate.h"

namespace quotary::api {

// Chains an entry of the use when the newest such one is about another certificate. Errors of appending.
[[nodiscard]] Result<void> adopt_certificate(Ledger& ledger, const records::CertificateUse& use,
                                             const signing::SigningCertificate& certificate);

}  // namespace quotary::api
