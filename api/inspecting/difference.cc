#include "api/inspecting/difference.h"

#include "api/inspecting/limits.h"

#include <algorithm>
#include <map>
#include <optional>

namespace quotary::inspecting {

namespace {

using Parts = std::vector<Part>;

// The place in the older of each part of the newer; nothing: not there.
class Matching {
 public:
  Matching(const Parts& older, const Parts& newer)
      : older_(older), newer_(newer), taken_(older.size()), of_newer_(newer.size()) {
    // An untouched part is found before one that only kept its text or its id.
    match_by([](const Part& part) { return part.content.hex(); });
    match_by([](const Part& part) { return part.lines.empty() ? std::string() : part.text.hex(); });
    match_by([](const Part& part) { return part.id; });
    match_gaps();
  }

  [[nodiscard]] const std::vector<std::optional<std::size_t>>& of_newer() const { return of_newer_; }
  [[nodiscard]] bool is_taken(std::size_t older) const { return taken_[older]; }

 private:
  // Equal keys pair in order; an empty one pairs with nothing.
  template <class Key>
  void match_by(Key key) {
    std::map<std::string, std::vector<std::size_t>> free;
    for (std::size_t i = older_.size(); i-- > 0;)
      if (!taken_[i]) free[key(older_[i])].push_back(i);
    for (std::size_t i = 0; i < newer_.size(); ++i) {
      if (of_newer_[i]) continue;
      const std::string wanted = key(newer_[i]);
      const auto found = free.find(wanted);
      if (wanted.empty() || found == free.end() || found->second.empty()) continue;
      pair(found->second.back(), i);
      found->second.pop_back();
    }
  }

  void match_gaps() {
    std::size_t before = 0;  // the first older place behind the last pair
    for (std::size_t i = 0; i < newer_.size(); ++i) {
      if (of_newer_[i]) {
        before = *of_newer_[i] + 1;
      } else if (before < older_.size() && !taken_[before] && older_[before].id.empty() && newer_[i].id.empty()) {
        pair(before++, i);
      }
    }
  }

  void pair(std::size_t older, std::size_t newer) {
    taken_[older] = true;
    of_newer_[newer] = older;
  }

  const Parts& older_;
  const Parts& newer_;
  std::vector<bool> taken_;
  std::vector<std::optional<std::size_t>> of_newer_;
};

// Which of the values stand in one longest increasing subsequence: those did not move.
std::vector<bool> in_order(const std::vector<std::size_t>& values) {
  std::vector<std::size_t> ends, previous(values.size());  // ends[n]: where the best run of n + 1 ends
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto at = std::lower_bound(ends.begin(), ends.end(), values[i],
                                     [&](std::size_t end, std::size_t value) { return values[end] < value; });
    previous[i] = at == ends.begin() ? i : *(at - 1);
    if (at == ends.end()) {
      ends.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<bool> out(values.size());
  if (ends.empty()) return out;
  for (std::size_t i = ends.back();; i = previous[i]) {
    out[i] = true;
    if (previous[i] == i) return out;
  }
}

void tell(ChangedPart& out, std::vector<std::string>& into, const std::string& line) {
  if (out.lines_added.size() + out.lines_removed.size() >= limits::difference_lines_max) {
    out.lines_cut = true;
  } else {
    into.push_back(line);
  }
}

void compare_lines(const std::vector<std::string>& older, const std::vector<std::string>& newer, ChangedPart& out) {
  std::size_t begin = 0, old_end = older.size(), new_end = newer.size();
  while (begin < old_end && begin < new_end && older[begin] == newer[begin]) ++begin;
  while (old_end > begin && new_end > begin && older[old_end - 1] == newer[new_end - 1]) --old_end, --new_end;
  const std::size_t rows = old_end - begin, columns = new_end - begin;
  if (rows * columns > limits::compared_lines_max) {
    out.lines_cut = true;
    return;
  }
  // common[r][c]: how many lines the rests behind r and c have in common.
  std::vector<std::uint16_t> common((rows + 1) * (columns + 1));
  const auto at = [&](std::size_t r, std::size_t c) -> std::uint16_t& { return common[r * (columns + 1) + c]; };
  for (std::size_t r = rows; r-- > 0;)
    for (std::size_t c = columns; c-- > 0;)
      at(r, c) = older[begin + r] == newer[begin + c] ? static_cast<std::uint16_t>(at(r + 1, c + 1) + 1)
                                                      : std::max(at(r + 1, c), at(r, c + 1));
  std::size_t r = 0, c = 0;
  while (r < rows || c < columns) {
    if (r < rows && c < columns && older[begin + r] == newer[begin + c]) {
      ++r, ++c;
    } else if (c == columns || (r < rows && at(r + 1, c) >= at(r, c + 1))) {
      tell(out, out.lines_removed, older[begin + r++]);
    } else {
      tell(out, out.lines_added, newer[begin + c++]);
    }
  }
}

std::uint32_t number(std::size_t place) { return static_cast<std::uint32_t>(place + 1); }

json::array lines_of(const std::vector<std::string>& lines) { return json::array(lines.begin(), lines.end()); }

}  // namespace

Difference between(const Inspection& older, const Inspection& newer) {
  Difference out;
  out.comparable = older.kind == newer.kind && older.document && newer.document;
  if (!out.comparable) return out;
  const Document &old_document = *older.document, &new_document = *newer.document;
  const Parts &old_parts = old_document.parts, &new_parts = new_document.parts;
  for (const auto* document : {&old_document, &new_document})
    out.text_cut = out.text_cut || document->text_cut || document->count.value_or(0) > document->parts.size();
  const Matching matching(old_parts, new_parts);
  std::vector<std::size_t> kept_new, kept_old;
  for (std::size_t i = 0; i < new_parts.size(); ++i) {
    const auto old_place = matching.of_newer()[i];
    if (!old_place) {
      out.added.push_back(number(i));
      continue;
    }
    kept_new.push_back(i);
    kept_old.push_back(*old_place);
    const Part &was = old_parts[*old_place], &is = new_parts[i];
    if (was.content == is.content) continue;
    ChangedPart changed{number(*old_place), number(i), {}, {}};
    compare_lines(was.lines, is.lines, changed);
    out.changed.push_back(std::move(changed));
  }
  for (std::size_t i = 0; i < old_parts.size(); ++i)
    if (!matching.is_taken(i)) out.removed.push_back(number(i));
  const auto stayed = in_order(kept_old);
  for (std::size_t i = 0; i < stayed.size(); ++i)
    if (!stayed[i]) out.moved.push_back({number(kept_old[i]), number(kept_new[i])});
  return out;
}

json::object json_of(const Difference& difference) {
  json::object out{{"comparable", difference.comparable},
                   {"added", json::array(difference.added.begin(), difference.added.end())},
                   {"removed", json::array(difference.removed.begin(), difference.removed.end())},
                   {"text_cut", difference.text_cut}};
  json::array moved, changed;
  for (const auto& each : difference.moved) moved.push_back(json::object{{"from", each.from}, {"to", each.to}});
  for (const auto& each : difference.changed)
    changed.push_back(json::object{{"from", each.from},
                                   {"to", each.to},
                                   {"lines_added", lines_of(each.lines_added)},
                                   {"lines_removed", lines_of(each.lines_removed)},
                                   {"lines_cut", each.lines_cut}});
  out["moved"] = std::move(moved);
  out["changed"] = std::move(changed);
  return out;
}

}  // namespace quotary::inspecting
