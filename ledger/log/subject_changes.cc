#include "ledger/log/subject_changes.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/log/index_root.h"

namespace quotary {

void SubjectChanges::add(const EntryView& entry) {
  if (entry.subject == index_root_subject) return;
  add(subject_hash(unescape(entry.subject)), {entry.index, entry.subject_seq});
}

std::optional<SubjectLast> SubjectChanges::find(const Hash& key) const {
  const auto found = last_.find(key);
  if (found == last_.end()) return std::nullopt;
  return found->second;
}

std::vector<SubjectRecord> SubjectChanges::records() const {
  std::vector<SubjectRecord> out;
  out.reserve(last_.size());
  for (const auto& [key, last] : last_) out.push_back({key, last});
  return out;
}

}  // namespace quotary
