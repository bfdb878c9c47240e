#include "ledger/log/proof_lines.h"

#include "ledger/log/entry.h"
#include "ledger/log/merkle.h"
#include "ledger/log/proof_text.h"

namespace quotary {

namespace {

constexpr std::size_t path_max = 64;  // of a log of at most 2^64 entries
constexpr std::string_view no_sibling = "-";

}  // namespace

void append_proven_entry(std::string& text, const ProvenEntry& entry) {
  text += "extra ";
  append_base64(text, entry.canonical);
  text += "\nindex " + std::to_string(entry.index) + "\n";
  append_hash_lines(text, entry.path);
}

void append_siblings(std::string& text, const std::vector<Hash>& siblings) {
  for (const Hash& sibling : siblings) {
    if (sibling == empty_subtree)
      text += no_sibling;
    else
      append_base64(text, sibling.view());
    text += '\n';
  }
}

void append_subject_head(std::string& text, const ProvenSubject& subject) {
  text += "subject " + subject.subject + "\nlast " + std::to_string(subject.last.index) + "\ncount " +
          std::to_string(subject.last.count) + "\n";
  append_siblings(text, subject.siblings);
}

Error ProofLines::wrong(const std::string& why) const {
  return fail(Errc::invalid, code_, std::string("not a ") + form_ + ": " + why);
}

bool ProofLines::next_is(std::string_view name) const {
  return !at_end() && peek().starts_with(name) && peek().substr(name.size(), 1) == " ";
}

Result<std::string_view> ProofLines::value_of(std::string_view name) {
  if (!next_is(name)) return wrong("a line `" + std::string(name) + "` is missing");
  const std::string_view value = peek().substr(name.size() + 1);
  take();
  return value;
}

Result<std::uint64_t> ProofLines::number_of(std::string_view name) {
  QUOTARY_TRY(text, value_of(name));
  const auto value = parse_u64(text);
  if (!value) return wrong("the value of a line `" + std::string(name) + "`");
  return *value;
}

// Every other line is a word and a value.
bool ProofLines::next_is_hash() const { return !at_end() && peek().find(' ') == std::string_view::npos; }

Result<std::vector<Hash>> ProofLines::hashes(std::size_t most, bool may_be_empty) {
  std::vector<Hash> out;
  while (next_is_hash()) {
    if (out.size() == most) return wrong("too many hashes");
    if (may_be_empty && peek() == no_sibling) {
      out.push_back(empty_subtree);
    } else {
      auto hash = parse_hash_line(peek());
      if (!hash || (may_be_empty && *hash == empty_subtree)) return wrong("a hash line");
      out.push_back(*hash);
    }
    take();
  }
  return out;
}

Result<std::vector<Hash>> ProofLines::siblings() { return hashes(subject_key_bits, true); }

Result<ProvenEntry> ProofLines::entry() {
  QUOTARY_TRY(extra, value_of("extra"));
  QUOTARY_TRY(index, number_of("index"));
  QUOTARY_TRY(path, hashes(path_max, false));
  auto canonical = from_base64(extra);
  if (!canonical) return wrong("the value of a line `extra`");
  return ProvenEntry{index, std::move(*canonical), std::move(path)};
}

Result<ProvenSubject> ProofLines::subject_head() {
  ProvenSubject out;
  QUOTARY_TRY(subject, value_of("subject"));
  if (subject.empty() || subject.size() > proven_subject_bytes_max) return wrong("the value of a line `subject`");
  out.subject = subject;
  QUOTARY_TRY(last, number_of("last"));
  QUOTARY_TRY(count, number_of("count"));
  out.last = {last, count};
  QUOTARY_TRY(way, siblings());
  out.siblings = std::move(way);
  return out;
}

Result<void> ProofLines::entries_of(ProvenSubject& subject) {
  while (next_is("extra")) {
    if (subject.entries.size() == proven_entries_max) return wrong("over 1,000 entries about a subject");
    QUOTARY_TRY(next, entry());
    subject.entries.push_back(std::move(next));
  }
  return {};
}

Result<Entry> check_proven_entry(const ProvenEntry& proven, const Checkpoint& checkpoint) {
  QUOTARY_TRY_VOID(
      check_inclusion(leaf_hash(proven.canonical), proven.index, checkpoint.size, proven.path, checkpoint.root));
  QUOTARY_TRY(entry, parse_entry(proven.canonical));
  if (entry.index != proven.index) return fail(Errc::corrupt, "index", "an entry names another index than its proof");
  return entry;
}

Result<std::vector<Entry>> check_proven_subject(const ProvenSubject& proven, const Hash& index_root, std::uint64_t size,
                                                const Checkpoint& checkpoint) {
  const Hash key = subject_hash(proven.subject);
  QUOTARY_TRY(said, check_subject_proof(key, {proven.siblings, SubjectRecord{key, proven.last}}, index_root));
  QUOTARY_CHECK(said == proven.last);
  const auto incomplete = [&](const std::string& why) {
    return fail(
        Errc::corrupt, "status_incomplete",
        "these are not all entries about " + proven.subject + " as of entry " + std::to_string(size) + ": " + why);
  };
  if (said->count != proven.entries.size() || said->count == 0) {
    return incomplete("the index counts " + std::to_string(said->count) + ", the file holds " +
                      std::to_string(proven.entries.size()));
  }
  std::vector<Entry> entries;
  for (const ProvenEntry& each : proven.entries) {
    QUOTARY_TRY(entry, check_proven_entry(each, checkpoint));
    const bool follows = entries.empty() ? !entry.subject_prev : entry.subject_prev == entries.back().index;
    if (entry.subject != proven.subject || entry.subject_seq != entries.size() + 1 || !follows)
      return incomplete("entry " + std::to_string(entry.index) + " does not go on from the one before it");
    entries.push_back(std::move(entry));
  }
  const std::uint64_t newest = entries.back().index;
  if (newest != said->index || newest >= size)
    return incomplete("the index names entry " + std::to_string(said->index) + " as the last one, the file ends at " +
                      std::to_string(newest));
  return entries;
}

}  // namespace quotary
