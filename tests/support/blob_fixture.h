// A store of large contents with its uploads, in a folder of a test's own.
#pragma once

#include "ledger/blobs/uploads.h"
#include "signing/content_cipher.h"
#include "signing/subject_keys.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace quotary::testing {

class BlobFixture : public ::testing::Test {
 protected:
  static constexpr std::int64_t start_ms = 1'795'831'384'567;

  explicit BlobFixture(std::shared_ptr<FileSystem> made = posix_file_system()) : files(std::move(made)) { open(); }

  // As after a restart.
  void open() {
    close();
    auto opened = try_open();
    ASSERT_TRUE(opened) << opened.error().detail;
  }
  Result<void> try_open() {
    QUOTARY_TRY(opened_store, blobs::BlobStore::open(files, *cipher, store_folder()));
    store = std::move(opened_store);
    QUOTARY_TRY(opened, blobs::Uploads::open({files, random, *keys, *cipher, *store}, uploads_folder(), limits));
    uploads = std::move(opened);
    return {};
  }
  void close() {
    uploads.reset();
    store.reset();
  }

  [[nodiscard]] std::string store_folder() const { return data + "/blobs"; }
  [[nodiscard]] std::string uploads_folder() const { return data + "/uploads"; }
  [[nodiscard]] std::string path_of(const std::string& id) const {
    return store_folder() + "/" + id.substr(0, 2) + "/" + id;
  }
  [[nodiscard]] static std::string content_of(std::size_t size_bytes) {
    std::string content(size_bytes, '\0');
    for (std::size_t i = 0; i < size_bytes; ++i) content[i] = static_cast<char>(i % 251);
    return content;
  }
  [[nodiscard]] static blobs::NewUpload of_size(std::uint64_t size_bytes) {
    return {"person-1", "case:1", "the caller's", size_bytes, true};
  }

  std::string begin(std::uint64_t size_bytes) {
    auto id = uploads->create(of_size(size_bytes), now);
    EXPECT_TRUE(id) << id.error().detail;
    return id ? *id : std::string(32, '0');
  }
  // From where it stands to its end.
  Result<blobs::FinishedUpload> bring(const std::string& id, std::string_view content, std::size_t step_bytes) {
    QUOTARY_TRY(state, uploads->state(id));
    for (std::uint64_t at = state.offset; at < content.size();) {
      QUOTARY_TRY(next, uploads->append(id, at, content.substr(at, step_bytes)));
      at = next;
    }
    return uploads->finish(id);
  }
  blobs::FinishedUpload upload(std::string_view content, std::size_t step_bytes = 100'000) {
    auto finished = bring(begin(content.size()), content, step_bytes);
    EXPECT_TRUE(finished) << finished.error().detail;
    return finished ? std::move(*finished) : blobs::FinishedUpload();
  }
  // That it is there, whole, under the commitment, and this content.
  void expect_whole(const blobs::FinishedUpload& finished, std::string_view content) {
    const auto reader = store->open_blob(finished.reference);
    ASSERT_TRUE(reader) << reader.error().detail;
    EXPECT_EQ(reader->size_bytes(), content.size());
    const auto checked = reader->check(sha256(finished.reference.nonce + std::string(content)));
    EXPECT_TRUE(checked) << checked.error().detail;
    EXPECT_EQ(finished.hashes.commitment, sha256(finished.reference.nonce + std::string(content)));
    EXPECT_EQ(finished.hashes.plain, sha256(content));
  }
  [[nodiscard]] std::vector<std::string> names_in(const std::string& path) const { return *files->list(path); }
  [[nodiscard]] std::vector<std::string> blobs_there() const {
    std::vector<std::string> ids;
    EXPECT_TRUE(store->list([&](const std::string& id) -> Result<bool> {
      ids.push_back(id);
      return true;
    }));
    return ids;
  }

  TemporaryFolder folder;
  std::string data = folder.path() + "/data";
  const std::shared_ptr<FileSystem> files;
  const std::shared_ptr<Random> random = std::make_shared<SystemRandom>();
  std::unique_ptr<blobs::ContentCipher> cipher = signing::content_cipher(random);
  const std::unique_ptr<signing::SubjectKeyring> keys =
      *signing::open_subject_keys(*posix_file_system(), folder.file("subjects.keys"), true, random);
  blobs::UploadLimits limits;
  Timestamp now{start_ms};
  std::unique_ptr<blobs::BlobStore> store;
  std::unique_ptr<blobs::Uploads> uploads;
};

}  // namespace quotary::testing
