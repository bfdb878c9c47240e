// A ledger of a test's own: its ports, its folder, and drafts to append.
#pragma once

#include "signing/keys.h"
#include "tests/support/fake_log.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace quotary::testing {

class LogFixture : public ::testing::Test {
 protected:
  explicit LogFixture(std::shared_ptr<FileSystem> files = posix_file_system()) {
    ports.files = std::move(files);
    ports.clock = clock;
    ports.random = std::make_shared<SeededRandom>(7);
    ports.signer = signer.get();
    ports.cipher = &cipher;
    ports.fold = std::make_shared<CountingFold>();
    options.directory = folder.path() + "/data";
  }

  // With a fact and a private object.
  static Draft draft(std::string type, std::string subject = "s", std::string facts = "{}") {
    Draft draft;
    draft.type = std::move(type);
    draft.actor_id = "person-1";
    draft.actor_role = "rep";
    draft.subject = std::move(subject);
    draft.body["n"] = 1;
    draft.objects.push_back({"facts", "application/json", std::move(facts), "", 1});
    draft.objects.push_back({"text", "text/plain", "秘密 secret", "customer:1", 1});
    return draft;
  }
  static Command one(Draft draft) {
    return [draft](const StateReader&, Timestamp) -> Result<std::vector<Draft>> { return std::vector<Draft>{draft}; };
  }
  std::unique_ptr<Ledger> make() {
    auto ledger = Ledger::create(options, ports, draft("organisation.created", "organisation"));
    EXPECT_TRUE(ledger) << ledger.error().detail;
    return std::move(*ledger);
  }
  // What it finds does not hang on where it keeps what it needs beside.
  VerifyReport verify() {
    auto report = verify_folder(options, ports, {}, *key);
    EXPECT_TRUE(report) << report.error().detail;
    VerifyOptions little;
    little.scratch = {folder.path(), 1, 3};
    const auto again = verify_folder(options, ports, little, *key);
    EXPECT_TRUE(again) << again.error().detail;
    if (!report || !again) return {};
    EXPECT_EQ(found(*again), found(*report));
    return *report;
  }
  static std::vector<std::string> found(const VerifyReport& report) {
    std::vector<std::string> out;
    for (const auto& problem : report.problems)
      out.push_back(std::to_string(problem.index) + " " + problem.kind + ": " + problem.detail);
    std::sort(out.begin(), out.end());
    return out;
  }

  TemporaryFolder folder;
  std::shared_ptr<SetClock> clock = std::make_shared<SetClock>("2026-11-24T02:03:04.567Z");
  std::unique_ptr<CheckpointSigner> signer =
      signing::signer_from_seed("ledger.example.com/quotes", std::string(32, '\x01'));
  std::unique_ptr<CheckpointVerifier> key = *signing::open_vkey(signer->vkey());
  MarkingCipher cipher;
  LedgerOptions options;
  LedgerPorts ports;
};

}  // namespace quotary::testing
