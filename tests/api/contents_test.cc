// Large contents of evidence: what a verification says of each way to tamper with them, and how they are erased.
#include "api/use_cases/kept_contents.h"
#include "api/use_cases/parts.h"
#include "tests/api/fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/evidence_writer.h"

#include <filesystem>
#include <fstream>

namespace quotary::api {
namespace {

namespace fs = std::filesystem;
using quotary::testing::EvidenceWriter;
using testing::code_of;
using testing::text;
using testing::World;
using Decision = Organisation::Decision;

const Principal admin{"dpo", Role::admin, "", ""};
constexpr std::size_t two_chunks_and_some = (2u << 16) + 1'000;

std::string content_of(std::size_t size, char seed) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i % 251 + static_cast<unsigned char>(seed));
  return out;
}

// Two cases: c1 has three contents, c2 the same bytes as one of them.
struct Evidence : World {
  EvidenceWriter::Added first, second, empty, other;

  Evidence() {
    organisation.reset();
    {
      EvidenceWriter writer(config.data_directory, config.keys_directory, clock);
      writer.publish_policy();
      writer.open_case("c1");
      writer.open_case("c2");
      first = writer.add("c1", "i1", 1, content_of(two_chunks_and_some, 'a'));
      second = writer.add("c1", "i1", 2, content_of(two_chunks_and_some, 'b'));
      empty = writer.add("c1", "i2", 1, content_of(1u << 16, 'c'));  // ends with an empty chunk
      other = writer.add("c2", "i3", 1, content_of(two_chunks_and_some, 'a'));
    }
    reopen();
  }

  [[nodiscard]] std::string path(const blobs::BlobReference& reference) const {
    return config.data_directory + "/" + contents::blob_path(reference.id);
  }
  json::object verified(const std::string& body = "{}") {
    const auto answer = organisation->verify_log(auditor, body);
    EXPECT_TRUE(answer) << answer.error().detail;
    return answer->body;
  }
  // "<index> <kind>" of each problem.
  std::vector<std::string> found(const std::string& body = "{}") {
    std::vector<std::string> out;
    const auto report = verified(body);
    for (const auto& problem : report.at("problems").as_array())
      out.push_back(std::to_string(problem.at("index").to_number<std::uint64_t>()) + " " +
                    std::string(problem.at("kind").as_string()));
    return out;
  }
  std::vector<std::string> one(const EvidenceWriter::Added& added, const char* kind) const {
    return {std::to_string(added.index) + " " + kind};
  }
  std::string asked(const std::string& case_id) {
    const auto answer = organisation->ask_erasure(
        admin, "",
        R"({"case": ")" + case_id + R"(", "basis": "person_request", "reason_text": "客户书面要求删除其资料"})");
    EXPECT_TRUE(answer) << answer.error().detail;
    return text(*answer, "id");
  }
};

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}
void flip(const std::string& path, std::size_t at) {
  std::string bytes = read(path);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  write(path, bytes);
}

TEST(Contents, AreReadThroughAndCounted) {
  Evidence w;
  const auto report = w.verified();
  EXPECT_TRUE(report.at("ok").as_bool());
  EXPECT_EQ(report.at("contents").at("checked").to_number<int>(), 4);
  EXPECT_EQ(report.at("contents").at("bytes").to_number<std::size_t>(), 3 * two_chunks_and_some + (1u << 16));
  EXPECT_FALSE(report.at("contents").as_object().contains("unnamed"));
  EXPECT_FALSE(w.verified(R"({"contents": false})").contains("contents"));
  EXPECT_EQ(code_of(w.organisation->verify_log(w.auditor, R"({"contents": 1})")), "bad_contents");
}

TEST(Contents, EachWayToTamperIsNamedAtItsEntry) {
  Evidence w;
  const std::string path = w.path(w.first.reference), whole = read(path);
  const auto heals = [&] {
    write(path, whole);
    EXPECT_EQ(w.found(), std::vector<std::string>());
  };
  {
    SCOPED_TRACE("a bit of the head");
    flip(path, 40);
    EXPECT_EQ(w.found(), w.one(w.first, "content_damaged"));
    heals();
  }
  {
    SCOPED_TRACE("a bit of a chunk");
    flip(path, blobs::chunk_offset(1) + 500);
    const auto report = w.verified();
    ASSERT_EQ(report.at("problems").as_array().size(), 1u);
    const std::string detail(report.at("problems").at(0).at("detail").as_string());
    EXPECT_NE(detail.find(w.first.reference.id), std::string::npos) << detail;
    EXPECT_NE(detail.find("chunk 1"), std::string::npos) << detail;
    heals();
  }
  {
    SCOPED_TRACE("cut off");
    fs::resize_file(path, blobs::chunk_offset(2));
    EXPECT_EQ(w.found(), w.one(w.first, "content_damaged"));
    heals();
  }
  {
    SCOPED_TRACE("made longer");
    write(path, whole + "x");
    EXPECT_EQ(w.found(), w.one(w.first, "content_damaged"));
    heals();
  }
  {
    SCOPED_TRACE("swapped chunks");
    std::string bytes = whole;
    const std::string chunk = bytes.substr(blobs::chunk_offset(0), blobs::sealed_chunk_bytes);
    bytes.replace(blobs::chunk_offset(0), chunk.size(), bytes.substr(blobs::chunk_offset(1), chunk.size()));
    bytes.replace(blobs::chunk_offset(1), chunk.size(), chunk);
    write(path, bytes);
    EXPECT_EQ(w.found(), w.one(w.first, "content_damaged"));
    heals();
  }
  {
    SCOPED_TRACE("the last, empty chunk");
    flip(w.path(w.empty.reference), blobs::chunk_offset(1) + 3);
    EXPECT_EQ(w.found(), w.one(w.empty, "content_damaged"));
    flip(w.path(w.empty.reference), blobs::chunk_offset(1) + 3);
  }
  {
    SCOPED_TRACE("swapped files");
    write(path, read(w.path(w.second.reference)));
    EXPECT_EQ(w.found(), w.one(w.first, "content_damaged"));
    heals();
  }
  {
    SCOPED_TRACE("removed");
    fs::remove(path);
    EXPECT_EQ(w.found(), w.one(w.first, "content_missing"));
    heals();
  }
}

// Who holds the key of a content can write another one whose chunks are whole; the commitment tells.
TEST(Contents, AnotherContentUnderTheSameIdDiffers) {
  Evidence w;
  const auto cipher = signing::content_cipher(std::make_shared<SystemRandom>());
  const auto& reference = w.first.reference;
  const std::string forged = content_of(two_chunks_and_some, 'z');
  const std::string head = read(w.path(reference)).substr(0, blobs::head_bytes);
  std::string file = head;
  for (std::uint64_t number = 0; number <= blobs::last_chunk(forged.size()); ++number)
    file += cipher->seal(reference.key, {head, number, number == blobs::last_chunk(forged.size())},
                         std::string_view(forged).substr(number * blobs::chunk_bytes, blobs::chunk_bytes));
  write(w.path(reference), file);
  EXPECT_EQ(w.found(), w.one(w.first, "content_differs"));
}

TEST(Contents, IncrementalAndSampledLookAtTheirOwn) {
  Evidence w;
  ASSERT_TRUE(w.verified().at("ok").as_bool());
  fs::remove(w.path(w.first.reference));
  const auto behind = std::to_string(w.first.index + 1);
  EXPECT_EQ(w.found(R"({"mode": "incremental", "from": )" + behind + "}"), std::vector<std::string>());
  EXPECT_EQ(w.found(R"({"mode": "incremental", "from": )" + std::to_string(w.first.index) + "}"),
            w.one(w.first, "content_missing"));
  // That takes it back to the entry, which the next incremental one begins with.
  EXPECT_EQ(w.found(R"({"mode": "incremental"})"), w.one(w.first, "content_missing"));
  EXPECT_EQ(w.found(R"({"mode": "sampled", "sample": 1000})"), w.one(w.first, "content_missing"));
}

// What was left out is no base to go on from.
TEST(Contents, ARunWithoutThemMovesNothingOn) {
  Evidence w;
  ASSERT_TRUE(w.verified(R"({"contents": false})").at("ok").as_bool());
  fs::remove(w.path(w.first.reference));
  EXPECT_EQ(w.found(R"({"mode": "incremental"})"), w.one(w.first, "content_missing"));
}

TEST(Contents, WhatNothingNamesIsANote) {
  Evidence w;
  w.organisation.reset();
  {
    EvidenceWriter writer(w.config.data_directory, w.config.keys_directory, w.clock);
    (void)writer.upload("c1", "waits for its entry");
  }
  w.reopen();
  const auto report = w.verified();
  EXPECT_TRUE(report.at("ok").as_bool());
  EXPECT_EQ(report.at("contents").at("unnamed").to_number<int>(), 1);
  EXPECT_EQ(report.at("contents").at("unnamed_bytes").to_number<int>(), 19);
}

TEST(Contents, AnErasedCaseLosesItsFilesAndNoOtherDoes) {
  Evidence w;
  const auto id = w.asked("c1");
  const auto shown = w.organisation->read_erasure(w.auditor, id);
  ASSERT_TRUE(shown);
  EXPECT_EQ(json::serialize(shown->body.at("contents")),
            R"({"count":3,"bytes":)" + std::to_string(2 * two_chunks_and_some + (1u << 16)) + "}");
  const auto approved = w.organisation->decide_erasure(w.director, id, Decision::approve, "", "{}");
  ASSERT_TRUE(approved) << approved.error().detail;
  EXPECT_TRUE(approved->body.at("key_destroyed").as_bool());
  for (const auto* gone : {&w.first, &w.second, &w.empty}) EXPECT_FALSE(fs::exists(w.path(gone->reference)));
  EXPECT_TRUE(fs::exists(w.path(w.other.reference)));
  EXPECT_TRUE(fs::is_empty(w.config.data_directory + "/erasing"));

  const auto report = w.verified();
  EXPECT_TRUE(report.at("ok").as_bool());
  EXPECT_EQ(report.at("contents").at("checked").to_number<int>(), 1);
  EXPECT_EQ(report.at("contents").at("erased").to_number<int>(), 3);
  EXPECT_EQ(report.at("erased").at("by").at(0).at("entry"), approved->body.at("ledger").at("index"));
  // The case takes no more: its key is gone.
  EXPECT_EQ(code_of(w.organisation->ask_erasure(
                admin, "", R"({"case": "c1", "basis": "other", "reason_text": "再一次要求删除其全部资料"})")),
            "already_erased");
  EXPECT_EQ(code_of(w.organisation->ask_erasure(
                admin, "", R"({"case": "none", "basis": "other", "reason_text": "没有这个案卷的资料可删"})")),
            "case_unknown");
  EXPECT_EQ(
      code_of(w.organisation->ask_erasure(
          admin, "", R"({"case": "c2", "person": "p", "basis": "other", "reason_text": "两个对象同时指定是不行的"})")),
      "target_missing");
}

TEST(Contents, ALegalHoldKeepsACase) {
  Evidence w;
  const auto held =
      w.organisation->place_hold(w.director, "", R"({"case": "c1", "reason_text": "诉讼期间保全现场证据"})");
  const auto by_admin =
      held ? held : w.organisation->place_hold(admin, "", R"({"case": "c1", "reason_text": "诉讼期间保全现场证据"})");
  ASSERT_TRUE(by_admin) << by_admin.error().detail;
  EXPECT_EQ(text(*by_admin, "target"), "case:c1");
  const auto id = w.asked("c1");
  EXPECT_EQ(code_of(w.organisation->decide_erasure(w.director, id, Decision::approve, "", "{}")), "legal_hold");
  EXPECT_TRUE(fs::exists(w.path(w.first.reference)));
}

// A crash between the key and the files: what was written down is gone through at the next start.
TEST(Contents, FilesLeftOfAnErasureGoAtTheNextStart) {
  Evidence w;
  const std::string path = w.path(w.first.reference), whole = read(path);
  const auto id = w.asked("c1");
  // What removing one takes away is not there: a folder stands where its file was.
  fs::remove(path);
  fs::create_directories(path + "/in-the-way");
  const auto approved = w.organisation->decide_erasure(w.director, id, Decision::approve, "", "{}");
  ASSERT_TRUE(approved) << approved.error().detail;
  EXPECT_TRUE(approved->body.at("key_destroyed").as_bool());
  EXPECT_FALSE(w.organisation->erasures_carried_out());
  EXPECT_FALSE(fs::is_empty(w.config.data_directory + "/erasing"));
  w.organisation.reset();
  fs::remove_all(path);
  write(path, whole);
  w.reopen();
  EXPECT_TRUE(w.organisation->erasures_carried_out());
  for (const auto* gone : {&w.first, &w.second, &w.empty}) EXPECT_FALSE(fs::exists(w.path(gone->reference)));
  EXPECT_TRUE(fs::is_empty(w.config.data_directory + "/erasing"));
}

TEST(Contents, TheBackgroundReadingFindsDamageAndItsMending) {
  Evidence w;
  w.organisation.reset();
  const std::string path = w.path(w.first.reference), whole = read(path);
  flip(path, blobs::chunk_offset(0) + 20);
  w.config.scrubbing = {1u << 30, std::chrono::milliseconds(20)};
  w.reopen();
  const auto& kept = contents_of(w.organisation->parts());
  ASSERT_TRUE(quotary::testing::eventually([&] { return !kept.hold(); }));
  EXPECT_FALSE(w.organisation->ledger_state().latched);
  EXPECT_NE(kept.metrics().find("quotary_contents_damaged 1\n"), std::string::npos) << kept.metrics();
  write(path, whole);
  EXPECT_TRUE(quotary::testing::eventually([&] { return kept.hold(); }));
}

}  // namespace
}  // namespace quotary::api
