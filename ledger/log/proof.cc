#include "ledger/log/proof.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/entry.h"
#include "ledger/log/merkle.h"
#include "ledger/log/proof_text.h"

namespace quotary {

namespace {

constexpr std::size_t proof_bytes_max = 1u << 20;
constexpr std::size_t path_max = 64;

Error bad_proof(const char* why) {
  return fail(Errc::invalid, "bad_proof", std::string("not a tlog-proof with extra: ") + why);
}

}  // namespace

std::string Committed::proof(std::size_t ordinal) const {
  const Entry& entry = entries[ordinal];
  return proof_text(entry.index, paths[ordinal], entry.canonical, checkpoint);
}

Result<CheckedProof> check_proof(std::string_view text, const CheckpointVerifier& log_key) {
  if (text.size() > proof_bytes_max) return bad_proof("over 1 MB");
  if (!text.starts_with(tlog_proof_header)) return bad_proof("the first line");
  const std::size_t blank = text.find("\n\n");
  if (blank == text.npos) return bad_proof("no blank line before the checkpoint");
  std::string_view head = text.substr(tlog_proof_header.size(), blank + 1 - tlog_proof_header.size());
  const std::string_view checkpoint_note = text.substr(blank + 2);

  std::vector<std::string_view> lines;
  while (!head.empty()) {
    const std::size_t end = head.find('\n');
    lines.push_back(head.substr(0, end));
    head.remove_prefix(end + 1);
    if (lines.size() > path_max + 2) return bad_proof("too many lines");
  }
  if (lines.size() < 2 || !lines[0].starts_with("extra ") || !lines[1].starts_with("index "))
    return bad_proof("extra and index lines");
  auto extra = from_base64(lines[0].substr(6));
  auto index = parse_u64(lines[1].substr(6));
  if (!extra || !index) return bad_proof("extra or index value");
  std::vector<Hash> path;
  for (std::size_t i = 2; i < lines.size(); ++i) {
    auto hash = parse_hash_line(lines[i]);
    if (!hash) return bad_proof("a hash line");
    path.push_back(*hash);
  }

  QUOTARY_TRY(checkpoint, open_checkpoint(checkpoint_note, log_key));
  QUOTARY_TRY_VOID(check_inclusion(leaf_hash(*extra), *index, checkpoint.size, path, checkpoint.root));
  QUOTARY_TRY(entry, parse_entry(*extra));
  if (entry.index != *index) return fail(Errc::corrupt, "index", "the entry names another index than the proof");
  return CheckedProof{std::move(entry), checkpoint.size, checkpoint.root, std::move(checkpoint.origin)};
}

}  // namespace quotary
