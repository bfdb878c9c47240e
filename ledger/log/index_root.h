// The entry index.root, which commits to the subject index as of some size of the log. FORMAT.md has its members. Pure.
#pragma once

#include "ledger/log/sequencer.h"

namespace quotary {

inline constexpr std::string_view index_root_type = "index.root";
// What those entries are about, and the one subject that the index leaves out.
inline constexpr std::string_view index_root_subject = "subject-index";
// Between the size that is covered and the entry's own index; an entry with more is refused, which bounds what a
// verifier keeps.
inline constexpr std::uint64_t index_lag_max = std::uint64_t{1} << 20;

struct IndexRoot {
  std::uint64_t size = 0;      // M: the index is of entries [0, M)
  Hash tree_root;              // of the log's tree of that size
  Hash index_root;             // of the subject index
  std::uint64_t subjects = 0;  // in it
  friend bool operator==(const IndexRoot&, const IndexRoot&) = default;
};

[[nodiscard]] Draft index_root_draft(const IndexRoot& root);
// Of an entry with the type and subject above. Errc::corrupt `bad_index_root` where it is not as index_root_draft()
// writes it, covers more than lies before it or less than index_lag_max allows; Errc::invalid `index_version` when it
// is of an algorithm that this program does not know.
[[nodiscard]] Result<IndexRoot> read_index_root(const Entry& entry);

// Whether an entry of that type calls for a new index.root. What the log writes about itself does not: else what one
// background worker writes would keep another one writing.
[[nodiscard]] bool makes_index_root_due(std::string_view type);

}  // namespace quotary
