// The lines that proofs of subjects are made of: status proofs and numbers proofs. FORMAT.md has them. Pure; inside
// ledger.
#pragma once

#include "ledger/index/subject_index.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/sequencer.h"

#include <string>
#include <string_view>
#include <vector>

namespace quotary {

// An entry and its way to the checkpoint's root.
struct ProvenEntry {
  std::uint64_t index = 0;
  std::string canonical;
  std::vector<Hash> path;
};

// What an index says of a subject, and the entries about it, oldest first.
struct ProvenSubject {
  std::string subject;
  SubjectLast last;
  std::vector<Hash> siblings;  // the way from its leaf to the index's root
  std::vector<ProvenEntry> entries;
};

inline constexpr std::size_t proven_entries_max = 1'000;  // about one subject
inline constexpr std::size_t proven_subject_bytes_max = 1'024;

// "extra", "index", and the hashes.
void append_proven_entry(std::string& text, const ProvenEntry& entry);
// "subject", "last", "count" and the siblings; the entries follow.
void append_subject_head(std::string& text, const ProvenSubject& subject);
// A hash a line; "-" for no subject.
void append_siblings(std::string& text, const std::vector<Hash>& siblings);

// The lines of a proof, taken one by one. One thread; the text must outlive it.
class ProofLines {
 public:
  // `text` ends in LF, or is empty; what is wrong becomes Errc::invalid with that code, of "not a <form>: …".
  ProofLines(std::string_view text, const char* code, const char* form) : rest_(text), code_(code), form_(form) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  // The next line, without its LF. Not at the end.
  [[nodiscard]] std::string_view peek() const { return rest_.substr(0, rest_.find('\n')); }
  [[nodiscard]] bool next_is(std::string_view name) const;
  void take() { rest_.remove_prefix(rest_.find('\n') + 1); }
  // What follows `name` and a space on the next line.
  [[nodiscard]] Result<std::string_view> value_of(std::string_view name);
  // The same, as a number.
  [[nodiscard]] Result<std::uint64_t> number_of(std::string_view name);
  [[nodiscard]] Result<ProvenEntry> entry();
  // As append_subject_head() writes it.
  [[nodiscard]] Result<ProvenSubject> subject_head();
  // Its entries: all blocks that follow, at most proven_entries_max.
  [[nodiscard]] Result<void> entries_of(ProvenSubject& subject);
  [[nodiscard]] Result<std::vector<Hash>> siblings();
  [[nodiscard]] Error wrong(const std::string& why) const;

 private:
  [[nodiscard]] Result<std::vector<Hash>> hashes(std::size_t most, bool may_be_empty);
  [[nodiscard]] bool next_is_hash() const;

  std::string_view rest_;
  const char* code_;
  const char* form_;
};

// The entry is under the checkpoint. Errors of check_inclusion() and parse_entry(); Errc::corrupt `index`.
[[nodiscard]] Result<Entry> check_proven_entry(const ProvenEntry& proven, const Checkpoint& checkpoint);
// The index with that root, of the first `size` entries, says that the last of the entries is the subject's last, and
// how many there are; all are under the checkpoint, and each names the one before it. Oldest first, one at least.
// Errc::corrupt `index_proof`, `status_incomplete`.
[[nodiscard]] Result<std::vector<Entry>> check_proven_subject(const ProvenSubject& proven, const Hash& index_root,
                                                              std::uint64_t size, const Checkpoint& checkpoint);

}  // namespace quotary
