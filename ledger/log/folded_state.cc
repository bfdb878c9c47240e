#include "ledger/log/folded_state.h"

#include "ledger/log/entry.h"
#include "ledger/log/ledger_impl.h"

#include <algorithm>

namespace quotary {

namespace {

// The plain bytes of the entry's facts, empty when it names none; absent when they cannot be read.
std::optional<std::string> facts_of(const Entry& entry, Cursor& objects) {
  for (std::size_t ordinal = 0; ordinal < entry.objects.size(); ++ordinal) {
    if (entry.objects[ordinal].name != "facts" || !entry.objects[ordinal].key_subject.empty()) continue;
    const std::string key = object_key(entry.index, ordinal);
    if (!objects.valid() || objects.key() > key) objects.seek(key);
    while (objects.valid() && objects.key() < key) objects.next();
    if (!objects.valid() || objects.key() != key) return std::nullopt;
    return std::string(objects.value());
  }
  return std::string();
}

}  // namespace

Result<std::optional<std::string>> MapState::get(std::string_view key) const {
  const auto found = values.find(key);
  if (found == values.end()) return std::optional<std::string>();
  return std::optional<std::string>(found->second);
}

Result<void> MapState::scan(std::string_view prefix, std::string_view from, bool reverse,
                            const std::function<bool(std::string_view, std::string_view)>& visit) const {
  std::vector<std::pair<std::string_view, std::string_view>> found;
  for (auto at = values.lower_bound(prefix); at != values.end() && at->first.starts_with(prefix); ++at) {
    if (from.empty() || (reverse ? at->first <= from : at->first >= from)) found.emplace_back(at->first, at->second);
  }
  if (reverse) std::reverse(found.begin(), found.end());
  for (const auto& [key, value] : found) {
    if (!visit(key, value)) break;
  }
  return {};
}

void MapState::erase(std::string_view key) {
  const auto found = values.find(key);
  if (found != values.end()) values.erase(found);
}

const char* refusal_kind(const Error& error) {
  return error.code == "number_not_next" ? "number_gap" : error.code == "number_taken" ? "number_duplicate" : "state";
}

bool fold_anew(const StoreView& view, std::uint64_t size, const Fold& fold, StateWriter& state, const Refused& refused,
               const std::atomic<bool>* stop) {
  const auto entries = view.cursor(Family::entries, Access::sequential);
  const auto objects = view.cursor(Family::objects, Access::sequential);
  entries->seek(index_key(0));
  objects->seek(object_key(0, 0));
  for (std::uint64_t index = 0; index < size; ++index, entries->next()) {
    if (stop != nullptr && *stop) return false;
    if (!entries->valid() || entries->key() != index_key(index)) return false;
    auto entry = parse_entry(entries->value());
    if (!entry || entry->index != index || !link_subject(*entry, state)) return false;
    const auto facts = facts_of(*entry, *objects);
    if (!facts) return false;
    if (auto applied = fold.apply(*entry, *facts, state); !applied) refused(index, applied.error());
  }
  state.put(state_size_key, index_key(size));
  return true;
}

Result<void> compare_state(const StoreView& view, Cursor& expected, const StateDifference& differs) {
  expected.seek("");
  QUOTARY_TRY_VOID(view.scan(Family::state, "", "", false, [&](std::string_view key, std::string_view value) {
    for (; expected.valid() && expected.key() < key; expected.next())
      differs(expected.key(), std::nullopt, expected.value());
    if (!expected.valid() || expected.key() != key) {
      differs(key, value, std::nullopt);
    } else {
      if (expected.value() != value) differs(key, value, expected.value());
      expected.next();
    }
    return true;
  }));
  for (; expected.valid(); expected.next()) differs(expected.key(), std::nullopt, expected.value());
  return expected.status();
}

}  // namespace quotary
