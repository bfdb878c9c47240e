// Status proofs from an open ledger.
#pragma once

#include "ledger/log/index_roots.h"
#include "ledger/log/merkle.h"
#include "ledger/log/status_proof.h"

namespace quotary {

// Makes proofs of subjects under one signed checkpoint. One thread; the ledger outlives it.
class SubjectProver {
 public:
  // Errc::unavailable `index_behind` when the checkpoint does not cover that entry, the index.root.
  [[nodiscard]] static Result<SubjectProver> make(const Ledger& ledger, std::uint64_t index_root_entry,
                                                  std::string_view checkpoint);
  // Each way is checked before it is handed out. Errors of reading the ledger.
  [[nodiscard]] Result<ProvenEntry> entry(const Entry& entry);
  // With all its entries, as the index says. Errc::too_large `history_too_long` over proven_entries_max.
  [[nodiscard]] Result<ProvenSubject> about(std::string_view subject, const SubjectLast& last,
                                            const SubjectProof& proof);

 private:
  SubjectProver(const Ledger& ledger, Checkpoint tree)
      : ledger_(ledger), tree_(std::move(tree)), prover_(tree_.size, ledger.nodes()) {}

  const Ledger& ledger_;
  Checkpoint tree_;
  InclusionProver prover_;
};

// The proof of a subject under what an index.root says of it and a signed checkpoint of this ledger that covers that
// index.root. Each way is checked before it is handed out. Errc::too_large `history_too_long` over proven_entries_max;
// Errc::unavailable `index_behind` when the checkpoint does not cover the index.root; errors of reading the ledger.
[[nodiscard]] Result<StatusProof> make_status_proof(const Ledger& ledger, std::string_view subject,
                                                    const IndexRoots::Said& said, std::string_view checkpoint);

}  // namespace quotary
