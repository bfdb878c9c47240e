// What an export's entries come to, beyond that each is whole: a log that wrote what it must not, and signed it, is
// named from its export alone.
#include "ledger/log/entry.h"
#include "ledger/log/index_root.h"
#include "ledger/log/merkle.h"
#include "ledger/log/subject_changes.h"
#include "ledger/log/visit_entries.h"
#include "ledger/records/fold.h"
#include "tests/support/export_fixture.h"
#include "tests/support/golden.h"
#include "tools/quotary_verify/export.h"
#include "tools/quotary_verify/records.h"

#include <gtest/gtest.h>

namespace quotary::offline {
namespace {

// The ledger itself is written by a fold that takes everything.
class ExportedRecordsTest : public testing::ExportFixture {
 protected:
  static Draft draft_of(const json::value& each) {
    const Entry entry = parse_entry(std::string_view(each.at("entry").as_string())).value();
    Draft draft{entry.type, entry.actor_id, entry.actor_role, entry.subject, "", "", entry.body, {}, {}};
    for (const ObjectRef& object : entry.objects) {
      const bool facts = object.name == "facts";
      draft.objects.push_back({object.name, object.media_type,
                               facts ? std::string(each.at("facts").as_string()) : object.name, object.key_subject,
                               object.revision});
    }
    return draft;
  }
  void add(std::unique_ptr<Ledger>& ledger, const json::value& each) {
    const Entry entry = parse_entry(std::string_view(each.at("entry").as_string())).value();
    clock->set(format_rfc3339(entry.time));
    if (!ledger) {
      ledger = Ledger::create(options, ports, draft_of(each)).value();
      return;
    }
    const auto done = ledger->append(one(draft_of(each)));
    ASSERT_TRUE(done) << done.error().detail;
  }
  // The verdict on the export of the published quotes with the named period seals behind them.
  Verdict judged_with(const std::vector<std::string>& seals, ExportPayloads payloads = ExportPayloads::facts) {
    std::filesystem::remove_all(options.directory);
    std::filesystem::remove_all(at(""));
    const json::value set = testing::golden_json("period_seal/entries.json");
    const json::array& cases = set.at("cases").as_array();
    std::unique_ptr<Ledger> ledger;
    for (const json::value& each : cases)
      if (each.at("name") != "sealed" && !each.as_object().contains("code")) add(ledger, each);
    for (const std::string& name : seals)
      for (const json::value& each : cases)
        if (std::string_view(each.at("name").as_string()) == name) add(ledger, each);
    ledger.reset();
    EXPECT_TRUE(write(payloads));
    return judged({{}, {}, "SH-QT", {}});
  }
  Verdict judged(ExportQuestions questions) {
    const auto source = open_export_folder(folder.path() + "/export").value();
    ExportedRecords records(std::move(questions), scratch);
    ExportedErasures erasures(scratch);
    const RecordsFold fold;
    ExportCheckOptions how;
    how.watches = {&records.watch()};
    how.erases = [&](const EntryView& entry, std::string_view canonical) {
      return erasures.erased_by(entry, canonical);
    };
    how.fold = &fold;
    how.scratch = scratch;
    how.folded = [&](const StateReader& state) { return records.read(state); };
    const auto report = check_export(*source, *key, signer->vkey(), std::move(how));
    EXPECT_TRUE(report) << report.error().detail;
    Verdict verdict = judge_export(*report);
    records.tell(verdict, *report);
    return verdict;
  }
  static std::vector<std::string> problems_of(const Verdict& verdict) {
    std::vector<std::string> out;
    for (const json::value& problem : verdict.facts.at("problems").as_array()) {
      const auto* const index = problem.as_object().if_contains("index");
      out.push_back((index ? json::serialize(*index) + " " : "") + std::string(problem.at("kind").as_string()) + ": " +
                    std::string(problem.at("detail").as_string()));
    }
    return out;
  }
  static bool names(const Verdict& verdict, const std::string& problem) {
    const auto problems = problems_of(verdict);
    return std::any_of(problems.begin(), problems.end(), [&](const auto& each) { return each.starts_with(problem); });
  }

  Scratch scratch{folder.path()};
};

TEST_F(ExportedRecordsTest, ATrueSealHoldsAndIsCounted) {
  const Verdict verdict = judged_with({"sealed"});
  ASSERT_TRUE(verdict.holds()) << verdict.code << " " << verdict.detail;
  const json::object& records = verdict.facts.at("records").as_object();
  EXPECT_EQ(records.at("checked"), true);
  EXPECT_EQ(records.at("numbers").to_number<int>(), 3);
  EXPECT_EQ(records.at("voids").to_number<int>(), 1);
  EXPECT_EQ(records.at("period_seals").to_number<int>(), 1);
  const json::object& series = verdict.facts.at("series").as_object();
  ASSERT_EQ(series.at("seals").as_array().size(), 1u);
  EXPECT_EQ(series.at("seals").at(0).at("period"), "2026-11");
  EXPECT_EQ(series.at("seals").at(0).at("count").to_number<int>(), 2);
  EXPECT_EQ(series.at("periods").at(0).at("numbers").to_number<int>(), 3);
  EXPECT_EQ(series.at("periods").at(0).at("voided_total").to_number<int>(), 1);
}

// All that follows holds in itself: the log's key signed it.
TEST_F(ExportedRecordsTest, ASealThatLiesIsNamedAtItsIndex) {
  const std::string at = "7 state: the entry cannot follow those before it: series.period_sealed: ";
  for (const auto& [seal, why] :
       {std::pair{"a count too small", "its count is 1, but of 2026-11 the entries say 2"},
        std::pair{"a void kept back", "its voided is 0"}, std::pair{"another sum", "its sums is "},
        std::pair{"the month that runs", "2026-12 had not ended"}}) {
    const Verdict verdict = judged_with({seal});
    EXPECT_EQ(verdict.code, "records_refused") << seal;
    ASSERT_EQ(problems_of(verdict).size(), 1u) << seal;
    EXPECT_TRUE(names(verdict, at + why)) << seal << ": " << problems_of(verdict).front();
  }
}

TEST_F(ExportedRecordsTest, WhatIsKeptOnTheDiskIsTheSame) {
  const auto all = [&] {
    std::string out;
    for (const char* seal : {"the month that runs", "another sum", "sealed twice"}) {
      for (const char* member : {"records", "problems", "series"})
        out += json::serialize(judged_with({"sealed", seal}).facts.at(member));
      out += json::serialize(judged({"SHQT2026-000001", {}, {}, {}}).facts.at("quote"));
    }
    return out;
  };
  const std::string in_memory = all();
  scratch = {folder.path(), 1, 3};
  EXPECT_EQ(all(), in_memory);
}

TEST_F(ExportedRecordsTest, WithoutFactsItIsLeftUnchecked) {
  const Verdict verdict = judged_with({"a count too small"}, ExportPayloads::none);
  EXPECT_EQ(verdict.exit_code, exit_unchecked);
  EXPECT_EQ(verdict.code, "facts_withheld");
  EXPECT_EQ(verdict.facts.at("records").at("checked"), false);
  const Verdict whole = judged({});
  EXPECT_TRUE(whole.holds());
  EXPECT_EQ(whole.facts.at("records").at("checked"), false);
}

// What the log makes of what follows one gap says nothing more; the rest of the export is checked all the same.
TEST_F(ExportedRecordsTest, RefusalsEndTheFoldAndNotTheCheck) {
  make_log(300);
  ASSERT_TRUE(write());
  const Verdict verdict = judged({});
  EXPECT_EQ(verdict.code, "records_refused");
  EXPECT_EQ(problems_of(verdict).size(), export_refusals_max);
  EXPECT_EQ(verdict.facts.at("entries_checked").to_number<int>(), 300);
  EXPECT_EQ(verdict.facts.at("records").at("checked"), false);
  EXPECT_EQ(verdict.facts.at("broken_off"), false);
}

TEST_F(ExportedRecordsTest, EachIndexRootIsMadeAnew) {
  auto ledger = make();
  grow(*ledger, 600, 40);
  const auto root_of = [&](std::uint64_t size) {
    SubjectChanges changes;
    EXPECT_TRUE(visit_entries(*ledger, 0, size, [&](const EntryView& entry) {
      changes.add(entry);
      return true;
    }));
    const SubjectIndex index(changes.records());
    return IndexRoot{size, read_root(size, ledger->nodes()).value(), index.root(), index.subjects()};
  };
  const auto append_root = [&](const IndexRoot& root) { ASSERT_TRUE(ledger->append(one(index_root_draft(root)))); };
  append_root(root_of(590));
  grow(*ledger, 900, 40);
  append_root(root_of(900));
  const auto checked = [&](const std::string& target) {
    EXPECT_TRUE(write(ExportPayloads::none, target));
    ExportReport reports[2];
    for (const bool little : {false, true}) {
      ExportCheckOptions how;
      if (little) how.scratch = {folder.path(), 1, 3};
      reports[little ? 1 : 0] =
          check_export(*open_export_folder(folder.path() + "/" + target).value(), *key, signer->vkey(), std::move(how))
              .value();
    }
    EXPECT_EQ(told(reports[0]), told(reports[1]));  // with the index in parts
    return reports[0];
  };
  const ExportReport honest = checked("honest");
  EXPECT_EQ(told(honest), "");
  EXPECT_EQ(honest.index_roots_checked, 2u);
  IndexRoot old = root_of(901), lost = root_of(901), other = root_of(901);
  old.index_root = root_of(899).index_root;
  lost.subjects -= 1;
  other.tree_root = root_of(900).tree_root;
  for (const IndexRoot& root : {old, lost, other}) append_root(root);
  const ExportReport report = checked("lying");
  ASSERT_EQ(report.problems_total, 3u) << told(report);
  for (const std::uint64_t index : {901, 902, 903}) EXPECT_TRUE(names_entry(report, "index", index)) << index;
  EXPECT_EQ(report.problems[0].file, "tile/entries/003.p/136");
}

// By the published cases: only the one approval that the rules let pass erases.
TEST(ExportedErasuresTest, FollowsThePublishedCases) {
  const json::value set = testing::golden_json("erasure/entries.json");
  ExportedErasures erasures({});
  std::vector<std::string> erased;
  for (const json::value& each : set.at("cases").as_array()) {
    const std::string_view canonical = each.at("entry").as_string();
    EntryView entry;
    ASSERT_TRUE(view_entry(canonical, entry));
    if (auto target = erasures.erased_by(entry, canonical); !target.empty())
      erased.push_back(std::string(each.at("name").as_string()) + " " + target);
  }
  EXPECT_EQ(erased, std::vector<std::string>{"approved customer:5f1d0c9b8a7e6d5c4b3a2918"});
}

// A payload that an export calls erased needs two people behind that.
TEST_F(ExportedRecordsTest, AnErasureByOnePersonExplainsNothing) {
  const auto problems_with = [&](const std::string& approver, const std::string& target) {
    std::filesystem::remove_all(options.directory);
    std::filesystem::remove_all(at(""));
    erasing.erased.clear();
    auto ledger = make();
    for (const char* type : {"erasure.requested", "erasure.approved"}) {
      const bool asks = std::string_view(type) == "erasure.requested";
      Draft draft;
      draft.type = type;
      draft.actor_id = asks ? "person-1" : approver;
      draft.actor_role = "admin";
      draft.subject = "erasure:e1";
      draft.body = {{"erasure", "e1"}, {"target", asks ? "customer:1" : target}, {"basis", "person_request"}};
      EXPECT_TRUE(ledger->append(one(std::move(draft))));
    }
    ledger.reset();
    erasing.erased = "customer:1";
    EXPECT_TRUE(write(ExportPayloads::all));
    return judged({});
  };
  EXPECT_TRUE(problems_with("person-2", "customer:1").holds());
  for (const auto& [approver, target] : {std::pair{"person-1", "customer:1"}, std::pair{"person-2", "customer:2"}}) {
    const Verdict verdict = problems_with(approver, target);
    EXPECT_EQ(verdict.code, "export_damaged");
    EXPECT_TRUE(names(verdict, "0 payload: the export calls 1 payloads of customer:1 erased"));
    EXPECT_TRUE(names(verdict, "2 state: "));
  }
}

}  // namespace
}  // namespace quotary::offline
