#include "ledger/log/subject_links.h"

#include <algorithm>
#include <vector>

namespace quotary {

bool SubjectLinks::begin_pass() {
  if (begun_ && !to_) return false;
  if (to_) from_ = *to_;
  to_.reset();
  begun_ = true;
  last_.clear();
  return true;
}

std::optional<std::string> SubjectLinks::follow(const EntryView& entry) {
  const Hash hash = sha256(entry.subject);
  const Key key{get_u64(hash.view()), get_u64(hash.view().substr(8))};
  if (key < from_ || (to_ && key >= *to_)) return std::nullopt;
  const auto wrong = [](const std::string& before) {
    return "subject_seq or subject_prev does not go on from " + before;
  };
  const auto [known, added] = last_.try_emplace(key, Last{entry.index, entry.subject_seq});
  if (added) {
    if (last_.size() > subjects_max_) leave_half_for_later();
    if (entry.subject_seq == 1 && !entry.subject_prev) return std::nullopt;
    return wrong("nothing: it is the first about this subject");
  }
  const Last before = known->second;
  known->second = {entry.index, entry.subject_seq};
  if (entry.subject_seq == before.seq + 1 && entry.subject_prev == before.index) return std::nullopt;
  return wrong("entry " + std::to_string(before.index));
}

// By the middle of what is there, so that no choice of subjects makes a pass follow fewer than half.
void SubjectLinks::leave_half_for_later() {
  std::vector<Key> keys;
  keys.reserve(last_.size());
  for (const auto& [key, last] : last_) keys.push_back(key);
  const auto middle = keys.begin() + static_cast<std::ptrdiff_t>(keys.size() / 2);
  std::nth_element(keys.begin(), middle, keys.end());
  to_ = *middle;
  // Into a new map: one that much was erased from would grow all the same.
  Subjects kept;
  kept.reserve(subjects_max_ + 1);
  for (const auto& item : last_) {
    if (item.first < *to_) kept.insert(item);
  }
  last_ = std::move(kept);
}

}  // namespace quotary
