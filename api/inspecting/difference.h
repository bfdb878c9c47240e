// What differs between two versions of a deck or document. Pure.
#pragma once

#include "api/inspecting/inspection.h"

#include <cstdint>
#include <string>
#include <vector>

namespace quotary::inspecting {

// A part that both have. Numbers count from 1.
struct MovedPart {
  std::uint32_t from = 0, to = 0;
  friend bool operator==(const MovedPart&, const MovedPart&) = default;
};

struct ChangedPart {
  std::uint32_t from = 0, to = 0;
  std::vector<std::string> lines_added, lines_removed;  // in order; together at most 500
  bool lines_cut = false;                               // more lines differ than are told
  friend bool operator==(const ChangedPart&, const ChangedPart&) = default;
};

struct Difference {
  bool comparable = true;              // false: not both are documents of one kind that could be read
  std::vector<std::uint32_t> added;    // numbers in the newer
  std::vector<std::uint32_t> removed;  // numbers in the older
  std::vector<MovedPart> moved;        // as few as tell the new order
  std::vector<ChangedPart> changed;    // with other text, pictures or layout; may have moved as well
  bool text_cut = false;               // the inspections did not hold all text or all parts

  [[nodiscard]] bool empty() const { return added.empty() && removed.empty() && moved.empty() && changed.empty(); }
};

// Parts are the same when their content is, else their text, else their id; where there are no ids, what is left
// between the same neighbours is taken as changed. Within a changed part, lines by their longest common subsequence.
[[nodiscard]] Difference between(const Inspection& older, const Inspection& newer);

// {"comparable", "added": [3], "removed": [], "moved": [{"from","to"}], "changed": [{"from","to","lines_added",
// "lines_removed"}], …}: a private payload, since lines are text.
[[nodiscard]] json::object json_of(const Difference& difference);

}  // namespace quotary::inspecting
