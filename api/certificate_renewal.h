// The change of a certificate that signs documents, while the ledger is served or not: what the keys of both sign waits
// in the key folder, and the first start with the new certificate chains it.
#pragma once

#include "api/organisation.h"
#include "ledger/records/certificates.h"
#include "signing/certificate_renewal.h"

#include <optional>
#include <string>

namespace quotary::api {

struct PreparedRenewal {
  std::string path;  // of the file that waits
  signing::CertificateRenewal terms;
  std::string old_subject, new_subject;
};

// Has the keys of the newest adopted certificate of that use and of the one that follows sign the change, and puts it
// into the key folder, in place of another one that waited. `current` and `next` say where the keys are; nothing else
// changes. Errors of load_document_signer() and of sign_renewal(); Errc::conflict `certificate_not_in_use` when
// `current` is not of the certificate that the ledger names, or it names none yet.
[[nodiscard]] Result<PreparedRenewal> prepare_renewal(const OrganisationConfig& config,
                                                      const records::CertificateUse& use,
                                                      const signing::SealKeyFiles& current,
                                                      const signing::SealKeyFiles& next, signing::CertificateEnd end);

// What waits for the next start; absent: nothing. Errors of signing::read_renewal(), and of reading the file.
[[nodiscard]] Result<std::optional<signing::CertificateRenewal>> waiting_renewal(const OrganisationConfig& config,
                                                                                 const records::CertificateUse& use);

}  // namespace quotary::api
