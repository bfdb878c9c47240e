#include "ledger/log/add_checkpoint.h"

#include "ledger/log/proof_text.h"

namespace quotary {

namespace {

constexpr std::string_view old_word = "old ";

Error bad(std::size_t line, const char* why) {
  return fail(Errc::invalid, "bad_add_checkpoint", "line " + std::to_string(line) + ": " + why);
}

}  // namespace

Result<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  AddCheckpoint parsed;
  const std::size_t first = body.find('\n');
  if (first == body.npos || !body.starts_with(old_word)) return bad(1, "`old <size>` is needed");
  const auto old_size = parse_u64(body.substr(old_word.size(), first - old_word.size()));
  if (!old_size) return bad(1, "the old size is no decimal number without leading zeros");
  parsed.old_size = *old_size;
  std::string_view rest = body.substr(first + 1);
  for (std::size_t line = 2;; ++line) {
    const std::size_t end = rest.find('\n');
    if (end == rest.npos) return bad(line, "an empty line is needed before the checkpoint");
    const std::string_view text = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (text.empty()) break;
    if (parsed.proof.size() == add_checkpoint_proof_max) return bad(line, "a proof has at most 63 hashes");
    const auto hash = parse_hash_line(text);
    if (!hash) return bad(line, "not a hash of 32 bytes in base64");
    parsed.proof.push_back(*hash);
  }
  parsed.note = rest;
  return parsed;
}

std::string add_checkpoint_body(std::uint64_t old_size, const std::vector<Hash>& proof, std::string_view note) {
  std::string body(old_word);
  body += std::to_string(old_size) + "\n";
  append_hash_lines(body, proof);
  body += '\n';
  body += note;
  return body;
}

Result<std::uint64_t> parse_size_body(std::string_view body) {
  const auto bad_size = [] {
    return fail(Errc::invalid, "bad_size_body", "the body is no decimal size with one line feed");
  };
  if (!body.ends_with('\n')) return bad_size();
  const auto size = parse_u64(body.substr(0, body.size() - 1));
  if (!size) return bad_size();
  return *size;
}

Result<void> check_extends(std::uint64_t seen_size, const Hash& seen_root, const Checkpoint& next,
                           const std::vector<Hash>& proof) {
  QUOTARY_CHECK(next.size >= seen_size);
  if (next.size == 0 && next.root != sha256(""))
    return fail(Errc::corrupt, "empty_root", "a tree of no leaves has the root SHA-256(\"\")");
  if (seen_size == 0) {
    if (!proof.empty())
      return fail(Errc::corrupt, "consistency", "from size 0 nothing is to be proved: the proof must be empty");
    return {};
  }
  return check_consistency(seen_size, next.size, seen_root, next.root, proof);
}

}  // namespace quotary
