// The rules of confirmations, step by step: what they are made of, and what a case takes of them.
#include "ledger/base/hash.h"
#include "ledger/records/cases.h"
#include "ledger/records/confirmations.h"
#include "ledger/records/fold.h"
#include "ledger/records/signing.h"
#include "tests/support/gate_fixture.h"
#include "tests/support/map_state.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

using testing::MapState;

// A ledger with one open case, its deck, and a confirmation of the deck's version 1.
struct Confirmations {
  MapState state;
  RecordsFold fold;
  std::uint64_t size = 0;
  Timestamp now = testing::received;

  std::string add(std::string_view type, const std::string& subject, json::object body, const json::object& facts = {},
                  const std::string& pdf = "") {
    Entry entry;
    entry.index = size;
    entry.time = now;
    entry.type = type;
    entry.actor_id = "p1";
    entry.actor_role = "rep";
    entry.subject = subject;
    entry.body = std::move(body);
    if (!pdf.empty()) entry.objects = {{"pdf", "application/pdf", "case:c1", sha256(pdf), 1'000, 1}};
    MapState next = state;
    const auto done = fold.apply(entry, facts.empty() ? "" : json::serialize(facts), next);
    if (!done) return done.error().code;
    state = std::move(next);
    ++size;
    now.unix_ms += 60'000;
    return "";
  }
  std::string about_case(std::string_view type, json::object body, const json::object& facts = {}) {
    body["case"] = "c1";
    return add(type, "case:c1", std::move(body), facts);
  }
  std::string evidence(const std::string& item, const std::string& kind, std::uint64_t version,
                       const json::object& facts, json::object more = {}) {
    more["item"] = item;
    more["kind"] = kind;
    more["version"] = version;
    if (!more.contains("content")) more["content"] = item + std::to_string(version);
    if (!more.contains("size")) more["size"] = 1'000;
    return about_case("evidence.added", std::move(more), facts);
  }
  static json::object making(const std::string& id) {
    return {{"confirmation", id}, {"case", "c1"}, {"item", "deck-1"}, {"version", 1}, {"content", "deck-11"}};
  }
  std::string make(const std::string& id, json::object body) {
    return add("confirmation.made", "confirmation:" + id, std::move(body), {}, "pdf of " + id);
  }
  // The same with one member that differs.
  std::string make_with(const char* member, json::value value) {
    auto body = making("f9");
    body[member] = std::move(value);
    return make("f9", std::move(body));
  }

  Confirmations() {
    auto policy = testing::demonstration();
    policy.gates = {};
    const std::string text = gates::canonical(policy);
    EXPECT_EQ(add("policy.published", "policy:demonstration",
                  {{"policy", "demonstration"}, {"version", 1}, {"sha256", sha256(text).hex()}},
                  parse_json(text)->as_object()),
              "");
    EXPECT_EQ(about_case("case.opened",
                         {{"policy", "demonstration"},
                          {"policy_version", 1},
                          {"action_type", "demonstration"},
                          {"month", "2026-11"}},
                         {{"owner", "p1"}, {"team", "east"}, {"region", "china"}}),
              "");
    EXPECT_EQ(evidence("deck-1", "deck", 1, {{"version_label", true}}), "");
    EXPECT_EQ(make("f1", making("f1")), "");
  }

  [[nodiscard]] records::ConfirmationRecord confirmation(const std::string& id = "f1") const {
    return **records::find_confirmation(state, id);
  }
  std::string about(std::string_view type, json::object body, const json::object& facts = {}) {
    body["confirmation"] = "f1";
    body["request"] = "r1";
    return add(type, "confirmation:f1", std::move(body), facts);
  }
  std::string ask() {
    return about("signature.requested",
                 {{"document_sha256", confirmation().newest_sha256()},
                  {"order", "parallel"},
                  {"consent", "consent-1"},
                  {"consent_sha256", sha256("consent").hex()},
                  {"signers", json::array{json::object{{"id", "s1"},
                                                       {"field", "Customer1"},
                                                       {"link", sha256("link").hex()},
                                                       {"factors", json::array{"link"}}}}}},
                 {{"expires_at", format_rfc3339({now.unix_ms + 86'400'000})}});
  }
  std::string sign() {
    const auto base = confirmation();
    EXPECT_EQ(about("signature.viewed", {{"signer", "s1"}, {"document_sha256", base.newest_sha256()}}), "");
    return about("signature.signed", {{"signer", "s1"},
                                      {"field", "Customer1"},
                                      {"consent_sha256", sha256("consent").hex()},
                                      {"factors", json::array{"link"}},
                                      {"base_sha256", base.newest_sha256()},
                                      {"base_size", base.newest_size()},
                                      {"revision", base.revision + 1},
                                      {"document_sha256", sha256("signed").hex()},
                                      {"document_size", 1'500},
                                      {"completes", true}});
  }
  static json::object recorded_facts(std::uint64_t deck = 1) {
    return {{"signature", "recorded"}, {"target", json::object{{"item", "deck-1"}, {"version", deck}}}};
  }
  std::string record(const std::string& item = "i1", const json::object& facts = recorded_facts(),
                     const std::string& kind = "confirmation", const std::string& id = "f1",
                     std::uint64_t bytes = 1'500) {
    return evidence(item, kind, 1, facts, {{"confirmation", id}, {"size", bytes}});
  }
};

TEST(ConfirmationsFold, OneIsBoundToAVersionThatTheCaseHolds) {
  Confirmations s;
  EXPECT_EQ(s.confirmation().owner, "p1");
  EXPECT_EQ(s.confirmation().team, "east");
  EXPECT_EQ(s.confirmation().target, (gates::Target{"deck-1", 1}));
  EXPECT_EQ(s.make_with("confirmation", "f8"), "bad_case_entry");  // the subject is another's
  EXPECT_EQ(s.make("f1", Confirmations::making("f1")), "confirmation_exists");
  EXPECT_EQ(s.make_with("case", "c2"), "case_unknown");
  EXPECT_EQ(s.make_with("item", "deck-2"), "target_unknown");
  EXPECT_EQ(s.make_with("version", 2), "target_unknown");
  EXPECT_EQ(s.make_with("version", 0), "target_unknown");
  EXPECT_EQ(s.make_with("content", "deck-12"), "content_differs");
  EXPECT_EQ(s.make_with("requirement", "deck"), "requirement_unknown");
  EXPECT_EQ(s.make_with("requirement", "trial_confirmation"), "");
  EXPECT_EQ(s.add("confirmation.made", "confirmation:f3", Confirmations::making("f3")), "bad_case_entry");  // no page
  EXPECT_EQ(s.add("confirmation.made", "confirmation:f3", Confirmations::making("f3"), {}, "pdf of f1"),
            "document_known");
  EXPECT_EQ(s.evidence("photo-1", "photo", 1, {{"geo", true}}), "");
  auto of_photo = Confirmations::making("f3");
  of_photo["item"] = "photo-1";
  of_photo["content"] = "photo-11";
  EXPECT_EQ(s.make("f3", of_photo), "target_kind");
  EXPECT_EQ(s.about_case("evidence.withdrawn", {{"item", "deck-1"}, {"version", 1}}), "");
  EXPECT_EQ(s.make("f3", Confirmations::making("f3")), "version_withdrawn");
  ASSERT_EQ(records::find_confirmations(s.state, "c1")->size(), 2u);
}

TEST(ConfirmationsFold, ACaseTakesABoundedNumber) {
  Confirmations s;
  for (std::size_t i = 1; i < records::confirmations_max; ++i) {
    const std::string id = "g" + std::to_string(i);
    ASSERT_EQ(s.make(id, Confirmations::making(id)), "");
  }
  EXPECT_EQ(s.make("h", Confirmations::making("h")), "too_many_confirmations");
}

TEST(ConfirmationsFold, OneThatAllSignedIsEvidenceOnceAndAsItIs) {
  Confirmations s;
  EXPECT_EQ(s.record(), "confirmation_unsigned");
  ASSERT_EQ(s.ask(), "");
  EXPECT_EQ(s.ask(), "signature_request_open");
  EXPECT_EQ(s.record(), "confirmation_unsigned");
  ASSERT_EQ(s.sign(), "");
  EXPECT_EQ(s.confirmation().outcome, "accepted");
  EXPECT_EQ(records::find_pdf(s.state, sha256("signed").hex())->value().about().subject(), "confirmation:f1");
  EXPECT_EQ(records::find_revision(s.state, s.confirmation(), 2)->value().document_sha256, sha256("signed").hex());
  EXPECT_EQ(s.record("i1", Confirmations::recorded_facts(), "confirmation", "f2"), "confirmation_unknown");
  EXPECT_EQ(s.evidence("deck-1", "deck", 2, {{"version_label", true}}), "");
  EXPECT_EQ(s.record("i1", Confirmations::recorded_facts(2)), "confirmation_differs");
  EXPECT_EQ(s.record("i1", Confirmations::recorded_facts(), "document"), "confirmation_differs");
  EXPECT_EQ(s.record("i1", Confirmations::recorded_facts(), "confirmation", "f1", 1'000), "confirmation_differs");
  auto unsigned_facts = Confirmations::recorded_facts();
  unsigned_facts.erase("signature");
  EXPECT_EQ(s.record("i1", unsigned_facts), "confirmation_differs");
  EXPECT_EQ(s.record(), "");
  EXPECT_EQ(s.confirmation().evidence, "i1");
  EXPECT_EQ(s.record("i2"), "confirmation_recorded");
  EXPECT_EQ(s.ask(), "confirmation_accepted");
}

// What is about one document is never taken for another.
TEST(ConfirmationsFold, ARequestIsOfItsOwnDocument) {
  Confirmations s;
  ASSERT_EQ(s.make("f2", Confirmations::making("f2")), "");
  ASSERT_EQ(s.ask(), "");
  EXPECT_EQ(s.add("signature.revoked", "confirmation:f2", {{"request", "r1"}, {"confirmation", "f2"}}),
            "confirmation_differs");
  EXPECT_EQ(s.add("signature.revoked", "confirmation:f2", {{"request", "r1"}, {"confirmation", "f1"}}),
            "bad_signature_entry");
  EXPECT_EQ(s.add("signature.revoked", "quote:f1", {{"request", "r1"}, {"number", "f1"}}), "quote_unknown");
  EXPECT_EQ(s.add("signature.added", "confirmation:f1", {{"confirmation", "f1"}}), "quote_unknown");
  EXPECT_EQ(s.about("signature.revoked", {}), "");
}

TEST(ConfirmationsFold, ClosingACaseEndsWhatIsOpen) {
  Confirmations s;
  ASSERT_EQ(s.ask(), "");
  ASSERT_EQ(s.about_case("case.closed", {}), "");
  const auto request = **records::find_signature_request(s.state, "r1");
  EXPECT_EQ(request.status, "overtaken");
  EXPECT_TRUE(s.confirmation().open_signature.empty());
  EXPECT_EQ(records::why_closed(request, s.confirmation(), s.now)->code, "case_is_closed");
  EXPECT_EQ(s.about("signature.viewed", {{"signer", "s1"}, {"document_sha256", s.confirmation().newest_sha256()}}),
            "case_is_closed");
  EXPECT_EQ(s.make("f2", Confirmations::making("f2")), "case_is_closed");
}

}  // namespace
}  // namespace quotary
