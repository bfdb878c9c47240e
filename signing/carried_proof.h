// A sealed PDF that carries its own proof, and whether what follows the sealed bytes is that and nothing else.
#pragma once

#include "ledger/base/time.h"
#include "signing/document_check.h"

#include <optional>
#include <string>
#include <string_view>

namespace quotary::signing {

// A `.tlog-proof` of a quote has about 2 KB; the reserved signature must hold the certificates beside it.
inline constexpr std::size_t carried_proof_bytes_max = 8u << 10;

struct CarriedProof {
  std::string text;    // the .tlog-proof; whether it holds is for who has the log's key
  std::string signer;  // subject of the certificate that the update is signed with, one line
  std::string certificate_sha256;
  Timestamp time;  // as its signature claims, whole seconds; for check_claimed_time()
};

struct SealedDocument {
  SealFinding seal;        // of the sealed bytes alone
  std::size_t sealed = 0;  // how many they are, from the file's start; 0 when no seal holds
  std::optional<CarriedProof> proof;
  std::optional<Error> added;  // what follows the sealed bytes is not exactly their proof, and why
};

// Judges a file that was sealed by Quotary, with what was added to it. Safe on hostile bytes. Errors as check_seal().
// `added` is Errc::invalid with one of these codes:
//   bytes_added             what follows is no whole revision
//   revision_added          what follows holds no field LedgerProof
//   ledger_proof_twice      several fields LedgerProof
//   ledger_proof_and_more   the update also changes something else; the detail names it
//   ledger_proof_too_large  the proof has over carried_proof_bytes_max bytes, or its signature more than is reserved
//   ledger_proof_signature  the signature that carries the proof is damaged, not by its key, or carries none
//   ledger_proof_time       the signature that carries the proof names no time in the form that is written
//   ledger_proof_signer     another signer than the seal's, by certificate and by name, so not its organisation's proof
[[nodiscard]] Result<SealedDocument> check_sealed_document(std::string_view pdf, std::string_view trust_anchors_pem);

// Whether the signature claims the time of the entry that its proof proves: a viewer shows the one, the ledger holds
// the other. For who has checked the proof. Errc::invalid `ledger_proof_time`.
[[nodiscard]] Result<void> check_claimed_time(Timestamp claimed, Timestamp entry);

}  // namespace quotary::signing
