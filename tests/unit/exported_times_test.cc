// Time-stamps in an export: each is held against its checkpoint, the tree and the roots.
#include "ledger/log/checkpoint.h"
#include "ledger/log/merkle.h"
#include "signing/time_stamp.h"
#include "tests/support/export_fixture.h"
#include "tools/quotary_verify/export.h"
#include "tools/quotary_verify/token.h"

#include <gtest/gtest.h>

namespace quotary::offline {
namespace {

class ExportedTimesTest : public testing::ExportFixture {
 protected:
  ExportedTimesTest() { authority = authority_in(folder.path()); }
  std::unique_ptr<signing::TimeAuthority> authority_in(const std::string& directory) const {
    const auto files = posix_file_system();
    const auto paths = signing::TimeAuthority::make(*files, directory, "", clock->now(), *ports.random).value();
    return signing::TimeAuthority::open(files, paths, clock, ports.random).value();
  }
  // A token over this note as the worker would write it; `body` is what the entry says of it.
  Draft time_token(const std::string& note, json::object body) {
    const auto query = signing::make_time_query(sha256(note), *ports.random).value();
    const auto token = signing::check_time_reply(authority->answer(query.der).value().der, query,
                                                 authority->certificate_pem(), clock->now())
                           .value();
    Draft draft;
    draft.type = "system.time_token";
    draft.actor_id = draft.actor_role = "system";
    draft.subject = "time-stamping";
    draft.body = std::move(body);
    draft.body["time"] = format_rfc3339(token.time);
    draft.body["policy"] = token.policy;
    draft.objects.push_back({"checkpoint", "text/plain", note, "", 1});
    draft.objects.push_back({"token", signing::time_token_type, token.der, "", 1});
    return draft;
  }
  static json::object body_of(std::uint64_t size, const Hash& root) { return {{"size", size}, {"root", root.hex()}}; }
  // The verdict on an export of the ledger.
  Verdict judged() {
    ledger.reset();
    EXPECT_TRUE(write(payloads));
    const auto source = open_export_folder(folder.path() + "/export").value();
    ExportedTimes times(*source, *key, {*parse_vkey(signer->vkey())}, authority->certificate_pem());
    ExportCheckOptions how;
    how.watches = {&times.watch()};
    const auto report = check_export(*source, *key, signer->vkey(), std::move(how)).value();
    Verdict verdict = judge_export(report);
    times.tell(verdict);
    return verdict;
  }
  static std::string problem(const Verdict& verdict) {
    const auto& problems = verdict.facts.at("problems").as_array();
    return problems.size() == 1 ? std::string(problems[0].at("detail").as_string()) : "";
  }

  std::unique_ptr<signing::TimeAuthority> authority;
  std::unique_ptr<Ledger> ledger = make();
  ExportPayloads payloads = ExportPayloads::facts;
};

TEST_F(ExportedTimesTest, TokensOfThisTreeHold) {
  for (const std::uint64_t size : {1, 255, 256, 300, 700}) {
    if (ledger->state().tree_size < size) grow(*ledger, size);
    const auto state = ledger->state();
    ASSERT_TRUE(ledger->append(one(time_token(ledger->checkpoint(), body_of(state.tree_size, state.root)))));
  }
  const std::uint64_t size = ledger->state().tree_size - 1;
  const Verdict verdict = judged();
  EXPECT_TRUE(verdict.holds()) << verdict.detail << problem(verdict);
  const auto& times = verdict.facts.at("trusted_times").as_object();
  EXPECT_EQ(times.at("held").to_number<int>(), 5);
  EXPECT_EQ(times.at("newest").at("tree_size").to_number<std::uint64_t>(), size);
  EXPECT_TRUE(times.at("newest").at("own").as_bool());
}

// The log's key signed it, an authority stamped it, and it is another history.
TEST_F(ExportedTimesTest, ACheckpointOfAnotherHistoryIsFound) {
  grow(*ledger, 10);
  const Hash other = sha256("another history");
  const std::string note = sign_checkpoint(*signer, 7, other).value();
  ASSERT_TRUE(ledger->append(one(time_token(note, body_of(7, other)))));
  const Verdict verdict = judged();
  EXPECT_EQ(verdict.code, "export_damaged");
  EXPECT_NE(problem(verdict).find("not of this history"), std::string::npos) << problem(verdict);
}

// Roots of one authority, tokens of two: what cannot be judged is no damage and is said.
TEST_F(ExportedTimesTest, ATokenOfAnotherAuthorityIsLeftUnjudged) {
  grow(*ledger, 10);
  const auto state = ledger->state();
  ASSERT_TRUE(ledger->append(one(time_token(ledger->checkpoint(), body_of(state.tree_size, state.root)))));
  const testing::TemporaryFolder elsewhere;
  const auto first = std::exchange(authority, authority_in(elsewhere.path()));
  const auto later = ledger->state();
  ASSERT_TRUE(ledger->append(one(time_token(ledger->checkpoint(), body_of(later.tree_size, later.root)))));
  const Verdict verdict = judged();
  EXPECT_EQ(verdict.exit_code, exit_unchecked);
  EXPECT_EQ(verdict.code, "tokens_unjudged");
  const auto& times = verdict.facts.at("trusted_times").as_object();
  EXPECT_EQ(times.at("held").to_number<int>(), 1);
  EXPECT_EQ(times.at("unjudged").to_number<int>(), 1);
  EXPECT_TRUE(verdict.facts.at("problems").as_array().empty());
}

// The log's key signed two histories: that nobody trusts the authority makes it no smaller.
TEST_F(ExportedTimesTest, AnotherHistoryIsFoundUnderAnyAuthority) {
  grow(*ledger, 10);
  const Hash root = sha256("another history");
  ASSERT_TRUE(ledger->append(one(time_token(sign_checkpoint(*signer, 7, root).value(), body_of(7, root)))));
  const testing::TemporaryFolder elsewhere;
  authority = authority_in(elsewhere.path());
  const Verdict verdict = judged();
  EXPECT_EQ(verdict.code, "export_damaged");
  EXPECT_NE(problem(verdict).find("not of this history"), std::string::npos) << problem(verdict);
}

TEST_F(ExportedTimesTest, ATokenMustBeTheOneThatItsEntrySpeaksOf) {
  grow(*ledger, 10);
  const auto state = ledger->state();
  ASSERT_TRUE(ledger->append(one(time_token(ledger->checkpoint(), body_of(9, state.root)))));
  Verdict verdict = judged();
  EXPECT_NE(problem(verdict).find("not the one that the entry speaks of"), std::string::npos) << problem(verdict);
}

TEST_F(ExportedTimesTest, ATokenOverWhatComesLaterIsFound) {
  const Hash root = sha256("later");
  ASSERT_TRUE(ledger->append(one(time_token(sign_checkpoint(*signer, 2, root).value(), body_of(2, root)))));
  grow(*ledger, 5);
  EXPECT_NE(problem(judged()).find("come later"), std::string::npos);
}

TEST_F(ExportedTimesTest, WithheldTokensAreCounted) {
  const auto state = ledger->state();
  ASSERT_TRUE(ledger->append(one(time_token(ledger->checkpoint(), body_of(1, state.root)))));
  payloads = ExportPayloads::none;
  const Verdict verdict = judged();
  EXPECT_TRUE(verdict.holds());
  EXPECT_EQ(verdict.facts.at("trusted_times").at("withheld").to_number<int>(), 1);
}

}  // namespace
}  // namespace quotary::offline
