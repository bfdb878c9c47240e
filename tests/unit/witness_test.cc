// The witness on a disk that fails or loses power at any call of a scripted run, and the evidence that it keeps.
#include "api/witness/witness.h"

#include "api/witness/check_folder.h"
#include "ledger/log/add_checkpoint.h"
#include "signing/keys.h"
#include "tests/support/fake_log.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/memory_tree.h"

#include <gtest/gtest.h>

namespace quotary::witness {
namespace {

using quotary::testing::FaultyFileSystem;
using quotary::testing::SetClock;
using quotary::testing::TemporaryFolder;

constexpr const char* origin = "ledger.example.com/quotes";

// A log in memory: leaves "<name> 0", "<name> 1", ... from `forks_at` on, "main <n>" before.
struct FakeLog {
  explicit FakeLog(std::uint64_t size, std::uint64_t forks_at = ~std::uint64_t{0}) {
    for (std::uint64_t i = 0; i < size; ++i) tree.append((i < forks_at ? "main " : "fork ") + std::to_string(i));
  }
  std::string note(std::uint64_t size) const {
    return *sign_checkpoint(*signer, size, *read_root(size, tree.reader()));
  }
  std::string body(std::uint64_t old_size, std::uint64_t size) const {
    const auto proof =
        old_size > 0 && old_size < size ? *consistency_proof(old_size, size, tree.reader()) : std::vector<Hash>();
    return add_checkpoint_body(old_size, proof, note(size));
  }

  std::shared_ptr<const CheckpointSigner> signer = signing::signer_from_seed(origin, std::string(32, '\x01'));
  quotary::testing::MemoryTree tree;
};

struct World {
  TemporaryFolder folder;
  std::shared_ptr<FaultyFileSystem> files = std::make_shared<FaultyFileSystem>(posix_file_system());
  std::shared_ptr<SetClock> clock = std::make_shared<SetClock>(Timestamp{1'700'000'000'000});
  FakeLog log{40};
  std::vector<std::string> told;

  Result<std::unique_ptr<Witness>> open() {
    WitnessOptions options;
    options.folder = folder.file("witness");
    options.logs = {*parse_vkey(log.signer->vkey())};
    options.on_contradiction = [this](std::string_view text) { told.emplace_back(text); };
    return Witness::open(options, files, clock,
                         signing::cosigner_from_seed("witness.example.com/w1", std::string(32, '\x02')));
  }
  Finding check() const {
    const auto cosigner = signing::cosigner_from_seed("witness.example.com/w1", std::string(32, '\x02'));
    return check_origin(*posix_file_system(), folder.file("witness"), origin, {*parse_vkey(log.signer->vkey())},
                        cosigner->vkey());
  }
  std::string evidence(std::string_view name) const {
    auto bytes =
        read_file(*posix_file_system(), origin_folder(folder.file("witness"), origin) + "/" + std::string(name));
    return bytes ? *bytes : std::string();
  }
};

std::uint64_t size_of(const Witness& witness) { return witness.origins().at(0).size; }

TEST(Witness, KeepsEveryCheckpointThatItCosigned) {
  World w;
  auto witness = *w.open();
  std::uint64_t old_size = 0;
  for (const std::uint64_t size : {3, 8, 9, 40}) {
    const auto answer = witness->add_checkpoint(w.log.body(old_size, size));
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_NE(w.evidence(cosigned_name).find(w.log.note(size) + answer.body), std::string::npos);
    old_size = size;
  }
  // The same once more takes no room.
  const auto before = w.evidence(cosigned_name);
  w.clock->set(Timestamp{1'700'000'060'000});
  const auto again = witness->add_checkpoint(w.log.body(40, 40));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(w.evidence(cosigned_name), before);
  EXPECT_EQ(witness->latest(origin_hash(origin)).body, w.log.note(40) + again.body);
  EXPECT_EQ(witness->latest(std::string(64, '0')).status, 404);
  // It goes on where it was.
  witness.reset();
  witness = *w.open();
  EXPECT_EQ(size_of(*witness), 40u);
  EXPECT_EQ(witness->origins().at(0).count, 4u);
  EXPECT_EQ(witness->add_checkpoint(w.log.body(9, 40)).body, "40\n");
  EXPECT_TRUE(w.told.empty());
}

TEST(Witness, OneAtATimeHoldsTheFolder) {
  World w;
  const auto witness = *w.open();
  EXPECT_EQ(w.open().error().code, "locked");
}

TEST(Witness, AForkIsRefusedAndKept) {
  World w;
  const FakeLog fork(40, 5);
  auto witness = *w.open();
  ASSERT_EQ(witness->add_checkpoint(w.log.body(0, 4)).status, 200);
  ASSERT_EQ(witness->add_checkpoint(w.log.body(4, 8)).status, 200);
  ASSERT_EQ(witness->add_checkpoint(w.log.body(8, 20)).status, 200);
  // At a size that was cosigned, which the latest one has left behind: a conflict for the client, and proof for the
  // auditor.
  EXPECT_EQ(witness->add_checkpoint(fork.body(4, 8)).status, 409);
  ASSERT_EQ(w.told.size(), 1u);
  EXPECT_NE(w.told[0].find("SPLIT VIEW"), std::string::npos);
  EXPECT_NE(w.evidence(refused_name).find(fork.note(8)), std::string::npos);
  // At the latest size, and beyond it.
  EXPECT_EQ(witness->add_checkpoint(fork.body(20, 20)).status, 422);
  EXPECT_EQ(witness->add_checkpoint(fork.body(20, 33)).status, 422);
  EXPECT_EQ(w.told.size(), 3u);
  // Each once, however often it comes.
  EXPECT_EQ(witness->add_checkpoint(fork.body(20, 33)).status, 422);
  EXPECT_EQ(w.told.size(), 3u);
  EXPECT_EQ(witness->origins().at(0).splits, 2u);
  EXPECT_EQ(witness->origins().at(0).unproved, 1u);
  // The fork before it forked is the same log.
  EXPECT_EQ(witness->add_checkpoint(fork.body(4, 4)).body, "20\n");
  EXPECT_EQ(w.told.size(), 3u);
  witness.reset();
  witness = *w.open();
  EXPECT_EQ(witness->origins().at(0).splits, 2u);
  // What an auditor finds, without asking the witness: pairs that the log signed both of.
  auto finding = w.check();
  EXPECT_TRUE(finding.faults.empty());
  EXPECT_EQ(finding.records_checked, 3u);
  EXPECT_EQ(finding.unproved, 1u);
  ASSERT_EQ(finding.contradictions.size(), 2u);
  EXPECT_EQ(finding.contradictions[0].size, 8u);
  EXPECT_TRUE(finding.contradictions[0].cosigned.starts_with(w.log.note(8)));
  EXPECT_EQ(finding.contradictions[0].refused, fork.note(8));
  // What was only not proved becomes one when the log's own history gets there.
  EXPECT_EQ(witness->add_checkpoint(w.log.body(20, 33)).status, 200);
  finding = w.check();
  ASSERT_EQ(finding.contradictions.size(), 3u);
  EXPECT_EQ(finding.contradictions[2].refused, fork.note(33));
  ASSERT_EQ(w.told.size(), 4u);
  EXPECT_NE(w.told[3].find("SPLIT VIEW"), std::string::npos);
  EXPECT_EQ(witness->origins().at(0).splits, 3u);
  witness.reset();
  witness = *w.open();
  EXPECT_EQ(witness->origins().at(0).splits, 3u);
  EXPECT_EQ(witness->add_checkpoint(w.log.body(33, 40)).status, 200);
  // Nobody without the key fills the file.
  const auto kept = w.evidence(refused_name);
  std::string forged = fork.body(40, 40);
  forged[forged.size() - 3] = forged[forged.size() - 3] == 'A' ? 'B' : 'A';
  EXPECT_EQ(witness->add_checkpoint(forged).status, 403);
  EXPECT_EQ(w.evidence(refused_name), kept);
}

// A record as refused.notes holds it, with so many bytes behind its note.
std::string unproved_record(const FakeLog& fork, std::size_t more) {
  const std::string note = fork.note(2) + std::string(more, '-'), at = "2023-11-14T22:13:20.000Z";
  return "unproved " + at + " " + std::to_string(note.size()) + " " + sha256("unproved " + at + "\n" + note).hex() +
         "\n" + note + "\n";
}

// As many of them as leave no room for another.
std::string unproved_records(const FakeLog& fork, std::size_t bytes) {
  const std::string large = unproved_record(fork, 3'500);
  const std::size_t small = unproved_record(fork, 0).size() + 1;  // the length may take one digit more
  std::string out;
  while (out.size() + large.size() + small <= bytes) out += large;
  while (out.size() + small <= bytes)
    out += unproved_record(fork, std::min<std::size_t>(bytes - out.size() - small, 3'500));
  return out;
}

TEST(Witness, WhatIsOnlyNotProvedLeavesRoomForSplits) {
  World w;
  const FakeLog fork(40, 1);
  ASSERT_EQ((*w.open())->add_checkpoint(w.log.body(0, 8)).status, 200);
  const std::string path = origin_folder(w.folder.file("witness"), origin) + "/" + std::string(refused_name);
  ASSERT_TRUE(write_file_durably(*posix_file_system(), path, unproved_records(fork, unproved_bytes_max)));
  {
    const auto witness = *w.open();
    EXPECT_EQ(witness->add_checkpoint("old 8\n\n" + w.log.note(9)).status, 422);
    EXPECT_TRUE(w.told.empty());  // anyone could send that
    EXPECT_EQ(witness->add_checkpoint(fork.body(8, 8)).status, 422);
    ASSERT_EQ(w.told.size(), 1u);
    EXPECT_NE(w.told[0].find("both are kept"), std::string::npos) << w.told[0];
    EXPECT_NE(w.evidence(refused_name).find(fork.note(8)), std::string::npos);
  }
  // And where there is no room at all, it is said all the same.
  ASSERT_TRUE(write_file_durably(*posix_file_system(), path, unproved_records(fork, refused_bytes_max)));
  const auto witness = *w.open();
  w.told.clear();
  ASSERT_EQ(witness->add_checkpoint(fork.body(8, 8)).status, 422);
  ASSERT_EQ(w.told.size(), 1u);
  EXPECT_NE(w.told[0].find("SPLIT VIEW"), std::string::npos);
  EXPECT_NE(w.told[0].find("could not be kept"), std::string::npos);
}

TEST(Witness, ASplitIsToldAlsoWhenNothingIsWrittenAnyMore) {
  World w;
  const FakeLog fork(40, 1);
  const auto witness = *w.open();
  ASSERT_EQ(witness->add_checkpoint(w.log.body(0, 8)).status, 200);
  w.files->fail_from(1);
  ASSERT_EQ(witness->add_checkpoint(w.log.body(8, 9)).status, 500);
  w.files->heal();
  w.told.clear();
  EXPECT_EQ(witness->add_checkpoint(fork.body(8, 8)).status, 422);
  ASSERT_EQ(w.told.size(), 1u);
  EXPECT_NE(w.told[0].find("SPLIT VIEW"), std::string::npos);
}

TEST(Witness, ACheckpointUnderEachOfALogsKeysIsKeptOnce) {
  World w;
  const auto other = signing::signer_from_seed(origin, std::string(32, '\x03'));
  WitnessOptions options;
  options.folder = w.folder.file("witness");
  options.logs = {*parse_vkey(w.log.signer->vkey()), *parse_vkey(other->vkey())};
  const auto witness = *Witness::open(options, w.files, w.clock,
                                      signing::cosigner_from_seed("witness.example.com/w1", std::string(32, '\x02')));
  ASSERT_EQ(witness->add_checkpoint(w.log.body(0, 8)).status, 200);
  const std::string kept = w.evidence(cosigned_name);
  const std::string same = *sign_checkpoint(*other, 8, *read_root(8, w.log.tree.reader()));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(witness->add_checkpoint("old 8\n\n" + same).status, 200);
    EXPECT_EQ(witness->latest(origin_hash(origin)).body.substr(0, same.size()), same);
    EXPECT_EQ(witness->add_checkpoint(w.log.body(8, 8)).status, 200);
  }
  EXPECT_EQ(w.evidence(cosigned_name), kept);
}

TEST(Witness, StrangersLinesAreNotKept) {
  World w;
  const auto witness = *w.open();
  const auto stranger = signing::cosigner_from_seed("stranger.example.com", std::string(32, '\x09'));
  const std::string note = w.log.note(4);
  ASSERT_EQ(
      witness
          ->add_checkpoint("old 0\n\n" + note + *stranger->cosignature_line(5, note.substr(0, note.find("\n\n") + 1)))
          .status,
      200);
  EXPECT_EQ(w.evidence(cosigned_name).find("stranger"), std::string::npos);
}

// What it promised, by what it answered.
struct Promised {
  std::uint64_t size = 0;
  std::string line;
};

// Grows a log under a witness whose disk fails from the n-th call on, cuts the power, and lets it go on.
// Answers whether a call was made to fail.
bool survives(std::uint64_t nth, bool once, std::uint64_t seed) {
  World w;
  std::vector<Promised> promised;
  once ? w.files->fail_once(nth) : w.files->fail_from(nth);
  if (auto witness = w.open()) {
    for (const std::uint64_t size : {3, 8, 9, 17}) {
      const std::uint64_t seen = size_of(**witness);
      const auto answer = (*witness)->add_checkpoint(w.log.body(seen, size));
      if (answer.status == 200) promised.push_back({size, answer.body});
      if (answer.status != 200) {
        EXPECT_EQ(answer.status, 500) << answer.body;
        // What the disk holds is unknown: nothing more is cosigned.
        w.files->heal();
        EXPECT_EQ((*witness)->add_checkpoint(w.log.body(seen, 40)).status, 500);
        break;
      }
    }
  }
  const bool failed = !w.files->failed().empty();
  w.files->heal();
  EXPECT_TRUE(w.files->lose_unsynced(seed));
  auto again = w.open();
  EXPECT_TRUE(again) << nth << " " << w.files->failed() << ": " << again.error().detail;
  if (!again) return failed;
  const std::uint64_t last = promised.empty() ? 0 : promised.back().size;
  const std::uint64_t seen = size_of(**again);
  // It may have stored one more than it could answer, never less.
  EXPECT_GE(seen, last) << nth << " " << w.files->failed();
  const std::string evidence = w.evidence(cosigned_name);
  for (const auto& each : promised)
    EXPECT_NE(evidence.find(w.log.note(each.size) + each.line), std::string::npos) << nth << " " << w.files->failed();
  const FakeLog fork(40, 1);
  EXPECT_EQ((*again)->add_checkpoint(fork.body(seen, 33)).status, seen == 0 ? 200 : 422);
  EXPECT_EQ((*again)->add_checkpoint(w.log.body(seen, 40)).status, seen == 0 ? 409 : 200);
  // And what it has then is whole.
  again->reset();
  EXPECT_TRUE(w.open()) << nth;
  return failed;
}

TEST(Witness, SurvivesAPowerCutAtEveryCall) {
  std::uint64_t nth = 1;
  while (survives(nth, false, nth % 3)) ++nth;
  EXPECT_GT(nth, 20u);
}

TEST(Witness, SurvivesAnErrorAtEveryCall) {
  std::uint64_t nth = 1;
  while (survives(nth, true, 0)) ++nth;
  EXPECT_GT(nth, 20u);
}

TEST(Witness, EvidenceThatWasCutOrChangedIsNamed) {
  World w;
  {
    const auto witness = *w.open();
    ASSERT_EQ(witness->add_checkpoint(w.log.body(0, 4)).status, 200);
    ASSERT_EQ(witness->add_checkpoint(w.log.body(4, 8)).status, 200);
  }
  const std::string path = origin_folder(w.folder.file("witness"), origin) + "/" + std::string(cosigned_name);
  const std::string good = *read_file(*posix_file_system(), path);
  for (std::size_t at = 0; at < good.size(); at += 7) {
    std::string changed = good;
    changed[at] ^= 1;
    ASSERT_TRUE(write_file_durably(*posix_file_system(), path, changed));
    EXPECT_EQ(w.open().error().code, "witness_evidence") << at;
    EXPECT_FALSE(w.check().faults.empty()) << at;
  }
  ASSERT_TRUE(write_file_durably(*posix_file_system(), path, good.substr(0, good.size() / 2)));
  EXPECT_EQ(w.open().error().code, "witness_evidence");
  EXPECT_FALSE(w.check().faults.empty());
  ASSERT_TRUE(write_file_durably(*posix_file_system(), path, good));
  EXPECT_TRUE(w.open());
  EXPECT_TRUE(w.check().faults.empty());
  EXPECT_EQ(w.check().size, 8u);
}

TEST(Witness, ATornEndOfTheRefusedOnesIsToldBesideWhatIsWhole) {
  World w;
  const FakeLog fork(40, 5);
  {
    const auto witness = *w.open();
    ASSERT_EQ(witness->add_checkpoint(w.log.body(0, 8)).status, 200);
    ASSERT_EQ(witness->add_checkpoint(fork.body(8, 8)).status, 422);
  }
  const std::size_t first = w.evidence(refused_name).size();
  ASSERT_EQ((*w.open())->add_checkpoint(fork.body(8, 33)).status, 422);
  const std::string good = w.evidence(refused_name);
  const std::string path = origin_folder(w.folder.file("witness"), origin) + "/" + std::string(refused_name);
  for (std::size_t size = first; size <= good.size(); ++size) {
    ASSERT_TRUE(write_file_durably(*posix_file_system(), path, good.substr(0, size)));
    const Finding finding = w.check();
    const bool whole = size == good.size();
    ASSERT_TRUE(finding.faults.empty()) << size << ": " << finding.faults[0];
    ASSERT_EQ(finding.refused, whole ? 2u : 1u) << size;
    ASSERT_EQ(finding.unproved, whole ? 1u : 0u) << size;
    ASSERT_EQ(finding.torn_bytes, whole ? 0 : size - first);
    ASSERT_EQ(finding.contradictions.size(), 1u) << size;
  }
  // What was changed inside is damage, also in the last one.
  for (const std::size_t at : {first / 2, first + 1, good.size() - 10}) {
    std::string changed = good;
    changed[at] ^= 1;
    ASSERT_TRUE(write_file_durably(*posix_file_system(), path, changed));
    EXPECT_EQ(w.check().faults.size(), 1u) << at;
    EXPECT_EQ(w.check().torn_bytes, 0u) << at;
  }
  // Also a size that now reaches behind the end: of the last record, and of one before it.
  for (const std::size_t record : {first, std::size_t{0}}) {
    std::string changed = good;
    const std::size_t size = changed.find(' ', changed.find(' ', record) + 1 + 24) + 1;
    ASSERT_GE(changed[size], '1');
    changed[size] = '9';
    ASSERT_TRUE(write_file_durably(*posix_file_system(), path, changed));
    EXPECT_EQ(w.check().faults.size(), 1u) << changed.substr(record, 60);
    EXPECT_EQ(w.check().torn_bytes, 0u) << record;
  }
  // A witness goes on behind what is whole.
  ASSERT_TRUE(write_file_durably(*posix_file_system(), path, good.substr(0, good.size() - 1)));
  EXPECT_EQ((*w.open())->origins().at(0).splits, 1u);
  EXPECT_EQ(w.evidence(refused_name), good.substr(0, first));
}

TEST(Witness, EvidenceOutlivesItsSlots) {
  World w;
  {
    const auto witness = *w.open();
    for (const std::uint64_t size : {4, 8, 9})
      ASSERT_EQ(witness->add_checkpoint(w.log.body(size == 4 ? 0 : size == 8 ? 4 : 8, size)).status, 200);
  }
  const auto files = posix_file_system();
  const std::string path = origin_folder(w.folder.file("witness"), origin) + "/" + std::string(slots_name);
  const std::string good = *read_file(*files, path), evidence = w.evidence(cosigned_name);
  // A witness that forgets may cosign what contradicts, so it begins anew with neither blank nor lost slots.
  ASSERT_TRUE(write_file_durably(*files, path, std::string(2 * slot_bytes, '\0')));
  EXPECT_EQ(w.open().error().code, "witness_evidence");
  EXPECT_EQ(w.check().faults.size(), 1u);
  ASSERT_TRUE(files->remove(path));
  EXPECT_EQ(w.open().error().code, "witness_evidence");
  EXPECT_EQ(w.check().faults.size(), 1u);
  EXPECT_EQ(w.evidence(cosigned_name), evidence);
  // The newest slot alone: what it said was answered, and stands in the evidence.
  std::string damaged = good;
  damaged[(3 % 2) * slot_bytes + 40] ^= 1;
  ASSERT_TRUE(write_file_durably(*files, path, damaged));
  EXPECT_TRUE(w.check().faults.empty());  // as a cut would leave it
  const auto witness = w.open();
  ASSERT_TRUE(witness) << witness.error().detail;
  EXPECT_EQ(size_of(**witness), 9u);
  EXPECT_EQ((*witness)->origins().at(0).count, 3u);
  EXPECT_EQ(w.evidence(cosigned_name), evidence);
}

}  // namespace
}  // namespace quotary::witness
