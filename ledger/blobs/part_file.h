// The content of one unfinished upload as its file. Inside ledger/blobs.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/blobs/blob_format.h"
#include "ledger/blobs/blob_reference.h"

#include <memory>
#include <string>

namespace quotary::blobs {

// Takes content from front to back and writes each chunk once it is whole; what is left waits in memory, less than a
// chunk. One thread at a time. After an error it is of no more use: opening the file again is how to go on.
class PartFile {
 public:
  // Makes the file, or goes on behind the last whole chunk that can be opened: everything is hashed anew, and what
  // follows is cut off.
  [[nodiscard]] static Result<PartFile> open(FileSystem& files, const ContentCipher& cipher, const std::string& path,
                                             const BlobHead& head, const ContentKey& key, std::string_view nonce);

  // Bytes of content taken so far.
  [[nodiscard]] std::uint64_t offset() const { return chunks_ * chunk_bytes + pending_.size(); }
  [[nodiscard]] Result<void> append(std::string_view bytes);
  // Writes the last chunk and syncs: after success the file is a whole blob.
  [[nodiscard]] Result<ContentHashes> finish();

 private:
  PartFile(std::unique_ptr<File> file, const ContentCipher& cipher, std::string head, const ContentKey& key,
           std::string_view nonce)
      : file_(std::move(file)), cipher_(&cipher), head_(std::move(head)), key_(key), hasher_(nonce) {}
  [[nodiscard]] Result<void> go_on();
  [[nodiscard]] Result<void> write_chunk(std::string_view plain, bool last);

  std::unique_ptr<File> file_;
  const ContentCipher* cipher_;
  std::string head_;
  ContentKey key_;
  ContentHasher hasher_;
  std::uint64_t chunks_ = 0;  // whole ones in the file
  std::string pending_;
  std::uint64_t hinted_ = 0;  // up to where the disk was told to begin
};

}  // namespace quotary::blobs
