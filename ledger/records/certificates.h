// The certificates that an organisation signs documents with, as the entries tell them. Rules of the fold and their
// reader.
#pragma once

#include "ledger/records/keys.h"
#include "ledger/records/views.h"

namespace quotary::records {

// What a certificate is for. An entry's body has `certificate`, the SHA-256 of its DER in hexadecimal, `not_after`, and
// `previous`, the index of the entry before it about another certificate of this use; its fact `certificate` is it and
// its chain as PEM. Where the keys of both signed the change, `before` says what became of the one before, "renewed" or
// "revoked", and the fact `renewal` is what they signed.
struct CertificateUse {
  std::string_view type, subject;
  std::string_view state_key;
  std::string_view name;  // in a renewal's statement
};
inline constexpr CertificateUse sealing{"seal.certificate_adopted", "seal:certificate", seal_certificate_key, "seal"},
    recording_signatures{"signing.certificate_adopted", "signing:certificate", signing_certificate_key, "signing"};

struct AdoptedCertificate {
  std::string sha256;
  std::uint64_t index = 0;  // of its entry
};
[[nodiscard]] Found<AdoptedCertificate> find_certificate(const StateReader& state, const CertificateUse& use);

// Rule of the fold; whether keys signed a renewal is checked by who reads it. Errc::conflict `certificate_unnamed`,
// `certificate_again`, `certificate_moved`, `renewal_unnamed`.
[[nodiscard]] Result<void> certificate_adopted(const Entry& entry, const CertificateUse& use, StateWriter& state);

}  // namespace quotary::records
