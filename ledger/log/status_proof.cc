#include "ledger/log/status_proof.h"

#include "ledger/log/checkpoint.h"

namespace quotary {

namespace {

ProofLines lines_of(std::string_view text) { return {text, "bad_status_proof", "quotary-status-proof@v1"}; }

}  // namespace

std::string status_proof_text(const StatusProof& proof) {
  std::string text(status_proof_header);
  append_subject_head(text, proof.about);
  append_proven_entry(text, proof.root);
  for (const ProvenEntry& entry : proof.about.entries) append_proven_entry(text, entry);
  text += '\n';
  text += proof.checkpoint;
  return text;
}

Result<StatusProof> parse_status_proof(std::string_view text) {
  if (text.size() > status_proof_bytes_max) return lines_of({}).wrong("over 4 MB");
  if (!text.starts_with(status_proof_header)) return lines_of({}).wrong("the first line");
  const std::size_t blank = text.find("\n\n");
  if (blank == text.npos) return lines_of({}).wrong("no blank line before the checkpoint");
  ProofLines lines = lines_of(text.substr(status_proof_header.size(), blank + 1 - status_proof_header.size()));
  StatusProof proof;
  proof.checkpoint = text.substr(blank + 2);
  QUOTARY_TRY(about, lines.subject_head());
  proof.about = std::move(about);
  QUOTARY_TRY(root, lines.entry());
  proof.root = std::move(root);
  QUOTARY_TRY_VOID(lines.entries_of(proof.about));
  if (!lines.at_end()) return lines.wrong("a line that belongs to nothing");
  return proof;
}

Result<CheckedStatus> check_status_proof(std::string_view text, const CheckpointVerifier& log_key) {
  QUOTARY_TRY(proof, parse_status_proof(text));
  QUOTARY_TRY(checkpoint, open_checkpoint(proof.checkpoint, log_key));
  QUOTARY_TRY(root_entry, check_proven_entry(proof.root, checkpoint));
  QUOTARY_TRY(root, read_index_root(root_entry));
  QUOTARY_TRY(entries, check_proven_subject(proof.about, root.index_root, root.size, checkpoint));
  return CheckedStatus{std::move(proof.about.subject),
                       std::move(entries),
                       std::move(root_entry),
                       root,
                       checkpoint.size,
                       checkpoint.origin};
}

}  // namespace quotary
