#include "ledger/log/make_status_proof.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/merkle.h"
#include "ledger/log/note.h"

#include <algorithm>

namespace quotary {

Result<StatusProof> make_status_proof(const Ledger& ledger, std::string_view subject, const IndexRoots::Said& said,
                                      std::string_view checkpoint) {
  QUOTARY_TRY(prover, SubjectProver::make(ledger, said.entry.index, checkpoint));
  StatusProof proof;
  QUOTARY_TRY(about, prover.about(subject, said.last, said.proof));
  proof.about = std::move(about);
  QUOTARY_TRY(root, prover.entry(said.entry));
  proof.root = std::move(root);
  proof.checkpoint = checkpoint;
  return proof;
}

Result<SubjectProver> SubjectProver::make(const Ledger& ledger, std::uint64_t index_root_entry,
                                          std::string_view checkpoint) {
  QUOTARY_TRY(note, parse_note(checkpoint));
  QUOTARY_TRY(tree, parse_checkpoint_text(note.text));
  if (index_root_entry >= tree.size)
    return fail(Errc::unavailable, "index_behind", "the checkpoint does not cover the newest index.root yet");
  return SubjectProver(ledger, std::move(tree));
}

Result<ProvenEntry> SubjectProver::entry(const Entry& entry) {
  QUOTARY_TRY(path, prover_.prove(entry.index));
  QUOTARY_TRY_VOID(check_inclusion(entry.leaf, entry.index, tree_.size, path, tree_.root));
  return ProvenEntry{entry.index, entry.canonical, std::move(path)};
}

Result<ProvenSubject> SubjectProver::about(std::string_view subject, const SubjectLast& last,
                                           const SubjectProof& proof) {
  if (last.count > proven_entries_max) {
    return fail(Errc::too_large, "history_too_long",
                "a proof holds at most " + std::to_string(proven_entries_max) + " entries about a subject, there are " +
                    std::to_string(last.count) + " about " + std::string(subject));
  }
  ProvenSubject out;
  out.subject = subject;
  out.last = last;
  out.siblings = proof.siblings;
  for (std::optional<std::uint64_t> at = last.index; at && out.entries.size() < last.count;) {
    QUOTARY_TRY(found, ledger_.entry(*at));
    QUOTARY_TRY(proven, entry(found));
    out.entries.push_back(std::move(proven));
    at = found.subject_prev;
  }
  std::reverse(out.entries.begin(), out.entries.end());
  return out;
}

}  // namespace quotary
