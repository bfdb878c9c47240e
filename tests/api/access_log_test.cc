// The record of auditors' and administrators' reads: what stands in it, how it is chained, and what its failure stops.
#include "api/use_cases/access_log.h"

#include "ledger/log/ledger_impl.h"
#include "tests/api/fixture.h"
#include "tests/support/faulty_file_system.h"

namespace quotary::api {
namespace {

using testing::code_of;
using testing::text;
using testing::World;

// The digests that the ledger holds, oldest first.
std::vector<json::object> chained(const World& w) {
  std::vector<json::object> out;
  auto page = w.organisation->list_entries(w.auditor, 0, entries_page_max);
  EXPECT_TRUE(page);
  for (const auto& item : page->body.at("items").as_array()) {
    auto entry = parse_json(std::string_view(item.at("canonical").as_string()));
    if (entry && entry->at("type").as_string() == "system.access_segment") out.push_back(entry->at("body").as_object());
  }
  return out;
}

std::string segment_file(const World& w, const json::object& segment) {
  auto bytes = read_file(*posix_file_system(), w.config.data_directory + "/access/" +
                                                   std::string(segment.at("sha256").as_string()) + ".jsonl");
  EXPECT_TRUE(bytes) << (bytes ? "" : bytes.error().detail);
  return bytes ? *bytes : std::string();
}

// "what subject count" of each record of a segment.
std::vector<std::string> records_of(const std::string& file) {
  std::vector<std::string> out;
  for (std::size_t at = file.find('\n') + 1, end = 0; (end = file.find('\n', at)) != std::string::npos; at = end + 1) {
    auto line = parse_json(file.substr(at, end - at))->as_object();
    out.push_back(std::string(line.at("what").as_string()) + " " +
                  (line.contains("subject") ? std::string(line.at("subject").as_string()) : "-") + " " +
                  std::to_string(line.at("count").to_number<std::uint64_t>()));
  }
  return out;
}

TEST(AccessRecord, HoldsEachReadAndIsChainedOnce) {
  World w;
  const auto admin = w.person("管理员", Role::admin, "");
  const auto number = text(*w.issue("k"), "number");
  ASSERT_TRUE(w.organisation->read_quote(w.auditor, number));
  ASSERT_TRUE(w.organisation->quote_pdf(admin, number));
  ASSERT_TRUE(w.organisation->quote_history(w.auditor, number));
  ASSERT_TRUE(w.organisation->list_quotes(w.auditor, {}));
  ASSERT_TRUE(w.organisation->voids_report(w.auditor, {}));
  for (const auto& other : {w.rep, w.manager, w.finance}) ASSERT_TRUE(w.organisation->read_quote(other, number));
  EXPECT_FALSE(w.organisation->read_quote(w.auditor, "SHQT2026-000009"));
  EXPECT_TRUE(chained(w).empty());

  EXPECT_EQ(*w.organisation->run_due_events(), 1u);
  const auto segments = chained(w);
  ASSERT_EQ(segments.size(), 1u);
  const auto file = segment_file(w, segments[0]);
  EXPECT_EQ(sha256(file).hex(), std::string(segments[0].at("sha256").as_string()));
  EXPECT_EQ(segments[0].at("size").to_number<std::size_t>(), file.size());
  EXPECT_EQ(segments[0].at("records").to_number<int>(), 5);
  EXPECT_EQ(records_of(file),
            (std::vector<std::string>{"quote.read quote:" + number + " 1", "quote.pdf quote:" + number + " 1",
                                      "quote.history quote:" + number + " 1", "quote.list quote:" + number + " 1",
                                      "void.report - 0"}));
  EXPECT_NE(file.find(admin.id), std::string::npos);
  EXPECT_EQ(file.find("苏州"), std::string::npos);
  // Nothing was read since: nothing is written.
  EXPECT_EQ(*w.organisation->run_due_events(), 0u);
  EXPECT_EQ(chained(w).size(), 1u);
  EXPECT_TRUE(w.organisation->verify_log(w.auditor, "{}")->body.at("ok").as_bool());
}

TEST(AccessRecord, IsChainedWhenTheOrganisationCloses) {
  World w;
  const auto number = text(*w.issue("k"), "number");
  ASSERT_TRUE(w.organisation->read_quote(w.auditor, number));
  w.reopen();
  ASSERT_EQ(chained(w).size(), 1u);
  EXPECT_EQ(records_of(segment_file(w, chained(w)[0])).size(), 1u);
}

TEST(AccessRecord, RefusesReadsThatItCannotHold) {
  World w;
  const auto number = text(*w.issue("k"), "number");
  w.organisation.reset();
  auto files = std::make_shared<quotary::testing::FaultyFileSystem>(posix_file_system());
  w.config.files = files;
  w.reopen();
  EXPECT_TRUE(w.organisation->access_log_works());
  files->fail_from(1);
  EXPECT_EQ(code_of(w.organisation->quote_pdf(w.auditor, number)), "access_log_unavailable");
  EXPECT_EQ(code_of(w.organisation->list_quotes(w.auditor, {})), "access_log_unavailable");
  EXPECT_FALSE(w.organisation->access_log_works());
  EXPECT_NE(w.organisation->metrics().find("quotary_access_failures_total 2\n"), std::string::npos);
  EXPECT_TRUE(w.organisation->quote_pdf(w.rep, number));  // others read on
  EXPECT_TRUE(w.organisation->ready());
  files->heal();
  EXPECT_TRUE(w.organisation->quote_pdf(w.auditor, number));
  EXPECT_TRUE(w.organisation->access_log_works());
  EXPECT_EQ(*w.organisation->run_due_events(), 1u);
  EXPECT_EQ(records_of(segment_file(w, chained(w)[0])).size(), 1u);
}

struct Alone {
  quotary::testing::TemporaryFolder folder;
  SystemRandom random;
  Principal who{"person", Role::auditor, "", ""};
  std::shared_ptr<quotary::testing::FaultyFileSystem> files =
      std::make_shared<quotary::testing::FaultyFileSystem>(posix_file_system());
  AccessLog open() { return AccessLog(files, folder.path() + "/access", random); }
  Result<void> read(AccessLog& log) { return log.record(Timestamp{1'000}, who, "quote.read", "quote:X", 1); }
};

TEST(AccessRecord, TakesOverWhatAKilledProcessLeft) {
  Alone a;
  std::vector<AccessSegment> seen;
  {
    AccessLog killed = a.open();
    ASSERT_TRUE(a.read(killed));
    ASSERT_TRUE(a.read(killed));
  }
  {
    AccessLog stopped = a.open();
    ASSERT_TRUE(a.read(stopped));
    EXPECT_EQ(stopped.unchained(), 1u);
    // The ledger takes nothing: both wait.
    EXPECT_FALSE(stopped.chain(
        [](const AccessSegment&) -> Result<void> { return fail(Errc::unavailable, "ledger_latched", "latched"); }));
    EXPECT_EQ(stopped.trouble(), "latched");
    EXPECT_EQ(stopped.unchained(), 2u);
  }
  AccessLog last = a.open();
  auto done = last.chain([&](const AccessSegment& segment) -> Result<void> {
    seen.push_back(segment);
    return {};
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(*done, 2u);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].records + seen[1].records, 3u);
  EXPECT_EQ(last.unchained(), 0u);
  EXPECT_EQ(last.trouble(), "");
}

TEST(AccessRecord, ASegmentThatIsTooLongEndsEarly) {
  Alone a;
  AccessLog log = a.open();
  const std::string subject(64u << 10, 's');
  for (std::uint64_t written = 0; written <= access_segment_bytes_max; written += subject.size())
    ASSERT_TRUE(log.record(Timestamp{1}, a.who, "quote.read", subject, 1));
  ASSERT_TRUE(a.read(log));
  EXPECT_EQ(log.unchained(), 1u);
}

TEST(AccessRecord, NothingIsTrustedAfterAFailedSync) {
  Alone a;
  AccessLog log = a.open();
  ASSERT_TRUE(a.read(log));
  a.files->fail_from(1);  // the next such call is the segment's sync
  EXPECT_FALSE(log.chain([](const AccessSegment&) -> Result<void> { return {}; }));
  a.files->heal();
  EXPECT_EQ(code_of(a.read(log)), "access_log_unavailable");
  EXPECT_FALSE(log.trouble().empty());
}

// The next process reads its lines from the machine's memory; the disk never got them, whatever is synced later.
TEST(AccessRecord, WhatTheProcessBeforeFailedToSyncIsWrittenAnew) {
  Alone a;
  {
    AccessLog log = a.open();
    ASSERT_TRUE(a.read(log));
    a.files->fail_from(1);
    EXPECT_FALSE(log.chain([](const AccessSegment&) -> Result<void> { return {}; }));
    a.files->heal();
  }
  AccessSegment chained;
  {
    AccessLog next = a.open();
    ASSERT_TRUE(next.chain([&](const AccessSegment& segment) -> Result<void> {
      chained = segment;
      return {};
    }));
  }
  ASSERT_TRUE(a.files->lose_unsynced());
  EXPECT_EQ(chained.records, 1u);
  EXPECT_EQ(segment_fault(*posix_file_system(), a.folder.path() + "/access", chained), "");
}

TEST(AccessRecord, AChangedOrLostSegmentIsNamed) {
  Alone a;
  AccessSegment chained;
  AccessLog log = a.open();
  ASSERT_TRUE(a.read(log));
  ASSERT_TRUE(log.chain([&](const AccessSegment& segment) -> Result<void> {
    // Under its first name still.
    EXPECT_EQ(segment_fault(*a.files, a.folder.path() + "/access", segment), "");
    chained = segment;
    return {};
  }));
  const auto fault = [&](const AccessSegment& segment) {
    return segment_fault(*a.files, a.folder.path() + "/access", segment);
  };
  EXPECT_EQ(fault(chained), "");
  EXPECT_NE(fault({chained.sha256, chained.size, 2}), "");
  EXPECT_NE(fault({chained.sha256, chained.size + 1, 1}), "");
  const auto path = a.folder.path() + "/access/" + chained.sha256 + ".jsonl";
  std::string bytes = *read_file(*a.files, path);
  for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
    std::string changed = bytes;
    changed[at] ^= 1;
    ASSERT_TRUE(write_file_durably(*posix_file_system(), path, changed));
    EXPECT_NE(fault(chained).find(chained.sha256), std::string::npos) << at;
  }
  std::filesystem::remove(path);
  EXPECT_NE(fault(chained).find("is missing"), std::string::npos);
}

TEST(AccessRecord, SurvivesAPowerCutFromTheEndOfItsSegmentOn) {
  Alone a;
  std::string digest;
  {
    AccessLog log = a.open();
    ASSERT_TRUE(a.read(log));
    ASSERT_TRUE(log.chain([&](const AccessSegment& segment) -> Result<void> {
      digest = segment.sha256;
      return {};
    }));
  }
  ASSERT_TRUE(a.files->lose_unsynced());
  // Its last name may be lost, so that it is chained once more; the segment is not.
  AccessLog after = a.open();
  ASSERT_TRUE(after.chain([&](const AccessSegment& segment) -> Result<void> {
    EXPECT_EQ(segment.sha256, digest);
    return {};
  }));
  auto bytes = read_file(*posix_file_system(), a.folder.path() + "/access/" + digest + ".jsonl");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(sha256(*bytes).hex(), digest);
}

}  // namespace
}  // namespace quotary::api
