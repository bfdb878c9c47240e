#include "ledger/log/overlay.h"

#include "ledger/base/bytes.h"

#include <algorithm>

namespace quotary {

std::string subject_key(std::string_view subject) { return std::string("~s/") + std::string(subject); }

Result<std::optional<std::string>> StateOverlay::get(std::string_view key) const {
  const auto found = changes_.find(key);
  if (found != changes_.end()) return found->second;
  return below_.get(key);
}

Result<void> StateOverlay::scan(std::string_view prefix, std::string_view from, bool reverse,
                                const std::function<bool(std::string_view, std::string_view)>& visit) const {
  // The changes in range, in the scan's order; few, since an overlay lives for one batch.
  std::vector<std::pair<std::string_view, const std::optional<std::string>*>> own;
  for (auto at = changes_.lower_bound(prefix); at != changes_.end() && at->first.starts_with(prefix); ++at) {
    const bool out = !from.empty() && (reverse ? at->first > from : at->first < from);
    if (!out) own.emplace_back(at->first, &at->second);
  }
  if (reverse) std::reverse(own.begin(), own.end());
  std::size_t next = 0;
  bool stopped = false;
  const auto before = [&](std::string_view a, std::string_view b) { return reverse ? a > b : a < b; };
  QUOTARY_TRY_VOID(below_.scan(prefix, from, reverse, [&](std::string_view key, std::string_view value) {
    for (; next < own.size() && before(own[next].first, key); ++next) {
      if (*own[next].second && !visit(own[next].first, **own[next].second)) return !(stopped = true);
    }
    if (next < own.size() && own[next].first == key) {
      const auto& change = *own[next++].second;
      if (change && !visit(key, *change)) return !(stopped = true);
      return true;
    }
    return visit(key, value) || !(stopped = true);
  }));
  for (; !stopped && next < own.size(); ++next) {
    if (*own[next].second && !visit(own[next].first, **own[next].second)) break;
  }
  return {};
}

void StateOverlay::merge_into(StateOverlay& lower) && {
  while (!changes_.empty()) {
    auto merged = lower.changes_.insert(changes_.extract(changes_.begin()));
    if (!merged.inserted) merged.position->second = std::move(merged.node.mapped());
  }
}

Result<void> link_subject(Entry& entry, StateWriter& state) {
  const std::string key = subject_key(entry.subject);
  QUOTARY_TRY(last, state.get(key));
  entry.subject_seq = 1;
  entry.subject_prev.reset();
  if (last) {
    if (last->size() != 16)
      return fail(Errc::corrupt, "subject_state", "the state of subject " + entry.subject + " is damaged");
    entry.subject_seq = get_u64(*last) + 1;
    entry.subject_prev = get_u64(std::string_view(*last).substr(8));
  }
  std::string value;
  put_u64(value, entry.subject_seq);
  put_u64(value, entry.index);
  state.put(key, value);
  return {};
}

}  // namespace quotary
