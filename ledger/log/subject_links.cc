#include "ledger/log/subject_links.h"

#include <algorithm>

namespace quotary {

SubjectLinks::SubjectLinks(std::size_t subjects_max) : subjects_max_(subjects_max) {
  last_.reserve(subjects_max + 1);
  taken_out_.reserve(subjects_max + 1);
}

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

// By the middle of what is there, so that no choice of subjects makes a pass follow fewer than half. All of it is taken
// out and half put back, in place: a map that was only erased from, or made anew each time, takes more and more memory.
void SubjectLinks::leave_half_for_later() {
  taken_out_.assign(last_.begin(), last_.end());
  last_.clear();
  const auto middle = taken_out_.begin() + static_cast<std::ptrdiff_t>(taken_out_.size() / 2);
  std::nth_element(taken_out_.begin(), middle, taken_out_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  to_ = middle->first;
  last_.insert(taken_out_.begin(), middle);
}

}  // namespace quotary
