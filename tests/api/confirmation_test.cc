// Confirmations of cases from their making to the evidence that they become. With the real signing service.
#include "tests/api/confirmation_world.h"

#include "ledger/log/rebuild.h"
#include "ledger/records/fold.h"
#include "tests/api/signing_elsewhere.h"
#include "tests/support/passkey_device.h"

#include <barrier>

namespace quotary::api {
namespace {

using testing::code_of;
using testing::Confirming;
using testing::Elsewhere;
using testing::li;
using testing::li_address;
using testing::text;
using testing::wu;
using testing::wu_address;

constexpr std::int64_t day_ms = 86'400'000;

std::string pointers_of(const Error& error) {
  std::string out;
  for (const auto& each : error.problems) out += each.pointer + ":" + each.code + " ";
  return out;
}

const json::object& version_of(const json::value& item) { return item.at("versions").at(0).as_object(); }

void expect_rebuilt_the_same(Confirming& w) {
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

TEST(Confirmation, IsASealedPageBoundToOneVersion) {
  Confirming w;
  w.deck(2);
  const auto answer = w.make(
      Confirming::body(
          R"(, "title": "二厂试用", "result_text": "无不良", "held_at": "2026-11-23T01:00:00Z", "requirement": "trial_confirmation", "language": "zh-CN")"),
      "k");
  ASSERT_TRUE(answer) << answer.error().code << " " << answer.error().detail;
  EXPECT_EQ(answer->status, 201);
  const auto id = text(*answer, "id");
  const auto row = w.confirmation(id);
  for (const json::object& each : {answer->body, row}) {
    EXPECT_EQ(each.at("status").as_string(), "issued");
    EXPECT_EQ(each.at("title").as_string(), "二厂试用");
    EXPECT_EQ(each.at("held_at").as_string(), "2026-11-23T01:00:00.000Z");
    EXPECT_EQ(each.at("deck").at("item").as_string(), "deck-1");
    EXPECT_EQ(each.at("deck").at("version").to_number<int>(), 1);
    EXPECT_EQ(each.at("deck").at("content").as_string(), w.content_of("deck-1", 1));
    EXPECT_EQ(each.at("requirement").as_string(), "trial_confirmation");
  }
  EXPECT_FALSE(row.at("deck").at("current").as_bool());  // version 2 is
  EXPECT_FALSE(row.contains("evidence"));
  const auto page = w.pdf(id, 1);
  EXPECT_TRUE(page.starts_with("%PDF-"));
  EXPECT_EQ(row.at("document").at("sha256").as_string(), sha256(page).hex());
  EXPECT_EQ(code_of(confirmation_pdf(w.parts(), w.rep, id, 2)), "revision_not_found");

  // The entry says which version, and nothing in words.
  const auto entry = w.parts().ledger->entry(row.at("entry_index").to_number<std::uint64_t>());
  EXPECT_EQ(entry->subject, "confirmation:" + id);
  EXPECT_EQ(entry->body.at("content").as_string(), w.content_of("deck-1", 1));
  for (const char* word : {"二厂", "无不良", "澄湖", "压装"})
    EXPECT_EQ(w.canonical_entries().find(word), std::string::npos) << word;

  // The same request again is the same confirmation.
  const auto again = w.make(
      Confirming::body(
          R"(, "title": "二厂试用", "result_text": "无不良", "held_at": "2026-11-23T01:00:00Z", "requirement": "trial_confirmation", "language": "zh-CN")"),
      "k");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(text(*again, "id"), id);
  EXPECT_EQ(code_of(w.make(Confirming::body(""), "k")), "idempotency_key_reused");
  const auto second = w.made();
  const auto listed = list_confirmations(w.parts(), w.auditor, w.case_id);
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->body.at("items").as_array().size(), 2u);
  EXPECT_EQ(listed->body.at("items").at(0).at("id").as_string(), id);
  EXPECT_EQ(listed->body.at("items").at(1).at("title").as_string(), "伺服压装机现场演示");  // the case's
  EXPECT_EQ(listed->body.at("items").at(1).at("id").as_string(), second);
  w.expect_ledger_holds();
}

TEST(Confirmation, FaultsAreNamedAndWriteNothing) {
  Confirming w;
  w.add_item("photo-1", "photo", 1, {{"captured_at", "2026-11-24T01:00:00.000Z"}, {"geo", true}});
  const auto size = w.size();
  const auto refused = [&](const std::string& text) {
    const auto answer = w.make(text);
    EXPECT_FALSE(answer) << text;
    return answer ? std::string() : answer.error().code + " " + pointers_of(answer.error());
  };
  EXPECT_EQ(refused("{}"), "confirmation_invalid /deck:required ");
  EXPECT_EQ(refused(Confirming::body("", R"({"item": "deck-1", "version": 0, "label": 1})")),
            "confirmation_invalid /deck/version:bad_version /deck/label:unknown_member ");
  EXPECT_EQ(refused(Confirming::body(R"(, "held_at": "today", "language": "fr", "result_text": "\ud83d\ude80")")),
            "confirmation_invalid /result_text:character_not_printable /held_at:bad_time /language:not_allowed ");
  EXPECT_EQ(refused(Confirming::body("", R"({"item": "deck-2", "version": 1})")),
            "target_unknown /deck/item:target_unknown ");
  EXPECT_EQ(refused(Confirming::body("", R"({"item": "deck-1", "version": 2})")),
            "target_unknown /deck/version:target_unknown ");
  EXPECT_EQ(refused(Confirming::body("", R"({"item": "photo-1", "version": 1})")),
            "target_kind /deck/item:target_kind ");
  EXPECT_EQ(refused(Confirming::body(R"(, "requirement": "deck")")),
            "requirement_unknown /requirement:requirement_unknown ");
  EXPECT_EQ(code_of(make_confirmation(w.parts(), w.rep2, w.case_id, "", Confirming::body())), "case_not_found");
  EXPECT_EQ(code_of(make_confirmation(w.parts(), w.finance, w.case_id, "", Confirming::body())), "role_not_allowed");
  EXPECT_EQ(code_of(read_confirmation(w.parts(), w.rep, "none")), "confirmation_not_found");
  EXPECT_EQ(w.size(), size);
  ASSERT_TRUE(withdraw_evidence(w.parts(), w.rep, "deck-1", "1", "", R"({"reason": "发错了文件"})"));
  EXPECT_EQ(refused(Confirming::body()), "version_withdrawn /deck/version:version_withdrawn ");
}

TEST(Confirmation, BecomesEvidenceInTheWriteOfTheLastSignature) {
  Confirming w;
  const auto id = w.made();
  const auto request = w.asked_for(id, li);
  EXPECT_EQ(w.confirmation(id).at("signature_request").as_string(), request);
  const auto v = w.visit(w.invited(li_address));
  const auto session = w.session(v);
  EXPECT_FALSE(session.contains("quote"));
  EXPECT_EQ(session.at("confirmation").at("id").as_string(), id);
  EXPECT_EQ(session.at("confirmation").at("shown").as_string(), "伺服压装机方案");
  EXPECT_EQ(session.at("consent").at("id").as_string(), signature::newest_confirmation_consent().id);
  EXPECT_EQ(signer_document(w.parts(), v)->bytes, w.pdf(id, 1));
  EXPECT_EQ(w.standing(), "missing");
  // A quote's consent text is another.
  w.view(v);
  EXPECT_EQ(code_of(sign_document(w.parts(), v, "k", w.signing(v))), "consent_missing");
  const auto size = w.size();
  const auto done = w.confirm(v);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  EXPECT_EQ(w.size(), size + 2);
  const auto signed_entry = w.parts().ledger->entry(size), added = w.parts().ledger->entry(size + 1);
  EXPECT_EQ(signed_entry->type, "signature.signed");
  EXPECT_EQ(signed_entry->subject, "confirmation:" + id);
  EXPECT_FALSE(signed_entry->body.contains("number"));
  EXPECT_TRUE(signed_entry->body.at("completes").as_bool());
  EXPECT_EQ(added->type, "evidence.added");
  EXPECT_EQ(added->subject, "case:" + w.case_id);
  EXPECT_EQ(added->body.at("confirmation").as_string(), id);

  const auto items = w.recorded();
  ASSERT_EQ(items.size(), 1u);
  const auto item = std::string(items[0].at("item").as_string());
  const auto& version = version_of(items[0]);
  EXPECT_EQ(version.at("signature").at("grade").as_string(), "recorded");
  EXPECT_EQ(version.at("target").at("item").as_string(), "deck-1");
  EXPECT_EQ(version.at("target").at("version").to_number<int>(), 1);
  EXPECT_EQ(version.at("signers").at(0).at("name").as_string(), "陈立");
  EXPECT_EQ(version.at("media_type").as_string(), "application/pdf");
  const auto row = w.confirmation(id);
  EXPECT_EQ(row.at("status").as_string(), "accepted");
  EXPECT_EQ(row.at("evidence").as_string(), item);
  // Downloaded and verified as other evidence is, and the same bytes as the confirmation's newest revision.
  const auto content = evidence_content(w.parts(), w.rep, item, "1");
  ASSERT_TRUE(content) << content.error().code;
  const auto whole = w.pdf(id, 2);
  EXPECT_EQ(*content->reader->read_at(0, 1u << 20), whole);
  EXPECT_TRUE(evidence_proof(w.parts(), w.rep, item, "1"));
  EXPECT_EQ(signed_document(w.parts(), v)->bytes, whole);
  EXPECT_EQ(w.standing(), "met");
  const auto told = w.delivery->wait_for("completed", w.rep.id);
  EXPECT_EQ(told.content.at("document").as_string(),
            "https://quotes.example.com/v1/confirmations/" + id + "/pdf?revision=2");
  EXPECT_FALSE(told.content.contains("number"));
  EXPECT_EQ(told.content.at("title").as_string(), "伺服压装机现场演示");
  EXPECT_TRUE(signer_summary(w.parts(), v));
  EXPECT_TRUE(w.organisation->signing_summary(w.rep, request));

  // Once: the same again says the same, and a second request is refused.
  const auto again = sign_document(w.parts(), v, "page-2", w.confirming(v));
  EXPECT_EQ(code_of(again), "already_signed");
  EXPECT_EQ(code_of(w.ask_for(id, wu)), "confirmation_accepted");
  const auto history = read_gate_history(w.parts(), w.rep, w.case_id);
  ASSERT_TRUE(history) << history.error().detail;
  EXPECT_TRUE(history->body.at("agrees").as_bool()) << json::serialize(history->body);
  EXPECT_EQ(history->body.at("events").as_array().back().at("type").as_string(), "evidence.added");
  SignatureFilter of_confirmation, of_quote;
  of_confirmation.confirmation = of_quote.number = id;
  const auto listed = w.organisation->list_signature_requests(w.rep, of_confirmation);
  ASSERT_EQ(listed->body.at("items").as_array().size(), 1u);
  EXPECT_EQ(listed->body.at("items").at(0).at("confirmation").as_string(), id);
  EXPECT_TRUE(w.organisation->list_signature_requests(w.rep, of_quote)->body.at("items").as_array().empty());
  w.expect_ledger_holds();
  expect_rebuilt_the_same(w);
}

TEST(Confirmation, IsKnownToWhoVerifiesAndTellsNothingOfItsCase) {
  Confirming w;
  const auto id = w.made();
  (void)w.asked_for(id, li);
  const auto v = w.visit(w.invited(li_address));
  const auto page = w.pdf(id, 1);
  const auto before = w.organisation->verify_bytes(page);
  ASSERT_TRUE(before);
  EXPECT_EQ(text(*before, "match"), "exact");
  EXPECT_EQ(text(*before, "document"), "confirmation");
  EXPECT_EQ(text(*before, "status"), "valid");
  EXPECT_EQ(text(*before, "verdict"), "authentic_current");
  EXPECT_EQ(text(*before, "confirmation"), id);
  EXPECT_FALSE(before->body.contains("number"));
  ASSERT_TRUE(w.confirm(v));
  const auto whole = w.pdf(id, 2);
  const auto after = w.organisation->verify_bytes(whole);
  EXPECT_EQ(text(*after, "match"), "exact");
  EXPECT_EQ(text(*after, "status"), "accepted");
  EXPECT_EQ(after->body.at("revision").to_number<int>(), 2);
  EXPECT_EQ(text(*w.organisation->verify_sha256(sha256(whole).hex()), "match"), "exact");
  const auto said = json::serialize(after->body);
  for (const char* word : {"澄湖", "压装", w.case_id.c_str(), "deck-1"})
    EXPECT_EQ(said.find(word), std::string::npos) << word;
  EXPECT_EQ(text(*w.organisation->verify_bytes(whole + "\n"), "match"), "altered");
  auto other = page;
  other[other.size() / 2] = static_cast<char>(other[other.size() / 2] ^ 1);
  EXPECT_EQ(text(*w.organisation->verify_bytes(other), "match"), "unknown");
}

TEST(Confirmation, IsEvidenceOnlyWhenAllHaveSigned) {
  Confirming w;
  const auto id = w.made();
  (void)w.asked_for(id, std::string(li) + "," + wu, R"(, "order": "in_order")");
  const auto a = w.visit(w.invited(li_address));
  ASSERT_TRUE(w.confirm(a));
  EXPECT_TRUE(w.recorded().empty());
  EXPECT_EQ(w.confirmation(id).at("status").as_string(), "issued");
  const auto b = w.visit(w.invited(wu_address));
  const auto done = w.confirm(b);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  ASSERT_EQ(w.recorded().size(), 1u);
  EXPECT_EQ(version_of(w.recorded()[0]).at("signers").as_array().size(), 2u);
  EXPECT_EQ(version_of(w.recorded()[0]).at("sha256").as_string(), sha256(w.pdf(id, 3)).hex());
  EXPECT_EQ(signed_document(w.parts(), a)->bytes, w.pdf(id, 3));
}

// Whoever comes second reads again; there is one evidence, of both signatures.
TEST(Confirmation, TwoWhoSignAtOnceMakeOneEvidence) {
  Confirming w;
  const auto id = w.made();
  (void)w.asked_for(id, std::string(li) + "," + wu);
  const SignerVisit visits[] = {w.visit(w.invited(li_address)), w.visit(w.invited(wu_address))};
  std::string bodies[2];
  for (int i = 0; i < 2; ++i) {
    w.view(visits[i]);
    bodies[i] = w.confirming(visits[i]);
  }
  std::string codes[2];
  std::barrier together(2);
  const auto run = [&](int i) {
    together.arrive_and_wait();
    codes[i] = code_of(sign_document(w.parts(), visits[i], "k", bodies[i]));
  };
  std::thread other(run, 1);
  run(0);
  other.join();
  const int loser = codes[0].empty() ? 1 : 0;
  EXPECT_EQ(codes[1 - loser], "");
  EXPECT_TRUE(codes[loser] == "document_changed" || codes[loser] == "not_viewed") << codes[loser];
  EXPECT_TRUE(w.recorded().empty());
  const auto done = w.confirm(visits[loser]);
  ASSERT_TRUE(done) << done.error().code;
  EXPECT_EQ(w.recorded().size(), 1u);
  w.expect_ledger_holds();
}

// The weakest of all signatures counts.
TEST(Confirmation, IsGradedByWhatWasProven) {
  const auto signed_with = [](const std::vector<std::string>& own, const std::string& first,
                              const std::string& second) {
    Confirming w(own);
    const auto id = w.made();
    (void)w.asked_for(id, first + (second.empty() ? "" : "," + second));
    const quotary::testing::PasskeyDevice device;
    const auto sign = [&](const SignerVisit& v) {
      w.view(v);
      const auto session = w.session(v);
      const auto& factors = session.at("factors").as_array();
      if (std::none_of(factors.begin(), factors.end(), [](const auto& f) { return f.at("kind") == "passkey"; }))
        return code_of(sign_document(w.parts(), v, "k", w.confirming(v)));
      const auto asked = new_signer_passkey(w.parts(), v);
      EXPECT_TRUE(asked) << asked.error().code;
      const auto client = quotary::testing::client_data("webauthn.create", text(*asked, "challenge"));
      EXPECT_TRUE(register_signer_passkey(w.parts(), v,
                                          R"({"client_data": ")" + to_base64url(client) +
                                              R"(", "authenticator_data": ")" +
                                              to_base64url(device.authenticator_data) + R"("})"));
      const auto challenge = signing_challenge(w.parts(), v, w.confirming(v));
      EXPECT_TRUE(challenge) << challenge.error().code;
      const auto used = device.use(quotary::testing::client_data("webauthn.get", text(*challenge, "challenge")));
      return code_of(
          sign_document(w.parts(), v, "k",
                        w.confirming(v, R"(, "passkey": {"client_data": ")" + to_base64url(used.client_data) +
                                            R"(", "authenticator_data": ")" + to_base64url(used.authenticator_data) +
                                            R"(", "signature": ")" + to_base64url(used.signature) + R"("})")));
    };
    EXPECT_EQ(sign(w.visit(w.invited(li_address))), "");
    EXPECT_EQ(second.empty() ? "" : sign(w.visit(w.invited(wu_address))), "");
    EXPECT_EQ(w.recorded().size(), 1u);
    return std::string(version_of(w.recorded()[0]).at("signature").at("grade").as_string());
  };
  const std::string with_passkey = R"({"name": "陈立", "email": "chen.li@chenghu.example", "factors": ["passkey"]})";
  EXPECT_EQ(signed_with({"link"}, with_passkey, ""), "passkey");
  EXPECT_EQ(signed_with({"link"}, with_passkey, wu), "recorded");
  const std::string last_with_passkey = R"({"name": "Wu Fang", "phone": "+8613800138000", "factors": ["passkey"]})";
  EXPECT_EQ(signed_with({"link"}, li, last_with_passkey), "recorded");
}

TEST(Confirmation, TakesACopyThatWasSignedElsewhere) {
  Confirming w;
  const Elsewhere elsewhere(w, "苏州澄湖新能源");  // as the case names the customer
  w.config.signer_roots_file = elsewhere.roots_file();
  w.reopen();
  const auto id = w.made();
  (void)w.asked_for(id, li);
  const auto v = w.visit(w.invited(li_address));
  w.view(v);
  auto consent = w.session(v).at("consent").as_object();
  consent["locale"] = "zh-CN";
  consent["accepted"] = true;
  const auto copy = elsewhere.sign(w.parts(), w.pdf(id, 1), "Customer1");
  EXPECT_EQ(code_of(hand_in_signed_copy(w.parts(), v, consent, elsewhere.sign(w.parts(), w.pdf(id, 1), "Customer2"))),
            "field_differs");
  const auto done = hand_in_signed_copy(w.parts(), v, consent, copy);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  ASSERT_EQ(w.recorded().size(), 1u);
  EXPECT_EQ(version_of(w.recorded()[0]).at("signature").at("grade").as_string(), "certificate");
  EXPECT_EQ(w.pdf(id, 2), copy);
}

TEST(Confirmation, ThatIsDeclinedIsNoEvidence) {
  Confirming w;
  const auto id = w.made();
  const auto request = w.asked_for(id, li);
  const auto v = w.visit(w.invited(li_address));
  ASSERT_TRUE(decline_document(w.parts(), v, R"({"reason": "结果与实际不符"})"));
  EXPECT_EQ(w.state(v), "declined");
  EXPECT_EQ(code_of(sign_document(w.parts(), v, "k", w.confirming(v))), "already_declined");
  EXPECT_EQ(w.confirmation(id).at("status").as_string(), "declined");
  EXPECT_EQ(text(*w.organisation->read_signature_request(w.rep, request), "status"), "declined");
  EXPECT_EQ(code_of(w.ask_for(id, li)), "confirmation_declined");
  EXPECT_TRUE(w.recorded().empty());
  EXPECT_EQ(w.standing(), "missing");
  EXPECT_EQ(w.canonical_entries().find("不符"), std::string::npos);
  // Another one can be made and signed.
  const auto other = w.made();
  (void)w.asked_for(other, li);
  ASSERT_TRUE(w.confirm(w.visit(w.invited(li_address, 2))));
  EXPECT_EQ(w.recorded().size(), 1u);
}

TEST(Confirmation, CanBeAskedForAgainAfterARequestEnded) {
  Confirming w;
  const auto id = w.made();
  const auto first = w.asked_for(id, li, R"(, "expires_in_days": 1)");
  EXPECT_EQ(code_of(w.ask_for(id, wu)), "signature_request_open");
  const auto v = w.visit(w.invited(li_address));
  w.view(v);
  const auto body = w.confirming(v);
  ASSERT_TRUE(w.organisation->revoke_signature(w.rep, first, R"({"reason_text": "换一位签署"})"));
  EXPECT_EQ(w.state(v), "revoked");
  EXPECT_EQ(code_of(sign_document(w.parts(), v, "k", body)), "request_revoked");
  const auto second = w.asked_for(id, wu, R"(, "expires_in_days": 1)");
  const auto late = w.visit(w.invited(wu_address));
  w.view(late);
  const auto too_late = w.confirming(late);
  w.clock->set(Timestamp{w.clock->now().unix_ms + day_ms});
  EXPECT_EQ(w.state(late), "expired");
  EXPECT_EQ(code_of(sign_document(w.parts(), late, "k", too_late)), "request_expired");
  ASSERT_EQ(*w.parts().expire_signatures(), 1u);
  EXPECT_EQ(text(*w.organisation->read_signature_request(w.rep, second), "status"), "expired");
  EXPECT_TRUE(w.recorded().empty());
  const auto third = w.asked_for(id, li);
  const auto fresh = w.visit(w.invited(li_address, 2));
  const auto signer = w.organisation->read_signature_request(w.rep, third)->body.at("signers").at(0).at("id");
  ASSERT_TRUE(w.organisation->remind_signer(w.rep, third, std::string(signer.as_string())));
  ASSERT_TRUE(w.confirm(fresh));
  EXPECT_EQ(w.recorded().size(), 1u);
  w.expect_ledger_holds();
}

TEST(Confirmation, OfAnOlderDeckIsRecordedAndStale) {
  Confirming w;
  const auto id = w.made();
  (void)w.asked_for(id, li);
  const auto v = w.visit(w.invited(li_address));
  w.view(v);
  w.deck(2);
  ASSERT_TRUE(w.confirm(v));
  ASSERT_EQ(w.recorded().size(), 1u);
  EXPECT_EQ(w.standing(), "invalid");
  EXPECT_EQ(w.requirement().at("reasons"), json::value(json::array{"stale_target"}));
  EXPECT_FALSE(w.confirmation(id).at("deck").at("current").as_bool());
}

TEST(Confirmation, OfAClosedCaseIsNotSigned) {
  Confirming w;
  const auto id = w.made();
  const auto request = w.asked_for(id, li);
  const auto v = w.visit(w.invited(li_address));
  w.view(v);
  const auto body = w.confirming(v);
  const auto waive = [&](const Principal& who, const std::string& requirement) {
    const auto done =
        waive_requirement(w.parts(), who, w.case_id, "",
                          R"({"requirement": ")" + requirement + R"(", "reason": "客户现场无法当场签署确认书"})");
    ASSERT_TRUE(done) << done.error().code;
  };
  waive(w.manager, "site_photo");
  waive(w.director, "trial_confirmation");
  ASSERT_TRUE(
      write_note(w.parts(), w.rep, w.case_id, "decision_chain", "",
                 R"({"roles": [{"role": "decision_maker", "person": "陈总"}, {"role": "user", "person": "李工"}]})"));
  ASSERT_TRUE(close_case(w.parts(), w.rep, w.case_id, "", "{}"));
  EXPECT_EQ(w.state(v), "case_is_closed");
  EXPECT_EQ(text(*w.organisation->read_signature_request(w.rep, request), "status"), "overtaken");
  const auto size = w.size();
  EXPECT_EQ(code_of(sign_document(w.parts(), v, "k", body)), "case_is_closed");
  EXPECT_EQ(code_of(decline_document(w.parts(), v, R"({"reason": "不再需要"})")), "case_is_closed");
  EXPECT_EQ(code_of(w.ask_for(id, wu)), "case_is_closed");
  EXPECT_EQ(code_of(w.make()), "case_is_closed");
  EXPECT_EQ(w.size(), size);
  EXPECT_TRUE(read_gate_history(w.parts(), w.rep, w.case_id)->body.at("agrees").as_bool());
  w.expect_ledger_holds();
  expect_rebuilt_the_same(w);
}

TEST(Confirmation, IsNotSignedWhereItsCaseTakesNoMore) {
  Confirming w;
  const auto id = w.made(), other = w.made();
  (void)w.asked_for(id, li);
  const auto v = w.visit(w.invited(li_address));
  for (std::size_t i = 1; i < records::case_items_max; ++i) w.add_item("o" + std::to_string(i), "other", 1, {});
  w.view(v);
  const auto size = w.size();
  const auto refused = w.confirm(v);
  EXPECT_EQ(code_of(refused), "too_many_items");
  EXPECT_EQ(w.size(), size);
  EXPECT_EQ(w.state(v), "open");
  EXPECT_EQ(code_of(w.ask_for(other, wu)), "too_many_items");
}

}  // namespace
}  // namespace quotary::api
