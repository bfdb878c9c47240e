// The certificates that an organisation signs documents with, as the entries tell them. Rules of the fold and their
// reader.
#pragma once

#include "ledger/records/keys.h"
#include "ledger/records/views.h"

namespace quotary::records {

// What a certificate is for. An entry's body has `certificate`, the SHA-256 of its DER in hexadecimal, `not_after`, and
// `previous`, the index of the entry before it about another certificate of this use; its fact `certificate` is it and
// its chain as PEM.
struct CertificateUse {
  std::string_view type, subject;
  std::string_view state_key;
};
inline constexpr CertificateUse sealing{"seal.certificate_adopted", "seal:certificate", seal_certificate_key},
    recording_signatures{"signing.certificate_adopted", "signing:certificate", signing_certificate_key};

struct AdoptedCertificate {
  std::string sha256;
  std::uint64_t index = 0;  // of its entry
};
[[nodiscard]] Found<AdoptedCertificate> find_certificate(const StateReader& state, const CertificateUse& use);

// Rule of the fold. Errc::conflict `certificate_unnamed`, `certificate_again`, `certificate_moved`.
[[nodiscard]] Result<void> certificate_adopted(const Entry& entry, const CertificateUse& use, StateWriter& state);

}  // namespace quotary::records
