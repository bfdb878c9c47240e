// Taking away the files of contents whose subject was erased. Destroying the subject's key already makes them
// unreadable for good; this frees the disk, and leaves less for who breaks ciphers one day.
#pragma once

#include "ledger/blobs/blob_store.h"
#include "ledger/contents/named_content.h"

#include <mutex>
#include <string>
#include <string_view>

namespace quotary::contents {

// Once the key is destroyed nobody can tell which files were the subject's. So they are written down before, and what
// is written down is gone through again at every start until all are gone (FORMAT.md, "Erasure and legal holds"). Safe
// to use from any thread. Everything that it is given outlives it.
class ErasedContents {
 public:
  ErasedContents(const Ledger& ledger, FileSystem& files, blobs::BlobStore& store, std::string data_folder)
      : ledger_(ledger), files_(files), store_(store), folder_(std::move(data_folder) + "/erasing") {}

  // Writes down, durably, which files go with the key subject, "case:<id>"; another subject has none. Where its key is
  // destroyed already, what was written down stands. Errors of the store and the disk: the key must stay then.
  [[nodiscard]] Result<void> write_down(std::string_view target);
  // Takes away what was written down about it. Nothing to do is no error; after one it is to be called again.
  [[nodiscard]] Result<void> take_away(std::string_view target);

 private:
  [[nodiscard]] std::string list_path(std::string_view target) const;

  const Ledger& ledger_;
  FileSystem& files_;
  blobs::BlobStore& store_;
  const std::string folder_;
  std::mutex mutex_;  // of the files in it
};

}  // namespace quotary::contents
