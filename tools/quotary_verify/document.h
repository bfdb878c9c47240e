// Is this file the document that the ledger holds? Pure: no network, no store, no clock.
#pragma once

#include "ledger/log/ports.h"
#include "ledger/log/proof.h"
#include "tools/quotary_verify/verdict.h"

#include <optional>
#include <string>
#include <string_view>

namespace quotary::offline {

// Judges a file's bytes. A PDF that carries its proof needs nothing else; for any other payload of an entry (the sealed
// PDF, a void certificate, the canonical quote) `proof` is its .tlog-proof. Where there are both, both must hold. A PDF
// must be sealed, and may have what DocMDP P 2 allows behind the seal, as customers' signatures: then the proof is that
// of its newest revision. `now` is what claimed times are held against. With trust anchors (PEM, may be empty) the
// seal's certificate must also lead to one of them. Codes beside those of check_proof() and check_sealed_document():
// `document_altered`, `proof_of_another_document`, `seal_not_trusted`, `revision_not_proved`; unchecked: `no_proof`.
[[nodiscard]] Verdict judge_document(std::string_view file, const std::optional<std::string>& proof,
                                     const CheckpointVerifier& log_key, std::string_view trust_anchors_pem,
                                     Timestamp now);

// Judges a .tlog-proof alone: what entry it proves, and that the log's key signed for it.
[[nodiscard]] Verdict judge_proof(std::string_view proof, const CheckpointVerifier& log_key);

// Judges a signed checkpoint.
[[nodiscard]] Verdict judge_checkpoint(std::string_view note, const CheckpointVerifier& log_key);

}  // namespace quotary::offline
