// Finished contents in a folder: `<folder>/<first two digits of the id>/<id>`, each encrypted under a key of its own.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/blobs/blob_format.h"
#include "ledger/blobs/blob_reference.h"

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace quotary::blobs {

// One content, open for reading. Safe to use from any thread; may not outlive the store. A read takes memory for what
// it answers and one chunk.
class BlobReader {
 public:
  [[nodiscard]] std::uint64_t size_bytes() const { return reference_.size_bytes; }
  // Up to `size` bytes of the content from `offset`, at most read_bytes_max; fewer only where it ends. Opens only the
  // chunks that they lie in. Errc::corrupt `blob_damaged` names file and chunk.
  [[nodiscard]] Result<std::string> read_at(std::uint64_t offset, std::size_t size) const;
  // Is given the content from front to back, chunk by chunk, and answers whether to go on; empty: always.
  using Step = std::function<bool(std::string_view part)>;
  // Reads it all. Errc::corrupt `blob_damaged` names file and first bad chunk; unavailable `stopped` when `step` says
  // so.
  [[nodiscard]] Result<ContentHashes> read_through(const Step& step = {}) const;
  // The same, held against what the entry's body says. Errc::corrupt `blob_differs` when each chunk is whole and the
  // content is another one.
  [[nodiscard]] Result<void> check(const Hash& commitment, const Step& step = {}) const;

 private:
  friend class BlobStore;
  BlobReader(std::unique_ptr<File> file, std::string path, BlobReference reference, std::string head,
             const ContentCipher& cipher)
      : file_(std::move(file)),
        path_(std::move(path)),
        reference_(std::move(reference)),
        head_(std::move(head)),
        cipher_(&cipher) {}
  [[nodiscard]] Result<std::string> read_chunk(std::uint64_t number) const;

  std::unique_ptr<File> file_;
  std::string path_;
  BlobReference reference_;
  std::string head_;
  const ContentCipher* cipher_;
};

// The store. Safe to use from any thread. A blob comes whole or not at all, and never changes.
class BlobStore {
 public:
  // Makes the folder when it is absent. `cipher` must outlive the store.
  [[nodiscard]] static Result<std::unique_ptr<BlobStore>> open(std::shared_ptr<FileSystem> files,
                                                               const ContentCipher& cipher, std::string folder);

  // For who reads alone: touches nothing, and the folder may be absent.
  [[nodiscard]] static std::unique_ptr<BlobStore> open_for_reading(std::shared_ptr<FileSystem> files,
                                                                   const ContentCipher& cipher, std::string folder);

  // Checks head and length alone. Errc::corrupt `blob_missing`, `blob_damaged` (each names the file; a wrong length
  // the first chunk that cannot be whole); Errc::unavailable `blob_version`; the disk's errors.
  [[nodiscard]] Result<BlobReader> open_blob(const BlobReference& reference) const;
  // The name alone; ids are well formed (is_blob_id) here and below.
  [[nodiscard]] bool holds(const std::string& id) const;
  // What is known without the key; errors as open_blob().
  [[nodiscard]] Result<BlobHead> head(const std::string& id) const;
  // The content's size as its file's length gives it.
  [[nodiscard]] Result<std::uint64_t> size_bytes(const std::string& id) const;

  // For erasure: takes the file away, synced. No error when it is gone already.
  [[nodiscard]] Result<void> remove(const std::string& id);
  // Each id, in order; `visit` answers whether to go on, and its error ends the walk. Keeps the names of one of the 256
  // folders at a time. Files with other names are passed over. Nothing where the folder is absent.
  using Visit = std::function<Result<bool>(const std::string& id)>;
  [[nodiscard]] Result<void> list(const Visit& visit) const;

  // Takes over a finished and synced file of the same volume by renaming it. The name is on the disk after settle();
  // of the folder that it comes from the caller takes care.
  [[nodiscard]] Result<void> adopt(const std::string& path, const std::string& id);
  // Syncs the name of a blob that is there.
  [[nodiscard]] Result<void> settle(const std::string& id);

 private:
  BlobStore(std::shared_ptr<FileSystem> files, const ContentCipher& cipher, std::string folder)
      : files_(std::move(files)), cipher_(cipher), folder_(std::move(folder)) {}
  [[nodiscard]] std::string folder_of(const std::string& id) const;
  [[nodiscard]] std::string path_of(const std::string& id) const;
  [[nodiscard]] Result<std::unique_ptr<File>> open_file(const std::string& id) const;
  [[nodiscard]] Result<void> make_folder_of(const std::string& id);

  const std::shared_ptr<FileSystem> files_;
  const ContentCipher& cipher_;
  const std::string folder_;
  std::mutex mutex_;
  std::set<std::string> folders_;  // known to be on the disk
};

}  // namespace quotary::blobs
