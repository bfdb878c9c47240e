// A blob's file of any bytes: read as a blob under a key that is known, and gone on with as an unfinished upload, which
// must then become a whole blob.
#include "ledger/blobs/blob_store.h"
#include "ledger/blobs/part_file.h"
#include "signing/content_cipher.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace quotary {
namespace {

// One file in memory.
class MemoryFile final : public File {
 public:
  explicit MemoryFile(std::shared_ptr<std::string> bytes) : bytes_(std::move(bytes)) {}
  Result<std::string> read_at(std::uint64_t offset, std::size_t size) const override {
    return offset < bytes_->size() ? bytes_->substr(offset, size) : std::string();
  }
  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    bytes_->resize(std::max<std::uint64_t>(bytes_->size(), offset + bytes.size()));
    std::memcpy(bytes_->data() + offset, bytes.data(), bytes.size());
    return {};
  }
  Result<void> sync() override { return {}; }
  Result<void> truncate(std::uint64_t size) override {
    bytes_->resize(size);
    return {};
  }
  Result<std::uint64_t> size() const override { return bytes_->size(); }

 private:
  std::shared_ptr<std::string> bytes_;
};

// In which every path is that file.
class MemoryFiles final : public FileSystem {
 public:
  explicit MemoryFiles(std::string_view bytes) : bytes_(std::make_shared<std::string>(bytes)) {}
  Result<std::unique_ptr<File>> open(const std::string&, OpenMode, unsigned) override {
    return std::unique_ptr<File>(std::make_unique<MemoryFile>(bytes_));
  }
  Result<std::vector<std::string>> list(const std::string&) override { return std::vector<std::string>(); }
  bool exists(const std::string&) override { return true; }
  Result<void> make_directory(const std::string&, unsigned) override { return {}; }
  Result<void> remove(const std::string&) override { return {}; }
  Result<void> rename(const std::string&, const std::string&) override { return {}; }
  Result<void> sync_directory(const std::string&) override { return {}; }
  Result<std::unique_ptr<Volume>> open_volume(const std::string&) override { return fail(Errc::storage, "none", ""); }
  Result<std::uint64_t> free_bytes(const std::string&) override { return 0; }
  Result<std::shared_ptr<void>> lock(const std::string&) override { return std::shared_ptr<void>(); }

 private:
  std::shared_ptr<std::string> bytes_;
};

// Key, id and nonce of the worked example in FORMAT.md.
blobs::BlobReference example(std::uint64_t size_bytes) {
  std::string key, id, nonce;
  for (int i = 0; i < 32; ++i) key += static_cast<char>(i);
  for (int i = 0; i < 16; ++i) id += static_cast<char>(0x30 + i), nonce += static_cast<char>(0x20 + i);
  return {to_hex(id), blobs::ContentKey(key), nonce, size_bytes};
}

void read(const std::shared_ptr<MemoryFiles>& files, const blobs::ContentCipher& cipher, std::size_t size) {
  const auto store = *blobs::BlobStore::open(files, cipher, "blobs");
  const auto content_size = blobs::content_bytes(size);
  const auto reader = store->open_blob(example(content_size.value_or(0)));
  if (!reader) return;
  QUOTARY_CHECK(content_size && reader->size_bytes() == *content_size);
  if (const auto hashes = reader->read_through()) {
    const auto bytes = reader->read_at(0, *content_size);
    QUOTARY_CHECK(bytes && bytes->size() == *content_size && sha256(*bytes) == hashes->plain);
  }
}

void go_on(const std::shared_ptr<MemoryFiles>& files, const blobs::ContentCipher& cipher) {
  const blobs::BlobReference reference = example(0);
  auto part =
      blobs::PartFile::open(*files, cipher, "part", {reference.id, Timestamp{1}}, reference.key, reference.nonce);
  QUOTARY_CHECK(part && part->append("more"));
  const std::uint64_t size_bytes = part->offset();
  const auto hashes = part->finish();
  const auto store = *blobs::BlobStore::open(files, cipher, "blobs");
  const auto reader = store->open_blob(example(size_bytes));
  QUOTARY_CHECK(hashes && reader && reader->check(hashes->commitment));
}

}  // namespace
}  // namespace quotary

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  static const auto cipher = signing::content_cipher(std::make_shared<SystemRandom>());
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto files = std::make_shared<MemoryFiles>(bytes);
  read(files, *cipher, size);
  go_on(files, *cipher);
  return 0;
}
