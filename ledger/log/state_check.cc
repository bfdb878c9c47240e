#include "ledger/log/entry.h"
#include "ledger/log/walk.h"

#include <algorithm>

namespace quotary {

namespace {

// An ordered map as state, for folding anew.
class MapState final : public StateWriter {
 public:
  Result<std::optional<std::string>> get(std::string_view key) const override {
    const auto found = values.find(key);
    if (found == values.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  Result<void> scan(std::string_view prefix, std::string_view from, bool reverse,
                    const std::function<bool(std::string_view, std::string_view)>& visit) const override {
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
  void put(std::string_view key, std::string_view value) override { values.insert_or_assign(std::string(key), std::string(value)); }
  void erase(std::string_view key) override {
    const auto found = values.find(key);
    if (found != values.end()) values.erase(found);
  }
  std::map<std::string, std::string, std::less<>> values;
};

// The stored state beside the expected one, both in key order.
void compare(const StoreView& view, std::uint64_t size, const MapState& state, VerifyReport& report) {
  auto expected = state.values.begin();
  const auto differs = [&](std::string_view key, const char* how) {
    add_problem(report, size - 1, "state", "stored state " + std::string(key.substr(0, 80)) + how);
  };
  auto scanned = view.scan(Family::state, "", "", false, [&](std::string_view key, std::string_view value) {
    for (; expected != state.values.end() && expected->first < key; ++expected) differs(expected->first, " is missing");
    if (expected == state.values.end() || expected->first != key) {
      differs(key, " follows from no entry");
    } else {
      if (expected->second != value) differs(key, " differs from what the entries lead to");
      ++expected;
    }
    return true;
  });
  for (; scanned && expected != state.values.end(); ++expected) differs(expected->first, " is missing");
  if (!scanned) add_problem(report, size - 1, "state", scanned.error().detail);
}

// The plain bytes of the entry's facts, or empty.
std::string facts_of(const Entry& entry, Cursor& objects) {
  for (std::size_t ordinal = 0; ordinal < entry.objects.size(); ++ordinal) {
    if (entry.objects[ordinal].name != "facts" || !entry.objects[ordinal].key_subject.empty()) continue;
    const std::string key = object_key(entry.index, ordinal);
    if (!objects.valid() || objects.key() > key) objects.seek(key);
    while (objects.valid() && objects.key() < key) objects.next();
    if (objects.valid() && objects.key() == key) return std::string(objects.value());
  }
  return {};
}

const char* kind_of(const Error& error) {
  return error.code == "number_not_next" ? "number_gap" : error.code == "number_taken" ? "number_duplicate" : "state";
}

}  // namespace

void check_state(const StoreView& view, std::uint64_t size, const Fold& fold, VerifyReport& report) {
  if (size == 0) return;
  MapState state;
  const auto entries = view.cursor(Family::entries, Access::sequential);
  const auto objects = view.cursor(Family::objects, Access::sequential);
  entries->seek(index_key(0));
  objects->seek(object_key(0, 0));
  for (std::uint64_t index = 0; index < size; ++index, entries->next()) {
    // What is damaged is named by the walk; a partial fold proves nothing more.
    if (!entries->valid() || entries->key() != index_key(index)) return;
    auto entry = parse_entry(entries->value());
    if (!entry || entry->index != index) return;
    if (!link_subject(*entry, state)) return;
    if (auto applied = fold.apply(*entry, facts_of(*entry, *objects), state); !applied) {
      add_problem(report, index, kind_of(applied.error()), "the entry cannot follow those before it: " + applied.error().detail);
    }
  }
  compare(view, size, state, report);
}

}  // namespace quotary
