// The certificates that sign documents as entries: which one signed from where on. FORMAT.md, "What the system says".
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/log/sequencer.h"
#include "ledger/records/certificates.h"
#include "signing/certificate_renewal.h"
#include "signing/signing_certificate.h"

#include <optional>
#include <string>

namespace quotary::api {

// Where renewals wait for the start with the new certificate, and the log that they must be of.
struct Renewals {
  FileSystem& files;
  const std::string& keys_directory;
  std::string origin;
};
[[nodiscard]] std::string renewal_path(const std::string& keys_directory, const records::CertificateUse& use);

struct Renewal {
  std::string text;
  signing::CertificateRenewal terms;
};
// What waits; absent: nothing. Errors of signing::read_renewal(), naming the file, and of reading it.
[[nodiscard]] Result<std::optional<Renewal>> read_waiting(FileSystem& files, const std::string& keys_directory,
                                                          const records::CertificateUse& use);

// Chains an entry of the use when the newest such one is about another certificate, with the renewal that waits in the
// key folder when it is of these two. Errc::unavailable `renewal_differs` when what waits there leads from the old
// certificate to another one, or is another log's; those of read_waiting() and of appending.
[[nodiscard]] Result<void> adopt_certificate(Ledger& ledger, const Renewals& renewals,
                                             const records::CertificateUse& use,
                                             const signing::SigningCertificate& certificate);

}  // namespace quotary::api
