#include "ledger/log/status_proof.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/entry.h"
#include "ledger/log/merkle.h"
#include "ledger/log/proof_text.h"

namespace quotary {

namespace {

constexpr std::size_t path_max = 64;  // of a log of at most 2^64 entries
constexpr std::string_view no_sibling = "-";

Error bad_form(const std::string& why) {
  return fail(Errc::invalid, "bad_status_proof", "not a quotary-status-proof@v1: " + why);
}

void append_entry(std::string& text, const ProvenEntry& entry) {
  text += "extra ";
  append_base64(text, entry.canonical);
  text += "\nindex " + std::to_string(entry.index) + "\n";
  append_hash_lines(text, entry.path);
}

// The lines before the blank one, taken one by one.
class Lines {
 public:
  explicit Lines(std::string_view head) : rest_(head) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  // The next line, without its LF. Not at the end.
  [[nodiscard]] std::string_view peek() const { return rest_.substr(0, rest_.find('\n')); }
  void take() { rest_.remove_prefix(rest_.find('\n') + 1); }
  // What follows `name` and a space on the next line.
  [[nodiscard]] Result<std::string_view> value_of(std::string_view name) {
    if (at_end() || !peek().starts_with(name) || peek().substr(name.size(), 1) != " ")
      return bad_form("a line `" + std::string(name) + "` is missing");
    const std::string_view value = peek().substr(name.size() + 1);
    take();
    return value;
  }

 private:
  std::string_view rest_;  // ends in LF, or is empty
};

// Hash lines up to the next line that begins a block.
Result<std::vector<Hash>> take_hashes(Lines& lines, std::size_t most, bool may_be_empty) {
  std::vector<Hash> out;
  while (!lines.at_end() && !lines.peek().starts_with("extra ")) {
    if (out.size() == most) return bad_form("too many hashes");
    if (may_be_empty && lines.peek() == no_sibling) {
      out.push_back(empty_subtree);
    } else {
      auto hash = parse_hash_line(lines.peek());
      if (!hash || (may_be_empty && *hash == empty_subtree)) return bad_form("a hash line");
      out.push_back(*hash);
    }
    lines.take();
  }
  return out;
}

Result<ProvenEntry> take_entry(Lines& lines) {
  QUOTARY_TRY(extra, lines.value_of("extra"));
  QUOTARY_TRY(index_text, lines.value_of("index"));
  QUOTARY_TRY(path, take_hashes(lines, path_max, false));
  auto canonical = from_base64(extra);
  const auto index = parse_u64(index_text);
  if (!canonical || !index) return bad_form("the value of an extra or index line");
  return ProvenEntry{*index, std::move(*canonical), std::move(path)};
}

Result<Entry> check_entry(const ProvenEntry& proven, const Checkpoint& checkpoint) {
  QUOTARY_TRY_VOID(
      check_inclusion(leaf_hash(proven.canonical), proven.index, checkpoint.size, proven.path, checkpoint.root));
  QUOTARY_TRY(entry, parse_entry(proven.canonical));
  if (entry.index != proven.index) return fail(Errc::corrupt, "index", "an entry names another index than its proof");
  return entry;
}

}  // namespace

std::string status_proof_text(const StatusProof& proof) {
  std::string text(status_proof_header);
  text += "subject " + proof.subject + "\nlast " + std::to_string(proof.last.index) + "\ncount " +
          std::to_string(proof.last.count) + "\n";
  for (const Hash& sibling : proof.siblings) {
    if (sibling == empty_subtree)
      text += no_sibling;
    else
      append_base64(text, sibling.view());
    text += '\n';
  }
  append_entry(text, proof.root);
  for (const ProvenEntry& entry : proof.entries) append_entry(text, entry);
  text += '\n';
  text += proof.checkpoint;
  return text;
}

Result<StatusProof> parse_status_proof(std::string_view text) {
  if (text.size() > status_proof_bytes_max) return bad_form("over 4 MB");
  if (!text.starts_with(status_proof_header)) return bad_form("the first line");
  const std::size_t blank = text.find("\n\n");
  if (blank == text.npos) return bad_form("no blank line before the checkpoint");
  Lines lines(text.substr(status_proof_header.size(), blank + 1 - status_proof_header.size()));
  StatusProof proof;
  proof.checkpoint = text.substr(blank + 2);
  QUOTARY_TRY(subject, lines.value_of("subject"));
  QUOTARY_TRY(last_text, lines.value_of("last"));
  QUOTARY_TRY(count_text, lines.value_of("count"));
  QUOTARY_TRY(siblings, take_hashes(lines, subject_key_bits, true));
  const auto last = parse_u64(last_text), count = parse_u64(count_text);
  if (subject.empty() || subject.size() > status_subject_bytes_max || !last || !count)
    return bad_form("the value of a subject, last or count line");
  proof.subject = subject;
  proof.last = {*last, *count};
  proof.siblings = std::move(siblings);
  QUOTARY_TRY(root, take_entry(lines));
  proof.root = std::move(root);
  while (!lines.at_end()) {
    if (proof.entries.size() == status_entries_max) return bad_form("over 1,000 entries");
    QUOTARY_TRY(entry, take_entry(lines));
    proof.entries.push_back(std::move(entry));
  }
  return proof;
}

Result<CheckedStatus> check_status_proof(std::string_view text, const CheckpointVerifier& log_key) {
  QUOTARY_TRY(proof, parse_status_proof(text));
  QUOTARY_TRY(checkpoint, open_checkpoint(proof.checkpoint, log_key));
  QUOTARY_TRY(root_entry, check_entry(proof.root, checkpoint));
  QUOTARY_TRY(root, read_index_root(root_entry));
  const Hash key = subject_hash(proof.subject);
  QUOTARY_TRY(said, check_subject_proof(key, {proof.siblings, SubjectRecord{key, proof.last}}, root.index_root));
  QUOTARY_CHECK(said == proof.last);
  const auto incomplete = [&](const std::string& why) {
    return fail(
        Errc::corrupt, "status_incomplete",
        "these are not all entries about " + proof.subject + " as of entry " + std::to_string(root.size) + ": " + why);
  };
  if (said->count != proof.entries.size() || said->count == 0) {
    return incomplete("the index counts " + std::to_string(said->count) + ", the file holds " +
                      std::to_string(proof.entries.size()));
  }
  CheckedStatus status{proof.subject, {}, std::move(root_entry), root, checkpoint.size};
  for (const ProvenEntry& proven : proof.entries) {
    QUOTARY_TRY(entry, check_entry(proven, checkpoint));
    const bool first = status.entries.empty();
    const bool follows = first ? !entry.subject_prev : entry.subject_prev == status.entries.back().index;
    if (entry.subject != proof.subject || entry.subject_seq != status.entries.size() + 1 || !follows)
      return incomplete("entry " + std::to_string(entry.index) + " does not go on from the one before it");
    status.entries.push_back(std::move(entry));
  }
  const std::uint64_t newest = status.entries.back().index;
  if (newest != said->index || newest >= root.size)
    return incomplete("the index names entry " + std::to_string(said->index) + " as the last one, the file ends at " +
                      std::to_string(newest));
  return status;
}

}  // namespace quotary
