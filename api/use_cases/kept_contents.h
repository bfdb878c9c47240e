// The large contents of an organisation (ledger/contents), as its server keeps them: checked with the ledger, read
// again in the background, taken away once erased.
#pragma once

#include "api/organisation.h"
#include "ledger/contents/contents_scrubber.h"
#include "ledger/contents/erased_contents.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace quotary::api {

// Safe to call from any thread. Everything that it is given outlives it.
class KeptContents {
 public:
  // Touches no file: what a folder without contents lacks is made by who brings the first one.
  KeptContents(Ledger& ledger, const std::shared_ptr<FileSystem>& files, const std::shared_ptr<Random>& random,
               const std::string& data_directory);
  ~KeptContents();

  // Begins to read all again in the background; `scrubbing.bytes_per_second` 0: never. Nothing of a ledger that is read
  // only.
  void start_scrubbing(const Scrubbing& scrubbing);
  // Ends that; what it would still append comes before.
  void stop_scrubbing() { scrubber_.reset(); }

  [[nodiscard]] contents::ErasedContents& erased() { return erased_; }
  // Adds what the check finds to a report of the ledger. Errc::unavailable `stopped`; errors of reading the state.
  [[nodiscard]] Result<contents::ContentFigures> check(const contents::ContentsCheck& check,
                                                       VerifyReport& report) const;
  // The files of what entries below `tree_size` name and is not erased, as paths below the data folder, sorted. What
  // damage hides is left out.
  [[nodiscard]] Result<std::vector<std::string>> paths(std::uint64_t tree_size) const;

  // Whether the background reading finds each content whole.
  [[nodiscard]] bool hold() const;
  // Lines for /metrics.
  [[nodiscard]] std::string metrics() const;

 private:
  void found(std::uint64_t index, const contents::ContentFinding& finding);

  Ledger& ledger_;
  const std::unique_ptr<blobs::ContentCipher> cipher_;
  const std::unique_ptr<blobs::BlobStore> store_;
  contents::ErasedContents erased_;
  std::set<std::uint64_t> told_;                          // the scrubber's thread only
  std::unique_ptr<contents::ContentsScrubber> scrubber_;  // last: it uses what stands above
};

// Of an open organisation.
[[nodiscard]] KeptContents& contents_of(Organisation::Parts& parts);

}  // namespace quotary::api
