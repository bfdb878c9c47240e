// Cases and contents of evidence in an organisation's folder that nothing has open, as the server writes them.
#pragma once

#include "ledger/blobs/uploads.h"
#include "ledger/contents/named_content.h"
#include "ledger/log/sequencer.h"
#include "ledger/records/cases.h"
#include "ledger/records/fold.h"
#include "signing/content_cipher.h"
#include "signing/keys.h"
#include "tests/support/gate_fixture.h"

#include <gtest/gtest.h>

namespace quotary::testing {

class EvidenceWriter {
 public:
  EvidenceWriter(const std::string& data, const std::string& keys_directory, std::shared_ptr<const Clock> clock) {
    auto opened = signing::KeyFolder::open(files_, keys_directory);
    EXPECT_TRUE(opened) << opened.error().detail;
    keys_ = std::move(*opened);
    LedgerOptions options;
    options.directory = data;
    LedgerPorts ports;
    ports.files = files_;
    ports.clock = clock;
    ports.random = random_;
    ports.signer = &keys_->log_signer();
    ports.cipher = &keys_->object_cipher();
    ports.fold = std::make_shared<RecordsFold>();
    auto ledger = Ledger::open(options, ports);
    EXPECT_TRUE(ledger) << ledger.error().detail;
    ledger_ = std::move(*ledger);
    clock_ = std::move(clock);
    cipher_ = signing::content_cipher(random_);
    store_ = *blobs::BlobStore::open(files_, *cipher_, data + "/blobs");
    uploads_ = *blobs::Uploads::open({files_, random_, keys_->object_cipher(), *cipher_, *store_}, data + "/uploads");
  }

  void publish_policy() {
    const gates::Policy policy = demonstration();
    const std::string text = gates::canonical(policy);
    append("policy.published", "policy:" + policy.name,
           {{"policy", policy.name}, {"version", 1}, {"sha256", sha256(text).hex()}}, text, {});
  }
  void open_case(const std::string& id, const std::string& owner = "p1") {
    append("case.opened", "case:" + id,
           {{"case", id},
            {"policy", "demonstration"},
            {"policy_version", 1},
            {"action_type", "demonstration"},
            {"month", "2026-11"}},
           json::serialize(json::object{{"owner", owner}, {"team", "east-1"}, {"region", "east"}}),
           {{"text", "application/json", R"({"title":"现场演示"})", "case:" + id, 1}});
  }
  // The index of its entry, and what names its file.
  struct Added {
    std::uint64_t index = 0;
    blobs::BlobReference reference;
  };
  Added add(const std::string& case_id, const std::string& item, std::uint64_t version, std::string_view content) {
    auto finished = upload(case_id, content);
    auto reference = finished.reference;
    return {append_evidence(case_id, item, version, finished.hashes.commitment, content.size(), reference), reference};
  }
  // A finished content that no entry names yet.
  blobs::FinishedUpload upload(const std::string& case_id, std::string_view content) {
    auto id = uploads_->create({"p1", "case:" + case_id, "", content.size(), true}, clock_->now());
    EXPECT_TRUE(id) << id.error().detail;
    EXPECT_TRUE(uploads_->append(*id, 0, content));
    auto finished = uploads_->finish(*id);
    EXPECT_TRUE(finished) << finished.error().detail;
    EXPECT_TRUE(uploads_->drop(*id));
    return std::move(*finished);
  }
  std::uint64_t append_evidence(const std::string& case_id, const std::string& item, std::uint64_t version,
                                const Hash& commitment, std::uint64_t size, const blobs::BlobReference& reference) {
    return append("evidence.added", "case:" + case_id,
                  {{"case", case_id},
                   {"item", item},
                   {"kind", "document"},
                   {"version", version},
                   {"content", commitment.hex()},
                   {"size", size}},
                  "{}",
                  {{"reference", "application/json", blobs::reference_text(reference), "case:" + case_id, 1},
                   {"about", "application/json", R"({"file_name":"a.bin","title":"资料"})", "case:" + case_id, 1}});
  }

 private:
  std::uint64_t append(const std::string& type, const std::string& subject, json::object body, const std::string& facts,
                       std::vector<NewObject> more) {
    Draft draft;
    draft.type = type;
    draft.actor_id = "p1";
    draft.actor_role = "rep";
    draft.subject = subject;
    draft.body = std::move(body);
    draft.objects.push_back({"facts", "application/json", facts, "", 1});
    for (auto& each : more) draft.objects.push_back(std::move(each));
    const auto done = ledger_->append(
        [&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> { return std::vector<Draft>{draft}; });
    EXPECT_TRUE(done) << done.error().code << ": " << done.error().detail;
    return done ? done->entries.front().index : 0;
  }

  const std::shared_ptr<FileSystem> files_ = posix_file_system();
  const std::shared_ptr<Random> random_ = std::make_shared<SystemRandom>();
  std::shared_ptr<const Clock> clock_;
  std::unique_ptr<signing::KeyFolder> keys_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<blobs::ContentCipher> cipher_;
  std::unique_ptr<blobs::BlobStore> store_;
  std::unique_ptr<blobs::Uploads> uploads_;
};

}  // namespace quotary::testing
