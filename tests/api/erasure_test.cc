// Lawful erasure from the request to the verifier: contents go for good, while numbers, facts and proofs stay.
#include "tests/api/fixture.h"

#include "ledger/log/ledger_impl.h"
#include "ledger/records/fold.h"
#include "ledger/records/keys.h"
#include "signing/keys.h"
#include "tests/support/faulty_file_system.h"

#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

namespace quotary::api {
namespace {

using testing::code_of;
using testing::price_error;
using testing::sample_start;
using testing::text;
using testing::World;
using Decision = Organisation::Decision;

constexpr const char* name = "苏州澄湖新能源科技股份有限公司";
const Principal admin{"dpo", Role::admin, "", ""};

std::string body_about(const std::string& member, const std::string& value, const std::string& more = "") {
  return R"({")" + member + R"(": ")" + value + R"(", "reason_text": "客户书面要求删除其资料")" + more + "}";
}
std::string erase_quote(const std::string& number) {
  return body_about("quote", number, R"(, "basis": "person_request", "reference": "DSR-2026-7")");
}

struct Erasing : World {
  std::string number = text(*issue("first"), "number");

  std::string asked(const std::string& about) {
    const auto answer = organisation->ask_erasure(admin, "", erase_quote(about));
    EXPECT_TRUE(answer) << answer.error().detail;
    return text(*answer, "id");
  }
  Result<Answer> decide(const std::string& id, Decision decision, const Principal& who,
                        const std::string& body = "{}") {
    return organisation->decide_erasure(who, id, decision, "", body);
  }
  std::uint64_t erase(const std::string& about) {
    const auto answer = decide(asked(about), Decision::approve, director);
    EXPECT_TRUE(answer) << answer.error().detail;
    EXPECT_TRUE(answer->body.at("key_destroyed").as_bool());
    return answer->body.at("ledger").at("index").to_number<std::uint64_t>();
  }
  json::object verified() {
    const auto answer = organisation->verify_log(auditor, "{}");
    EXPECT_TRUE(answer) << answer.error().detail;
    return answer->body;
  }
  // The folder as `quotary verify` reads it; with its own keys, or those of another folder.
  VerifyReport folder_report(const std::string& keys_directory) {
    const auto files = posix_file_system();
    const auto keys = signing::KeyFolder::open(files, keys_directory);
    EXPECT_TRUE(keys) << keys.error().detail;
    const auto log_key = signing::open_vkey((*keys)->log_signer().vkey());
    LedgerOptions options;
    options.directory = config.data_directory;
    LedgerPorts ports;
    ports.files = files;
    ports.cipher = &(*keys)->object_cipher();
    ports.fold = std::make_shared<RecordsFold>();
    const auto report = verify_folder(options, ports, {}, **log_key);
    EXPECT_TRUE(report) << report.error().detail;
    return *report;
  }
};

TEST(Erasure, TakesTwoPeopleAndALegalBasis) {
  Erasing w;
  const auto size = w.organisation->ledger_state().tree_size;
  auto& o = *w.organisation;
  EXPECT_EQ(code_of(o.ask_erasure(w.manager, "", erase_quote(w.number))), "role_not_allowed");
  EXPECT_EQ(code_of(o.ask_erasure(admin, "", body_about("quote", w.number))), "bad_basis");
  EXPECT_EQ(code_of(o.ask_erasure(admin, "", body_about("quote", "NONE", R"(, "basis": "other")"))), "quote_unknown");
  EXPECT_EQ(code_of(o.ask_erasure(admin, "", body_about("person", "none", R"(, "basis": "other")"))), "person_unknown");
  EXPECT_EQ(code_of(o.ask_erasure(admin, "", R"({"basis": "other", "reason_text": "没有写明删除谁的资料"})")),
            "target_missing");
  EXPECT_EQ(code_of(o.ask_erasure(admin, "", R"({"quote": "Q", "basis": "other", "reason_text": "短"})")),
            "bad_reason_text");
  EXPECT_EQ(o.ledger_state().tree_size, size);

  const auto id = w.asked(w.number);
  EXPECT_EQ(code_of(o.ask_erasure(w.director, "", erase_quote(w.number))), "erasure_open");
  EXPECT_EQ(code_of(w.decide(id, Decision::approve, admin)), "four_eyes");
  EXPECT_EQ(code_of(w.decide(id, Decision::approve, w.finance)), "role_not_allowed");
  EXPECT_EQ(code_of(w.decide(id, Decision::withdraw, w.director)), "not_requester");
  EXPECT_EQ(code_of(w.decide(id, Decision::reject, w.director)), "comment_missing");
  EXPECT_EQ(code_of(w.decide("none", Decision::approve, w.director)), "erasure_not_found");
  EXPECT_EQ(o.ledger_state().tree_size, size + 1);
  EXPECT_TRUE(o.quote_pdf(w.rep, w.number));

  const auto shown = o.read_erasure(w.auditor, id);
  ASSERT_TRUE(shown);
  EXPECT_EQ(text(*shown, "reason_text"), "客户书面要求删除其资料");
  EXPECT_EQ(text(*shown, "reference"), "DSR-2026-7");
  EXPECT_EQ(text(*shown, "basis_text"), "个人行使删除权 Request of the person concerned");
  EXPECT_EQ(json::serialize(shown->body.at("quotes")),
            R"({"count":1,"numbers":[")" + w.number + R"("],"complete":true})");
  ASSERT_TRUE(w.decide(id, Decision::reject, w.director, R"({"comment": "合同仍在履行"})"));
  EXPECT_EQ(code_of(w.decide(id, Decision::approve, w.director)), "already_decided");
  EXPECT_TRUE(o.quote_pdf(w.rep, w.number));
  // A new request may follow, and be withdrawn by who asked.
  ASSERT_TRUE(w.decide(w.asked(w.number), Decision::withdraw, admin));
  EXPECT_EQ(o.list_erasures(w.auditor, {})->body.at("items").as_array().size(), 2u);
}

TEST(Erasure, NobodyDecidesOnTheirOwnRecord) {
  Erasing w;
  const auto asked =
      w.organisation->ask_erasure(admin, "", body_about("person", w.director.id, R"(, "basis": "other")"));
  ASSERT_TRUE(asked);
  EXPECT_EQ(code_of(w.decide(text(*asked, "id"), Decision::approve, w.director)), "four_eyes");
}

TEST(Erasure, ContentsGoForGoodAndFactsAndProofsStay) {
  Erasing w;
  auto& o = *w.organisation;
  const auto before = *o.read_quote(w.rep, w.number);
  const auto pdf = o.quote_pdf(w.rep, w.number)->bytes;
  const auto proof = *o.quote_proof(w.rep, w.number);
  EXPECT_EQ(o.list_quotes(w.rep, {})->body.at("items").at(0).at("buyer").as_string(), name);
  const auto entry = w.erase(w.number);

  const auto gone = o.quote_pdf(w.rep, w.number);
  ASSERT_EQ(code_of(gone), "erased");
  EXPECT_EQ(gone.error().kind, Errc::gone);
  EXPECT_NE(gone.error().detail.find("by entry " + std::to_string(entry)), std::string::npos) << gone.error().detail;
  EXPECT_EQ(code_of(w.issue("first")), "erased");  // a repetition cannot be answered any more, and issues nothing

  const auto after = *o.read_quote(w.rep, w.number);
  for (const char* member : {"number", "series", "sequence", "issued_at", "document", "status", "state"})
    EXPECT_EQ(after.body.at(member), before.body.at(member)) << member;
  EXPECT_EQ(after.body.at("totals").at("tax_inclusive"), before.body.at("totals").at("tax_inclusive"));
  EXPECT_FALSE(after.body.contains("quote"));
  EXPECT_NE(text(after, "erased").find("by entry " + std::to_string(entry)), std::string::npos);
  EXPECT_EQ(json::serialize(after.body).find(name), std::string::npos);
  EXPECT_EQ(json::serialize(o.list_quotes(w.rep, {})->body).find(name), std::string::npos);
  // Who holds the document still finds it, and its proof.
  EXPECT_EQ(text(*o.verify_bytes(pdf), "match"), "exact");
  EXPECT_EQ(o.quote_proof(w.rep, w.number)->substr(0, 20), proof.substr(0, 20));
  EXPECT_TRUE(o.quote_history(w.rep, w.number));

  EXPECT_EQ(code_of(o.ask_erasure(admin, "", erase_quote(w.number))), "already_erased");
  const auto report = w.verified();
  EXPECT_TRUE(report.at("ok").as_bool()) << json::serialize(report);
  EXPECT_EQ(json::serialize(report.at("erased")),
            R"({"payloads":2,"by":[{"entry":)" + std::to_string(entry) + R"(,"payloads":2}]})");
  const auto sampled = o.verify_log(w.auditor, R"({"mode": "sampled", "sample": 1000})");
  ASSERT_TRUE(sampled) << sampled.error().detail;
  EXPECT_TRUE(sampled->body.at("ok").as_bool()) << json::serialize(sampled->body);
  EXPECT_EQ(sampled->body.at("erased").at("payloads").to_number<int>(), 2);
}

TEST(Erasure, ItHoldsAcrossRestartsAndCopiesOfTheKeys) {
  Erasing w;
  const std::string kept = w.folder.path() + "/kept.keys";
  const auto id = w.asked(w.number);
  std::filesystem::copy(w.config.keys_directory, kept);
  ASSERT_TRUE(w.decide(id, Decision::approve, w.director));
  w.reopen();
  EXPECT_EQ(code_of(w.organisation->quote_pdf(w.rep, w.number)), "erased");
  // Somebody puts back a copy of the key folder from before: the start destroys the key again.
  w.organisation.reset();
  std::filesystem::copy(kept, w.config.keys_directory,
                        std::filesystem::copy_options::overwrite_existing | std::filesystem::copy_options::recursive);
  EXPECT_TRUE(w.folder_report(w.config.keys_directory).erased.empty());  // it was back
  w.reopen();
  EXPECT_TRUE(w.organisation->erasures_carried_out());
  EXPECT_EQ(code_of(w.organisation->quote_pdf(w.rep, w.number)), "erased");
  w.organisation.reset();
  EXPECT_EQ(w.folder_report(w.config.keys_directory).erased.size(), 1u);
}

// The entry stands and nothing is readable; the next start finishes it (keys_test.cc breaks off at each of its steps).
TEST(Erasure, AKeyThatCannotBeDestroyedNowIsDestroyedLater) {
  for (const std::string call : {"a write to ", "a sync of "}) {
    SCOPED_TRACE(call);
    Erasing w;
    const auto files = std::make_shared<quotary::testing::FaultyFileSystem>(posix_file_system());
    const auto id = w.asked(w.number);
    const auto target = text(*w.organisation->read_erasure(w.auditor, id), "target");
    w.config.files = files;
    w.reopen();
    EXPECT_TRUE(w.organisation->erasures_carried_out());
    files->fail_from(call + w.config.keys_directory + "/subjects.keys");
    const auto approved = w.decide(id, Decision::approve, w.director);
    ASSERT_TRUE(approved) << approved.error().detail;
    EXPECT_FALSE(approved->body.at("key_destroyed").as_bool());
    EXPECT_FALSE(w.organisation->erasures_carried_out());
    EXPECT_EQ(code_of(w.organisation->quote_pdf(w.rep, w.number)), "erased");
    files->heal();
    ASSERT_TRUE(w.organisation->run_due_events());
    w.reopen();
    EXPECT_TRUE(w.organisation->erasures_carried_out());
    EXPECT_EQ(code_of(w.organisation->quote_pdf(w.rep, w.number)), "erased");
    w.organisation.reset();
    auto keys = signing::KeyFolder::open(posix_file_system(), w.config.keys_directory);
    EXPECT_EQ((*keys)->object_cipher().decrypt(target, "id", std::string(64, '\1')).error().code, "subject_key_erased");
  }
}

TEST(Erasure, AKeyDestroyedWithoutAnEntryIsDamage) {
  Erasing w;
  const auto issued =
      w.organisation->read_quote(w.rep, w.number)->body.at("ledger").at("index").to_number<std::uint64_t>();
  const auto id = w.asked(w.number);
  const auto target = text(*w.organisation->read_erasure(w.auditor, id), "target");
  w.organisation.reset();
  {
    auto keys = signing::KeyFolder::open(posix_file_system(), w.config.keys_directory);
    ASSERT_TRUE((*keys)->erase_subject(target));
  }
  const auto report = w.folder_report(w.config.keys_directory);
  ASSERT_EQ(report.problems_total, 1u);
  EXPECT_EQ(report.problems[0].kind, "payload");
  EXPECT_EQ(report.problems[0].index, issued);
  EXPECT_NE(report.problems[0].detail.find("no entry of the ledger says so"), std::string::npos);
  w.reopen();
  EXPECT_EQ(code_of(w.organisation->quote_pdf(w.rep, w.number)), "payload_damaged");
  EXPECT_FALSE(w.verified().at("ok").as_bool());
  // A state that says that an entry did it is not enough, also where the state is not looked at.
  for (const std::string& said : {std::to_string(issued), std::string("0"), std::string("99999")}) {
    w.organisation.reset();
    {
      auto store = open_rocks_store(store_path(w.config.data_directory), StoreMode::open);
      ASSERT_TRUE(store) << store.error().detail;
      ASSERT_TRUE((*store)->write_synced({{Family::state, records::erased_key(target), said}}));
    }
    w.reopen();
    const auto sampled = w.organisation->verify_log(w.auditor, R"({"mode": "sampled", "sample": 1000})");
    ASSERT_TRUE(sampled) << sampled.error().detail;
    EXPECT_FALSE(sampled->body.at("ok").as_bool()) << said;
  }
}

// Who can write to the data folder, and has no key, must not get keys destroyed.
TEST(Erasure, AForgedStateDestroysNothing) {
  Erasing w;
  const auto id = w.asked(w.number);
  const auto target = text(*w.organisation->read_erasure(w.auditor, id), "target");
  const auto asked = w.organisation->read_erasure(w.auditor, id)->body.at("entry").to_number<std::uint64_t>();
  for (const std::string& index : {std::to_string(asked), std::string("0"), std::string("99999"), std::string("x")}) {
    w.organisation.reset();
    {
      auto store = open_rocks_store(store_path(w.config.data_directory), StoreMode::open);
      ASSERT_TRUE(store) << store.error().detail;
      const std::string key = records::erased_key(target);
      ASSERT_TRUE((*store)->write_synced({{Family::state, key, index}}));
    }
    w.reopen();
    EXPECT_FALSE(w.organisation->erasures_carried_out()) << index;
    w.organisation.reset();
    const auto report = w.folder_report(w.config.keys_directory);
    EXPECT_TRUE(report.erased.empty()) << index;
    EXPECT_EQ(report.problems_total, 1u);  // the state is not what the entries give
    w.reopen();
  }
}

TEST(Erasure, ALegalHoldForbidsIt) {
  Erasing w;
  auto& o = *w.organisation;
  const auto id = w.asked(w.number);
  EXPECT_EQ(code_of(o.place_hold(w.rep, "", body_about("quote", w.number))), "role_not_allowed");
  const auto placed = o.place_hold(w.finance, "h", body_about("quote", w.number));
  ASSERT_TRUE(placed) << placed.error().detail;
  EXPECT_TRUE(o.place_hold(w.finance, "h", body_about("quote", w.number))->replayed);
  const auto hold = text(*placed, "id");
  EXPECT_EQ(text(*o.read_erasure(w.auditor, id), "held_by"), hold);
  const auto refused = w.decide(id, Decision::approve, w.director);
  ASSERT_EQ(code_of(refused), "legal_hold");
  EXPECT_NE(refused.error().detail.find(hold), std::string::npos);
  EXPECT_TRUE(o.quote_pdf(w.rep, w.number));
  EXPECT_EQ(code_of(o.release_hold(w.director, hold, "", "{}")), "comment_missing");
  ASSERT_TRUE(o.release_hold(w.director, hold, "", R"({"comment": "诉讼已终结"})"));
  EXPECT_EQ(code_of(o.release_hold(w.director, hold, "", R"({"comment": "诉讼已终结"})")), "already_released");
  EXPECT_EQ(text(*o.read_hold(w.auditor, hold), "status"), "released");
  ASSERT_TRUE(w.decide(id, Decision::approve, w.director));
  EXPECT_EQ(code_of(o.quote_pdf(w.rep, w.number)), "erased");
  EXPECT_EQ(code_of(o.place_hold(w.finance, "", body_about("quote", w.number))), "already_erased");
  EXPECT_TRUE(w.verified().at("ok").as_bool());
}

TEST(Erasure, ACustomerThatComesBackHasAnotherKey) {
  Erasing w;
  w.erase(w.number);
  const auto again = w.issue("second");
  ASSERT_TRUE(again) << again.error().detail;
  const auto number = text(*again, "number");
  EXPECT_TRUE(w.organisation->quote_pdf(w.rep, number));
  EXPECT_EQ(code_of(w.organisation->quote_pdf(w.rep, w.number)), "erased");
  w.erase(number);
  EXPECT_EQ(code_of(w.organisation->quote_pdf(w.rep, number)), "erased");
  const auto third = w.issue("third");
  ASSERT_TRUE(third) << third.error().detail;
  w.reopen();
  EXPECT_TRUE(w.organisation->quote_pdf(w.rep, text(*third, "number")));
  const auto report = w.verified();
  EXPECT_TRUE(report.at("ok").as_bool()) << json::serialize(report);
  EXPECT_EQ(report.at("erased").at("by").as_array().size(), 2u);
}

TEST(Erasure, AnErasedCustomersQuoteIsVoidedAllTheSame) {
  Erasing w;
  auto& o = *w.organisation;
  w.erase(w.number);
  const auto asked = o.request_void(w.rep, w.number, "", price_error);
  ASSERT_TRUE(asked) << asked.error().detail;
  const auto voided = o.decide_void(w.manager, text(*asked, "id"), Decision::approve, "", "{}");
  ASSERT_TRUE(voided) << voided.error().detail;
  EXPECT_TRUE(o.void_certificate(w.rep, text(*asked, "id")));
  EXPECT_EQ(text(*o.read_quote(w.rep, w.number), "status"), "voided");
  const auto row = o.voids_report(w.finance, {})->body.at("rows").at(0);
  EXPECT_EQ(row.at("buyer").as_string(), "（已依法删除 erased）");
  EXPECT_EQ(row.at("reason_text").as_string(), "单价录入错误,应为 85600");
}

TEST(Erasure, AVoidAskedBeforeItIsDecidedBehindIt) {
  Erasing w;
  auto& o = *w.organisation;
  const auto asked = text(*o.request_void(w.rep, w.number, "", price_error), "id");
  w.erase(w.number);
  EXPECT_EQ(text(*o.read_void(w.rep, asked), "reason_text"), "（已依法删除 erased）");
  ASSERT_TRUE(o.decide_void(w.manager, asked, Decision::approve, "", "{}"));
  EXPECT_TRUE(o.void_certificate(w.rep, asked));
  EXPECT_TRUE(w.verified().at("ok").as_bool());
}

TEST(Erasure, AnErasedPersonSignsInNoMore) {
  Erasing w;
  auto& o = *w.organisation;
  const auto op = Organisation::operator_principal();
  const auto added = o.add_person(op, {"周雨桐", Role::rep, "east-1", "east", "zhou", "correct horse"});
  ASSERT_TRUE(added);
  const auto id = text(*added, "id");
  const auto token = *o.issue_token(op, id);
  const auto session = text(*o.open_session("zhou", "correct horse", "here"), "token");
  ASSERT_TRUE(o.authenticate(token));
  ASSERT_TRUE(o.authenticate(session));
  const auto asked = o.ask_erasure(admin, "", body_about("person", id, R"(, "basis": "retention_ended")"));
  ASSERT_TRUE(asked) << asked.error().detail;
  ASSERT_TRUE(w.decide(text(*asked, "id"), Decision::approve, w.director));
  EXPECT_EQ(code_of(o.authenticate(token)), "token_unknown");
  EXPECT_EQ(code_of(o.authenticate(session)), "token_unknown");
  EXPECT_EQ(code_of(o.open_session("zhou", "correct horse", "here")), "login_wrong");
  EXPECT_EQ(code_of(o.issue_token(op, id)), "person_erased");
  EXPECT_EQ(*o.person_name(id), "（已依法删除 erased）");
  EXPECT_TRUE(w.verified().at("ok").as_bool());
}

// The write decides: what was prepared before an approval is not kept under a key that is about to go.
TEST(Erasure, QuotesThatAreIssuedMeanwhileAreNeverLost) {
  Erasing w;
  std::mutex mutex;
  std::vector<Answer> issued;
  std::set<std::string> refused;
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; !stop; ++i) {
        auto answer = w.issue(std::to_string(thread) + "-" + std::to_string(i));
        const std::lock_guard lock(mutex);
        answer ? issued.push_back(std::move(*answer)) : void(refused.insert(answer.error().code));
      }
    });
  }
  std::vector<std::uint64_t> erasures;
  std::string newest = w.number;
  for (int round = 0; round < 5; ++round) {
    erasures.push_back(w.erase(newest));
    for (std::size_t size = 0; size == 0;) {  // until there is a quote under the next key
      std::this_thread::yield();
      const std::lock_guard lock(mutex);
      for (const auto& each : issued)
        if (each.body.at("ledger").at("index").to_number<std::uint64_t>() > erasures.back())
          newest = text(each, "number"), ++size;
    }
  }
  stop = true;
  for (auto& thread : threads) thread.join();
  for (const auto& code : refused) EXPECT_EQ(code, "subject_erased");
  std::size_t readable = 0;
  for (const auto& each : issued) {
    const auto index = each.body.at("ledger").at("index").to_number<std::uint64_t>();
    const bool after_all = index > erasures.back();
    const auto pdf = w.organisation->quote_pdf(w.rep, text(each, "number"));
    EXPECT_EQ(code_of(pdf), after_all ? "" : "erased") << index;
    readable += after_all ? 1 : 0;
  }
  EXPECT_GT(readable, 0u);
  EXPECT_TRUE(w.verified().at("ok").as_bool());
}

TEST(Erasure, ARepetitionIsAnsweredAgain) {
  Erasing w;
  auto& o = *w.organisation;
  const auto first = o.ask_erasure(admin, "key", erase_quote(w.number));
  const auto again = o.ask_erasure(admin, "key", erase_quote(w.number));
  ASSERT_TRUE(first && again);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(first->body, again->body);
  const auto id = text(*first, "id");
  const auto size = o.ledger_state().tree_size;
  const auto approved = o.decide_erasure(w.director, id, Decision::approve, "go", "{}");
  const auto repeated = o.decide_erasure(w.director, id, Decision::approve, "go", "{}");
  ASSERT_TRUE(approved && repeated);
  EXPECT_EQ(approved->body, repeated->body);
  EXPECT_EQ(o.ledger_state().tree_size, size + 1);
}

}  // namespace
}  // namespace quotary::api
