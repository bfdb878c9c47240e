// Which large contents entries name (FORMAT.md, "Large contents"), and what opens them. Which entries those are is
// taken from the state, which a full verification holds against the entries; what they say from the entries alone.
#pragma once

#include "ledger/blobs/blob_reference.h"
#include "ledger/log/log_view.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::contents {

inline constexpr std::string_view reference_object = "reference";

// One content as its entry names it. A value; holds the content's key.
struct NamedContent {
  std::uint64_t index = 0;  // of the entry
  std::string key_subject;
  Hash commitment;
  std::uint64_t size_bytes = 0;                   // as the body says
  std::optional<blobs::BlobReference> reference;  // absent: `unread` says why
  Error unread;                                   // gone `subject_key_erased`, unavailable `no_keys`, corrupt …
  [[nodiscard]] bool erased() const { return !reference && unread.code == "subject_key_erased"; }
};

struct NamingEntry {
  std::uint64_t index = 0, size_bytes = 0;  // size: of the content, as the state says
};
// The entries of [from, to) that name a content, ascending; 16 bytes of memory each.
[[nodiscard]] Result<std::vector<NamingEntry>> naming_entries(const StateReader& state, std::uint64_t from,
                                                              std::uint64_t to);
// The same of one case.
[[nodiscard]] Result<std::vector<NamingEntry>> naming_entries_of(const StateReader& state, std::string_view case_id);

// What the entry names. Errc::corrupt `names_no_content` when it names none, and the errors of reading the entry.
[[nodiscard]] Result<NamedContent> named_content(const LogView& view, std::uint64_t index);

// Where a content's file lies below the data folder.
inline constexpr std::string_view blobs_folder = "blobs";
[[nodiscard]] std::string blob_path(std::string_view id);

}  // namespace quotary::contents
