// The gate of a case as the calls show it: the table of the domain, its history, what it holds back, and the state
// made anew.
#include "api/use_cases/issuer.h"
#include "ledger/log/rebuild.h"
#include "ledger/log/store.h"
#include "ledger/quote/parse.h"
#include "ledger/records/fold.h"
#include "tests/api/case_world.h"

namespace quotary::api {
namespace {

using testing::CaseWorld;
using testing::code_of;
using testing::pointers_of;
using testing::text;
using testing::World;

std::string reasons(const CaseWorld& w, const std::string& requirement) {
  std::string out;
  const auto state = w.requirement(requirement);
  if (const auto* list = state.if_contains("reasons"))
    for (const auto& each : list->as_array()) out += std::string(each.as_string()) + " ";
  return out;
}

TEST(CaseGate, AnOldPhotoANewDeckAndAWaiver) {
  CaseWorld w;
  ASSERT_TRUE(w.note());
  EXPECT_EQ(w.photo(), "");
  EXPECT_EQ(w.deck(1), "");
  EXPECT_EQ(w.deck(2), "");
  // Photo and deck v2, no confirmation.
  auto gate = w.gate();
  EXPECT_EQ(gate.at("stage_zh").as_string(), "待补全");
  ASSERT_EQ(gate.at("sentences").as_array().size(), 1u);
  EXPECT_EQ(gate.at("sentences").as_array()[0].at("requirement").as_string(), "trial_confirmation");
  EXPECT_EQ(w.standing("trial_confirmation"), "missing");
  EXPECT_EQ(w.requirement("trial_confirmation").at("state_zh").as_string(), "缺少");
  // Signed against deck v1 while v2 is current.
  EXPECT_EQ(w.confirmation(1), "");
  EXPECT_EQ(w.standing("trial_confirmation"), "invalid");
  EXPECT_EQ(reasons(w, "trial_confirmation"), "stale_target ");
  EXPECT_EQ(w.confirmation(2, 2), "");
  EXPECT_EQ(w.stage(), "complete");
  // A newer photo that was 25 h old when it came.
  EXPECT_EQ(w.photo(2, 25 * quotary::testing::hour_ms), "");
  EXPECT_EQ(w.stage(), "pending");
  EXPECT_EQ(reasons(w, "site_photo"), "too_old ");
  ASSERT_TRUE(w.waive(w.manager, "site_photo"));
  gate = w.gate();
  EXPECT_EQ(gate.at("stage").as_string(), "complete");
  EXPECT_EQ(w.standing("site_photo"), "waived");
  EXPECT_TRUE(gate.at("sentences").as_array().empty());
  const auto last = *w.parts().ledger->entry(records::number_of(gate.at("ledger").as_object(), "index"));
  EXPECT_EQ(last.type, "case.waived");
  EXPECT_EQ(gate.at("policy").at("sha256").as_string(),
            sha256(gates::canonical(quotary::testing::demonstration())).hex());
}

TEST(CaseGate, TheHistoryIsFoldedFromTheEntriesAndAgrees) {
  CaseWorld w;
  ASSERT_TRUE(w.publish(std::string(quotary::testing::demonstration_toml)));
  ASSERT_TRUE(w.publish(std::string(quotary::testing::demonstration_toml)));
  w.id = text(*w.open(w.rep), "id");  // under version 3
  w.complete();
  EXPECT_EQ(w.deck(2), "");  // makes the confirmation stale
  ASSERT_TRUE(w.waive(w.director, "trial_confirmation"));
  ASSERT_TRUE(close_case(w.parts(), w.rep, w.id, "", "{}"));
  const auto history = read_gate_history(w.parts(), w.auditor, w.id);
  ASSERT_TRUE(history) << history.error().detail;
  EXPECT_EQ(history->body.at("policy").at("version").to_number<int>(), 3);
  std::string stages;
  for (const auto& each : history->body.at("events").as_array()) stages += each.at("stage").as_string()[0];
  EXPECT_EQ(stages, "ppppcpcc");  // opened, photo, deck, confirmation, note, deck, waiver, closed
  const auto& events = history->body.at("events").as_array();
  EXPECT_EQ(events.back().at("stage").as_string(), "closed");
  EXPECT_EQ(events[5].at("gate").at("sentences").as_array()[0].at("requirement").as_string(), "trial_confirmation");
  EXPECT_TRUE(history->body.at("agrees").as_bool());
  EXPECT_EQ(events.back().at("gate").at("requirements"), w.gate().at("requirements"));
}

// Changes what the closed ledger's state keeps under the key, as a hand in the database would.
void tamper(CaseWorld& w, const std::string& key, const std::string& what, const std::string& by) {
  w.organisation.reset();
  {
    auto store = *open_rocks_store(w.config.data_directory + "/store", StoreMode::open);
    auto value = *store->get(Family::state, key);
    ASSERT_TRUE(value) << key;
    const auto at = value->find(what);
    ASSERT_NE(at, value->npos) << *value;
    value->replace(at, what.size(), by);
    ASSERT_TRUE(store->write_synced({{Family::state, key, *value}}));
  }
  w.reopen();
}

TEST(CaseGate, TheHistorySaysWhereTheStateWasTamperedWith) {
  struct Tampering {
    std::string key, what, by;
  };
  CaseWorld w;
  w.complete();
  EXPECT_EQ(w.photo(2, 25 * quotary::testing::hour_ms), "");
  ASSERT_EQ(w.stage(), "pending");
  const auto agrees = [&] { return read_gate_history(w.parts(), w.auditor, w.id)->body.at("agrees").as_bool(); };
  ASSERT_TRUE(agrees());
  const std::string policy = "policies/demonstration/00000000000000000001";
  for (const Tampering& each :
       {Tampering{"case/" + w.id, R"("opened_at")", R"("completed_at":1,"opened_at")"},
        Tampering{"item/" + w.id + "/photo-1", R"("number":2,)", R"("withdrawn":1,"number":2,)"},
        Tampering{"item/" + w.id + "/photo-1", R"("size":1000)", R"("size":1001)"},
        Tampering{"case/" + w.id, R"("complete":1)", R"("complete":0)"},
        Tampering{policy, R"(\"min_count\":1)", R"(\"min_count\":2)"}}) {
    tamper(w, each.key, each.what, each.by);
    EXPECT_FALSE(agrees()) << each.key << " " << each.by;
    tamper(w, each.key, each.by, each.what);
    EXPECT_TRUE(agrees()) << each.key << " " << each.by;
  }
  // One that leads to the entries of another case.
  const auto other = text(*w.open(w.rep2), "id");
  const auto entry = records::number_of(read_gate(w.parts(), w.rep2, other)->body.at("ledger").as_object(), "index");
  const auto last = records::number_of(w.gate().at("ledger").as_object(), "index");
  tamper(w, "case/" + w.id, R"("last_index":)" + std::to_string(last), R"("last_index":)" + std::to_string(entry));
  const auto misled = read_gate_history(w.parts(), w.auditor, w.id);
  ASSERT_TRUE(misled);
  EXPECT_FALSE(misled->body.at("agrees").as_bool());
  EXPECT_EQ(misled->body.at("events").as_array()[0].at("refused").as_string(), "case_not_found");
}

TEST(CaseGate, TheHistoryInWordsGoesPageByPage) {
  CaseWorld w;
  w.complete();
  ASSERT_TRUE(w.waive(w.manager, "site_photo"));
  const auto whole = read_case_history(w.parts(), w.rep, w.id, {});
  ASSERT_TRUE(whole);
  const auto& events = whole->body.at("events").as_array();
  ASSERT_EQ(events.size(), 6u);
  EXPECT_EQ(events[0].at("words").as_string(), "开立案卷 Case opened");
  EXPECT_EQ(events[0].at("details").at("title").as_string(), "澄湖二厂压装机演示");
  EXPECT_EQ(events[5].at("details").at("reason").as_string(), "客户现场禁止拍照，主管到场确认");
  EXPECT_EQ(events[5].at("actor").at("name").as_string(), "王经理");
  EXPECT_FALSE(whole->body.contains("next_cursor"));
  json::array walked;
  PageRequest page{"", 4};
  const auto newest = read_case_history(w.parts(), w.rep, w.id, page);
  ASSERT_TRUE(newest);
  page.cursor = text(*newest, "next_cursor");
  const auto older = read_case_history(w.parts(), w.rep, w.id, page);
  ASSERT_TRUE(older);
  EXPECT_FALSE(older->body.contains("next_cursor"));
  for (const auto* answer : {&*older, &*newest})
    for (const auto& each : answer->body.at("events").as_array()) walked.push_back(each);
  EXPECT_EQ(json::value(walked), whole->body.at("events"));
  // A cursor leads to nothing of another subject.
  EXPECT_EQ(code_of(read_case_history(w.parts(), w.rep, w.id, {"1", {}})), "bad_cursor");
  EXPECT_EQ(code_of(read_case_history(w.parts(), w.rep, w.id, {"99999", {}})), "bad_cursor");
}

TEST(CaseGate, AQuoteWaitsForItsCase) {
  CaseWorld w;
  const auto body = [&](const std::string& id) { return World::quote("86500.00", R"(, "case_id": ")" + id + R"(")"); };
  const auto size = w.size();
  const auto waiting = w.issue("a", body(w.id));
  ASSERT_FALSE(waiting);
  EXPECT_EQ(waiting.error().code, "gate_incomplete");
  EXPECT_EQ(waiting.error().kind, Errc::conflict);
  ASSERT_EQ(waiting.error().problems.size(), 4u);
  EXPECT_EQ(waiting.error().problems[0].pointer, "/case_id");
  EXPECT_NE(waiting.error().problems[0].detail.find("现场照片"), std::string::npos);
  // Told before anything is laid out, where the notes would be refused.
  EXPECT_EQ(
      code_of(w.issue("a", World::quote("86500.00", R"(, "notes": "\ud80c\udc00", "case_id": ")" + w.id + R"(")"))),
      "gate_incomplete");
  const auto unknown = w.issue("b", body("0193-none"));
  EXPECT_EQ(code_of(unknown), "case_unknown");
  EXPECT_EQ(pointers_of(unknown.error()), "/case_id:case_unknown ");
  const auto anothers = text(*w.open(w.rep2), "id");
  EXPECT_EQ(code_of(w.issue("c", body(anothers))), "case_unknown");
  EXPECT_EQ(code_of(w.organisation->preview_quote(w.rep, body(anothers))), "case_unknown");
  EXPECT_TRUE(w.organisation->preview_quote(w.rep, body(w.id)));  // a draft promises nothing
  EXPECT_EQ(w.size(), size + 1);                                  // the other case alone
  w.complete();
  const auto issued = w.issue("a", body(w.id));
  ASSERT_TRUE(issued) << issued.error().detail;
  EXPECT_EQ(text(*issued, "number"), "SHQT2026-000001");
  const auto entry = *w.parts().ledger->entry(records::number_of(issued->body.at("ledger").as_object(), "index"));
  EXPECT_EQ(records::text_of(entry.body, "case"), w.id);
  ASSERT_TRUE(close_case(w.parts(), w.rep, w.id, "", "{}"));
  EXPECT_EQ(code_of(w.issue("d", body(w.id))), "case_is_closed");
  EXPECT_TRUE(w.issue("a", body(w.id))->replayed);  // what was answered stays answered
}

TEST(CaseGate, AQuoteIsHeldToItsCaseAtTheWriteToo) {
  CaseWorld w;
  w.complete();
  // As if a newer deck came while the quote was being laid out.
  EXPECT_EQ(w.deck(2), "");
  const auto request = parse_json(World::quote("1.00", R"(, "case_id": ")" + w.id + R"(")"));
  auto quote = *parse_quote(*request, w.parts().seller);
  auto document = *pdfgen::QuoteDocument::prepare(w.parts().fonts, quote, {});
  auto pattern = *NumberPattern::parse("{BR}QT{YYYY}-{SEQ:6}", *parse_series_period("year"), "SH");
  const auto size = w.size();
  const auto late =
      w.parts().issuer->issue({w.rep, {}, std::move(quote), std::move(document), std::move(pattern), "customer:x"});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "gate_incomplete");
  EXPECT_EQ(w.size(), size);
  const auto told = with_missing(w.parts(), late.error(), w.id, "/case_id");
  EXPECT_EQ(pointers_of(told), "/case_id:trial_confirmation ");
  EXPECT_EQ(text(*w.issue("k"), "number"), "SHQT2026-000001");
}

TEST(CaseGate, TheStateIsMadeAnewFromTheEntries) {
  CaseWorld w;
  w.complete();
  ASSERT_TRUE(w.note("{}"));
  ASSERT_TRUE(w.waive(w.manager, "site_photo"));
  ASSERT_TRUE(w.note());
  ASSERT_TRUE(w.issue("k", World::quote("1.00", R"(, "case_id": ")" + w.id + R"(")")));
  ASSERT_TRUE(close_case(w.parts(), w.rep, w.id, "", "{}"));
  w.organisation.reset();
  const auto files = posix_file_system();
  const auto keys = signing::KeyFolder::open(files, w.config.keys_directory);
  ASSERT_TRUE(keys);
  LedgerOptions options;
  options.directory = w.config.data_directory;
  const LedgerPorts ports{files,
                          w.clock,
                          std::make_shared<SystemRandom>(),
                          &(*keys)->log_signer(),
                          &(*keys)->object_cipher(),
                          std::make_shared<RecordsFold>()};
  const auto compared = rebuild_state(options, ports, (*keys)->log_verifier(), true);
  ASSERT_TRUE(compared) << compared.error().detail;
  EXPECT_TRUE(compared->holds()) << compared->missing << " " << compared->surplus << " " << compared->different;
}

}  // namespace
}  // namespace quotary::api
