#include "ledger/blobs/blob_store.h"

#include "ledger/blobs/limits.h"

#include <algorithm>

namespace quotary::blobs {

namespace {

constexpr std::size_t folder_digits = 2;

Error in_file(const std::string& path, Error error) {
  error.detail = path + ": " + error.detail;
  return error;
}

Result<BlobHead> read_head(const File& file, const std::string& path, const std::string& id) {
  QUOTARY_TRY(bytes, file.read_at(0, head_bytes));
  auto head = parse_head(bytes);
  if (!head) return in_file(path, std::move(head).error());
  if (head->id != id)
    return fail(Errc::corrupt, "blob_damaged", path + ": its head is that of another blob, " + head->id);
  return head;
}

Result<void> check_length(const File& file, const std::string& path, std::uint64_t content_size_bytes) {
  QUOTARY_TRY(have, file.size());
  const std::uint64_t expected = file_bytes(content_size_bytes);
  if (have == expected) return {};
  const std::uint64_t first_bad =
      have > expected ? last_chunk(content_size_bytes)
                      : std::min((have - head_bytes) / sealed_chunk_bytes, last_chunk(content_size_bytes));
  return fail(Errc::corrupt, "blob_damaged",
              path + ": chunk " + std::to_string(first_bad) + " was changed or cut off: the file has " +
                  std::to_string(have) + " bytes, not " + std::to_string(expected));
}

}  // namespace

Result<std::string> BlobReader::read_chunk(std::uint64_t number) const {
  const bool last = number == last_chunk(reference_.size_bytes);
  const std::size_t plain_bytes = last ? reference_.size_bytes % chunk_bytes : chunk_bytes;
  QUOTARY_TRY(sealed, file_->read_at(chunk_offset(number), plain_bytes + seal_bytes));
  auto plain = cipher_->open(reference_.key, {head_, number, last}, sealed);
  if (!plain) return in_file(path_, std::move(plain).error());
  return plain;
}

Result<std::string> BlobReader::read_at(std::uint64_t offset, std::size_t size) const {
  std::string out;
  if (offset >= reference_.size_bytes) return out;
  const std::uint64_t end = offset + std::min<std::uint64_t>({size, read_bytes_max, reference_.size_bytes - offset});
  out.reserve(end - offset);
  while (offset < end) {
    QUOTARY_TRY(chunk, read_chunk(offset / chunk_bytes));
    const std::size_t from = offset % chunk_bytes;
    const std::size_t taken = std::min<std::uint64_t>(chunk.size() - from, end - offset);
    out.append(chunk, from, taken);
    offset += taken;
  }
  return out;
}

Result<ContentHashes> BlobReader::read_through(const Step& step) const {
  ContentHasher hasher(reference_.nonce);
  for (std::uint64_t number = 0; number <= last_chunk(reference_.size_bytes); ++number) {
    QUOTARY_TRY(chunk, read_chunk(number));
    hasher.update(chunk);
    if (step && !step(chunk)) return fail(Errc::unavailable, "stopped", path_ + ": the reading was broken off");
  }
  return hasher.finish();
}

Result<void> BlobReader::check(const Hash& commitment, const Step& step) const {
  QUOTARY_TRY(hashes, read_through(step));
  if (hashes.commitment == commitment) return {};
  return fail(Errc::corrupt, "blob_differs",
              path_ + ": each chunk is whole, but the content is not the one that the entry commits to (" +
                  commitment.hex() + ")");
}

Result<std::unique_ptr<BlobStore>> BlobStore::open(std::shared_ptr<FileSystem> files, const ContentCipher& cipher,
                                                   std::string folder) {
  QUOTARY_TRY_VOID(files->make_directory(folder));
  // A folder that stands there may have been made by a process that ended before it was synced.
  QUOTARY_TRY_VOID(files->sync_directory(folder));
  QUOTARY_TRY(names, files->list(folder));
  std::unique_ptr<BlobStore> store(new BlobStore(std::move(files), cipher, std::move(folder)));
  store->folders_.insert(names.begin(), names.end());
  return store;
}

std::unique_ptr<BlobStore> BlobStore::open_for_reading(std::shared_ptr<FileSystem> files, const ContentCipher& cipher,
                                                       std::string folder) {
  return std::unique_ptr<BlobStore>(new BlobStore(std::move(files), cipher, std::move(folder)));
}

std::string BlobStore::folder_of(const std::string& id) const {
  QUOTARY_CHECK(is_blob_id(id));
  return folder_ + "/" + id.substr(0, folder_digits);
}
std::string BlobStore::path_of(const std::string& id) const { return folder_of(id) + "/" + id; }

bool BlobStore::holds(const std::string& id) const { return files_->exists(path_of(id)); }

Result<std::unique_ptr<File>> BlobStore::open_file(const std::string& id) const {
  auto file = files_->open(path_of(id), OpenMode::read_only);
  if (!file && file.error().kind == Errc::not_found)
    return fail(Errc::corrupt, "blob_missing",
                path_of(id) + " is not there: put it back from a copy of the folder of contents");
  return file;
}

Result<BlobHead> BlobStore::head(const std::string& id) const {
  QUOTARY_TRY(file, open_file(id));
  return read_head(*file, path_of(id), id);
}

Result<std::uint64_t> BlobStore::size_bytes(const std::string& id) const {
  QUOTARY_TRY(file, open_file(id));
  QUOTARY_TRY(have, file->size());
  if (const auto size = content_bytes(have)) return *size;
  return fail(Errc::corrupt, "blob_damaged", path_of(id) + ": no blob has " + std::to_string(have) + " bytes");
}

Result<BlobReader> BlobStore::open_blob(const BlobReference& reference) const {
  std::string path = path_of(reference.id);
  QUOTARY_TRY(file, open_file(reference.id));
  QUOTARY_TRY(head, read_head(*file, path, reference.id));
  QUOTARY_TRY_VOID(check_length(*file, path, reference.size_bytes));
  return BlobReader(std::move(file), std::move(path), reference, head_text(head), cipher_);
}

Result<void> BlobStore::remove(const std::string& id) {
  if (auto removed = files_->remove(path_of(id)); !removed && removed.error().kind != Errc::not_found)
    return std::move(removed).error();
  // Also when it was gone: who took it away may have ended before this.
  if (!files_->exists(folder_of(id))) return {};
  return files_->sync_directory(folder_of(id));
}

Result<void> BlobStore::list(const Visit& visit) const {
  auto folders = files_->list(folder_);
  if (!folders && folders.error().kind == Errc::not_found) return {};
  if (!folders) return std::move(folders).error();
  for (const std::string& folder : *folders) {
    if (folder.size() != folder_digits) continue;
    QUOTARY_TRY(names, files_->list(folder_ + "/" + folder));
    for (const std::string& name : names) {
      if (!is_blob_id(name) || !name.starts_with(folder)) continue;
      QUOTARY_TRY(go_on, visit(name));
      if (!go_on) return {};
    }
  }
  return {};
}

Result<void> BlobStore::make_folder_of(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const std::string name = id.substr(0, folder_digits);
  if (folders_.contains(name)) return {};
  QUOTARY_TRY_VOID(files_->make_directory(folder_of(id)));
  // One that an earlier try made, and did not sync.
  QUOTARY_TRY_VOID(files_->sync_directory(folder_));
  folders_.insert(name);
  return {};
}

Result<void> BlobStore::adopt(const std::string& path, const std::string& id) {
  QUOTARY_TRY_VOID(make_folder_of(id));
  return files_->rename(path, path_of(id));
}

Result<void> BlobStore::settle(const std::string& id) { return files_->sync_directory(folder_of(id)); }

}  // namespace quotary::blobs
