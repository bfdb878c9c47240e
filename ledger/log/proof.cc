#include "ledger/log/proof.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/entry.h"
#include "ledger/log/merkle.h"
#include "ledger/log/proof_text.h"

namespace quotary {

namespace {

constexpr std::string_view header = "c2sp.org/tlog-proof@v1\n";
constexpr std::size_t proof_bytes_max = 1u << 20;
constexpr std::size_t path_max = 64;

Error bad_proof(const char* why) {
  return fail(Errc::invalid, "bad_proof", std::string("not a tlog-proof with extra: ") + why);
}

}  // namespace

std::string proof_text(std::uint64_t index, const std::vector<Hash>& path, std::string_view extra,
                       std::string_view checkpoint) {
  std::string text;
  text.reserve(header.size() + 64 + extra.size() * 4 / 3 + path.size() * 45 + checkpoint.size());
  text += header;
  text += "extra ";
  append_base64(text, extra);
  text += "\nindex " + std::to_string(index) + "\n";
  for (const Hash& hash : path) {
    append_base64(text, hash.view());
    text += '\n';
  }
  text += '\n';
  text += checkpoint;
  return text;
}

std::string Committed::proof(std::size_t ordinal) const {
  const Entry& entry = entries[ordinal];
  return proof_text(entry.index, paths[ordinal], entry.canonical, checkpoint);
}

Result<CheckedProof> check_proof(std::string_view text, const CheckpointVerifier& log_key) {
  if (text.size() > proof_bytes_max) return bad_proof("over 1 MB");
  if (!text.starts_with(header)) return bad_proof("the first line");
  const std::size_t blank = text.find("\n\n");
  if (blank == text.npos) return bad_proof("no blank line before the checkpoint");
  std::string_view head = text.substr(header.size(), blank + 1 - header.size());
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
    auto bytes = from_base64(lines[i]);
    if (!bytes || bytes->size() != 32) return bad_proof("a hash line");
    path.push_back(*Hash::from_bytes(*bytes));
  }

  QUOTARY_TRY(checkpoint, open_checkpoint(checkpoint_note, log_key));
  QUOTARY_TRY_VOID(check_inclusion(leaf_hash(*extra), *index, checkpoint.size, path, checkpoint.root));
  QUOTARY_TRY(entry, parse_entry(*extra));
  if (entry.index != *index) return fail(Errc::corrupt, "index", "the entry names another index than the proof");
  return CheckedProof{std::move(entry), checkpoint.size, checkpoint.root};
}

}  // namespace quotary
