// Numbers proofs: what a real organisation gives, what they say offline, and what an attacker makes of the file.
#include "signing/keys.h"
#include "tests/api/fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/golden.h"
#include "tools/quotary_verify/numbers.h"

#include <gtest/gtest.h>

#include <random>

namespace quotary::api {
namespace {

using offline::judge_numbers;
using offline::Verdict;
using testing::code_of;
using testing::price_error;
using testing::text;
using testing::World;

class NumbersProof : public ::testing::Test {
 protected:
  NumbersProof() {
    w.config.index_roots.emplace().pace = {std::chrono::milliseconds(1), std::chrono::milliseconds(0),
                                           std::chrono::milliseconds(1), std::chrono::milliseconds(600'000)};
    w.reopen();
    const auto key_text = w.organisation->vkey();
    key = signing::open_vkey(key_text.substr(0, key_text.size() - 1)).value();
  }
  std::string issue(const std::string& series = "SH-QT", const std::string& more = "") {
    std::string body = World::quote("1.00", more);
    body.replace(body.find("SH-QT"), 5, series);
    const auto issued = w.issue("k" + std::to_string(++issued_), body);
    EXPECT_TRUE(issued) << issued.error().detail;
    return text(*issued, "number");
  }
  void make_void(const std::string& number) {
    const auto request = w.organisation->request_void(w.rep, number, "", price_error);
    ASSERT_TRUE(request) << request.error().detail;
    ASSERT_TRUE(
        w.organisation->decide_void(w.manager, text(*request, "id"), Organisation::Decision::approve, "", "{}"));
  }
  // Asked again while the index is behind, as a client does.
  std::string proof(const NumbersRange& range = {}, const std::string& series = "SH-QT") {
    Result<std::string> answer = fail(Errc::unavailable, "never_asked", "");
    EXPECT_TRUE(quotary::testing::eventually([&] {
      answer = w.organisation->numbers_proof(w.auditor, series, range);
      return answer || answer.error().kind != Errc::unavailable;
    }));
    EXPECT_TRUE(answer) << answer.error().code << " " << answer.error().detail;
    return answer ? *answer : "";
  }
  Verdict judged(const std::string& proof_text) const { return judge_numbers({proof_text}, *key); }
  static std::string verdict_of(const Verdict& verdict) { return verdict.holds() ? "holds" : verdict.code; }

  // The file's lines from the first one that begins with `from` up to that with `to`, taken out.
  static std::string without(const std::string& whole, const std::string& from, const std::string& to) {
    const std::size_t begin = whole.find("\n" + from) + 1, end = whole.find("\n" + to, begin) + 1;
    EXPECT_NE(begin, 0u) << from;
    EXPECT_NE(end, 0u) << to;
    return whole.substr(0, begin) + whole.substr(end);
  }
  static std::string replaced(std::string whole, const std::string& from, const std::string& to) {
    const std::size_t at = whole.find(from);
    EXPECT_NE(at, whole.npos) << from;
    return at == whole.npos ? whole : whole.replace(at, from.size(), to);
  }
  static std::string number(int place) { return "SHQT2026-00000" + std::to_string(place); }

  World w;
  std::unique_ptr<CheckpointVerifier> key;
  int issued_ = 0;
};

TEST_F(NumbersProof, EachNumberOnceAndWhatBecameOfIt) {
  for (int i = 0; i < 4; ++i) issue();
  make_void(number(2));
  issue("SH-QT", R"(, "revision_of": ")" + number(3) + "\"");
  const Verdict verdict = judged(proof());
  ASSERT_TRUE(verdict.holds()) << verdict.code << " " << verdict.detail;
  EXPECT_EQ(verdict.facts.at("numbers").to_number<int>(), 5);
  EXPECT_EQ(verdict.facts.at("first").as_string(), number(1).c_str());
  EXPECT_EQ(verdict.facts.at("last").as_string(), number(5).c_str());
  EXPECT_EQ(verdict.facts.at("by_status"), (json::object{{"issued", 3u}, {"voided", 1u}, {"superseded", 1u}}));
  const auto& voided = verdict.facts.at("voided").as_array();
  ASSERT_EQ(voided.size(), 1u);
  EXPECT_EQ(voided[0].at("number").as_string(), number(2).c_str());
  EXPECT_EQ(voided[0].at("reason_code").as_string(), "price_error");
  EXPECT_NE(verdict.english.find("the 5 numbers of the period run from 1 without a gap"), std::string::npos);
  EXPECT_NE(verdict.chinese.find("无空缺"), std::string::npos);
}

TEST_F(NumbersProof, PartsMakeAWhole) {
  for (int i = 0; i < 5; ++i) issue();
  const std::string front = proof({.period = {}, .first = 1, .count = 2}),
                    middle = proof({.period = {}, .first = 3, .count = 2});
  make_void(number(4));
  const std::string back = proof({.period = "2026", .first = 4, .count = {}});
  const Verdict whole = judge_numbers({back, front, middle}, *key);
  ASSERT_TRUE(whole.holds()) << whole.code << " " << whole.detail;
  EXPECT_EQ(whole.facts.at("numbers").to_number<int>(), 5);
  EXPECT_EQ(whole.facts.at("voided").as_array().size(), 1u);  // as the newest part says
  EXPECT_EQ(verdict_of(judge_numbers({front, middle}, *key)), "numbers_open");
  EXPECT_EQ(judge_numbers({front, middle}, *key).exit_code, offline::exit_unchecked);
  EXPECT_EQ(verdict_of(judge_numbers({front, back}, *key)), "numbers_gap");
  EXPECT_EQ(verdict_of(judge_numbers({middle, back}, *key)), "numbers_gap");
}

TEST_F(NumbersProof, NothingCanBeLeftOutChangedOrAdded) {
  for (int i = 0; i < 3; ++i) issue();
  make_void(number(2));
  const std::string whole = proof();
  ASSERT_EQ(verdict_of(judged(whole)), "holds");
  const auto refused = [&](const std::string& changed) { return verdict_of(judged(changed)); };
  const std::string second = "subject quote:" + number(2), third = "subject quote:" + number(3);
  EXPECT_EQ(refused(without(whole, second, third)), "number_missing");
  EXPECT_EQ(refused(replaced(without(whole, second, third), "\ncount 3\n", "\ncount 2\n")), "number_missing");
  // The last number kept back: what is said to have none has one.
  const std::string absent = "absent quote:" + number(4);
  EXPECT_EQ(refused(replaced(without(whole, third, absent), "\ncount 3\n", "\ncount 2\n")), "bad_numbers_proof");
  EXPECT_EQ(refused(replaced(replaced(without(whole, third, absent), "\ncount 3\n", "\ncount 2\n"), absent,
                             "absent quote:" + number(3))),
            "index_proof");
  // The void kept back: its entries, and what the index says with them.
  const std::size_t block = whole.find("\n" + second) + 1, next = whole.find("\n" + third, block) + 1;
  std::string of_second = whole.substr(block, next - block);
  const std::size_t issue_end = of_second.find("\nextra ", of_second.find("\nextra ") + 1) + 1;
  const std::string short_second = of_second.substr(0, issue_end);
  EXPECT_EQ(refused(whole.substr(0, block) + short_second + whole.substr(next)), "status_incomplete");
  EXPECT_EQ(refused(whole.substr(0, block) + replaced(short_second, "\ncount 3\n", "\ncount 1\n") + whole.substr(next)),
            "index_proof");
  EXPECT_EQ(refused(whole + "more\n"), "bad_numbers_proof");
  EXPECT_EQ(refused(whole + "more"), "bad_numbers_proof");
  EXPECT_EQ(refused(whole + whole.substr(whole.find("\n" + absent) + 1)), "bad_numbers_proof");
  EXPECT_EQ(refused(replaced(whole, "\nfirst 1\n", "\nfirst 2\n")), "number_missing");
  EXPECT_EQ(refused(replaced(whole, "\nperiod 2026\n", "\nperiod 2027\n")), "number_missing");
  EXPECT_EQ(refused(replaced(whole, "\nperiod 2026\n", "\nperiod 2026-11\n")), "bad_period");
  EXPECT_EQ(refused(replaced(whole, "\nseries SH-QT\n", "\nseries SH-QQ\n")), "number_missing");
  EXPECT_EQ(refused(""), "bad_numbers_proof");
  const auto strangers = signing::signer_from_seed(key->name(), std::string(32, '\x02'));
  EXPECT_EQ(verdict_of(judge_numbers({whole}, *signing::open_vkey(strangers->vkey()).value())), "note_signature");
}

TEST_F(NumbersProof, CutOrChangedAnywhereItNeverSaysTheSame) {
  for (int i = 0; i < 3; ++i) issue();
  make_void(number(1));
  const std::string whole = proof();
  ASSERT_EQ(verdict_of(judged(whole)), "holds");
  for (std::size_t end = 0; end < whole.size(); end += 97) EXPECT_FALSE(judged(whole.substr(0, end)).holds()) << end;
  for (std::size_t line = whole.find('\n'); line + 1 < whole.size(); line = whole.find('\n', line + 1))
    EXPECT_FALSE(judged(whole.substr(0, line + 1)).holds()) << line;
  std::mt19937_64 random(20261126);
  for (int i = 0; i < 400; ++i) {
    std::string changed = whole;
    char& c = changed[random() % changed.size()];
    c = static_cast<char>(c ^ (1 << random() % 7));
    EXPECT_FALSE(judged(changed).holds()) << i;
  }
}

TEST_F(NumbersProof, APatternThatNamesMoreThanThePeriodIsProvedUnderEachSpelling) {
  ASSERT_TRUE(w.organisation->add_series(Organisation::operator_principal(),
                                         {"SH-YM", "SH", "quote", "{BR}YM{YYYY}{MM}-{SEQ:4}", "year"}));
  ASSERT_TRUE(w.organisation->add_series(Organisation::operator_principal(),
                                         {"SH-NO", "SH", "quote", "{BR}NO{YY}-{SEQ:4}", "none"}));
  issue("SH-YM");
  w.clock->set("2026-12-03T02:03:04.567Z");
  EXPECT_EQ(issue("SH-YM"), "SHYM202612-0002");
  EXPECT_EQ(issue("SH-NO"), "SHNO26-0001");
  const std::string whole = proof({}, "SH-YM");
  const Verdict verdict = judged(whole);
  ASSERT_TRUE(verdict.holds()) << verdict.code << " " << verdict.detail;
  EXPECT_EQ(verdict.facts.at("last").as_string(), "SHYM202612-0002");
  // Eleven other months of two places, and twelve of the third.
  std::size_t absences = 0;
  for (std::size_t at = whole.find("\nabsent "); at != whole.npos; at = whole.find("\nabsent ", at + 1)) ++absences;
  EXPECT_EQ(absences, 34u);
  EXPECT_EQ(verdict_of(judged(without(whole, "absent quote:SHYM202603-0001", "absent quote:SHYM202604-0001"))),
            "bad_numbers_proof");
  EXPECT_EQ(verdict_of(judged(proof({}, "SH-NO"))), "holds");
}

TEST_F(NumbersProof, WhatIsNotThereIsNamed) {
  const auto code = [&](const std::string& series, const NumbersRange& range) {
    return code_of(w.organisation->numbers_proof(w.auditor, series, range));
  };
  issue();
  EXPECT_EQ(code("SH-XX", {}), "unknown_series");
  EXPECT_EQ(code("SH-QT", {.period = "2025", .first = {}, .count = {}}), "no_such_period");
  EXPECT_EQ(code("SH-QT", {.period = {}, .first = 2, .count = {}}), "bad_range");
  EXPECT_EQ(code("SH-QT", {.period = {}, .first = 0, .count = {}}), "bad_range");
  EXPECT_EQ(code("SH-QT", {.period = {}, .first = 1, .count = 2'001}), "bad_range");
  EXPECT_EQ(code_of(w.organisation->numbers_proof(w.rep, "SH-QT", {})), "role_not_allowed");
}

// The worked example of FORMAT.md.
TEST(NumbersProofGolden, TheExampleHolds) {
  const std::string vkey = quotary::testing::golden("numbers/log.vkey");
  const auto key = signing::open_vkey(vkey.substr(0, vkey.size() - 1)).value();
  const Verdict verdict = judge_numbers({quotary::testing::golden("numbers/series.numbers-proof")}, *key);
  ASSERT_TRUE(verdict.holds()) << verdict.code << " " << verdict.detail;
  EXPECT_EQ(verdict.facts.at("by_status"), (json::object{{"issued", 3u}, {"voided", 1u}}));
  EXPECT_EQ(verdict.facts.at("voided").as_array()[0].at("number").as_string(), "SHQT2026-000002");
}

// An ended period keeps its proof, and the entry that ended it fits.
TEST_F(NumbersProof, AnEndedPeriodIsProvedAsWell) {
  issue();
  issue();
  w.clock->set("2027-01-05T02:03:04.567Z");
  EXPECT_EQ(issue("SH-QT"), "SHQT2027-000001");
  const Verdict last_year = judged(proof({.period = "2026", .first = {}, .count = {}}));
  ASSERT_TRUE(last_year.holds()) << last_year.code << " " << last_year.detail;
  EXPECT_EQ(last_year.facts.at("numbers").to_number<int>(), 2);
  const Verdict this_year = judged(proof());
  ASSERT_TRUE(this_year.holds()) << this_year.code << " " << this_year.detail;
  EXPECT_EQ(this_year.facts.at("period").as_string(), "2027");
}

}  // namespace
}  // namespace quotary::api
