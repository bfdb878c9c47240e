// The witness on a disk that fails or loses power at any call of a scripted run, and the evidence that it keeps.
#include "api/witness/witness.h"

#include "ledger/log/add_checkpoint.h"
#include "signing/keys.h"
#include "tests/support/fake_log.h"
#include "tests/support/faulty_file_system.h"

#include <gtest/gtest.h>

#include <map>

namespace quotary::witness {
namespace {

using quotary::testing::FaultyFileSystem;
using quotary::testing::SetClock;
using quotary::testing::TemporaryFolder;

constexpr const char* origin = "ledger.example.com/quotes";

// A log in memory: leaves "<name> 0", "<name> 1", ... from `forks_at` on, "main <n>" before.
struct FakeLog {
  explicit FakeLog(std::uint64_t size, std::uint64_t forks_at = ~std::uint64_t{0}) {
    for (std::uint64_t i = 0; i < size; ++i) {
      range.append(leaf_hash((i < forks_at ? "main " : "fork ") + std::to_string(i)),
                   [&](unsigned level, std::uint64_t number, const Hash& hash) {
                     made[{level, number}] = hash;
                   });
    }
  }
  NodeReader reader() const {
    return [this](unsigned level, std::uint64_t number) -> Result<Hash> { return made.at({level, number}); };
  }
  std::string note(std::uint64_t size) const { return *sign_checkpoint(*signer, size, *read_root(size, reader())); }
  std::string body(std::uint64_t old_size, std::uint64_t size) const {
    const auto proof =
        old_size > 0 && old_size < size ? *consistency_proof(old_size, size, reader()) : std::vector<Hash>();
    return add_checkpoint_body(old_size, proof, note(size));
  }

  std::shared_ptr<const CheckpointSigner> signer = signing::signer_from_seed(origin, std::string(32, '\x01'));
  CompactRange range;
  std::map<std::pair<unsigned, std::uint64_t>, Hash> made;
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
  EXPECT_EQ(witness->add_checkpoint(w.log.body(20, 40)).status, 200);
  // Nobody without the key fills the file.
  const auto kept = w.evidence(refused_name);
  std::string forged = fork.body(40, 40);
  forged[forged.size() - 3] = forged[forged.size() - 3] == 'A' ? 'B' : 'A';
  EXPECT_EQ(witness->add_checkpoint(forged).status, 403);
  EXPECT_EQ(w.evidence(refused_name), kept);
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
  }
  ASSERT_TRUE(write_file_durably(*posix_file_system(), path, good.substr(0, good.size() / 2)));
  EXPECT_EQ(w.open().error().code, "witness_evidence");
  ASSERT_TRUE(write_file_durably(*posix_file_system(), path, good));
  EXPECT_TRUE(w.open());
}

}  // namespace
}  // namespace quotary::witness
