// Customers are asked to sign, prove who they are, read, sign or decline: with the real ledger, the real courier and a
// delivery that keeps what it is given.
#include "tests/api/signing_world.h"
#include "tests/support/passkey_device.h"

#include "signing/message_code.h"

namespace quotary::api {
namespace {

using testing::code_of;
using testing::li;
using testing::patience;
using testing::price_error;
using testing::text;
using testing::wu;

// No signature, but an appended revision that names what was asked for.
Result<std::string> append_marks(std::string_view base, const signature::DocumentSignature& signature) {
  return std::string(base) + "%" + signature.field + " " + signature.name + " " + signature.reason + " " +
         signature.proven + " " + std::to_string(signature.strokes.size()) + signature.typed_name + "\n%%EOF\n";
}

// With marks for signatures.
struct Signing : testing::Signing {
  explicit Signing(std::vector<std::string> factors = {"link", "code"})
      : testing::Signing(std::move(factors), append_marks) {}
};

TEST(Signing, FromTheRequestToAnAcceptedQuote) {
  Signing w;
  const auto answer = w.ask(li, R"(, "message": "请审阅后签字。")");
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(text(*answer, "status"), "open");
  const auto id = text(*answer, "id");
  const auto token = w.invited("chen.li@chenghu.example");
  const auto link = w.visit(token);
  auto session = w.session(link);
  EXPECT_EQ(session.at("state").as_string(), "open");
  EXPECT_EQ(session.at("message").as_string(), "请审阅后签字。");
  EXPECT_EQ(session.at("factors").at(1).at("address").as_string(), "c***@chenghu.example");
  EXPECT_TRUE(session.at("viewed_at").is_null() && session.at("result").is_null());
  const auto first = signer_document(w.parts(), link);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->sha256, sha256(first->bytes).hex());
  EXPECT_EQ(first->bytes, w.organisation->quote_pdf(w.rep, w.number)->bytes);

  w.view(link);
  const auto size = w.organisation->ledger_state().tree_size;
  w.view(link);  // again: nothing new
  EXPECT_EQ(code_of(w.sign(link)), "factor_missing");
  const auto proven = w.prove(token, "chen.li@chenghu.example");
  EXPECT_EQ(w.organisation->ledger_state().tree_size, size);
  EXPECT_TRUE(w.session(proven).at("factors").at(1).at("done").as_bool());
  EXPECT_FALSE(w.session(link).at("factors").at(1).at("done").as_bool());  // another browser
  const auto done = w.sign(proven);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  EXPECT_EQ(done->body.at("state").as_string(), "signed");
  EXPECT_EQ(done->body.at("result").at("document").at("revision").to_number<int>(), 2);
  EXPECT_EQ(w.quote_status(), "accepted");
  EXPECT_EQ(text(*w.organisation->read_signature_request(w.rep, id), "status"), "completed");

  // The document: what was before it is untouched, and each revision can be had and verified.
  const auto second = w.organisation->quote_pdf(w.rep, w.number, 2);
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_TRUE(second->bytes.starts_with(first->bytes) && second->bytes.size() > first->bytes.size());
  EXPECT_NE(second->bytes.find("Customer1 陈立"), std::string::npos);
  EXPECT_EQ(w.organisation->quote_pdf(w.rep, w.number)->bytes, first->bytes);
  EXPECT_EQ(code_of(w.organisation->quote_pdf(w.rep, w.number, 3)), "revision_not_found");
  EXPECT_EQ(signed_document(w.parts(), link)->bytes, second->bytes);
  const auto verified = w.organisation->verify_bytes(second->bytes);
  EXPECT_EQ(text(*verified, "match"), "exact");
  EXPECT_EQ(verified->body.at("revision").to_number<int>(), 2);
  EXPECT_EQ(text(*verified, "status"), "accepted");

  // The same key again is the same answer; another key finds it signed.
  const auto again = sign_document(w.parts(), proven, "page-1", w.signing(proven));
  EXPECT_EQ(code_of(again), "idempotency_key_reused");  // another document is shown by now
  EXPECT_EQ(code_of(w.sign(proven, "page-2")), "already_signed");
  EXPECT_EQ(code_of(decline_document(w.parts(), link, R"({"reason": "太贵"})")), "already_signed");
  EXPECT_EQ(text(Answer{200, w.delivery->wait_for("signed", "chen.li@chenghu.example").content}, "by"), "陈立");
  (void)w.delivery->wait_for("signed", w.rep.id);
  w.expect_ledger_holds();
}

TEST(Signing, KeepsEvidenceThatCanBeReadAlone) {
  Signing w;
  (void)w.asked(li);
  const auto proven = w.prove(w.invited("chen.li@chenghu.example"), "chen.li@chenghu.example");
  w.view(proven);
  const auto body = w.signing(proven);
  ASSERT_TRUE(sign_document(w.parts(), proven, "k", body));
  const auto replay = sign_document(w.parts(), proven, "k", body);
  ASSERT_TRUE(replay) << replay.error().code;
  EXPECT_TRUE(replay->replayed);
  const auto index = replay->body.at("result").at("entry_index").to_number<std::uint64_t>();
  const auto entry = w.parts().ledger->entry(index);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->type, "signature.signed");
  EXPECT_EQ(entry->request_scope.size(), 64u);
  const auto evidence = parse_json(*w.parts().payload(*entry, "evidence"))->as_object();
  EXPECT_EQ(evidence.at("signer").at("name").as_string(), "陈立");
  EXPECT_EQ(evidence.at("method").as_string(), "drawn");
  EXPECT_EQ(evidence.at("strokes_sha256").as_string(), sha256("[[[120,400],[130,410]],[[1,2]]]").hex());
  EXPECT_EQ(evidence.at("ip").as_string(), "203.0.113.7");
  EXPECT_EQ(evidence.at("consent").at("sha256").as_string(), signature::newest_consent().sha256());
  EXPECT_EQ(evidence.at("displayed").at("revision").to_number<int>(), 1);
  EXPECT_EQ(evidence.at("factors").as_array().size(), 2u);
  EXPECT_EQ(evidence.at("factors").at(1).at("address").as_string(), "c***@chenghu.example");
  // Erased with the customer: what it proves remains, what it says is gone.
  const Principal admin{"dpo", Role::admin, "", ""};
  const auto erasure = w.organisation->ask_erasure(
      admin, "", R"({"quote": ")" + w.number + R"(", "basis": "other", "reason_text": "客户书面要求删除其资料"})");
  ASSERT_TRUE(erasure);
  ASSERT_TRUE(
      w.organisation->decide_erasure(w.director, text(*erasure, "id"), Organisation::Decision::approve, "", "{}"));
  EXPECT_EQ(code_of(w.parts().payload(*entry, "evidence")), "erased");
  EXPECT_EQ(code_of(w.parts().payload(*entry, "revision")), "erased");
  EXPECT_EQ(code_of(signer_session(w.parts(), proven)), "erased");
  w.expect_ledger_holds();
}

TEST(Signing, HoldsNoTokenCodeOrAddressInEntriesAndAnswers) {
  Signing w;
  const auto id = w.asked(li, R"(, "message": "机密附言")");
  const auto token = w.invited("chen.li@chenghu.example");
  const auto proven = w.prove(token, "chen.li@chenghu.example");
  w.view(proven);
  ASSERT_TRUE(w.sign(proven));
  const auto code = std::string(w.delivery->wait_for("code", "chen.li@chenghu.example").content.at("code").as_string());
  EXPECT_EQ(code.size(), 6u);
  EXPECT_FALSE(w.delivery->wait_for("code", "chen.li@chenghu.example").content.contains("link"));
  const auto entries = w.canonical_entries();
  const auto read = json::serialize(w.organisation->read_signature_request(w.rep, id)->body);
  const auto list = json::serialize(w.organisation->list_signature_requests(w.rep, {})->body);
  const auto history = json::serialize(w.organisation->quote_history(w.rep, w.number)->body);
  for (const std::string& secret :
       {token, proven.proof, std::string("陈立"), std::string("chen.li@"), std::string("机密附言")})
    EXPECT_EQ(entries.find(secret), std::string::npos) << secret;
  EXPECT_EQ(entries.find("\"" + code + "\""), std::string::npos);
  for (const std::string& answer : {read, list, history}) {
    EXPECT_EQ(answer.find(token), std::string::npos);
    EXPECT_EQ(answer.find(proven.proof), std::string::npos);
  }
  EXPECT_NE(read.find("chen.li@chenghu.example"), std::string::npos);
  EXPECT_EQ(list.find("chen.li@"), std::string::npos);
  EXPECT_NE(list.find("c***@chenghu.example"), std::string::npos);
}

TEST(Signing, RefusesWhatThePageCanSendWrong) {
  Signing w({"link"});
  (void)w.asked(li);
  const auto v = w.visit(w.invited("chen.li@chenghu.example"));
  const auto size = w.organisation->ledger_state().tree_size;
  EXPECT_EQ(code_of(w.sign(v)), "not_viewed");
  EXPECT_EQ(code_of(signer_viewed(w.parts(), v, R"({"document_sha256": "00"})")), "document_changed");
  EXPECT_EQ(code_of(signer_viewed(w.parts(), v, R"({"document": 1})")), "unknown_member");
  w.view(v);
  const auto with = [&](const std::string& how) {
    return code_of(sign_document(w.parts(), v, "k", w.signing(v, how)));
  };
  std::string many = "[", points = "[";
  for (std::size_t i = 0; i <= strokes_max; ++i) many += std::string(i ? "," : "") + "[[1,1]]";
  for (int i = 0; i < 4'001; ++i) points += std::string(i ? "," : "") + "[1,1]";
  for (const std::string& strokes : {std::string("[]"), std::string("[[]]"), std::string("[[[1,10001]]]"),
                                     std::string("[[[-1,1]]]"), std::string("[[[1.5,1]]]"), std::string("[[[1]]]"),
                                     std::string("[[[1,2,3]]]"), std::string("7"), many + "]", "[" + points + "]]"})
    EXPECT_EQ(with(R"("method": "drawn", "strokes": )" + strokes), "strokes_invalid") << strokes.substr(0, 30);
  EXPECT_EQ(with(R"("method": "drawn")"), "strokes_invalid");
  EXPECT_EQ(with(R"("method": "stamped")"), "bad_method");
  EXPECT_EQ(with(R"("method": "typed", "typed_name": "")"), "bad_typed_name");
  EXPECT_EQ(with(R"("method": "typed", "typed_name": ")" + std::string(41, 'a') + R"(")"), "bad_typed_name");
  EXPECT_EQ(with(R"("method": "typed", "typed_name": "x", "admin": true)"), "unknown_member");
  EXPECT_EQ(code_of(sign_document(w.parts(), v, "k", w.signing(v, R"("method": "typed", "typed_name": "x")", "false"))),
            "consent_missing");
  EXPECT_EQ(
      code_of(sign_document(w.parts(), v, "k", w.signing(v, R"("method": "typed", "typed_name": "x")", "\"true\""))),
      "consent_missing");
  EXPECT_EQ(code_of(sign_document(w.parts(), v, "", w.signing(v))), "idempotency_key_missing");
  EXPECT_EQ(code_of(sign_document(w.parts(), v, "k", "[")), "bad_json");
  auto other = w.signing(v);
  other.replace(other.find(w.shown(v)), 64, std::string(64, '0'));
  EXPECT_EQ(code_of(sign_document(w.parts(), v, "k", other)), "document_changed");
  EXPECT_EQ(code_of(decline_document(w.parts(), v, R"({"reason": "x"})")), "bad_reason");
  EXPECT_EQ(code_of(send_signer_code(w.parts(), v)), "factor_not_asked");
  EXPECT_EQ(w.organisation->ledger_state().tree_size, size + 1);  // that it was read
  EXPECT_EQ(with(R"("method": "typed", "typed_name": "陈立")"), "");
}

TEST(Signing, ALinkIsUnknownUnlessItIsTheNewest) {
  Signing w({"link"});
  const auto id = w.asked(li);
  const auto old = w.invited("chen.li@chenghu.example");
  EXPECT_EQ(w.state(w.visit(old)), "open");
  const auto shown = w.organisation->read_signature_request(w.rep, id);
  const auto signer = std::string(shown->body.at("signers").at(0).at("id").as_string());
  EXPECT_EQ(code_of(w.organisation->renew_link(w.rep2, id, signer)), "signature_request_not_found");
  EXPECT_EQ(code_of(w.organisation->renew_link(w.finance, id, signer)), "role_not_allowed");
  EXPECT_EQ(code_of(w.organisation->renew_link(w.rep, id, "none")), "signer_not_found");
  ASSERT_TRUE(w.organisation->renew_link(w.rep, id, signer));
  const auto renewed = w.invited("chen.li@chenghu.example", 2);
  EXPECT_NE(renewed, old);
  EXPECT_EQ(w.state(w.visit(renewed)), "open");
  std::string changed = renewed;
  changed[5] = changed[5] == 'A' ? 'B' : 'A';
  std::set<std::string> said;
  for (const std::string& token :
       {old, changed, std::string(), std::string("x"), std::string(4'000, 'A'), renewed + "A"}) {
    const auto refused = signer_session(w.parts(), w.visit(token));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::not_found);
    said.insert(refused.error().code + refused.error().detail);
  }
  EXPECT_EQ(said.size(), 1u);
}

TEST(Signing, CodesAreFewShortLivedAndOneBrowsersOwn) {
  Signing w;
  (void)w.asked(li);
  const auto v = w.visit(w.invited("chen.li@chenghu.example"));
  const auto enter = [&](const std::string& code) {
    return code_of(check_signer_code(w.parts(), v, R"({"code": ")" + code + R"("})"));
  };
  const auto go_on = [&](std::int64_t ms) { w.clock->set(Timestamp{w.clock->now().unix_ms + ms}); };
  const auto newest = [&](std::size_t n) {
    return std::string(w.delivery->wait_for("code", "chen.li@chenghu.example", n).content.at("code").as_string());
  };
  EXPECT_EQ(enter("000000"), "code_expired");
  ASSERT_TRUE(send_signer_code(w.parts(), v));
  EXPECT_EQ(code_of(send_signer_code(w.parts(), v)), "code_too_soon");
  auto wrong = newest(1);
  wrong[0] = wrong[0] == '9' ? '8' : static_cast<char>(wrong[0] + 1);
  for (int i = 0; i < signature::code_attempts_max; ++i) EXPECT_EQ(enter(wrong), "code_wrong");
  EXPECT_EQ(enter(newest(1)), "code_attempts_spent");  // also the right one
  go_on(signature::code_resend_ms);
  ASSERT_TRUE(send_signer_code(w.parts(), v));
  go_on(signature::code_lives_ms);
  EXPECT_EQ(enter(newest(2)), "code_expired");
  w.delivery->fail_from_now(true);
  EXPECT_EQ(code_of(send_signer_code(w.parts(), v)), "delivery_failed");
  w.delivery->fail_from_now(false);
  ASSERT_TRUE(send_signer_code(w.parts(), v));  // at once, as nothing was sent
  EXPECT_EQ(enter(newest(3)), "");
  EXPECT_EQ(enter(newest(3)), "code_expired");  // once
  ASSERT_TRUE(send_signer_code(w.parts(), v));
  go_on(signature::code_resend_ms);
  EXPECT_EQ(code_of(send_signer_code(w.parts(), v)), "code_attempts_spent");  // five in a day
  go_on(signature::code_day_ms);
  EXPECT_TRUE(send_signer_code(w.parts(), v));
}

TEST(Signing, EndsAreToldAndNothingIsSignedBehindThem) {
  Signing w({"link"});
  // Declined by one, for all.
  (void)w.asked(std::string(li) + "," + wu);
  const auto a = w.visit(w.invited("chen.li@chenghu.example")), b = w.visit(w.invited("+8613800138000"));
  w.view(b);
  ASSERT_TRUE(decline_document(w.parts(), a, R"({"reason": "价格过高"})"));
  EXPECT_EQ(w.state(a), "declined");
  EXPECT_EQ(w.state(b), "declined");
  EXPECT_EQ(code_of(w.sign(b)), "request_declined");
  EXPECT_EQ(w.quote_status(), "declined");
  (void)w.delivery->wait_for("declined", w.rep.id);
  EXPECT_NE(json::serialize(w.organisation->quote_history(w.rep, w.number)->body).find("价格过高"), std::string::npos);
  EXPECT_EQ(code_of(w.ask(li)), "quote_declined");

  // Revoked.
  w.number = text(*w.issue("second"), "number");
  const auto revoked = w.asked(li);
  const auto c = w.visit(w.invited("chen.li@chenghu.example", 2));
  w.view(c);
  EXPECT_EQ(code_of(w.ask(li)), "signature_request_open");
  ASSERT_TRUE(w.organisation->revoke_signature(w.rep, revoked, R"({"reason_text": "联系人有误"})"));
  EXPECT_EQ(w.state(c), "revoked");
  EXPECT_EQ(code_of(w.sign(c)), "request_revoked");
  EXPECT_EQ(code_of(w.organisation->revoke_signature(w.rep, revoked, "{}")), "request_revoked");
  (void)w.delivery->wait_for("revoked", "chen.li@chenghu.example");

  // Expired: at once for who signs, and by an entry at the next tick.
  const auto expiring = w.asked(li, R"(, "expires_in_days": 1)");
  const auto d = w.visit(w.invited("chen.li@chenghu.example", 3));
  w.view(d);
  w.clock->set(Timestamp{w.clock->now().unix_ms + 86'400'000});
  EXPECT_EQ(w.state(d), "expired");
  EXPECT_EQ(code_of(w.sign(d)), "request_expired");
  EXPECT_EQ(text(*w.organisation->read_signature_request(w.rep, expiring), "status"), "open");
  ASSERT_TRUE(w.organisation->run_due_events());
  EXPECT_EQ(text(*w.organisation->read_signature_request(w.rep, expiring), "status"), "expired");

  // Voided while it is being signed, and after.
  (void)w.asked(std::string(li) + "," + wu);
  const auto e = w.visit(w.invited("chen.li@chenghu.example", 4));
  const auto f = w.visit(w.invited("+8613800138000", 2));
  w.view(e);
  ASSERT_TRUE(w.sign(e)) << w.state(e);
  w.view(f);
  const auto request = text(*w.organisation->request_void(w.rep, w.number, "", price_error), "id");
  ASSERT_TRUE(w.organisation->decide_void(w.manager, request, Organisation::Decision::approve, "", "{}"));
  EXPECT_EQ(w.state(e), "quote_voided");
  EXPECT_EQ(code_of(w.sign(f)), "quote_voided");
  (void)w.delivery->wait_for("voided", "chen.li@chenghu.example");
  w.expect_ledger_holds();
}

TEST(Signing, InOrderTheNextIsInvitedWhenTheOneBeforeHasSigned) {
  Signing w({"link"});
  (void)w.asked(std::string(li) + "," + wu, R"(, "order": "in_order")");
  const auto first = w.visit(w.invited("chen.li@chenghu.example"));
  EXPECT_EQ(w.delivery->count("invitation"), 1u);
  w.view(first);
  ASSERT_TRUE(w.sign(first));
  EXPECT_EQ(w.quote_status(), "issued");
  const auto second = w.visit(w.invited("+8613800138000"));
  EXPECT_EQ(w.session(second).at("document").at("revision").to_number<int>(), 2);
  EXPECT_EQ(w.session(second).at("signer").at("language").as_string(), "en");
  w.view(second);
  ASSERT_TRUE(w.sign(second));
  EXPECT_EQ(w.quote_status(), "accepted");
  const auto third = w.organisation->quote_pdf(w.rep, w.number, 3);
  ASSERT_TRUE(third);
  EXPECT_TRUE(third->bytes.starts_with(w.organisation->quote_pdf(w.rep, w.number, 2)->bytes));
  w.expect_ledger_holds();
}

TEST(Signing, TwoAtOnceHaveOneWinner) {
  Signing w({"link"});
  (void)w.asked(std::string(li) + "," + wu);
  const auto a = w.visit(w.invited("chen.li@chenghu.example")), b = w.visit(w.invited("+8613800138000"));
  w.view(a);
  w.view(b);
  const auto body_a = w.signing(a), body_b = w.signing(b);
  std::string came[2];
  std::thread other([&] { came[0] = code_of(sign_document(w.parts(), a, "a", body_a)); });
  came[1] = code_of(sign_document(w.parts(), b, "b", body_b));
  other.join();
  const auto won = std::count(std::begin(came), std::end(came), "");
  EXPECT_EQ(won, 1);
  EXPECT_EQ(std::count(std::begin(came), std::end(came), "document_changed"), 1) << came[0] << "|" << came[1];
  // Who lost reads what it is now, and signs that.
  const auto& lost = came[0].empty() ? b : a;
  EXPECT_EQ(code_of(w.sign(lost, "again")), "not_viewed");
  w.view(lost);
  ASSERT_TRUE(w.sign(lost, "again"));
  EXPECT_EQ(w.quote_status(), "accepted");
}

TEST(Signing, InvitationsGoOutAfterAnOutageAndARestart) {
  Signing w({"link"});
  w.delivery->fail_from_now(true);
  const auto id = w.asked(li);
  w.delivery->wait_for_attempts(w.config.signature.pace.failed_after + 1);
  const auto row = w.organisation->read_signature_request(w.rep, id)->body.at("signers").at(0);
  EXPECT_EQ(row.at("delivery").at("state").as_string(), "failed");
  EXPECT_EQ(row.at("delivery").at("code").as_string(), "unreachable");
  EXPECT_TRUE(is_degraded(w.organisation->delivery()));
  EXPECT_NE(w.organisation->metrics().find("quotary_invitations_failed 1\n"), std::string::npos);
  w.reopen();
  w.delivery->fail_from_now(false);
  const auto token = w.invited("chen.li@chenghu.example");
  EXPECT_EQ(w.state(w.visit(token)), "open");
  const auto until = std::chrono::steady_clock::now() + patience;
  std::string state;
  while (state != "sent" && std::chrono::steady_clock::now() < until) {
    state = w.organisation->read_signature_request(w.rep, id)
                ->body.at("signers")
                .at(0)
                .at("delivery")
                .at("state")
                .as_string();
    std::this_thread::yield();
  }
  EXPECT_EQ(state, "sent");
  w.reopen();
  EXPECT_EQ(w.state(w.visit(token)), "open");  // the same link, though nothing of it is stored
  EXPECT_EQ(w.delivery->count("invitation"), 1u);
}

TEST(Signing, WithoutDeliveryNobodyIsAsked) {
  Signing w;
  w.config.signature.delivery = nullptr;
  w.reopen();
  const auto refused = w.ask(li);
  EXPECT_EQ(code_of(refused), "delivery_not_configured");
  EXPECT_NE(refused.error().detail.find("--delivery-folder"), std::string::npos);
  EXPECT_FALSE(w.organisation->delivery().configured);
}

TEST(Signing, NamesWhatIsWrongWithARequest) {
  Signing w;
  const auto refused = [&](const std::string& signers, const std::string& more = "") {
    const auto answer = w.ask(signers, more);
    EXPECT_FALSE(answer);
    return answer ? std::string()
           : answer.error().problems.empty()
               ? answer.error().code
               : answer.error().problems[0].code + " " + answer.error().problems[0].pointer;
  };
  EXPECT_EQ(refused(""), "bad_signers /signers");
  EXPECT_EQ(refused(std::string(li) + "," + li + "," + li + "," + li), "bad_signers /signers");
  EXPECT_EQ(refused("7"), "bad_type /signers/0");
  EXPECT_EQ(refused(R"({"name": "", "email": "a@b"})"), "bad_name /signers/0/name");
  EXPECT_EQ(refused(R"({"name": "A"})"), "address_missing /signers/0/email");
  EXPECT_EQ(refused(R"({"name": "A", "email": "a@b", "phone": "12345"})"), "address_missing /signers/0/email");
  EXPECT_EQ(refused(R"({"name": "A", "email": "a b@c"})"), "bad_email /signers/0/email");
  EXPECT_EQ(refused(R"({"name": "A", "email": "a@b\r\nBcc: c@d"})"), "bad_email /signers/0/email");
  EXPECT_EQ(refused(R"({"name": "A", "phone": "12-34"})"), "bad_phone /signers/0/phone");
  EXPECT_EQ(refused(R"({"name": "A", "phone": "12345", "language": "fr"})"), "bad_language /signers/0/language");
  EXPECT_EQ(refused(R"({"name": "A", "phone": "12345", "factors": ["face"]})"), "bad_factors /signers/0/factors");
  EXPECT_EQ(refused(li, R"(, "order": "random")"), "bad_order /order");
  EXPECT_EQ(refused(li, R"(, "expires_in_days": 91)"), "bad_expiry /expires_in_days");
  EXPECT_EQ(refused(li, R"(, "cc": [])"), "unknown_member /cc");
  EXPECT_EQ(code_of(w.organisation->request_signature(w.rep, w.number, "", "{}")), "idempotency_key_missing");
  EXPECT_EQ(code_of(w.organisation->request_signature(w.rep2, w.number, "k", "{}")), "quote_not_found");
  EXPECT_EQ(code_of(w.organisation->request_signature(w.auditor, w.number, "k", "{}")), "role_not_allowed");
  // Once asked, the same key is the same answer.
  const auto once =
      w.organisation->request_signature(w.rep, w.number, "k", std::string(R"({"signers": [)") + li + "]}");
  const auto twice =
      w.organisation->request_signature(w.rep, w.number, "k", std::string(R"({"signers": [)") + li + "]}");
  ASSERT_TRUE(once && twice);
  EXPECT_EQ(text(*once, "id"), text(*twice, "id"));
  EXPECT_TRUE(twice->replayed);
}

// As a body has them.
std::string passkey_of(const signing::PasskeyAssertion& answer) {
  return R"({"client_data": ")" + to_base64url(answer.client_data) + R"(", "authenticator_data": ")" +
         to_base64url(answer.authenticator_data) + R"(", "signature": ")" + to_base64url(answer.signature) + R"("})";
}

TEST(Signing, APasskeyIsMadeBehindTheCodeAndConfirmsExactlyWhatIsSigned) {
  Signing w({"link", "code", "passkey"});
  const quotary::testing::PasskeyDevice device;
  (void)w.asked(li);
  const auto token = w.invited("chen.li@chenghu.example");
  const auto bare = Signing::visit(token);
  w.view(bare);
  EXPECT_EQ(code_of(new_signer_passkey(w.parts(), bare)), "factor_missing");
  const auto v = w.prove(token, "chen.li@chenghu.example");
  const auto asked = new_signer_passkey(w.parts(), v);
  ASSERT_TRUE(asked) << asked.error().code;
  EXPECT_EQ(asked->body.at("site").at("id").as_string(), quotary::testing::passkey_host);
  const auto made = [&](const std::string& challenge) {
    return R"({"client_data": ")" + to_base64url(quotary::testing::client_data("webauthn.create", challenge)) +
           R"(", "authenticator_data": ")" + to_base64url(device.authenticator_data) + R"("})";
  };
  const auto challenge = text(*asked, "challenge");
  EXPECT_EQ(code_of(register_signer_passkey(w.parts(), bare, made(challenge))), "factor_missing");
  EXPECT_EQ(code_of(register_signer_passkey(w.parts(), v, made(to_base64url(sha256("x").view())))), "passkey_invalid");
  EXPECT_EQ(code_of(signing_challenge(w.parts(), v, w.signing(v))), "passkey_unknown");
  ASSERT_TRUE(register_signer_passkey(w.parts(), v, made(challenge)));
  EXPECT_TRUE(w.session(v).at("factors").at(2).at("done").as_bool());

  const std::string ink = R"("method": "typed", "typed_name": "陈立")";
  const auto wanted = signing_challenge(w.parts(), v, w.signing(v, ink));
  ASSERT_TRUE(wanted) << wanted.error().code;
  const auto used = device.use(quotary::testing::client_data("webauthn.get", text(*wanted, "challenge")));
  const auto with = [&](const std::string& how, const signing::PasskeyAssertion& answer) {
    return sign_document(w.parts(), v, "k", w.signing(v, how + R"(, "passkey": )" + passkey_of(answer)));
  };
  EXPECT_EQ(code_of(sign_document(w.parts(), v, "k", w.signing(v, ink))), "factor_missing");
  // It was confirmed for this name, by this key, and for nothing else.
  EXPECT_EQ(code_of(with(R"("method": "typed", "typed_name": "陈力")", used)), "passkey_invalid");
  EXPECT_EQ(code_of(with(ink, quotary::testing::PasskeyDevice().use(used.client_data))), "passkey_invalid");
  EXPECT_EQ(code_of(with(ink, {"", "", ""})), "passkey_invalid");
  EXPECT_EQ(code_of(signer_summary(w.parts(), v)), "not_signed");
  const auto signed_now = with(ink, used);
  ASSERT_TRUE(signed_now) << signed_now.error().code << " " << signed_now.error().detail;
  EXPECT_TRUE(signer_summary(w.parts(), v));
  EXPECT_NE(signed_document(w.parts(), v)->bytes.find("验证码 One-time code c***@chenghu.example，通行密钥 Passkey"),
            std::string::npos);

  // The same address is known at the next quote, after a restart too; another address is not.
  w.reopen();
  w.number = text(*w.issue("second"), "number");
  (void)w.asked(std::string(li) + "," + wu);
  const auto again = Signing::visit(w.invited("chen.li@chenghu.example", 2));
  const auto other = Signing::visit(w.invited("+8613800138000"));
  EXPECT_TRUE(w.session(again).at("factors").at(2).at("done").as_bool());
  EXPECT_FALSE(w.session(other).at("factors").at(2).at("done").as_bool());
}

TEST(Signing, ALinkAloneReplacesNoPasskey) {
  Signing w({"link", "passkey"});
  (void)w.asked(li);
  const auto v = Signing::visit(w.invited("chen.li@chenghu.example"));
  const auto asked = new_signer_passkey(w.parts(), v);
  ASSERT_TRUE(asked) << asked.error().code;
  const auto body = R"({"client_data": ")" +
                    to_base64url(quotary::testing::client_data("webauthn.create", text(*asked, "challenge"))) +
                    R"(", "authenticator_data": ")" +
                    to_base64url(quotary::testing::PasskeyDevice().authenticator_data) + R"("})";
  ASSERT_TRUE(register_signer_passkey(w.parts(), v, body));
  EXPECT_EQ(code_of(new_signer_passkey(w.parts(), v)), "passkey_known");
  EXPECT_EQ(code_of(register_signer_passkey(w.parts(), v, body)), "passkey_known");
}

// RFC 4231, test case 2.
TEST(Delivery, TheMessageCodeIsThatOfTheStandard) {
  EXPECT_EQ(signing::message_code("Jefe", "what do ya want for nothing?").hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// FORMAT.md says this hash: a text that was released is never edited.
TEST(Consent, TheReleasedTextsAreAsTheyWere) {
  const auto* consent = signature::find_consent("consent-2026-1");
  ASSERT_NE(consent, nullptr);
  EXPECT_EQ(consent->sha256(), "fa59c4ad5b7e955b9d23dfffe220a8681b6ccf57b15cbc077cbacb479d845ef5");
}

TEST(Signing, RemindersAreRecordedAndFew) {
  Signing w({"link"});
  const auto id = w.asked(li);
  (void)w.invited("chen.li@chenghu.example");
  const auto signer =
      std::string(w.organisation->read_signature_request(w.rep, id)->body.at("signers").at(0).at("id").as_string());
  // That it was sent is in the ledger a little later than it is sent.
  const auto until = std::chrono::steady_clock::now() + patience;
  auto reminded = w.organisation->remind_signer(w.rep, id, signer);
  while (code_of(reminded) == "not_sent_yet" && std::chrono::steady_clock::now() < until)
    reminded = w.organisation->remind_signer(w.rep, id, signer);
  ASSERT_TRUE(reminded) << reminded.error().code;
  (void)w.delivery->wait_for("reminder", "chen.li@chenghu.example");
  EXPECT_TRUE(reminded->body.at("signers").at(0).as_object().contains("reminded_at"));
  EXPECT_EQ(code_of(w.organisation->remind_signer(w.rep, id, signer)), "reminder_too_soon");
}

}  // namespace
}  // namespace quotary::api
