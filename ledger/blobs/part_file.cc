#include "ledger/blobs/part_file.h"

#include <algorithm>

namespace quotary::blobs {

namespace {

// Whatever waits in the machine's memory holds up the sync at the end; with pieces of 256 KiB contents of 1 MB took a
// third longer.
constexpr std::uint64_t hint_bytes = 4u << 20;

}  // namespace

Result<PartFile> PartFile::open(FileSystem& files, const ContentCipher& cipher, const std::string& path,
                                const BlobHead& head, const ContentKey& key, std::string_view nonce) {
  QUOTARY_TRY(file, files.open(path, OpenMode::create_or_open));
  PartFile part(std::move(file), cipher, head_text(head), key, nonce);
  QUOTARY_TRY_VOID(part.go_on());
  return part;
}

Result<void> PartFile::go_on() {
  QUOTARY_TRY(size, file_->size());
  // Less than a chunk at the end was left by a finish, or by a write that was cut. A finish's sync may have failed, and
  // then the machine takes bytes for written that no later sync brings to the disk: they are written anew.
  const bool unsure = size > head_bytes && (size - head_bytes) % sealed_chunk_bytes != 0;
  QUOTARY_TRY(stored_head, file_->read_at(0, head_bytes));
  if (unsure || stored_head != head_) QUOTARY_TRY_VOID(file_->write_at(0, head_));
  for (; chunk_offset(chunks_ + 1) <= size; ++chunks_) {
    QUOTARY_TRY(sealed, file_->read_at(chunk_offset(chunks_), sealed_chunk_bytes));
    const auto plain = cipher_->open(key_, {head_, chunks_, false}, sealed);
    if (!plain) break;  // a power cut left the file's length and not its bytes
    hasher_.update(*plain);
    if (unsure) QUOTARY_TRY_VOID(file_->write_at(chunk_offset(chunks_), sealed));
  }
  hinted_ = chunk_offset(chunks_);
  if (size > chunk_offset(chunks_)) return file_->truncate(chunk_offset(chunks_));
  return {};
}

Result<void> PartFile::append(std::string_view bytes) {
  hasher_.update(bytes);
  while (!bytes.empty()) {
    const std::size_t taken = std::min(chunk_bytes - pending_.size(), bytes.size());
    if (taken == chunk_bytes) {
      QUOTARY_TRY_VOID(write_chunk(bytes.substr(0, taken), false));
      ++chunks_;
    } else {
      pending_.append(bytes.substr(0, taken));
      if (pending_.size() == chunk_bytes) {
        QUOTARY_TRY_VOID(write_chunk(pending_, false));
        pending_.clear();
        ++chunks_;
      }
    }
    bytes.remove_prefix(taken);
  }
  return {};
}

Result<ContentHashes> PartFile::finish() {
  QUOTARY_TRY_VOID(write_chunk(pending_, true));
  QUOTARY_TRY_VOID(file_->sync());
  return hasher_.finish();
}

Result<void> PartFile::write_chunk(std::string_view plain, bool last) {
  const std::string sealed = cipher_->seal(key_, {head_, chunks_, last}, plain);
  QUOTARY_TRY_VOID(file_->write_at(chunk_offset(chunks_), sealed));
  const std::uint64_t end = chunk_offset(chunks_) + sealed.size();
  if (end - hinted_ >= hint_bytes) {
    file_->start_writing(hinted_, end - hinted_);
    hinted_ = end;
  }
  return {};
}

}  // namespace quotary::blobs
