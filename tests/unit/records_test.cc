#include "ledger/records/fold.h"
#include "ledger/records/keys.h"
#include "ledger/records/views.h"
#include "tests/support/map_state.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

using testing::MapState;

constexpr std::int64_t start_ms = 1'798'732'800'000;

struct Log {
  MapState state;
  RecordsFold fold;
  std::uint64_t size = 0;

  Result<void> add(std::string type, json::object body, const json::object& facts = {}, std::string actor = "p1",
                   std::string scope = {}) {
    Entry entry;
    entry.index = size;
    entry.time = Timestamp{start_ms + static_cast<std::int64_t>(size)};
    entry.type = std::move(type);
    entry.actor_id = std::move(actor);
    entry.actor_role = "rep";
    entry.request_scope = std::move(scope);
    entry.request_body = entry.request_scope.empty() ? "" : "b";
    entry.body = std::move(body);
    entry.objects = {{"pdf", "application/pdf", "customer:1", sha256("pdf" + std::to_string(size)), 10, 1},
                     {"certificate", "application/pdf", "customer:1", sha256("c" + std::to_string(size)), 10, 1}};
    auto copy = state;
    auto done = fold.apply(entry, facts.empty() ? "" : json::serialize(facts), copy);
    if (done) state = copy, ++size;
    return done;
  }

  Result<void> issue(std::uint64_t sequence, std::string period = "2026", std::string scope = {}) {
    auto number = "SHQT" + period + "-" + std::to_string(sequence);
    return add("quote.issued",
               {{"number", number},
                {"series", "SH-QT"},
                {"sequence", sequence},
                {"period", period},
                {"issued_at", "2026-11-24T02:03:04.567Z"},
                {"code", "c" + number}},
               {{"owner", "p1"},
                {"team", "a"},
                {"region", "r"},
                {"expires_at", "2026-12-24T16:00:00.000Z"},
                {"currency", "CNY"},
                {"totals", json::object{{"tax_inclusive", "100.10"}}},
                {"customer", "customer:1"}},
               "p1", std::move(scope));
  }

  Log() {
    EXPECT_TRUE(add("organisation.created", {{"origin", "o"}, {"public_url", "u"}, {"time_zone", "Asia/Shanghai"}}));
    EXPECT_TRUE(add("series.added", {{"series", "SH-QT"},
                                     {"branch", "SH"},
                                     {"type", "quote"},
                                     {"pattern", "{BR}QT{YYYY}-{SEQ:6}"},
                                     {"period", "year"}}));
  }
};

std::string code_of(const Result<void>& result) { return result ? "" : result.error().code; }

TEST(RecordsFold, NumbersFollowEachOther) {
  Log log;
  EXPECT_EQ(code_of(log.issue(2)), "number_not_next");
  EXPECT_TRUE(log.issue(1));
  EXPECT_EQ(code_of(log.issue(1)), "number_taken");
  EXPECT_EQ(code_of(log.issue(3)), "number_not_next");
  EXPECT_TRUE(log.issue(2));
  EXPECT_EQ(records::find_series_state(log.state, "SH-QT")->value().sums.at("CNY"), "200.20");
}

TEST(RecordsFold, WhatIsVoidedIsNotSuperseded) {
  Log log;
  ASSERT_TRUE(log.issue(1));
  ASSERT_TRUE(log.add("void.requested", {{"request", "v1"}, {"number", "SHQT2026-1"}, {"reason_code", "test"}},
                      {{"lapse_at", "2027-12-20T00:00:00.000Z"}}));
  ASSERT_TRUE(log.add("void.approved", {{"request", "v1"}, {"number", "SHQT2026-1"}}, {}, "p2"));
  EXPECT_EQ(code_of(log.add("quote.superseded", {{"number", "SHQT2026-1"}, {"superseded_by", "SHQT2026-2"}})),
            "revision_of_voided");
}

TEST(RecordsFold, APeriodEndsBeforeTheNextBegins) {
  Log log;
  EXPECT_TRUE(log.issue(1));
  EXPECT_EQ(code_of(log.issue(1, "2027")), "period_open");
  json::object ended{{"series", "SH-QT"}, {"period", "2026"}, {"first", 1}, {"last", 1}, {"count", 1}};
  EXPECT_EQ(code_of(log.add("series.period_ended", ended, {{"sums", json::object{{"CNY", "100.11"}}}})),
            "period_differs");
  EXPECT_TRUE(log.add("series.period_ended", ended, {{"sums", json::object{{"CNY", "100.10"}}}}));
  EXPECT_EQ(code_of(log.issue(2)), "period_closed");
  EXPECT_TRUE(log.issue(1, "2027"));
}

TEST(RecordsFold, OneOpenVoidRequestAndFourEyes) {
  Log log;
  EXPECT_TRUE(log.issue(1));
  json::object facts{{"lapse_at", "2026-12-24T02:03:04.567Z"}, {"status_before", "valid"}};
  EXPECT_TRUE(log.add("void.requested", {{"request", "v1"}, {"number", "SHQT2026-1"}, {"reason_code", "test"}}, facts));
  EXPECT_EQ(
      code_of(log.add("void.requested", {{"request", "v2"}, {"number", "SHQT2026-1"}, {"reason_code", "test"}}, facts)),
      "void_request_open");
  EXPECT_EQ(code_of(log.add("void.approved", {{"request", "v1"}, {"number", "SHQT2026-1"}})), "four_eyes");
  EXPECT_TRUE(log.add("void.approved", {{"request", "v1"}, {"number", "SHQT2026-1"}}, {}, "p2"));
  EXPECT_EQ(code_of(log.add("void.rejected", {{"request", "v1"}, {"number", "SHQT2026-1"}}, {}, "p3")),
            "already_decided");
  EXPECT_EQ(
      code_of(log.add("void.requested", {{"request", "v3"}, {"number", "SHQT2026-1"}, {"reason_code", "test"}}, facts)),
      "already_voided");
  auto quote = records::find_quote(log.state, "SHQT2026-1")->value();
  EXPECT_EQ(records::status_at(quote, Timestamp{0}), "voided");
  EXPECT_FALSE(log.state.values.contains("open/SHQT2026-1"));
}

TEST(RecordsFold, ARequestKeyCountsOnce) {
  Log log;
  EXPECT_TRUE(log.issue(1, "2026", "scope"));
  EXPECT_EQ(code_of(log.issue(2, "2026", "scope")), "request_seen");
}

TEST(RecordsFold, RefusesWhatItDoesNotKnow) {
  Log log;
  EXPECT_EQ(code_of(log.add("quote.edited", {})), "unknown_entry_type");
  EXPECT_EQ(code_of(log.add("organisation.created", {})), "organisation_exists");
}

TEST(RecordsViews, StatusPrecedence) {
  records::QuoteRecord quote;
  quote.outcome = "issued";
  quote.expires_at = Timestamp{1000};
  EXPECT_EQ(records::status_at(quote, Timestamp{999}), "valid");
  EXPECT_EQ(records::status_at(quote, Timestamp{1000}), "expired");
  quote.outcome = "accepted";
  EXPECT_EQ(records::status_at(quote, Timestamp{1000}), "accepted");
  quote.superseded_by = "N";
  EXPECT_EQ(records::status_at(quote, Timestamp{1000}), "superseded");
  quote.voided_at = Timestamp{1};
  EXPECT_EQ(records::status_at(quote, Timestamp{1000}), "voided");
}

TEST(RecordsViews, AddsAmountsExactly) {
  EXPECT_EQ(*records::add_amounts("0", "0.10"), "0.10");
  EXPECT_EQ(*records::add_amounts("9999999999999.99", "0.01"), "10000000000000.00");
  EXPECT_EQ(*records::add_amounts("-1.50", "1.25"), "-0.25");
  EXPECT_EQ(*records::add_amounts("5", "7"), "12");
  EXPECT_FALSE(records::add_amounts("1e3", "1"));
}

}  // namespace
}  // namespace quotary
