// Uploads of large contents: how they begin, go on after a restart, end, and are cleared away.
#include "ledger/base/json.h"
#include "tests/support/blob_fixture.h"

#include <algorithm>
#include <filesystem>
#include <future>

namespace quotary::blobs {
namespace {

class UploadsTest : public testing::BlobFixture {
 protected:
  std::string part_of(const std::string& id) { return uploads_folder() + "/" + id + ".part"; }
  std::string sidecar_of(const std::string& id) { return uploads_folder() + "/" + id + ".upload"; }
  std::string code_of_create(const NewUpload& upload) {
    const auto id = uploads->create(upload, now);
    return id ? "" : id.error().code + (id.error().problems.empty() ? "" : " " + id.error().problems[0].pointer);
  }
  void pass(std::int64_t ms) { now.unix_ms += ms; }
};

TEST_F(UploadsTest, TellsWhereItStands) {
  const std::string content = content_of(150'000), id = begin(content.size());
  const auto fresh = uploads->state(id);
  ASSERT_TRUE(fresh) << fresh.error().detail;
  EXPECT_EQ(fresh->owner, "person-1");
  EXPECT_EQ(fresh->key_subject, "case:1");
  EXPECT_EQ(fresh->meta, "the caller's");
  EXPECT_EQ(fresh->size_bytes, content.size());
  EXPECT_TRUE(fresh->size_is_exact && !fresh->finished);
  EXPECT_EQ(fresh->offset, 0u);
  EXPECT_EQ(fresh->expires_at.unix_ms, start_ms + limits.age_ms_max);
  EXPECT_EQ(*uploads->append(id, 0, content.substr(0, 100'000)), 100'000u);
  EXPECT_EQ(uploads->state(id)->offset, 100'000u);
  EXPECT_EQ(*uploads->append(id, 100'000, ""), 100'000u);
  EXPECT_EQ(*uploads->append(id, 100'000, content.substr(100'000)), 150'000u);
  const auto finished = uploads->finish(id);
  ASSERT_TRUE(finished) << finished.error().detail;
  EXPECT_EQ(finished->reference.id, id);
  EXPECT_EQ(finished->meta, "the caller's");
  expect_whole(*finished, content);
  EXPECT_TRUE(uploads->state(id)->finished);
  EXPECT_EQ(uploads->state(id)->offset, content.size());
}

TEST_F(UploadsTest, WhatIsRefusedChangesNothing) {
  const std::string content = content_of(70'000), id = begin(content.size());
  ASSERT_TRUE(uploads->append(id, 0, content.substr(0, 66'000)));
  for (const std::uint64_t offset : {0ull, 65'536ull, 65'999ull, 66'001ull, ~0ull}) {
    SCOPED_TRACE(offset);
    const auto appended = uploads->append(id, offset, "x");
    ASSERT_FALSE(appended);
    EXPECT_EQ(appended.error().kind, Errc::conflict);
    EXPECT_EQ(appended.error().code, "offset_differs");
    ASSERT_EQ(appended.error().problems.size(), 1u);
    EXPECT_EQ(appended.error().problems[0].detail, "66000");
  }
  const auto more = uploads->append(id, 66'000, std::string(4'001, 'x'));
  EXPECT_EQ(more.error().kind, Errc::too_large);
  EXPECT_EQ(more.error().code, "upload_too_large");
  const auto early = uploads->finish(id);
  EXPECT_EQ(early.error().kind, Errc::conflict);
  EXPECT_EQ(early.error().code, "upload_incomplete");
  EXPECT_EQ(early.error().problems[0].detail, "66000");
  EXPECT_TRUE(blobs_there().empty());
  const auto finished = bring(id, content, 1'000);
  ASSERT_TRUE(finished) << finished.error().detail;
  expect_whole(*finished, content);
  EXPECT_EQ(uploads->append(id, content.size(), "").error().code, "upload_finished");
  for (const std::string& unknown : {std::string(32, '0'), std::string("../blobs"), std::string()}) {
    EXPECT_EQ(uploads->append(unknown, 0, "x").error().code, "upload_unknown");
    EXPECT_EQ(uploads->state(unknown).error().code, "upload_unknown");
    EXPECT_EQ(uploads->finish(unknown).error().code, "upload_unknown");
    EXPECT_EQ(uploads->drop(unknown).error().kind, Errc::not_found);
  }
}

TEST_F(UploadsTest, TheMostMayBeDeclaredInsteadOfTheSize) {
  NewUpload upload = of_size(100'000);
  upload.size_is_exact = false;
  const std::string id = *uploads->create(upload, now), content = content_of(90'000);
  ASSERT_TRUE(uploads->append(id, 0, content));
  EXPECT_EQ(uploads->append(id, 90'000, std::string(10'001, 'x')).error().code, "upload_too_large");
  const auto finished = uploads->finish(id);
  ASSERT_TRUE(finished) << finished.error().detail;
  EXPECT_EQ(finished->reference.size_bytes, 90'000u);
  expect_whole(*finished, content);
}

TEST_F(UploadsTest, BadMembersAreNamed) {
  NewUpload upload = of_size(1);
  upload.owner = "";
  EXPECT_EQ(code_of_create(upload), "bad_upload /owner");
  upload.owner = std::string(upload_name_bytes_max + 1, 'x');
  EXPECT_EQ(code_of_create(upload), "bad_upload /owner");
  upload.owner = "\xff";
  EXPECT_EQ(code_of_create(upload), "bad_upload /owner");
  upload = of_size(1);
  upload.key_subject = "";
  EXPECT_EQ(code_of_create(upload), "bad_upload /key_subject");
  upload = of_size(1);
  upload.meta = std::string(upload_meta_bytes_max + 1, 'x');
  EXPECT_EQ(code_of_create(upload), "upload_too_large /meta");
  EXPECT_EQ(code_of_create(of_size(blob_bytes_max + 1)), "upload_too_large /size_bytes");
  EXPECT_TRUE(names_in(uploads_folder()).empty());
  upload = of_size(blob_bytes_max);
  upload.owner = std::string(upload_name_bytes_max, '"');
  upload.meta = std::string(upload_meta_bytes_max, '\xff');
  EXPECT_EQ(code_of_create(upload), "");
  open();
  EXPECT_EQ(names_in(uploads_folder()).size(), 1u);
}

TEST_F(UploadsTest, LimitsHoldForTheOwnerAndForAll) {
  limits.open_uploads_per_owner_max = 2;
  limits.open_uploads_max = 3;
  limits.open_bytes_max = 1'000;
  open();
  NewUpload upload = of_size(300), other = of_size(300);
  other.owner = "person-2";
  const std::string first = *uploads->create(upload, now);
  ASSERT_EQ(code_of_create(upload), "");
  EXPECT_EQ(std::pair(uploads->figures().open, uploads->figures().open_bytes), std::pair(2ul, 600ul));
  EXPECT_EQ(code_of_create(upload), "too_many_uploads");
  other.size_bytes = 401;
  EXPECT_EQ(code_of_create(other), "uploads_full");
  open();
  EXPECT_EQ(code_of_create(upload), "too_many_uploads") << "after a restart too";
  other.size_bytes = 400;
  EXPECT_EQ(code_of_create(other), "");
  other.owner = "person-3";
  other.size_bytes = 0;
  EXPECT_EQ(code_of_create(other), "too_many_uploads");
  ASSERT_TRUE(bring(first, content_of(300), 100));
  EXPECT_EQ(std::pair(uploads->figures().open, uploads->figures().open_bytes), std::pair(2ul, 700ul));
  open();
  EXPECT_EQ(code_of_create(other), "") << "a finished one counts no more";
  EXPECT_EQ(code_of_create(other), "too_many_uploads");
  EXPECT_EQ(names_in(uploads_folder()).size(), 4u);
}

TEST_F(UploadsTest, GoesOnAfterARestartBehindTheLastWholeChunk) {
  const std::string content = content_of(3 * chunk_bytes + 77);
  for (const std::size_t stop :
       {std::size_t{0}, std::size_t{1}, chunk_bytes - 1, chunk_bytes, chunk_bytes + 1, 2 * chunk_bytes - 1,
        2 * chunk_bytes, 3 * chunk_bytes, content.size() - 1, content.size()}) {
    SCOPED_TRACE(stop);
    const std::string id = begin(content.size());
    ASSERT_TRUE(uploads->append(id, 0, content.substr(0, stop)));
    open();
    const auto state = uploads->state(id);
    ASSERT_TRUE(state) << state.error().detail;
    EXPECT_EQ(state->offset, stop / chunk_bytes * chunk_bytes);
    EXPECT_EQ(state->meta, "the caller's");
    EXPECT_EQ(uploads->append(id, state->offset + 1, "x").error().code, "offset_differs");
    const auto finished = bring(id, content, 50'000);
    ASSERT_TRUE(finished) << finished.error().detail;
    expect_whole(*finished, content);
    EXPECT_TRUE(uploads->drop(id));
  }
}

// A power cut can leave a file's length without its bytes, or bytes of a chunk.
TEST_F(UploadsTest, WhatCannotBeOpenedIsTakenAgain) {
  const std::string content = content_of(4 * chunk_bytes);
  struct Case {
    const char* what;
    std::uint64_t at;
    std::string bytes;
    std::uint64_t size_bytes, offset;
  };
  const std::uint64_t whole = chunk_offset(4);
  for (const auto& [what, at, bytes, size_bytes, offset] :
       {Case{"a hole", chunk_offset(2), std::string(sealed_chunk_bytes, '\0'), whole, 2 * chunk_bytes},
        Case{"a byte", chunk_offset(1) + 5, "\1\2\3", whole, chunk_bytes},
        Case{"a cut", 0, "", chunk_offset(3) + 7, 3 * chunk_bytes},
        Case{"no head", 0, std::string(head_bytes, '\0'), whole, 4 * chunk_bytes}, Case{"a cut head", 0, "", 20, 0},
        Case{"nothing", 0, "", 0, 0}}) {
    SCOPED_TRACE(what);
    const std::string id = begin(content.size());
    ASSERT_TRUE(uploads->append(id, 0, content));
    close();
    {
      auto file = *files->open(part_of(id), OpenMode::read_write);
      ASSERT_TRUE(file->write_at(at, bytes));
      ASSERT_TRUE(file->truncate(size_bytes));
    }
    open();
    EXPECT_EQ(uploads->state(id)->offset, offset);
    const auto finished = bring(id, content, 50'000);
    ASSERT_TRUE(finished) << finished.error().detail;
    expect_whole(*finished, content);
    EXPECT_TRUE(uploads->drop(id));
  }
}

TEST_F(UploadsTest, WhatIsCutOffIsNotInAShorterContent) {
  NewUpload upload = of_size(4 * chunk_bytes);
  upload.size_is_exact = false;
  const std::string content = content_of(4 * chunk_bytes), id = *uploads->create(upload, now);
  ASSERT_TRUE(uploads->append(id, 0, content));
  close();
  ASSERT_TRUE((*files->open(part_of(id), OpenMode::read_write))->write_at(chunk_offset(1), "x"));
  open();
  const auto finished = uploads->finish(id);
  ASSERT_TRUE(finished) << finished.error().detail;
  expect_whole(*finished, content.substr(0, chunk_bytes));
}

// What was sealed in vain may still be found on a disk: the same chunk with other bytes must not share its nonce.
TEST_F(UploadsTest, AChunkThatIsSealedAgainHasANewSalt) {
  const std::string id = begin(chunk_bytes);
  ASSERT_TRUE(uploads->append(id, 0, std::string(chunk_bytes, 'a')));
  const std::string before = read_file(*files, part_of(id))->substr(head_bytes, chunk_salt_bytes);
  close();
  ASSERT_TRUE((*files->open(part_of(id), OpenMode::read_write))->truncate(head_bytes));
  open();
  ASSERT_TRUE(uploads->append(id, 0, std::string(chunk_bytes, 'b')));
  EXPECT_NE(read_file(*files, part_of(id))->substr(head_bytes, chunk_salt_bytes), before);
}

// Waits in the middle of a chunk, so that a test knows when a call is at work.
class WaitingCipher final : public ContentCipher {
 public:
  explicit WaitingCipher(std::unique_ptr<ContentCipher> below) : below_(std::move(below)) {}
  std::string seal(const ContentKey& key, const ChunkPlace& place, std::string_view plain) const override {
    entered.set_value();
    leave.get_future().wait();
    return below_->seal(key, place, plain);
  }
  Result<std::string> open(const ContentKey& key, const ChunkPlace& place, std::string_view sealed) const override {
    return below_->open(key, place, sealed);
  }
  mutable std::promise<void> entered, leave;

 private:
  const std::unique_ptr<ContentCipher> below_;
};

TEST_F(UploadsTest, ASecondCallOnOneUploadIsTurnedAway) {
  close();
  auto made = std::make_unique<WaitingCipher>(std::move(cipher));
  const WaitingCipher& waiting = *made;
  cipher = std::move(made);
  open();
  const std::string id = begin(chunk_bytes), other = begin(10);
  auto writer =
      std::async(std::launch::async, [&] { return uploads->append(id, 0, content_of(chunk_bytes)).has_value(); });
  waiting.entered.get_future().wait();
  EXPECT_EQ(uploads->append(id, 0, "x").error().kind, Errc::conflict);
  EXPECT_EQ(uploads->append(id, 0, "x").error().code, "upload_busy");
  EXPECT_EQ(uploads->state(id).error().code, "upload_busy");
  EXPECT_EQ(uploads->finish(id).error().code, "upload_busy");
  EXPECT_EQ(uploads->drop(id).error().code, "upload_busy");
  pass(limits.age_ms_max);
  EXPECT_EQ(uploads->sweep(now)->expired, 1u) << "the other alone";
  EXPECT_EQ(uploads->state(other).error().code, "upload_unknown");
  waiting.leave.set_value();
  EXPECT_TRUE(writer.get());
  EXPECT_EQ(uploads->state(id)->offset, chunk_bytes);
}

TEST_F(UploadsTest, ManyWritersAtOnceEachEndWhole) {
  const std::string content = content_of(200'000);
  std::vector<std::future<FinishedUpload>> writers;
  for (int i = 0; i < 8; ++i) writers.push_back(std::async(std::launch::async, [&] { return upload(content, 7'000); }));
  for (auto& writer : writers) expect_whole(writer.get(), content);
  EXPECT_EQ(blobs_there().size(), 8u);
}

TEST_F(UploadsTest, AFinishedOneAnswersTheSameUntilItIsDropped) {
  const std::string content = content_of(100'000);
  const FinishedUpload first = upload(content);
  const std::string& id = first.reference.id;
  const auto expect_same = [&] {
    const auto again = uploads->finish(id);
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(reference_text(again->reference), reference_text(first.reference));
    EXPECT_EQ(again->hashes, first.hashes);
    EXPECT_EQ(again->meta, first.meta);
  };
  expect_same();
  open();
  EXPECT_TRUE(uploads->state(id)->finished);
  expect_same();
  EXPECT_TRUE(uploads->drop(id));
  EXPECT_EQ(uploads->finish(id).error().code, "upload_unknown");
  EXPECT_TRUE(names_in(uploads_folder()).empty());
  expect_whole(first, content);
}

TEST_F(UploadsTest, NothingOnTheDiskIsInTheClear) {
  const std::string content = "a sentence that nobody may find on the disk";
  const FinishedUpload finished = upload(content);
  const std::string unfinished = begin(chunk_bytes + 5);
  ASSERT_TRUE(uploads->append(unfinished, 0, std::string(chunk_bytes, 'z')));
  std::size_t files_read = 0;
  for (const auto& item : std::filesystem::recursive_directory_iterator(data)) {
    if (!item.is_regular_file()) continue;
    ++files_read;
    const std::string bytes = *read_file(*files, item.path());
    for (const std::string& secret :
         {content, std::string(finished.reference.key.view()), to_hex(finished.reference.key.view()),
          to_base64(finished.reference.key.view()), finished.reference.nonce, to_hex(finished.reference.nonce),
          std::string("the caller's"), std::string(16, 'z')})
      EXPECT_EQ(bytes.find(secret), std::string::npos) << item.path();
  }
  EXPECT_EQ(files_read, 4u);
}

TEST_F(UploadsTest, NoTwoContentsShareAnything) {
  const FinishedUpload one = upload("the same"), other = upload("the same");
  EXPECT_EQ(one.hashes.plain, other.hashes.plain);
  EXPECT_NE(one.hashes.commitment, other.hashes.commitment);
  EXPECT_NE(one.reference.id, other.reference.id);
  EXPECT_NE(one.reference.key.view(), other.reference.key.view());
  EXPECT_NE(one.reference.nonce, other.reference.nonce);
}

TEST_F(UploadsTest, AnErasedSubjectsUploadsAreOnlyThereToBeDropped) {
  const std::string id = begin(10), again = begin(10);
  ASSERT_TRUE(keys->erase("case:1"));
  EXPECT_EQ(uploads->state(id).error().kind, Errc::gone);
  EXPECT_EQ(uploads->append(id, 0, "x").error().code, "subject_key_erased");
  EXPECT_EQ(uploads->finish(id).error().code, "subject_key_erased");
  EXPECT_EQ(code_of_create(of_size(10)), "subject_key_erased");
  open();
  EXPECT_EQ(uploads->state(id).error().code, "subject_key_erased");
  EXPECT_TRUE(uploads->drop(id));
  pass(limits.age_ms_max);
  EXPECT_EQ(uploads->sweep(now)->expired, 1u);
  EXPECT_TRUE(names_in(uploads_folder()).empty());
}

TEST_F(UploadsTest, ASweepTakesWhatIsOldAndWhatBelongsToNothing) {
  const FinishedUpload finished = upload("finished");
  const std::string old = begin(chunk_bytes);
  ASSERT_TRUE(uploads->append(old, 0, content_of(chunk_bytes)));
  pass(limits.age_ms_max - 1);
  const std::string young = begin(chunk_bytes);
  ASSERT_TRUE(uploads->append(young, 0, content_of(chunk_bytes)));
  EXPECT_EQ(uploads->sweep(now)->expired, 0u);
  pass(1);
  EXPECT_EQ(uploads->sweep(now)->expired, 2u);
  EXPECT_EQ(uploads->state(old).error().code, "upload_unknown");
  EXPECT_EQ(uploads->state(young)->offset, chunk_bytes);
  EXPECT_EQ(names_in(uploads_folder()), (std::vector{young + ".part", young + ".upload"}));
  expect_whole(finished, "finished");

  // What a crash leaves: a part alone, half of the other file, and that of another version; and what is not ours.
  const std::string a(32, 'a'), b(32, 'b'), c(32, 'c');
  const std::string whole = *read_file(*files, sidecar_of(young));
  ASSERT_TRUE(write_file_durably(*files, part_of(a), "x"));
  ASSERT_TRUE(write_file_durably(*files, sidecar_of(b), whole.substr(0, whole.size() / 2)));
  ASSERT_TRUE(write_file_durably(*files, sidecar_of(c), whole.substr(0, whole.size() - 2) + "2}"));
  ASSERT_TRUE(write_file_durably(*files, uploads_folder() + "/note.part", "x"));
  open();
  EXPECT_EQ(uploads->state(b).error().code, "upload_unknown");
  const auto swept = uploads->sweep(now);
  ASSERT_TRUE(swept) << swept.error().detail;
  EXPECT_EQ(swept->expired, 0u);
  EXPECT_EQ(swept->strays, 3u);
  EXPECT_EQ(names_in(uploads_folder()), (std::vector<std::string>{young + ".part", young + ".upload", "note.part"}));
  EXPECT_EQ(uploads->state(young)->offset, chunk_bytes);
}

TEST_F(UploadsTest, OnlyOldBlobsThatNothingNamesAreOrphans) {
  const FinishedUpload named = upload("named"), orphan = upload("orphan"), open_one = upload("an upload's");
  const FinishedUpload damaged = upload("damaged");
  for (const FinishedUpload* each : {&named, &orphan, &damaged}) ASSERT_TRUE(uploads->drop(each->reference.id));
  std::string bytes = *read_file(*files, path_of(damaged.reference.id));
  bytes[40] ^= 1;
  ASSERT_TRUE(write_file_durably(*files, path_of(damaged.reference.id), bytes));
  const auto is_named = [&](const std::string& id) -> Result<bool> { return id == named.reference.id; };
  const std::int64_t age_ms = limits.age_ms_max + limits.orphan_grace_ms;
  pass(age_ms - 1);
  auto swept = uploads->remove_orphans(is_named, now);
  ASSERT_TRUE(swept) << swept.error().detail;
  EXPECT_TRUE(swept->removed.empty());
  pass(1);
  const auto unsure =
      uploads->remove_orphans([](const std::string&) -> Result<bool> { return fail(Errc::storage, "index", ""); }, now);
  EXPECT_EQ(unsure.error().code, "index");
  EXPECT_EQ(blobs_there().size(), 4u);
  const FinishedUpload young = upload("young");
  ASSERT_TRUE(uploads->drop(young.reference.id));
  swept = uploads->remove_orphans(is_named, now);
  ASSERT_TRUE(swept) << swept.error().detail;
  EXPECT_EQ(swept->removed, std::vector{orphan.reference.id});
  EXPECT_EQ(swept->unreadable, std::vector{damaged.reference.id});
  expect_whole(named, "named");
  expect_whole(open_one, "an upload's");
  expect_whole(young, "young");
  EXPECT_EQ(store->open_blob(orphan.reference).error().code, "blob_missing");
}

TEST(UploadSidecar, HasOneSpelling) {
  const UploadSidecar sidecar{"person-1", "case:1", {1}, 5, true, "sealed"};
  const std::string text = sidecar_text(sidecar);
  EXPECT_EQ(
      text,
      R"({"created_at":1,"exact":true,"owner":"person-1","sealed":"c2VhbGVk","size":5,"subject":"case:1","v":1})");
  ASSERT_TRUE(parse_sidecar(text));
  EXPECT_EQ(sidecar_text(*parse_sidecar(text)), text);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"\"v\":1", "\"v\":2"},
                                                                                 {",\"v\":1", ""},
                                                                                 {"\"size\":5", "\"size\":-1"},
                                                                                 {"\"size\":5", "\"size\":2147483649"},
                                                                                 {"\"size\":5", "\"size\":\"5\""},
                                                                                 {":1,", ":-1,"},
                                                                                 {":1,", ":253402300800000,"},
                                                                                 {":1,", ":9007199254740993,"},
                                                                                 {"true", "1"},
                                                                                 {"c2VhbGVk", "c2VhbGV"},
                                                                                 {"\"person-1\"", "1"},
                                                                                 {"\"v\"", "\"u\":1,\"v\""},
                                                                                 {",\"v\"", ", \"v\""},
                                                                                 {"}", ""}}) {
    std::string bad = text;
    bad.replace(bad.find(from), from.size(), to);
    SCOPED_TRACE(bad);
    const auto parsed = parse_sidecar(bad);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, "upload_damaged");
  }
}

}  // namespace
}  // namespace quotary::blobs
