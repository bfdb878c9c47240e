// The verifier of large contents, beside the log's own: each that an entry names is opened, read through and held
// against what its entry commits to.
#pragma once

#include "ledger/blobs/blob_store.h"
#include "ledger/contents/named_content.h"

#include <atomic>
#include <functional>
#include <vector>

namespace quotary::contents {

// The kinds of its problems.
inline constexpr const char *kind_missing = "content_missing", *kind_damaged = "content_damaged",
                            *kind_differs = "content_differs";

// What a check looked at.
struct ContentFigures {
  std::uint64_t checked = 0, bytes = 0;          // that were read through, and how much they hold
  std::uint64_t erased = 0;                      // whose references nobody can read any more
  std::uint64_t unread = 0;                      // whose references could not be read for want of a key, or are damaged
  std::uint64_t unnamed = 0, unnamed_bytes = 0;  // files that no entry names
};

struct ContentsCheck {
  std::uint64_t from = 0, to = 0;                     // contents that entries [from, to) name; to 0: all
  std::optional<std::vector<std::uint64_t>> sampled;  // ascending: of these entries alone
  std::function<void(std::uint64_t done, std::uint64_t bytes)> progress;  // of content
  std::function<void(std::uint64_t bytes)> read;                          // after each chunk
  const std::atomic<bool>* stop = nullptr;  // once true, it ends soon with Errc::unavailable `stopped`
};

// What one content's check found; `kind` null: it holds, or is erased.
struct ContentFinding {
  const char* kind = nullptr;
  std::string detail;  // names the file, and the first bad chunk of a damaged one
  bool erased = false, unread = false;
};
// Flat memory. Errors: forbidden when the file may not be read, unavailable `stopped`.
[[nodiscard]] Result<ContentFinding> check_content(const LogView& view, const blobs::BlobStore& store,
                                                   const NamedContent& content,
                                                   const blobs::BlobReader::Step& step = {});

// Adds problems to `report`, which is of the same ledger, and answers what was looked at. Does not stop at a problem.
// An erased content is counted and no problem: which entry erased it, the log's own check says of its payloads. One
// whose reference cannot be read for another reason is counted as unread, which that check names too. A check of all
// that could read each reference also counts the files that no entry names. Keeps 32 bytes a content in memory.
// Errc::forbidden when a file may not be read, unavailable `stopped`; errors of reading the state.
[[nodiscard]] Result<ContentFigures> check_contents(const LogView& view, const blobs::BlobStore& store,
                                                    const ContentsCheck& check, VerifyReport& report);

}  // namespace quotary::contents
