// What a restore hears from a witness: how far it has seen, from itself, now, or nothing at all.
#include "api/witness/seen.h"

#include "api/witness/witness.h"
#include "ledger/log/add_checkpoint.h"
#include "signing/cosigner.h"
#include "signing/keys.h"
#include "tests/support/fake_log.h"
#include "tests/support/memory_tree.h"

#include <gtest/gtest.h>

#include <functional>

namespace quotary::witness {
namespace {

using quotary::testing::MemoryTree;
using quotary::testing::SetClock;
using quotary::testing::TemporaryFolder;

constexpr std::uint64_t entries = 30, backed_up = 20, forks_at = 12;

class WitnessSeen : public ::testing::Test, public Transport {
 protected:
  WitnessSeen() {
    for (std::uint64_t i = 0; i < entries; ++i) {
      tree.append("entry " + std::to_string(i));
      fork.append((i < forks_at ? "entry " : "other ") + std::to_string(i));
    }
    WitnessOptions options;
    options.folder = folder.file("witness");
    options.logs = {*parse_vkey(signer->vkey())};
    witness = *Witness::open(options, posix_file_system(), clock,
                             signing::cosigner_from_seed("witness.example.com", std::string(32, '\x02')));
  }

  Result<PostAnswer> post(std::string body) override {
    if (instead) return instead(body);
    return through(body);
  }
  void cancel() override {}
  PostAnswer through(const std::string& body) {
    auto answer = witness->add_checkpoint(body);
    return {answer.status, answer.content_type, answer.body};
  }

  std::string note(const MemoryTree& of, std::uint64_t size) const {
    return *sign_checkpoint(*signer, size, *read_root(size, of.reader()));
  }
  // The log has the witness cosign its first `size` entries.
  void cosigned(const MemoryTree& of, std::uint64_t size) {
    EXPECT_EQ(through(add_checkpoint_body(0, {}, note(of, size))).status, 200);
  }
  // Of a backup of the first entries.
  Result<std::uint64_t> ask(SeenLess less = SeenLess::cosign) {
    const std::string kept = note(tree, backed_up);
    return size_seen_by(*this, key, {kept, backed_up, tree.reader()}, less, clock->now());
  }

  TemporaryFolder folder;
  std::shared_ptr<SetClock> clock = std::make_shared<SetClock>("2026-11-24T02:03:04.567Z");
  std::unique_ptr<CheckpointSigner> signer = signing::signer_from_seed("log.example.com", std::string(32, '\x01'));
  Vkey key = signing::cosigner_from_seed("witness.example.com", std::string(32, '\x02'))->vkey();
  MemoryTree tree, fork;
  std::unique_ptr<Witness> witness;
  std::function<Result<PostAnswer>(const std::string&)> instead;
};

TEST_F(WitnessSeen, HowFarItHadSeenBeforeItWasAsked) {
  EXPECT_EQ(*ask(), 0u);         // nothing, so it says nothing
  EXPECT_EQ(*ask(), backed_up);  // and now it has seen this one
  const auto grown = consistency_proof(backed_up, entries, tree.reader());
  EXPECT_EQ(through(add_checkpoint_body(backed_up, *grown, note(tree, entries))).status, 200);
  EXPECT_EQ(*ask(), entries);
}

// Else whoever tries a restore twice would hear of his own first question.
TEST_F(WitnessSeen, AQuestionTeachesItNothingWhereThatIsLeft) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(*ask(SeenLess::leave), 0u);
  cosigned(tree, 7);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(*ask(SeenLess::leave), 7u);
  EXPECT_EQ(*ask(SeenLess::cosign), 7u);
  EXPECT_EQ(*ask(SeenLess::leave), backed_up);
}

TEST_F(WitnessSeen, AnotherHistoryIsRefusedWhetherItIsShorterOrAsLong) {
  cosigned(fork, forks_at + 3);
  EXPECT_EQ(ask().error().code, "refused");
  EXPECT_EQ(ask().error().kind, Errc::corrupt);
}

TEST_F(WitnessSeen, AnotherTreeOfTheSameSizeIsRefused) {
  cosigned(fork, backed_up);
  EXPECT_EQ(ask().error().code, "refused");
}

TEST_F(WitnessSeen, WhoeverAnswersInItsPlaceIsNotBelieved) {
  cosigned(tree, entries);  // so the backup lacks signed entries
  const auto stranger = signing::cosigner_from_seed("witness.example.com", std::string(32, '\x03'));
  const auto now = static_cast<std::uint64_t>(clock->now().unix_ms / 1000);
  const std::string text = checkpoint_text({"log.example.com", backed_up, *read_root(backed_up, tree.reader())});
  const std::string other = checkpoint_text({"log.example.com", backed_up, *read_root(backed_up, fork.reader())});
  const auto own = signing::cosigner_from_seed("witness.example.com", std::string(32, '\x02'));
  const struct {
    const char* words;
    PostAnswer answer;
  } answers[] = {
      {"an empty page", {200, "text/plain", ""}},
      {"a portal's page", {200, "text/html", "<html>sign in</html>"}},
      {"a cosignature of another key", {200, "text/plain", *stranger->cosignature_line(now, text)}},
      {"its cosignature over another tree", {200, "text/plain", *own->cosignature_line(now, other)}},
      {"its cosignature of last month", {200, "text/plain", *own->cosignature_line(now - 30 * 86'400, text)}},
      {"its cosignature of tomorrow", {200, "text/plain", *own->cosignature_line(now + 86'400, text)}},
      {"a conflict without a size", {409, "text/plain", "20\n"}},
      {"a conflict with words", {409, std::string(tlog_size_type), "twenty\n"}},
      {"a fault", {500, "text/plain", "no disk\n"}},
      {"an unknown log", {404, "text/plain", "no such log\n"}},
      {"another place", {302, "text/plain", ""}},
  };
  for (const auto& each : answers) {
    instead = [&](const std::string&) -> Result<PostAnswer> { return each.answer; };
    const auto seen = ask(SeenLess::leave);
    ASSERT_FALSE(seen) << each.words << ": believed to have seen " << *seen;
    EXPECT_EQ(seen.error().kind, Errc::unavailable) << each.words;
    EXPECT_NE(seen.error().detail, "");
  }
  instead = [](const std::string&) -> Result<PostAnswer> { return fail(Errc::unavailable, "unreachable", "no route"); };
  EXPECT_EQ(ask().error().code, "unreachable");
  std::uint64_t named = 0;
  instead = [&](const std::string&) -> Result<PostAnswer> {
    return PostAnswer{409, std::string(tlog_size_type), std::to_string(++named) + "\n"};
  };
  EXPECT_EQ(ask().error().code, "newer");  // it never comes to an end
  instead = nullptr;
  EXPECT_EQ(*ask(), entries);
}

TEST_F(WitnessSeen, ClocksMayDifferALittle) {
  cosigned(tree, backed_up);
  for (const std::int64_t apart : {-cosignature_age_max_ms, cosignature_age_max_ms}) {
    const Timestamp then = clock->now();
    const std::string kept = note(tree, backed_up);
    EXPECT_EQ(
        *size_seen_by(*this, key, {kept, backed_up, tree.reader()}, SeenLess::leave, Timestamp{then.unix_ms + apart}),
        backed_up);
  }
}

}  // namespace
}  // namespace quotary::witness
