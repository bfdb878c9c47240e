// Passkeys that confirmed signatures of a quote, as files that anybody can check with openssl. Inside api/use_cases.
#pragma once

#include "api/use_cases/parts.h"

namespace quotary::api {

// One confirmation, as the evidence of a signature.signed entry keeps it. Bytes where not said otherwise.
struct PasskeyProof {
  std::uint64_t entry = 0;               // of the signature
  std::uint64_t registered = 0;          // the entry that made the passkey known; it may be about an earlier quote
  std::uint64_t displayed_revision = 0;  // of the document that was confirmed
  int algorithm = 0;                     // of COSE: -7, -8, -257
  std::string public_key;                // SubjectPublicKeyInfo, DER
  std::string statement, client_data, authenticator_data, signature;
};

// Of the entries about one quote, oldest first; what was erased is left out. Errc::corrupt `payload_damaged`.
[[nodiscard]] Result<std::vector<PasskeyProof>> passkey_proofs(const Organisation::Parts& parts,
                                                               const std::vector<Entry>& entries);

using NamedFiles = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] NamedFiles files_of(const PasskeyProof& proof);

// Lines for bash, with coreutils and openssl, in the folder that has `files`: each ends with 0 where it holds. They
// lead from the document to the statement, from that to the signature, and from signature and key to their entries.
[[nodiscard]] std::string commands_of(const PasskeyProof& proof, std::string_view number,
                                      const OrganisationProfile& profile, const NamedFiles& files);

}  // namespace quotary::api
