// The rules of signature requests and of a document's line of revisions, step by step.
#include "ledger/records/entry_status.h"
#include "ledger/records/fold.h"
#include "ledger/records/signing.h"
#include "tests/support/map_state.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

using testing::MapState;

constexpr const char* number = "SHQT2026-1";

// A ledger with one issued quote, whose clock goes on a second an entry.
struct Signing {
  MapState state;
  RecordsFold fold;
  std::vector<Entry> about_quote;  // the entries that were taken
  std::uint64_t size = 0;
  Timestamp now = *parse_rfc3339("2026-11-24T02:00:00.000Z");

  std::string add(std::string_view type, json::object body, const json::object& facts = {}) {
    Entry entry;
    entry.index = size;
    entry.time = now;
    entry.type = type;
    entry.actor_id = type == "void.approved" ? "m1" : "p1";
    entry.actor_role = "rep";
    entry.subject = std::string("quote:") + number;
    entry.body = std::move(body);
    if (entry.body.if_contains("number") == nullptr) entry.body["number"] = number;
    entry.objects = {{"pdf", "application/pdf", "customer:1", sha256("pdf"), 1'000, 1},
                     {"certificate", "application/pdf", "customer:1", sha256("void"), 10, 1}};
    MapState next = state;
    const auto done = fold.apply(entry, facts.empty() ? "" : json::serialize(facts), next);
    if (!done) return done.error().code;
    state = std::move(next);
    const bool about = entry.type != "series.added" && entry.type != "organisation.created";
    if (about && !entry.type.starts_with("person.")) about_quote.push_back(entry);
    ++size;
    now.unix_ms += 1000;
    return "";
  }

  Signing() {
    EXPECT_EQ(add("organisation.created", {{"origin", "o"}, {"public_url", "u"}, {"time_zone", "Asia/Shanghai"}}), "");
    EXPECT_EQ(add("series.added", {{"series", "SH-QT"},
                                   {"branch", "SH"},
                                   {"type", "quote"},
                                   {"pattern", "{BR}QT{YYYY}-{SEQ:1}"},
                                   {"period", "year"}}),
              "");
    EXPECT_EQ(add("quote.issued",
                  {{"series", "SH-QT"},
                   {"sequence", 1},
                   {"period", "2026"},
                   {"issued_at", "2026-11-24T02:00:00.000Z"},
                   {"code", "c"}},
                  {{"owner", "p1"},
                   {"expires_at", "2026-12-24T16:00:00.000Z"},
                   {"currency", "CNY"},
                   {"totals", json::object{{"tax_inclusive", "100.00"}}},
                   {"customer", "customer:1"}}),
              "");
  }

  [[nodiscard]] records::QuoteRecord quote() const { return **records::find_quote(state, number); }
  [[nodiscard]] records::SignatureRequestRecord request(const std::string& id = "r1") const {
    return **records::find_signature_request(state, id);
  }

  static json::object signer(int place, json::array factors = {"link", "code"}) {
    const std::string n = std::to_string(place);
    return {{"id", "s" + n},
            {"field", "Customer" + n},
            {"link", sha256("link" + n).hex()},
            {"factors", std::move(factors)}};
  }
  std::string ask(json::array signers = {signer(1), signer(2)}, const char* order = "parallel",
                  const char* expires_at = "2026-12-08T02:00:00.000Z", const std::string& id = "r1") {
    return add("signature.requested",
               {{"request", id},
                {"document_sha256", quote().newest_sha256()},
                {"order", order},
                {"consent", "consent-1"},
                {"consent_sha256", sha256("consent").hex()},
                {"signers", std::move(signers)}},
               {{"expires_at", expires_at}});
  }
  std::string view(const std::string& who) {
    return add("signature.viewed", {{"request", "r1"}, {"signer", who}, {"document_sha256", quote().newest_sha256()}});
  }
  json::object signing(int place, bool completes) {
    const auto now_is = quote();
    const std::string n = std::to_string(place);
    return {{"request", "r1"},
            {"signer", "s" + n},
            {"field", "Customer" + n},
            {"consent_sha256", sha256("consent").hex()},
            {"factors", json::array{"link", "code"}},
            {"base_sha256", now_is.newest_sha256()},
            {"base_size", now_is.newest_size()},
            {"revision", now_is.revision + 1},
            {"document_sha256", sha256("revision" + std::to_string(size)).hex()},
            {"document_size", now_is.newest_size() + 500},
            {"completes", completes}};
  }
  std::string sign(int place, bool completes) { return add("signature.signed", signing(place, completes)); }
  // The same with one member that differs.
  std::string sign_with(int place, bool completes, const char* member, json::value value) {
    auto body = signing(place, completes);
    body[member] = std::move(value);
    return add("signature.signed", std::move(body));
  }
  std::string void_it() {
    EXPECT_EQ(add("void.requested", {{"request", "v1"}, {"reason_code", "price_error"}},
                  {{"lapse_at", "2026-12-20T00:00:00.000Z"}}),
              "");
    return add("void.approved", {{"request", "v1"}});
  }
  std::string status_offline() const {
    const auto said = records::status_of_entries(about_quote);
    return said ? said->status : said.error().code;
  }
};

TEST(SigningFold, AllSignersSignedIsAccepted) {
  Signing s;
  ASSERT_EQ(s.ask(), "");
  EXPECT_EQ(s.quote().open_signature, "r1");
  EXPECT_EQ(s.add("signature.sent", {{"request", "r1"}, {"signer", "s1"}}), "");
  EXPECT_TRUE(s.request().signers[0].sent_at && !s.request().signers[1].sent_at);
  ASSERT_EQ(s.view("s1"), "");
  ASSERT_EQ(s.add("signature.passkey_registered",
                  {{"request", "r1"}, {"signer", "s1"}, {"identity", sha256("identity").hex()}}),
            "");
  ASSERT_EQ(s.sign(1, false), "");
  EXPECT_EQ(s.quote().outcome, "issued");
  EXPECT_EQ(s.quote().revision, 2u);
  EXPECT_EQ(s.request().signers[0].status, "signed");
  EXPECT_EQ(s.status_offline(), "issued");
  ASSERT_EQ(s.view("s2"), "");
  const auto body = s.signing(2, true);
  ASSERT_EQ(s.add("signature.signed", body), "");
  EXPECT_EQ(s.quote().outcome, "accepted");
  EXPECT_TRUE(s.quote().accepted_at);
  EXPECT_EQ(s.quote().open_signature, "");
  EXPECT_EQ(s.quote().signed_fields, (std::vector<std::string>{"Customer1", "Customer2"}));
  EXPECT_EQ(s.request().status, "completed");
  EXPECT_EQ(s.status_offline(), "accepted");
  const auto third = records::find_revision(s.state, number, 3);
  ASSERT_TRUE(third && *third);
  EXPECT_EQ((*third)->document_sha256, s.quote().newest_sha256());
  EXPECT_EQ((*third)->kind, "signature");
  EXPECT_FALSE(*records::find_revision(s.state, number, 4));
  const auto known = records::find_pdf(s.state, s.quote().newest_sha256());
  ASSERT_TRUE(known && *known);
  EXPECT_EQ((*known)->revision, 3u);
  // Nothing is asked of an accepted quote any more, and nothing takes its place.
  EXPECT_EQ(s.add("quote.superseded", {{"superseded_by", "SHQT2026-2"}}), "revision_of_accepted");
  EXPECT_EQ(s.ask({Signing::signer(3)}, "parallel", "2026-12-08T02:00:00.000Z", "r2"), "quote_accepted");
}

TEST(SigningFold, ASignatureIsBoundToWhatWasReadAgreedAndProven) {
  Signing s;
  ASSERT_EQ(s.ask({Signing::signer(1)}), "");
  EXPECT_EQ(s.sign(1, true), "not_viewed");
  EXPECT_EQ(s.add("signature.viewed", {{"request", "r1"}, {"signer", "s1"}, {"document_sha256", sha256("x").hex()}}),
            "document_changed");
  ASSERT_EQ(s.view("s1"), "");
  const struct {
    const char* member;
    json::value value;
    const char* code;
  } wrong[] = {
      {"request", "r9", "signature_request_unknown"},
      {"number", "SHQT2026-2", "quote_unknown"},
      {"signer", "s9", "signer_unknown"},
      {"field", "Customer2", "field_differs"},
      {"consent_sha256", json::string(sha256("another").hex()), "consent_differs"},
      {"factors", json::array{"link"}, "factor_missing"},
      {"base_sha256", json::string(sha256("another").hex()), "not_viewed"},
      {"base_size", 999, "document_changed"},
      {"revision", 3, "document_changed"},
      {"document_sha256", "no hash", "bad_signature_entry"},
      {"document_sha256", json::string(sha256("pdf").hex()), "document_known"},
      {"document_size", 1'000, "bad_signature_entry"},
      {"completes", false, "completion_differs"},
  };
  for (const auto& each : wrong) EXPECT_EQ(s.sign_with(1, true, each.member, each.value), each.code) << each.member;
  EXPECT_EQ(s.sign(1, true), "");
  EXPECT_EQ(s.sign(1, true), "request_completed");
}

TEST(SigningFold, NobodySignsTwiceOrOutOfTurn) {
  Signing s;
  ASSERT_EQ(s.ask({Signing::signer(2), Signing::signer(1)}, "in_order"), "");
  EXPECT_EQ(s.view("s1"), "not_your_turn");
  EXPECT_EQ(s.add("signature.declined", {{"request", "r1"}, {"signer", "s1"}}), "not_your_turn");
  ASSERT_EQ(s.view("s2"), "");
  ASSERT_EQ(s.sign(2, false), "");
  EXPECT_EQ(s.view("s2"), "already_signed");
  EXPECT_EQ(s.sign(2, false), "already_signed");
  ASSERT_EQ(s.view("s1"), "");
  EXPECT_EQ(s.sign(1, true), "");
}

TEST(SigningFold, WhoReadBeforeAnotherSignedReadsAgain) {
  Signing s;
  ASSERT_EQ(s.ask(), "");
  ASSERT_EQ(s.view("s1"), "");
  ASSERT_EQ(s.view("s2"), "");
  ASSERT_EQ(s.sign(1, false), "");
  EXPECT_EQ(s.sign(2, true), "not_viewed");
  ASSERT_EQ(s.view("s2"), "");
  EXPECT_EQ(s.sign(2, true), "");
}

TEST(SigningFold, ARequestEndsOnce) {
  const struct {
    const char* name;
    std::function<std::string(Signing&)> act;
    const char *code, *status, *outcome, *offline;
  } ends[] = {
      {"declined",
       [](Signing& s) {
         return s.add("signature.declined", {{"request", "r1"}, {"signer", "s1"}});
       },
       "request_declined", "declined", "declined", "declined"},
      {"revoked",
       [](Signing& s) {
         return s.add("signature.revoked", {{"request", "r1"}});
       },
       "request_revoked", "revoked", "issued", "issued"},
      {"expired",
       [](Signing& s) {
         EXPECT_EQ(s.add("signature.expired", {{"request", "r1"}}), "not_expired");
         s.now = *parse_rfc3339("2026-12-08T02:00:00.000Z");
         EXPECT_EQ(s.view("s1"), "request_expired");
         return s.add("signature.expired", {{"request", "r1"}});
       },
       "request_expired", "expired", "issued", "issued"},
      {"voided", [](Signing& s) { return s.void_it(); }, "quote_voided", "overtaken", "issued", "voided"},
      {"superseded",
       [](Signing& s) {
         return s.add("quote.superseded", {{"superseded_by", "SHQT2026-2"}});
       },
       "quote_superseded", "overtaken", "issued", "superseded"},
  };
  for (const auto& each : ends) {
    SCOPED_TRACE(each.name);
    Signing s;
    ASSERT_EQ(s.ask(), "");
    ASSERT_EQ(s.view("s2"), "");
    const auto signing = s.signing(2, false);
    ASSERT_EQ(each.act(s), "");
    EXPECT_EQ(s.request().status, each.status);
    EXPECT_TRUE(s.request().ended_at);
    EXPECT_EQ(s.quote().outcome, each.outcome);
    EXPECT_EQ(s.quote().open_signature, "");
    EXPECT_EQ(s.status_offline(), each.offline);
    EXPECT_EQ(s.add("signature.signed", signing), each.code);
    EXPECT_EQ(s.add("signature.revoked", {{"request", "r1"}}), each.code);
    // Who opens the link is still told what became of it.
    EXPECT_TRUE(records::find_link(s.state, sha256("link1").hex())->has_value());
    EXPECT_TRUE(records::why_closed(s.request(), s.quote(), s.now));
  }
}

TEST(SigningFold, AfterTheQuotesValidityNobodySigns) {
  Signing s;
  ASSERT_EQ(s.ask({Signing::signer(1)}, "parallel", "2026-12-24T16:00:00.000Z"), "");
  ASSERT_EQ(s.view("s1"), "");
  s.now = *parse_rfc3339("2026-12-24T16:00:00.000Z");
  EXPECT_EQ(s.sign(1, true), "request_expired");
  EXPECT_EQ(s.add("signature.expired", {{"request", "r1"}}), "");
  EXPECT_EQ(s.ask({Signing::signer(1)}, "parallel", "2026-12-25T16:00:00.000Z", "r2"), "quote_expired");
}

TEST(SigningFold, ARequestNamesItsSignersWell) {
  const auto changed = [](const char* member, json::value value) {
    json::object signer = Signing::signer(1);
    signer[member] = std::move(value);
    return json::array{std::move(signer)};
  };
  json::object same_link = Signing::signer(2);
  same_link["link"] = Signing::signer(1)["link"];
  const struct {
    json::array signers;
    const char* code;
  } wrong[] = {
      {{}, "bad_signature_entry"},
      {{Signing::signer(1), Signing::signer(2), Signing::signer(3), Signing::signer(1)}, "bad_signature_entry"},
      {{Signing::signer(1), Signing::signer(1)}, "bad_signature_entry"},
      {{Signing::signer(1), same_link}, "bad_signature_entry"},
      {changed("field", "Rep"), "bad_signature_entry"},
      {changed("link", "short"), "bad_signature_entry"},
      {changed("id", ""), "bad_signature_entry"},
      {changed("factors", json::array{"code"}), "bad_signature_entry"},
      {changed("factors", json::array{"link", "astrology"}), "bad_signature_entry"},
      {{"s1"}, "bad_signature_entry"},
  };
  for (const auto& each : wrong) {
    Signing s;
    EXPECT_EQ(s.ask(each.signers), each.code) << json::serialize(each.signers);
  }
  Signing s;
  EXPECT_EQ(s.ask({Signing::signer(1)}, "parallel", "2026-11-24T01:00:00.000Z"), "bad_expiry");
  EXPECT_EQ(s.ask({Signing::signer(1)}, "parallel", "2026-12-24T16:00:00.001Z"), "bad_expiry");
  ASSERT_EQ(s.ask({Signing::signer(1)}), "");
  EXPECT_EQ(s.ask({Signing::signer(2)}, "parallel", "2026-12-08T02:00:00.000Z", "r2"), "signature_request_open");
}

TEST(SigningFold, ANewLinkEndsTheOneBefore) {
  Signing s;
  ASSERT_EQ(s.ask(), "");
  ASSERT_EQ(s.add("signature.sent", {{"request", "r1"}, {"signer", "s1"}}), "");
  const auto renew = [&](const std::string& link) {
    return s.add("signature.link_renewed", {{"request", "r1"}, {"signer", "s1"}, {"link", link}});
  };
  EXPECT_EQ(renew("x"), "bad_signature_entry");
  EXPECT_EQ(renew(sha256("link2").hex()), "link_used");
  ASSERT_EQ(renew(sha256("new").hex()), "");
  EXPECT_FALSE(*records::find_link(s.state, sha256("link1").hex()));
  const auto found = records::find_link(s.state, sha256("new").hex());
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->signer, "s1");
  EXPECT_EQ(s.request().signers[0].links, 2u);
  EXPECT_FALSE(s.request().signers[0].sent_at);
}

TEST(SigningFold, RevisionsFormOneLine) {
  Signing s;
  const auto add = [&](const char* kind, const std::string& base, std::uint64_t revision) {
    const auto quote = s.quote();
    return s.add("quote.revision_added", {{"kind", kind},
                                          {"base_sha256", base},
                                          {"base_size", quote.newest_size()},
                                          {"revision", revision},
                                          {"document_sha256", sha256("r" + std::to_string(revision)).hex()},
                                          {"document_size", quote.newest_size() + 1}});
  };
  const std::string first = s.quote().newest_sha256();
  EXPECT_EQ(add("signature", first, 2), "bad_signature_entry");
  EXPECT_EQ(add("", first, 2), "bad_signature_entry");
  ASSERT_EQ(add("long_term", first, 2), "");
  EXPECT_EQ(add("long_term", first, 3), "document_changed");
  ASSERT_EQ(s.ask({Signing::signer(1)}), "");
  EXPECT_EQ(add("document_time_stamp", s.quote().newest_sha256(), 3), "signature_request_open");
  EXPECT_EQ(s.quote().revision, 2u);
  EXPECT_FALSE(s.quote().long_term_ends);
  EXPECT_EQ(s.status_offline(), "issued");
}

TEST(SigningFold, WhatEndsAProofIsKeptUntilTheNextRevision) {
  Signing s;
  const auto add = [&](std::uint64_t revision, const json::object& more) {
    const auto quote = s.quote();
    json::object body{{"kind", "document_time_stamp"},
                      {"base_sha256", quote.newest_sha256()},
                      {"base_size", quote.newest_size()},
                      {"revision", revision},
                      {"document_sha256", sha256("r" + std::to_string(revision)).hex()},
                      {"document_size", quote.newest_size() + 1}};
    for (const auto& [name, value] : more) body[name] = value;
    return s.add("quote.revision_added", body);
  };
  ASSERT_EQ(add(2, {{"ends", "2031-01-01T00:00:00.000Z"}, {"ends_with", "the certificate of CN=Time"}}), "");
  EXPECT_EQ(s.quote().long_term_ends, parse_rfc3339("2031-01-01T00:00:00.000Z").value());
  EXPECT_EQ(s.quote().long_term_ends_with, "the certificate of CN=Time");
  EXPECT_EQ(add(3, {{"ends", "some day"}}), "bad_signature_entry");
  ASSERT_EQ(add(3, {}), "");
  EXPECT_FALSE(s.quote().long_term_ends);
  EXPECT_EQ(s.quote().long_term_ends_with, "");
}

// A signature without a request, with one member that differs.
std::string add_signature(Signing& s, json::array fields, const char* source, const char* assurance, bool accepts,
                          const char* member = "", json::value value = {}) {
  const auto quote = s.quote();
  json::object body{{"fields", std::move(fields)},
                    {"source", source},
                    {"assurance", assurance},
                    {"accepts", accepts},
                    {"base_sha256", quote.newest_sha256()},
                    {"base_size", quote.newest_size()},
                    {"revision", quote.revision + 1},
                    {"document_sha256", sha256("revision" + std::to_string(s.size)).hex()},
                    {"document_size", quote.newest_size() + 500}};
  if (std::string_view(source) == "own_key") body["certificate"] = sha256("certificate").hex();
  if (*member) body[member] = std::move(value);
  return s.add("signature.added", std::move(body));
}

void add_seller(Signing& s) {
  ASSERT_EQ(s.add("person.added", {{"person", "p1"}, {"role", "rep"}}), "");
  ASSERT_EQ(s.add("person.signing_key_added", {{"person", "p1"}, {"certificate", sha256("certificate").hex()}}), "");
}

TEST(SigningFold, ASignatureFromElsewhereAcceptsWhenOthersVouchForIt) {
  Signing s;
  add_seller(s);
  ASSERT_EQ(add_signature(s, {"Rep"}, "own_key", "trusted", false), "");
  EXPECT_EQ(s.quote().outcome, "issued");
  ASSERT_EQ(add_signature(s, {"Customer2"}, "upload", "unknown", false), "");
  EXPECT_EQ(s.quote().outcome, "issued");
  EXPECT_EQ(s.status_offline(), "issued");
  ASSERT_EQ(add_signature(s, {"Customer1"}, "upload", "buyer", true), "");
  EXPECT_EQ(s.quote().outcome, "accepted");
  EXPECT_TRUE(s.quote().accepted_at);
  EXPECT_EQ(s.quote().revision, 4u);
  EXPECT_EQ(s.status_offline(), "accepted");
  ASSERT_EQ(add_signature(s, {"Customer3"}, "upload", "buyer", false), "") << "a second signature of an accepted one";
  EXPECT_EQ(s.status_offline(), "accepted");
  EXPECT_EQ(s.quote().signed_fields, (std::vector<std::string>{"Rep", "Customer2", "Customer1", "Customer3"}));
}

TEST(SigningFold, ASignatureFromElsewhereIsHeldToTheRules) {
  Signing s;
  add_seller(s);
  EXPECT_EQ(add_signature(s, {}, "upload", "trusted", true), "bad_signature_entry");
  EXPECT_EQ(add_signature(s, {"Customer4"}, "upload", "trusted", true), "bad_signature_entry");
  EXPECT_EQ(add_signature(s, {"Customer1"}, "elsewhere", "trusted", true), "bad_signature_entry");
  EXPECT_EQ(add_signature(s, {"Customer1"}, "upload", "certain", true), "bad_signature_entry");
  EXPECT_EQ(add_signature(s, {"Customer1"}, "own_key", "trusted", true), "field_differs");
  EXPECT_EQ(add_signature(s, {"Customer1"}, "upload", "unknown", true), "acceptance_differs");
  EXPECT_EQ(add_signature(s, {"Customer1"}, "upload", "buyer", false), "acceptance_differs");
  EXPECT_EQ(add_signature(s, {"Customer1"}, "upload", "trusted", true), "acceptance_differs");
  EXPECT_EQ(add_signature(s, {"Rep"}, "upload", "buyer", true), "acceptance_differs") << "the seller accepts nothing";
  EXPECT_EQ(add_signature(s, {"Rep", "Rep"}, "upload", "trusted", false), "field_signed");
  EXPECT_EQ(add_signature(s, {"Rep"}, "upload", "trusted", false, "base_sha256", json::string(sha256("x").hex())),
            "document_changed");
  EXPECT_EQ(add_signature(s, {"Rep"}, "upload", "trusted", false, "revision", 3), "document_changed");
  EXPECT_EQ(s.quote().revision, 1u);
  EXPECT_TRUE(s.quote().signed_fields.empty());
  ASSERT_EQ(s.ask({Signing::signer(1)}), "");
  EXPECT_EQ(add_signature(s, {"Rep"}, "own_key", "trusted", false), "signature_request_open");
  EXPECT_EQ(s.add("signature.revoked", {{"request", "r1"}}), "");
  ASSERT_EQ(add_signature(s, {"Rep"}, "own_key", "trusted", false), "");
  EXPECT_EQ(add_signature(s, {"Rep"}, "own_key", "trusted", false), "field_signed");
  ASSERT_EQ(s.void_it(), "");
  EXPECT_EQ(add_signature(s, {"Customer1"}, "upload", "buyer", true), "quote_voided");
}

TEST(SigningFold, PeopleSignWithTheKeyThatTheyUse) {
  Signing s;
  const auto key = [](const char* name) { return sha256(name).hex(); };
  const auto add = [&](const char* name, const char* person = "p1") {
    return s.add("person.signing_key_added", {{"person", person}, {"certificate", key(name)}});
  };
  EXPECT_EQ(add("a"), "person_unknown");
  ASSERT_EQ(s.add("person.added", {{"person", "p1"}, {"role", "rep"}}), "");
  ASSERT_EQ(s.add("person.added", {{"person", "p2"}, {"role", "rep"}}), "");
  EXPECT_EQ(add("a", "p2"), "not_own_key") << "p1 makes a key for p2";
  EXPECT_EQ(s.add("person.signing_key_added", {{"person", "p1"}, {"certificate", "x"}}), "certificate_unnamed");
  EXPECT_EQ(add_signature(s, {"Rep"}, "own_key", "trusted", false), "signing_key_unknown");
  ASSERT_EQ(add("a"), "");
  EXPECT_EQ(add("a"), "certificate_again");
  ASSERT_EQ(add("b"), "");
  EXPECT_EQ(add_signature(s, {"Rep"}, "own_key", "trusted", false, "certificate", json::string(key("a"))),
            "signing_key_unknown")
      << "the one before";
  EXPECT_EQ(s.add("person.signing_key_revoked", {{"person", "p1"}, {"certificate", key("a")}}), "signing_key_unknown");
  ASSERT_EQ(s.add("person.signing_key_revoked", {{"person", "p1"}, {"certificate", key("b")}}), "");
  EXPECT_EQ(add_signature(s, {"Rep"}, "own_key", "trusted", false, "certificate", json::string(key("b"))),
            "signing_key_unknown");
  for (int i = 0; i < 18; ++i) ASSERT_EQ(add(std::to_string(i).c_str()), "");
  EXPECT_EQ(add("one too many"), "too_many_signing_keys");
  ASSERT_EQ(add_signature(s, {"Rep"}, "own_key", "trusted", false, "certificate", json::string(key("17"))), "");
}

}  // namespace
}  // namespace quotary
