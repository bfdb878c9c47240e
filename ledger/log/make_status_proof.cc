#include "ledger/log/make_status_proof.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/merkle.h"
#include "ledger/log/note.h"

#include <algorithm>

namespace quotary {

Result<StatusProof> make_status_proof(const Ledger& ledger, std::string_view subject, const IndexRoots::Said& said,
                                      std::string_view checkpoint) {
  if (said.last.count > status_entries_max) {
    return fail(Errc::too_large, "history_too_long",
                "a status proof holds at most " + std::to_string(status_entries_max) + " entries, there are " +
                    std::to_string(said.last.count) + " about " + std::string(subject));
  }
  QUOTARY_TRY(note, parse_note(checkpoint));
  QUOTARY_TRY(tree, parse_checkpoint_text(note.text));
  if (said.entry.index >= tree.size)
    return fail(Errc::unavailable, "index_behind", "the checkpoint does not cover the newest index.root yet");
  InclusionProver prover(tree.size, ledger.nodes());
  const auto prove = [&](const Entry& entry) -> Result<ProvenEntry> {
    QUOTARY_TRY(path, prover.prove(entry.index));
    QUOTARY_TRY_VOID(check_inclusion(entry.leaf, entry.index, tree.size, path, tree.root));
    return ProvenEntry{entry.index, entry.canonical, std::move(path)};
  };
  StatusProof proof;
  proof.subject = subject;
  proof.last = said.last;
  proof.siblings = said.proof.siblings;
  proof.checkpoint = checkpoint;
  QUOTARY_TRY(root, prove(said.entry));
  proof.root = std::move(root);
  for (std::optional<std::uint64_t> at = said.last.index; at && proof.entries.size() < said.last.count;) {
    QUOTARY_TRY(entry, ledger.entry(*at));
    QUOTARY_TRY(proven, prove(entry));
    proof.entries.push_back(std::move(proven));
    at = entry.subject_prev;
  }
  std::reverse(proof.entries.begin(), proof.entries.end());
  return proof;
}

}  // namespace quotary
