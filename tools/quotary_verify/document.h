// Is this file the document that the ledger holds? Pure: no network, no store, no clock.
#pragma once

#include "ledger/log/ports.h"
#include "ledger/log/proof.h"
#include "tools/quotary_verify/verdict.h"

#include <optional>
#include <string>
#include <string_view>

namespace quotary::offline {

// What a document is held against beside the log's key.
struct DocumentEvidence {
  std::optional<std::string> proof;   // its .tlog-proof
  std::optional<std::string> status;  // a status proof of its quote
  // Both as signing::check_trust_anchors() takes them.
  std::string trust_anchors_pem;  // of signers; may be empty: then none is trusted, and that is no fault
  std::string time_roots_pem;     // of time-stamping authorities; may be empty: then no time counts as proved
  Timestamp now;                  // what claimed times are held against
};

struct DocumentVerdict : Verdict {
  std::string proof;  // the .tlog-proof that the file was held against, when it holds
};

// Judges a file's bytes. A PDF that carries its proof needs nothing else; for any other payload of an entry (the sealed
// PDF, a void certificate, the canonical quote) `proof` is its .tlog-proof. Where there are both, both must hold. A PDF
// must be sealed, and may have what DocMDP P 2 allows behind the seal, as customers' signatures: then the proof is that
// of its newest revision. With trust anchors the seal's certificate must also lead to one of them. The fact "verdict"
// is the one word for a PDF (document_word.h). Codes beside those of check_proof(), check_sealed_document() and
// hold_status(): `document_altered`, `proof_of_another_document`, `seal_not_trusted`, `revision_not_proved`; unchecked:
// `no_proof`.
[[nodiscard]] DocumentVerdict judge_document(std::string_view file, const DocumentEvidence& evidence,
                                             const CheckpointVerifier& log_key);

// Judges a .tlog-proof alone: what entry it proves, and that the log's key signed for it.
[[nodiscard]] Verdict judge_proof(std::string_view proof, const CheckpointVerifier& log_key);

// Judges a signed checkpoint.
[[nodiscard]] Verdict judge_checkpoint(std::string_view note, const CheckpointVerifier& log_key);

}  // namespace quotary::offline
