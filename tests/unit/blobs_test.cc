// Large contents as files: their bytes, their references, and what damage to either looks like.
#include "ledger/blobs/part_file.h"
#include "tests/support/blob_fixture.h"
#include "tests/support/golden.h"

#include <algorithm>

namespace quotary::blobs {
namespace {

using testing::golden;
using testing::golden_json;

std::string text_in(const json::value& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

TEST(BlobReference, HoldsOrIsRefusedAsTheVectorsSay) {
  const json::value set = golden_json("blobs/references.json");
  for (const auto& each : set.at("cases").as_array()) {
    SCOPED_TRACE(text_in(each, "name"));
    const std::string text = text_in(each, "text");
    const auto reference = parse_reference(text);
    if (!each.as_object().contains("code")) {
      ASSERT_TRUE(reference) << reference.error().detail;
      EXPECT_EQ(reference_text(*reference), text);
      continue;
    }
    ASSERT_FALSE(reference);
    EXPECT_EQ(reference.error().kind, Errc::corrupt);
    EXPECT_EQ(reference.error().code, text_in(each, "code"));
    ASSERT_EQ(reference.error().problems.size(), 1u);
    EXPECT_EQ(reference.error().problems[0].pointer, text_in(each, "pointer"));
    EXPECT_EQ(reference.error().detail.find("0001020304"), std::string::npos) << "tells the key";
  }
}

TEST(ContentKey, IsGoneFromWhereItLay) {
  alignas(ContentKey) unsigned char place[sizeof(ContentKey)];
  auto* const key = new (place) ContentKey(std::string(content_key_bytes, 'k'));
  EXPECT_EQ(place[0], 'k');
  key->~ContentKey();
  asm volatile("" : : "r"(place) : "memory");
  EXPECT_EQ(std::string(place, place + sizeof place), std::string(sizeof place, '\0'));
}

TEST(BlobFormat, AFilesLengthTellsTheContents) {
  for (const std::uint64_t size :
       {0ull, 1ull, 65'535ull, 65'536ull, 65'537ull, 131'072ull, 10'000'000ull, 2'147'483'648ull}) {
    EXPECT_EQ(content_bytes(file_bytes(size)), size);
  }
  EXPECT_FALSE(content_bytes(0));
  EXPECT_FALSE(content_bytes(head_bytes + seal_bytes - 1));
  EXPECT_FALSE(content_bytes(chunk_offset(1))) << "a last chunk is always there";
}

// Salts as the vectors have them: a0, a1, … for chunk 0, one more for the next.
class CountingRandom final : public Random {
 public:
  void fill(void* out, std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i) static_cast<unsigned char*>(out)[i] = static_cast<unsigned char>(first_ + i);
    ++first_;
  }

 private:
  unsigned first_ = 0xa0;
};

class BlobTest : public testing::BlobFixture {
 protected:
  // Writes it as the blob's file.
  void put(const std::string& id, const std::string& bytes) {
    ASSERT_TRUE(files->make_directory(path_of(id).substr(0, path_of(id).rfind('/'))));
    ASSERT_TRUE(write_file_durably(*files, path_of(id), bytes));
  }
  std::string bytes_of(const std::string& id) { return *read_file(*files, path_of(id)); }
  // What a check of it says: empty when it holds, else the error's code, file and chunk in it.
  std::string said_of(const FinishedUpload& finished) {
    auto reader = store->open_blob(finished.reference);
    const auto outcome = reader ? reader->check(finished.hashes.commitment) : Result<void>(std::move(reader).error());
    if (outcome) return "";
    EXPECT_NE(outcome.error().detail.find(path_of(finished.reference.id)), std::string::npos) << outcome.error().detail;
    const std::size_t chunk = outcome.error().detail.find("chunk ");
    return outcome.error().code +
           (chunk == std::string::npos
                ? " " + outcome.error().detail.substr(outcome.error().detail.find(": ") + 2, 8)
                : " " + outcome.error().detail.substr(chunk, outcome.error().detail.find(' ', chunk + 6) - chunk));
  }
  static std::string chunk_in(const std::string& file, std::uint64_t number) {
    return file.substr(chunk_offset(number), sealed_chunk_bytes);
  }
};

TEST_F(BlobTest, ReadsTheVectors) {
  const json::value set = golden_json("blobs/blobs.json");
  for (const auto& each : set.at("blobs").as_array()) {
    SCOPED_TRACE(text_in(each, "name"));
    const auto reference = parse_reference(text_in(each, "reference"));
    ASSERT_TRUE(reference) << reference.error().detail;
    put(reference->id, golden("blobs/" + text_in(each, "file")));
    const auto reader = store->open_blob(*reference);
    ASSERT_TRUE(reader) << reader.error().detail;
    const auto hashes = reader->read_through();
    ASSERT_TRUE(hashes) << hashes.error().detail;
    EXPECT_EQ(hashes->commitment.hex(), text_in(each, "commitment"));
    EXPECT_EQ(hashes->plain.hex(), text_in(each, "sha256"));
    EXPECT_EQ(reader->size_bytes(), each.at("content_size").as_int64());
    EXPECT_EQ(format_rfc3339(store->head(reference->id)->created_at), text_in(each, "created_at"));
    EXPECT_EQ(*store->size_bytes(reference->id), reader->size_bytes());
  }
}

TEST_F(BlobTest, WritesTheVectors) {
  const json::value set = golden_json("blobs/blobs.json");
  for (const auto& each : set.at("blobs").as_array()) {
    SCOPED_TRACE(text_in(each, "name"));
    const auto reference = parse_reference(text_in(each, "reference"));
    ASSERT_TRUE(reference);
    const auto counting = signing::content_cipher(std::make_shared<CountingRandom>());
    const std::string path = folder.file(text_in(each, "file"));
    auto part = PartFile::open(*files, *counting, path, {reference->id, *parse_rfc3339(text_in(each, "created_at"))},
                               reference->key, reference->nonce);
    ASSERT_TRUE(part) << part.error().detail;
    const std::string content = text_in(each, "name") == "hello" ? "Hello, ledger" : content_of(reference->size_bytes);
    ASSERT_TRUE(part->append(content));
    const auto hashes = part->finish();
    ASSERT_TRUE(hashes);
    EXPECT_EQ(hashes->commitment.hex(), text_in(each, "commitment"));
    EXPECT_EQ(*read_file(*files, path), golden("blobs/" + text_in(each, "file")));
  }
}

TEST_F(BlobTest, GivesBackWhatCameWhateverItsSize) {
  for (const std::size_t size : {0u, 1u, 65'535u, 65'536u, 65'537u, 131'072u, 10u << 20}) {
    for (const std::size_t step : {1'000u, 65'536u, 100'001u}) {
      SCOPED_TRACE(std::to_string(size) + " in steps of " + std::to_string(step));
      const std::string content = content_of(size);
      const FinishedUpload finished = upload(content, step);
      expect_whole(finished, content);
      EXPECT_EQ(bytes_of(finished.reference.id).size(), file_bytes(size));
      const auto reader = store->open_blob(finished.reference);
      ASSERT_TRUE(reader);
      std::string read;
      for (;;) {
        const auto more = reader->read_at(read.size(), 300'000);
        ASSERT_TRUE(more);
        if (more->empty()) break;
        read += *more;
      }
      EXPECT_TRUE(read == content);
      EXPECT_TRUE(uploads->drop(finished.reference.id));
    }
  }
}

TEST_F(BlobTest, ReadsARangeFromTheChunksThatHoldIt) {
  const std::string content = content_of(4 * chunk_bytes + 100);
  const FinishedUpload finished = upload(content);
  std::string bytes = bytes_of(finished.reference.id);
  bytes[chunk_offset(2) + 1'000] ^= 1;
  put(finished.reference.id, bytes);
  const auto reader = store->open_blob(finished.reference);
  ASSERT_TRUE(reader) << reader.error().detail;
  struct Range {
    std::uint64_t offset;
    std::size_t size;
  };
  for (const auto& [offset, size] :
       {Range{0, 1}, Range{chunk_bytes - 1, 2}, Range{0, 2 * chunk_bytes}, Range{3 * chunk_bytes, 10},
        Range{4 * chunk_bytes, 100}, Range{4 * chunk_bytes + 50, 1'000}, Range{content.size(), 5}, Range{~0ull, 5},
        Range{7, 0}}) {
    SCOPED_TRACE(offset);
    const auto read = reader->read_at(offset, size);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, offset < content.size() ? content.substr(offset, size) : "");
  }
  for (const auto& [offset, size] : {Range{2 * chunk_bytes, 1}, Range{2 * chunk_bytes - 1, 2}, Range{0, 1u << 20}}) {
    const auto read = reader->read_at(offset, size);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, "blob_damaged");
    EXPECT_NE(read.error().detail.find(path_of(finished.reference.id) + ": chunk 2 "), std::string::npos);
  }
}

TEST_F(BlobTest, AReadAnswersNoMoreThanItsLimit) {
  const std::string content = content_of(read_bytes_max + 10);
  const auto reader = store->open_blob(upload(content, 1u << 20).reference);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->read_at(5, content.size())->size(), read_bytes_max);
}

TEST_F(BlobTest, EachFlippedByteIsFound) {
  const FinishedUpload finished = upload("Hello, ledger");
  const std::string good = bytes_of(finished.reference.id);
  ASSERT_EQ(said_of(finished), "");
  for (std::size_t at = 0; at < good.size(); ++at) {
    SCOPED_TRACE(at);
    std::string bad = good;
    bad[at] ^= 0x20;
    put(finished.reference.id, bad);
    EXPECT_EQ(said_of(finished), at < head_bytes ? "blob_damaged its head" : "blob_damaged chunk 0");
  }
}

TEST_F(BlobTest, TheFirstBadChunkIsNamed) {
  const FinishedUpload finished = upload(content_of(5 * chunk_bytes));
  std::string bytes = bytes_of(finished.reference.id);
  for (const std::uint64_t number : {5u, 3u, 1u}) {
    bytes[chunk_offset(number)] ^= 1;
    put(finished.reference.id, bytes);
    EXPECT_EQ(said_of(finished), "blob_damaged chunk " + std::to_string(number));
  }
}

TEST_F(BlobTest, ChunksStandWhereTheyWerePut) {
  const FinishedUpload finished = upload(content_of(3 * chunk_bytes + 9)),
                       other = upload(content_of(3 * chunk_bytes + 9));
  const std::string &id = finished.reference.id, good = bytes_of(id), others = bytes_of(other.reference.id);
  const std::string head = good.substr(0, head_bytes), last = chunk_in(good, 3);
  const auto expect_bad = [&](const char* what, const std::string& bytes, const std::string& said) {
    SCOPED_TRACE(what);
    put(id, bytes);
    EXPECT_EQ(said_of(finished), "blob_damaged " + said);
  };
  expect_bad("swapped", head + chunk_in(good, 1) + chunk_in(good, 0) + chunk_in(good, 2) + last, "chunk 0");
  expect_bad("repeated", head + chunk_in(good, 0) + chunk_in(good, 0) + chunk_in(good, 2) + last, "chunk 1");
  expect_bad("one more", head + chunk_in(good, 0) + good.substr(head_bytes), "chunk 3");
  expect_bad("one taken out", head + chunk_in(good, 0) + chunk_in(good, 2) + last, "chunk 2");
  expect_bad("the last cut off", good.substr(0, chunk_offset(3)), "chunk 3");
  expect_bad("cut in a chunk", good.substr(0, chunk_offset(2) + 5), "chunk 2");
  expect_bad("cut to its head", head, "chunk 0");
  expect_bad("cut in its head", head.substr(0, 40), "its head");
  expect_bad("nothing left", "", "its head");
  expect_bad("more behind", good + "x", "chunk 3");
  expect_bad("another blob's chunk", head + chunk_in(good, 0) + chunk_in(others, 1) + chunk_in(good, 2) + last,
             "chunk 1");
  expect_bad("another blob's file", others, "its head");
  expect_bad("another blob's chunks", head + others.substr(head_bytes), "chunk 0");
  put(id, good);
  EXPECT_EQ(said_of(finished), "");
}

// Whoever has the key can write chunks; what a chunk is bound to must hold for each of its parts alone.
TEST_F(BlobTest, AChunkIsBoundToHeadNumberAndEnd) {
  const ContentKey key(std::string(content_key_bytes, 'k'));
  const std::string head = head_text({std::string(32, 'a'), now}),
                    later = head_text({std::string(32, 'a'), {now.unix_ms + 1}});
  const std::string sealed = cipher->seal(key, {head, 7, false}, "plain");
  EXPECT_EQ(*cipher->open(key, {head, 7, false}, sealed), "plain");
  EXPECT_FALSE(cipher->open(key, {head, 8, false}, sealed));
  EXPECT_FALSE(cipher->open(key, {head, 7, true}, sealed));
  EXPECT_FALSE(cipher->open(key, {later, 7, false}, sealed));
  EXPECT_FALSE(cipher->open(ContentKey(std::string(content_key_bytes, 'l')), {head, 7, false}, sealed));
  EXPECT_FALSE(cipher->open(key, {head, 7, false}, sealed.substr(0, seal_bytes - 1)));
  EXPECT_NE(cipher->seal(key, {head, 7, false}, "plain"), sealed) << "the same chunk sealed again shares no nonce";
}

TEST_F(BlobTest, AnIntactHeadOfAnotherVersionIsNoDamage) {
  const FinishedUpload finished = upload("x");
  std::string bytes = bytes_of(finished.reference.id);
  bytes[13] = '2';
  bytes.replace(48, 16, sha256(bytes.substr(0, 48)).view().substr(0, 16));
  put(finished.reference.id, bytes);
  const auto reader = store->open_blob(finished.reference);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().kind, Errc::unavailable);
  EXPECT_EQ(reader.error().code, "blob_version");
}

TEST_F(BlobTest, AWholeContentThatTheEntryDoesNotMeanIsToldApart) {
  FinishedUpload finished = upload("one");
  finished.hashes.commitment = sha256("another");
  const auto checked = store->open_blob(finished.reference)->check(finished.hashes.commitment);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, "blob_differs");
}

TEST_F(BlobTest, AMissingOneIsDamageAndARemovedOneStaysAway) {
  const FinishedUpload kept = upload("kept"), gone = upload("gone");
  EXPECT_TRUE(store->remove(gone.reference.id));
  EXPECT_TRUE(store->remove(gone.reference.id)) << "again";
  EXPECT_TRUE(store->remove(std::string(32, 'f'))) << "never there, nor its folder";
  const auto reader = store->open_blob(gone.reference);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().kind, Errc::corrupt);
  EXPECT_EQ(reader.error().code, "blob_missing");
  EXPECT_NE(reader.error().detail.find(path_of(gone.reference.id)), std::string::npos);
  EXPECT_EQ(blobs_there(), std::vector{kept.reference.id});
}

TEST_F(BlobTest, ListsIdsAndPassesOverWhatIsNone) {
  std::vector<std::string> expected;
  for (int i = 0; i < 20; ++i) {
    expected.push_back(upload(std::to_string(i)).reference.id);
    EXPECT_TRUE(uploads->drop(expected.back()));
  }
  std::sort(expected.begin(), expected.end());
  ASSERT_TRUE(files->make_directory(store_folder() + "/lost+found"));
  ASSERT_TRUE(write_file_durably(*files, store_folder() + "/" + expected[0].substr(0, 2) + "/note", "x"));
  EXPECT_EQ(blobs_there(), expected);
  std::size_t seen = 0;
  EXPECT_TRUE(store->list([&](const std::string&) -> Result<bool> { return ++seen < 3; }));
  EXPECT_EQ(seen, 3u);
  const auto failed = store->list([](const std::string&) -> Result<bool> { return fail(Errc::storage, "no", ""); });
  EXPECT_EQ(failed.error().code, "no");
}

}  // namespace
}  // namespace quotary::blobs
