// Who signs while something else happens to the quote: one of both stands, and the other is told why not. Real threads
// over a running organisation; and what is answered over HTTP when it is too late.
#include "tests/api/signing_elsewhere.h"
#include "tests/api/signing_world.h"

#include "api/handlers/routes.h"
#include "api/http/client.h"
#include "api/http/server.h"
#include "api/use_cases/added_signatures.h"

#include <barrier>
#include <set>

namespace quotary::api {
namespace {

using testing::code_of;
using testing::Elsewhere;
using testing::li;
using testing::price_error;
using testing::Signing;
using testing::text;
using testing::World;

constexpr int rounds = 30;
constexpr const char* li_address = "chen.li@chenghu.example";
constexpr const char* buyer = "苏州澄湖新能源科技股份有限公司";

struct Codes {
  std::string first, second;  // empty: it stands
};

// Runs two at once, again and again, and holds back whoever won the time before: so both orders come up on any machine,
// and most rounds are close.
class Duel {
 public:
  template <class First, class Second>
  Codes run(First first, Second second) {
    std::barrier start(2);
    Codes out;
    std::thread other([&] {
      start.arrive_and_wait();
      if (lead_ > Span::zero()) std::this_thread::sleep_for(lead_);
      out.second = code_of(second());
    });
    start.arrive_and_wait();
    if (lead_ < Span::zero()) std::this_thread::sleep_for(-lead_);
    out.first = code_of(first());
    other.join();
    return out;
  }
  // Which of both was before the other in the last run.
  void note(bool first_won) {
    constexpr Span step_min{200}, step_max{128'000};
    ++(first_won ? first_won_ : second_won_);
    // Larger steps until the other wins, then smaller ones around where both are as fast.
    step_ = each_won() ? std::max(step_ / 2, step_min) : std::min(step_ * 2, step_max);
    lead_ += first_won ? -step_ : step_;
  }
  [[nodiscard]] bool each_won() const { return first_won_ > 0 && second_won_ > 0; }

 private:
  using Span = std::chrono::microseconds;
  Span lead_{0};  // of the first over the second
  Span step_{1'000};
  int first_won_ = 0, second_won_ = 0;
};

struct Race : Signing {
  Race() : Signing({"link"}) {}
  int asked_times = 0;

  // A new quote, and one who has read it and is about to sign.
  SignerVisit about_to_sign(int round) {
    number = text(*issue("round-" + std::to_string(round)), "number");
    (void)asked(li);
    const auto v = visit(invited(li_address, static_cast<std::size_t>(++asked_times)));
    view(v);
    return v;
  }
  records::QuoteRecord record() {
    const auto found = parts().read<std::optional<records::QuoteRecord>>(
        [&](const StateReader& state) { return records::find_quote(state, number); });
    EXPECT_TRUE(found && *found);
    return **found;
  }
  // Signed and accepted, or neither.
  void expect_signed(bool stands) {
    const auto quote = record();
    EXPECT_EQ(quote.outcome, stands ? "accepted" : "issued");
    EXPECT_EQ(quote.revision, stands ? 2u : 1u);
    EXPECT_EQ(quote.open_signature, "");
  }
};

// One of both stands, and the other's code is one of those.
void expect_one(const Codes& came, const std::set<std::string>& first, const std::set<std::string>& second) {
  EXPECT_NE(came.first.empty(), came.second.empty()) << came.first << "|" << came.second;
  EXPECT_TRUE(came.first.empty() || first.contains(came.first)) << came.first;
  EXPECT_TRUE(came.second.empty() || second.contains(came.second)) << came.second;
}

TEST(SigningRace, AVoidOrASignature) {
  Race w;
  Duel duel;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    const auto v = w.about_to_sign(round);
    const auto body = w.signing(v);
    const auto request = text(*w.organisation->request_void(w.rep, w.number, "", price_error), "id");
    const auto came = duel.run(
        [&] { return sign_document(w.parts(), v, "page", body); },
        [&] { return w.organisation->decide_void(w.manager, request, Organisation::Decision::approve, "", "{}"); });
    duel.note(came.first.empty());
    // A manager who came too late for the quote as it was has no right to void an accepted one.
    expect_one(came, {"quote_voided"}, {"quote_changed", "higher_role_needed"});
    w.expect_signed(came.first.empty());
    EXPECT_EQ(w.record().voided_at.has_value(), came.second.empty());
    EXPECT_EQ(w.state(v), came.first.empty() ? "signed" : "quote_voided");
  }
  EXPECT_TRUE(duel.each_won());
  w.expect_ledger_holds();
}

TEST(SigningRace, ANewerQuoteOrASignature) {
  Race w;
  Duel duel;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    const auto v = w.about_to_sign(round);
    const auto body = w.signing(v);
    const auto newer = World::quote("2.00", R"(, "revision_of": ")" + w.number + "\"");
    const auto came = duel.run([&] { return sign_document(w.parts(), v, "page", body); },
                               [&] { return w.issue("newer-" + std::to_string(round), newer); });
    duel.note(came.first.empty());
    expect_one(came, {"quote_superseded"}, {"revision_of_accepted"});
    w.expect_signed(came.first.empty());
    EXPECT_EQ(w.record().superseded_by.empty(), !came.second.empty());
    EXPECT_EQ(w.state(v), came.first.empty() ? "signed" : "quote_superseded");
  }
  EXPECT_TRUE(duel.each_won());
  // No number was used by who lost.
  const auto next = w.issue("after");
  ASSERT_TRUE(next);
  std::set<std::string> numbers;
  const auto entries = w.organisation->list_entries(w.auditor, 0, 1'000);
  for (const auto& each : entries->body.at("items").as_array()) {
    const auto entry = parse_json(std::string(each.at("canonical").as_string()))->as_object();
    if (entry.at("type").as_string() == "quote.issued")
      numbers.insert(std::string(entry.at("body").at("number").as_string()));
  }
  EXPECT_EQ(next->body.at("sequence").as_uint64(), numbers.size());
  w.expect_ledger_holds();
}

// Both are the same customer's, from two windows of their browser.
TEST(SigningRace, ACopyHandedInOrASignatureBehindTheLink) {
  Race w;
  const Elsewhere elsewhere(w, buyer);
  const auto& consent = signature::newest_consent();
  const json::object accepted{
      {"id", consent.id}, {"sha256", consent.sha256()}, {"locale", "zh-CN"}, {"accepted", true}};
  Duel duel;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    const auto v = w.about_to_sign(round);
    const auto body = w.signing(v);
    const auto copy = elsewhere.sign(w.parts(), signer_document(w.parts(), v)->bytes, "Customer1");
    const auto came = duel.run([&] { return sign_document(w.parts(), v, "page", body); },
                               [&] { return hand_in_signed_copy(w.parts(), v, accepted, copy); });
    duel.note(came.first.empty());
    const std::set<std::string> late{"already_signed", "request_completed"};
    expect_one(came, late, late);
    w.expect_signed(true);
    EXPECT_EQ(signed_document(w.parts(), v)->bytes == copy, came.second.empty());
  }
  EXPECT_TRUE(duel.each_won());
  w.expect_ledger_holds();
}

// While customers are asked no copy is taken from who asked, so the signature stands each time.
TEST(SigningRace, ACopyOfTheSendersNeverTakesASignersPlace) {
  Race w;
  const Elsewhere elsewhere(w, buyer);
  Duel duel;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    const auto v = w.about_to_sign(round);
    const auto body = w.signing(v);
    const auto copy = elsewhere.sign(w.parts(), signer_document(w.parts(), v)->bytes, "Customer2");
    const auto came = duel.run([&] { return sign_document(w.parts(), v, "page", body); },
                               [&] { return add_signed_copy(w.parts(), w.rep, w.number, copy); });
    duel.note(came.second == "document_changed");
    expect_one(came, {}, {"signature_request_open", "document_changed"});
    w.expect_signed(true);
  }
  EXPECT_TRUE(duel.each_won());
  w.expect_ledger_holds();
}

TEST(SigningRace, ACopyThatAcceptsOrARequest) {
  Race w;
  const Elsewhere elsewhere(w, buyer);
  w.config.signer_roots_file = elsewhere.roots_file();
  w.reopen();
  Duel duel;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    w.number = text(*w.issue("round-" + std::to_string(round)), "number");
    const auto copy = elsewhere.sign(w.parts(), w.organisation->quote_pdf(w.rep, w.number)->bytes, "Customer1");
    const auto came =
        duel.run([&] { return w.ask(li); }, [&] { return add_signed_copy(w.parts(), w.rep, w.number, copy); });
    duel.note(came.first.empty());
    expect_one(came, {"quote_accepted"}, {"signature_request_open"});
    EXPECT_EQ(w.record().outcome, came.second.empty() ? "accepted" : "issued");
    EXPECT_EQ(w.record().open_signature.empty(), came.second.empty());
  }
  EXPECT_TRUE(duel.each_won());
  w.expect_ledger_holds();
}

TEST(SigningRace, WhatIsAcceptedOrVoidedIsNotRevised) {
  Race w;
  ASSERT_TRUE(w.sign(w.about_to_sign(0)));
  const auto revise = [&](const std::string& key) {
    return w.issue(key, World::quote("2.00", R"(, "revision_of": ")" + w.number + "\""));
  };
  EXPECT_EQ(code_of(revise("a")), "revision_of_accepted");
  w.number = text(*w.issue("second"), "number");
  const auto request = text(*w.organisation->request_void(w.rep, w.number, "", price_error), "id");
  ASSERT_TRUE(w.organisation->decide_void(w.manager, request, Organisation::Decision::approve, "", "{}"));
  const auto refused = revise("b");
  EXPECT_EQ(code_of(refused), "revision_of_voided");
  EXPECT_EQ(refused.error().kind, Errc::conflict);
  EXPECT_EQ(w.issue("third")->body.at("sequence").as_uint64(), 4u);  // what was refused used no number
}

// Time passes here alone, so this is the one end that a served program cannot be brought to in a test of its own.
TEST(SigningRace, AnExpiredLinkSaysSoOverHttp) {
  Race w;
  const auto v = w.about_to_sign(0);
  const auto body = w.signing(v);
  http::Router router;
  http::Metrics metrics;
  add_routes(router, *w.organisation);
  http::HttpServer server({}, router, metrics);
  ASSERT_TRUE(server.start());
  const auto link = "http://127.0.0.1:" + std::to_string(server.port()) + "/sign/" + v.token;
  const auto client = [&](const std::string& call) { return http::Client(*http::parse_http_url(link + call), {}); };
  EXPECT_EQ(parse_json(client("/session").get()->body)->at("state").as_string(), "open");
  w.clock->set(Timestamp{w.clock->now().unix_ms + std::int64_t{15} * 86'400'000});
  for (const bool told : {false, true}) {  // before and after the entry that says so
    ASSERT_TRUE(!told || w.organisation->run_due_events());
    const auto session = client("/session").get();
    EXPECT_EQ(session->status, 200);
    EXPECT_EQ(parse_json(session->body)->at("state").as_string(), "expired");
    for (const auto& [call, sent] : {std::pair("/code", std::string("{}")), std::pair("/sign", body),
                                     std::pair("/decline", std::string(R"({"reason": "太晚"})"))}) {
      const auto answer = client(call).post("", "application/json", sent, {{"Idempotency-Key", "late"}});
      ASSERT_TRUE(answer) << answer.error().detail;
      EXPECT_EQ(answer->status, 409) << call;
      EXPECT_EQ(answer->content_type, "application/problem+json");
      const auto problem = parse_json(answer->body)->as_object();
      EXPECT_EQ(problem.at("code").as_string(), "request_expired");
      const auto detail = std::string(problem.at("detail").as_string());
      EXPECT_NE(detail.find("the time to sign " + w.number + " ended at 2026-12-08"), std::string::npos) << detail;
      EXPECT_NE(detail.find("ask the sender for a new request"), std::string::npos) << detail;
    }
    EXPECT_EQ(client("/document").get()->status, 409);
  }
  server.stop();
}

}  // namespace
}  // namespace quotary::api
